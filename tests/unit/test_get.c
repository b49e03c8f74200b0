// SPDX-License-Identifier: Apache-2.0
#include "netconf/get.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RUNNING "<source><running/></source>"
#define DEFAULTS(mode) \
    "<with-defaults xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults\">" mode \
    "</with-defaults>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"
#define BAD(element) "<bad-element>" element "</bad-element>"

/** One server for all tests: they only read. */
static struct ag_test_netconf server;
static struct ag_test_client *client;

static int group_setup(void **state)
{
    *state = sx_test_schema_ours();
    ag_test_netconf_start(&server, *state);
    client = ag_test_client_open(&server);
    return client ? 0 : -1;
}

static int group_teardown(void **state)
{
    ag_test_client_close(client);
    ag_test_netconf_stop(&server);
    sx_schema_free(*state);
    return 0;
}

static void test_parameters(void **state)
{
    static const struct {
        const char *operation, *part;
    } table[] = {
        {"<get-config/>", TAG("missing-element")},
        {"<get-config/>", BAD("source")},
        {"<get-config><source/></get-config>", BAD("source")},
        {"<get-config><source><startup/></source></get-config>", TAG("operation-not-supported")},
        {"<get-config><source><url>x</url></source></get-config>", TAG("operation-not-supported")},
        {"<get-config><source><nowhere/></source></get-config>", BAD("nowhere")},
        {"<get-config>" RUNNING RUNNING "</get-config>", TAG("unknown-element")},
        {"<get-config>" RUNNING "<more/></get-config>", BAD("more")},
        {"<get>" RUNNING "</get>", TAG("unknown-element")},
        {"<get-config>" RUNNING "<filter type=\"regex\"/></get-config>",
            "<bad-attribute>type</bad-attribute>"},
        {"<get-config>" RUNNING "<filter type=\"xpath\"/></get-config>",
            "<bad-attribute>select</bad-attribute>"},
        {"<get-config>" RUNNING "<filter type=\"xpath\" select=\"/[\"/></get-config>",
            TAG("invalid-value")},
        {"<get-config>" RUNNING "<filter/><filter/></get-config>", TAG("unknown-element")},
        {"<get-config>" RUNNING DEFAULTS("some") "</get-config>", TAG("invalid-value")},
        {"<get-config>" RUNNING DEFAULTS("explicit") "<filter/></get-config>", "<data></data>"},
        {"<get-config>" RUNNING "</get-config>", "<data></data>"},
        {"<get-config><source><candidate/></source></get-config>", "<data></data>"},
        {"<get><filter/></get>", "<data></data>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ag_test_client_expect(client, table[i].operation, table[i].part);
}

static void test_defaults(void **state)
{
#define FILTER \
    "<filter><cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><ip-version/>" \
    "</cluster></filter>"
    (void)state;
    ag_test_client_expect(client, "<get-config>" RUNNING FILTER "</get-config>", "<data></data>");
    ag_test_client_expect(client,
        "<get-config>" RUNNING FILTER DEFAULTS("report-all") "</get-config>",
        "<ip-version>ipv4</ip-version>");
    ag_test_client_expect(client,
        "<get-config>" RUNNING FILTER DEFAULTS("report-all-tagged") "</get-config>",
        "ncwd:default=\"true\">ipv4</ip-version>");
    ag_test_client_expect(
        client, "<get-config>" RUNNING FILTER DEFAULTS("trim") "</get-config>", "<data></data>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_defaults),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/get.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define RUNNING "<source><running/></source>"
#define DEFAULTS(mode) \
    "<with-defaults xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults\">" mode \
    "</with-defaults>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"
#define BAD(element) "<bad-element>" element "</bad-element>"

static void test_parameters(void **state)
{
    struct ag_test_session *session = *state;
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

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ag_test_client_expect(session->client, table[i].operation, table[i].part);
}

static void test_defaults(void **state)
{
#define FILTER \
    "<filter><cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><ip-version/>" \
    "</cluster></filter>"
    struct ag_test_session *session = *state;

    ag_test_client_expect(
        session->client, "<get-config>" RUNNING FILTER "</get-config>", "<data></data>");
    ag_test_client_expect(session->client,
        "<get-config>" RUNNING FILTER DEFAULTS("report-all") "</get-config>",
        "<ip-version>ipv4</ip-version>");
    ag_test_client_expect(session->client,
        "<get-config>" RUNNING FILTER DEFAULTS("report-all-tagged") "</get-config>",
        "ncwd:default=\"true\">ipv4</ip-version>");
    ag_test_client_expect(session->client,
        "<get-config>" RUNNING FILTER DEFAULTS("trim") "</get-config>", "<data></data>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_parameters, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_defaults, ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

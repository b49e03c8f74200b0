// SPDX-License-Identifier: Apache-2.0
/* The bounds of what a request gives as configuration. */
#include "netconf/rpc.h"

#include "sextant/memory.h"
#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** The bounds as they are documented. */
#define OPERATIONS_MAX 65536u
#define DEPTH_MAX 64u
#define VALUE_MAX 524288u

#define COUNT_BYTES (OPERATIONS_MAX * 64u)
#define TAG(tag) "<error-tag>" tag "</error-tag>"
#define NACM "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">"
#define CALL_CONTROL "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
#define NC "xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "

/* Sends an edit that is only tested, and a copy to the candidate of the same. */
static void expect(void **state, const char *config, const char *edited, const char *copied)
{
    struct ag_test_session *session = *state;
    char *edit = sx_format("<edit-config><target><running/></target><test-option>test-only"
                           "</test-option><config>%s</config></edit-config>",
        config);
    char *copy = sx_format("<copy-config><target><candidate/></target><source><config>%s</config>"
                           "</source></copy-config>",
        config);

    ag_test_client_expect(session->client, edit, edited);
    ag_test_client_expect(session->client, copy, copied);
    free(edit);
    free(copy);
}

/* `count` removals of phone-book entries. */
static char *removals(unsigned count)
{
    char *xml = sx_alloc(COUNT_BYTES), *at = xml;

    at += sprintf(at, CALL_CONTROL "<phone-book " NC ">");
    for (unsigned i = 0; i < count; i++)
        at += sprintf(at, "<entry nc:operation=\"remove\"><name>%u</name></entry>", i);
    strcpy(at, "</phone-book></call-control>");
    return xml;
}

static void operations_are_bounded(void **state)
{
    char *most = removals(OPERATIONS_MAX), *more = removals(OPERATIONS_MAX + 1);

    expect(state, most, "<ok/>", "belongs to &lt;edit-config&gt;");
    expect(state, more, "more than 65536 operations", TAG("unknown-attribute"));
    expect(state, more, TAG("too-big"), TAG("unknown-attribute"));
    free(most);
    free(more);
}

static void values_are_bounded(void **state)
{
    char *value = sx_alloc(VALUE_MAX + 2), *config;

    memset(value, 'x', VALUE_MAX);
    for (int more = 0; more < 2; more++) {
        config = sx_format(NACM "<rule-list><name>l</name><rule><name>r</name><comment>%s</comment>"
                                "<action>permit</action></rule></rule-list></nacm>",
            value);
        expect(state, config, more ? TAG("too-big") : "<ok/>", more ? "524288 bytes" : "<ok/>");
        free(config);
        value[VALUE_MAX] = 'x';
    }
    /* Of a leaf that does not take it, too. */
    config = sx_format(CALL_CONTROL "<ip-protocol>%s</ip-protocol></call-control>", value);
    expect(state, config, TAG("too-big"), TAG("too-big"));
    free(config);
    free(value);
}

static char *nested(unsigned depth)
{
    char *xml = sx_alloc(depth * 7 + 64), *at = xml;

    at += sprintf(at, "<a xmlns=\"urn:none\">");
    for (unsigned i = 1; i < depth; i++)
        at += sprintf(at, "<a>");
    for (unsigned i = 0; i < depth; i++)
        at += sprintf(at, "</a>");
    return xml;
}

static void depth_is_bounded(void **state)
{
    char *most = nested(DEPTH_MAX), *more = nested(DEPTH_MAX + 1);

    expect(state, most, TAG("unknown-namespace"), TAG("unknown-namespace"));
    expect(state, more, TAG("too-big"), "nested 65 levels deep");
    free(most);
    free(more);
}

static void a_whole_configuration_has_no_operations(void **state)
{
    expect(state, CALL_CONTROL "<ip-protocol " NC "nc:operation=\"remove\"/></call-control>",
        "<ok/>",
        "<error-info><bad-attribute>operation</bad-attribute><bad-element>ip-protocol"
        "</bad-element></error-info>");
    expect(state, "text", TAG("bad-element"), TAG("bad-element"));
    expect(state, " ", "<ok/>", "<ok/>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            operations_are_bounded, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            values_are_bounded, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            depth_is_bounded, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(a_whole_configuration_has_no_operations,
            ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Which alarms' notifications /alarms/control of RFC 8632 lets out. */
#include "netconf/alarm_control.h"

#include "sextant/memory.h"
#include "test_netconf.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define OK "<ok/></rpc-reply>"

static void control(void **state, const char *inner, const char *part)
{
    struct ag_test_session *session = *state;
    char *operation =
        sx_format("<edit-config><target><running/></target><config><alarms "
                  "xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\"><control>%s</control>"
                  "</alarms></config></edit-config>",
            inner);

    ag_test_client_expect(session->client, operation, part);
    free(operation);
}

static bool sends(void **state, enum sx_severity severity, bool raised)
{
    struct ag_test_session *session = *state;
    struct sx_alarm_event alarm = {.id = 20004, .severity = severity, .raised = raised};

    return ag_alarm_control_sends(session->server.netconf, &alarm);
}

static void test_all_changes(void **state)
{
    assert_true(sends(state, SX_SEVERITY_NOTICE, true));
    assert_true(sends(state, SX_SEVERITY_NOTICE, false));
    control(state, "<notify-status-changes>raise-and-clear</notify-status-changes>", OK);
    assert_true(sends(state, SX_SEVERITY_NOTICE, true));
    assert_true(sends(state, SX_SEVERITY_NOTICE, false));
}

static void test_severity_level(void **state)
{
    control(state,
        "<notify-status-changes>severity-level</notify-status-changes>"
        "<notify-severity-level>major</notify-severity-level>",
        OK);
    assert_false(sends(state, SX_SEVERITY_NOTICE, true));
    assert_false(sends(state, SX_SEVERITY_WARNING, true));
    assert_false(sends(state, SX_SEVERITY_ERROR, true));
    assert_true(sends(state, SX_SEVERITY_ALERT, true));
    assert_true(sends(state, SX_SEVERITY_CRITICAL, true));
    assert_true(sends(state, SX_SEVERITY_NOTICE, false));
    control(state, "<notify-severity-level>indeterminate</notify-severity-level>", OK);
    assert_true(sends(state, SX_SEVERITY_NOTICE, true));
    control(state, "<notify-severity-level>critical</notify-severity-level>", OK);
    assert_false(sends(state, SX_SEVERITY_ALERT, true));
    /* The level goes with the mode. */
    control(state, "<notify-status-changes>all-state-changes</notify-status-changes>", OK);
    assert_true(sends(state, SX_SEVERITY_NOTICE, true));
}

static void test_refusals(void **state)
{
    control(state, "<notify-status-changes>severity-level</notify-status-changes>",
        "<error-tag>operation-failed</error-tag>");
    control(state, "<max-alarm-status-changes>5</max-alarm-status-changes>",
        "<error-tag>unknown-element</error-tag>");
    control(state, "<alarm-shelving/>", "<error-tag>unknown-element</error-tag>");
}

/* What is a deviation is not there for anybody, so that a client need not try it. */
static void test_deviations(void **state)
{
    const struct ag_test_session *session = *state;
    const struct ly_ctx *context = sx_schema_context(session->server.schema);

    assert_non_null(lys_find_path(context, NULL, "/ietf-alarms:alarms/alarm-list/alarm", 0));
    assert_null(lys_find_path(context, NULL, "/ietf-alarms:alarms/alarm-list/purge-alarms", 0));
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, ag_test_session_setup, ag_test_session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_all_changes),
        TEST(test_severity_level),
        TEST(test_refusals),
        TEST(test_deviations),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

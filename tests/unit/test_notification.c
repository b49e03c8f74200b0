// SPDX-License-Identifier: Apache-2.0
#include "netconf/notification.h"

#include "sextant/schema.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** 2026-11-21T18:00:00.123Z */
#define TIME_MS 1795284000123
#define MESSAGE(content) \
    "<notification xmlns=\"urn:ietf:params:xml:ns:netconf:notification:1.0\">" \
    "<eventTime>2026-11-21T18:00:00.123Z</eventTime>" content "</notification>"
#define SESSIONS "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"
#define USER "<username>admin</username><session-id>7</session-id>"

static void expect(void **state, const struct ag_event *event, const char *expected)
{
    struct lyd_node *tree = NULL;
    struct sx_error err;
    char *text;

    if (ag_notification_tree(sx_schema_context(*state), event, &tree, &err) < 0)
        fail_msg("%s", err.message);
    /* What a change is of would have to be there for the target to be valid. */
    if (event->type != AG_EVENT_CHANGE)
        assert_int_equal(lyd_validate_op(tree, NULL, LYD_TYPE_NOTIF_YANG, NULL), LY_SUCCESS);
    text = ag_notification_xml(event, tree);
    assert_string_equal(text, expected);
    free(text);
    lyd_free_all(tree);
}

static void test_alarm(void **state)
{
    struct ag_event event = {.type = AG_EVENT_ALARM,
        .time_ms = TIME_MS,
        .alarm = {.id = 20004,
            .raised = true,
            .severity = SX_SEVERITY_ALERT,
            .time_ms = TIME_MS,
            .resource = "/sextant-cluster:cluster/peers/peer[index='2']",
            .text = "no link with <2>"}};
    struct sx_error err;
    struct lyd_node *tree = NULL;

    expect(state, &event,
        MESSAGE("<alarm-notification xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\">"
                "<resource xmlns:sxc=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
                "/sxc:cluster/sxc:peers/sxc:peer[sxc:index='2']</resource>"
                "<alarm-type-id xmlns:sxa=\"urn:sextant:params:xml:ns:yang:sextant-alarms\">"
                "sxa:cluster-communication-failure-20004</alarm-type-id>"
                "<alarm-type-qualifier/><time>2026-11-21T18:00:00.123+00:00</time>"
                "<perceived-severity>major</perceived-severity>"
                "<alarm-text>no link with &lt;2&gt;</alarm-text></alarm-notification>"));
    event.alarm = (struct sx_alarm_event){.id = 20007,
        .severity = SX_SEVERITY_WARNING,
        .time_ms = TIME_MS,
        .text = "a restart is needed"};
    expect(state, &event,
        MESSAGE("<alarm-notification xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\">"
                "<resource>system</resource>"
                "<alarm-type-id xmlns:sxa=\"urn:sextant:params:xml:ns:yang:sextant-alarms\">"
                "sxa:restart-required-20007</alarm-type-id>"
                "<alarm-type-qualifier/><time>2026-11-21T18:00:00.123+00:00</time>"
                "<perceived-severity>cleared</perceived-severity>"
                "<alarm-text>a restart is needed</alarm-text></alarm-notification>"));
    event.alarm.id = 1;
    assert_int_equal(ag_notification_tree(sx_schema_context(*state), &event, &tree, &err), -1);
    assert_non_null(strstr(err.message, "alarm-notification of ietf-alarms"));
}

static void test_rolling(void **state)
{
    struct ag_event event = {.type = AG_EVENT_ROLLING,
        .time_ms = TIME_MS,
        .rolling = {.state = SX_ROLLING_STOPPED,
            .address = "beta.example.com",
            .done = 1,
            .total = 3,
            .reason = "it did not come back",
            .time_ms = TIME_MS - 1000}};

#define PROGRESS(content) \
    MESSAGE("<rolling-restart-progress " \
            "xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">" content \
            "</rolling-restart-progress>")
    expect(state, &event,
        PROGRESS("<status>stopped</status><address>beta.example.com</address><done>1</done>"
                 "<total>3</total><reason>it did not come back</reason>"
                 "<time>2026-11-21T17:59:59.123+00:00</time>"));
    event.rolling = (struct sx_rolling_status){.state = SX_ROLLING_IDLE};
    expect(state, &event, PROGRESS("<status>idle</status>"));
}

static void test_change(void **state)
{
    struct ag_event event = {.type = AG_EVENT_CHANGE,
        .time_ms = TIME_MS,
        .origin = {.user = "admin", .source = "192.0.2.7", .session = 7},
        .change = {.top_count = 2, .tops = {"ietf-system:system", "sextant-cluster:cluster"}}};

#define CHANGE(by, edits) \
    MESSAGE("<netconf-config-change xmlns=\"" SESSIONS "\"><changed-by>" by \
            "</changed-by><datastore>running</datastore>" edits "</netconf-config-change>")
#define EDIT(prefix, space, top) \
    "<edit><target xmlns:" prefix "=\"" space "\">/" prefix ":" top \
    "</target><operation>merge</operation></edit>"
    expect(state, &event,
        CHANGE(USER "<source-host>192.0.2.7</source-host>",
            EDIT("sys", "urn:ietf:params:xml:ns:yang:ietf-system", "system")
                EDIT("sxc", "urn:sextant:params:xml:ns:yang:sextant-cluster", "cluster")));
    event.origin = (struct sx_origin){.user = "admin", .source = "127.0.0.12"};
    event.change.top_count = 0;
    expect(state, &event, CHANGE("<server/>", ""));
}

static void test_sessions(void **state)
{
    struct ag_event event = {.type = AG_EVENT_SESSION_START,
        .time_ms = TIME_MS,
        .origin = {.user = "admin", .source = "unix", .session = 7}};

    expect(state, &event,
        MESSAGE("<netconf-session-start xmlns=\"" SESSIONS "\">" USER "</netconf-session-start>"));
    event.type = AG_EVENT_SESSION_END;
    event.end.reason = AG_END_KILLED;
    event.end.killed_by = 9;
    strcpy(event.origin.source, "2001:db8::1");
    expect(state, &event,
        MESSAGE("<netconf-session-end xmlns=\"" SESSIONS "\">" USER
                "<source-host>2001:db8::1</source-host><killed-by>9</killed-by>"
                "<termination-reason>killed</termination-reason></netconf-session-end>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alarm),
        cmocka_unit_test(test_rolling),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_sessions),
    };

    /* libyang writes times in the time zone of the process. */
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

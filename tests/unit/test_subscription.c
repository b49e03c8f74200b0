// SPDX-License-Identifier: Apache-2.0
#include "netconf/subscription.h"

#include "netconf/notification.h"
#include "sextant/schema.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RPC(inner) \
    "<rpc xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"1\">" \
    "<create-subscription xmlns=\"" AG_NOTIFICATION_NS "\">" inner "</create-subscription></rpc>"
#define SUBTREE(inner) RPC("<filter type=\"subtree\">" inner "</filter>")
#define XPATH(select) \
    RPC("<filter xmlns:al=\"urn:ietf:params:xml:ns:yang:ietf-alarms\" " \
        "xmlns:sxa=\"urn:sextant:params:xml:ns:yang:sextant-alarms\" " \
        "type=\"xpath\" select=\"" select "\"/>")
#define ALARM(inner) \
    "<alarm-notification xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\">" inner \
    "</alarm-notification>"

static struct ly_ctx *requests;

static int setup(void **state)
{
    struct sx_error err;

    return sx_test_group_setup(state) == 0 ? ag_request_context(&requests, &err) : -1;
}

static int teardown(void **state)
{
    ly_ctx_destroy(requests);
    return sx_test_group_teardown(state);
}

static int try_subscribe(
    void **state, const char *body, struct ag_subscription **ret_subscription, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(*state);
    struct ag_request request;
    struct ag_error_info info = {0};
    int result;

    assert_int_equal(ag_request_parse(requests, body, &request, err), 0);
    result = ag_subscription_new(context, &request,
        ag_request_child(request.operation, AG_NOTIFICATION_NS, "filter"), ret_subscription, &info,
        err);
    /* It has passed on. */
    assert_int_equal(result == 0, request.tree == NULL);
    ag_request_clear(&request);
    return result;
}

static struct ag_subscription *subscribe(void **state, const char *body)
{
    struct ag_subscription *subscription = NULL;
    struct sx_error err;

    if (try_subscribe(state, body, &subscription, &err) < 0)
        fail_msg("%s", err.message);
    return subscription;
}

static void expect_refused(
    void **state, const char *body, enum sx_error_code code, const char *message)
{
    struct ag_subscription *subscription = NULL;
    struct sx_error err = {0};

    assert_int_equal(try_subscribe(state, body, &subscription, &err), -1);
    assert_null(subscription);
    assert_int_equal(err.code, code);
    if (!strstr(err.message, message))
        fail_msg("%s", err.message);
}

static struct ag_event alarm_of(uint32_t id, bool raised)
{
    struct ag_event event = {.type = AG_EVENT_ALARM};

    event.alarm.id = id;
    event.alarm.raised = raised;
    event.alarm.severity = SX_SEVERITY_WARNING;
    strcpy(event.alarm.text, "text");
    return event;
}

/* Whether a subscription with this body wants the event; asked twice, as filters remember. */
static bool wants(void **state, const char *body, struct ag_event event)
{
    struct ag_subscription *subscription = subscribe(state, body);
    bool answers[2];
    struct sx_error err;

    for (int i = 0; i < 2; i++) {
        struct lyd_node *tree = NULL;

        assert_int_equal(ag_notification_tree(sx_schema_context(*state), &event, &tree, &err), 0);
        answers[i] = ag_subscription_selects(subscription, tree);
        lyd_free_all(tree);
    }
    ag_subscription_free(subscription);
    assert_int_equal(answers[0], answers[1]);
    return answers[0];
}

static void test_no_filter(void **state)
{
    assert_true(wants(state, RPC(""), alarm_of(20004, true)));
    assert_true(wants(state, RPC("<stream>NETCONF</stream>"), alarm_of(20004, true)));
}

static void test_subtree(void **state)
{
    struct ag_event rolling = {.type = AG_EVENT_ROLLING, .rolling = {.total = 3}};

    assert_true(wants(state, SUBTREE(ALARM("")), alarm_of(20004, true)));
    assert_true(wants(state, RPC("<filter>" ALARM("") "</filter>"), alarm_of(20004, true)));
    assert_false(wants(state, SUBTREE(ALARM("")), rolling));
    assert_false(wants(state, SUBTREE(""), rolling));
#define CLEARED "<perceived-severity>cleared</perceived-severity>"
    assert_true(wants(state, SUBTREE(ALARM(CLEARED)), alarm_of(20004, false)));
    assert_false(wants(state, SUBTREE(ALARM(CLEARED)), alarm_of(20004, true)));
#define TYPE \
    "<alarm-type-id xmlns:x=\"urn:sextant:params:xml:ns:yang:sextant-alarms\">" \
    "x:restart-required-20007</alarm-type-id>"
    assert_true(wants(state, SUBTREE(ALARM(TYPE)), alarm_of(20007, true)));
    assert_false(wants(state, SUBTREE(ALARM(TYPE)), alarm_of(20020, true)));
    /* Either is enough. */
    assert_true(wants(state, SUBTREE(ALARM(TYPE) ALARM(CLEARED)), alarm_of(20020, false)));
    assert_false(wants(state, SUBTREE(ALARM(TYPE) ALARM(CLEARED)), alarm_of(20020, true)));
}

static void test_xpath(void **state)
{
    struct ag_event rolling = {.type = AG_EVENT_ROLLING};

    assert_true(wants(state, XPATH("/al:alarm-notification"), alarm_of(20004, true)));
    assert_false(wants(state, XPATH("/al:alarm-notification"), rolling));
    assert_true(wants(state, XPATH("/"), rolling));
    assert_true(wants(state, XPATH("/al:alarm-notification[al:perceived-severity='cleared']"),
        alarm_of(20004, false)));
    assert_false(wants(state, XPATH("/al:alarm-notification[al:perceived-severity='cleared']"),
        alarm_of(20004, true)));
    assert_true(wants(state, XPATH("//al:alarm-text"), alarm_of(20004, true)));
    assert_true(wants(state, XPATH("/al:alarm-notification/al:alarm-text[starts-with(.,'te')]"),
        alarm_of(20004, true)));
    /* Also where nothing has what the predicate asks of. */
    assert_true(
        wants(state, XPATH("/al:alarm-notification[al:resource='system' or al:resource='x']"),
            alarm_of(20004, true)));
    assert_false(
        wants(state, XPATH("/al:alarm-notification[al:resource='system' and al:resource='x']"),
            alarm_of(20004, true)));
    assert_false(wants(
        state, XPATH("/al:alarm-notification[al:resource='system' or al:resource='x']"), rolling));
}

static void test_refused(void **state)
{
    expect_refused(state, RPC("<filter type=\"regex\"/>"), SX_E_BAD_ATTRIBUTE, "\"regex\"");
    expect_refused(
        state, RPC("<filter type=\"xpath\"/>"), SX_E_MISSING_ATTRIBUTE, "a select attribute");
    expect_refused(state, XPATH("/al:alarm-notification["), SX_E_INVALID_VALUE, "cannot be used");
    expect_refused(state, XPATH("1 mod 0"), SX_E_INVALID_VALUE, "mod");
    expect_refused(state, XPATH("true()"), SX_E_INVALID_VALUE, "cannot be used");
    expect_refused(state, XPATH("/no:such"), SX_E_INVALID_VALUE, "no");
}

static void test_queue(void **state)
{
    struct ag_subscription *subscription = subscribe(state, RPC(""));
    struct ag_event *events[AG_SUBSCRIPTION_EVENTS_MAX + 1], *taken;

    assert_null(ag_subscription_take(subscription));
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i <= AG_SUBSCRIPTION_EVENTS_MAX; i++) {
            events[i] = ag_event_new(AG_EVENT_SESSION_START, (int64_t)i);
            assert_int_equal(
                ag_subscription_push(subscription, events[i]), i < AG_SUBSCRIPTION_EVENTS_MAX);
            ag_event_unref(events[i]);
        }
        /* In order; then a few more, so that the second round begins elsewhere in the ring. */
        for (size_t i = 0; i < AG_SUBSCRIPTION_EVENTS_MAX; i++) {
            taken = ag_subscription_take(subscription);
            assert_ptr_equal(taken, events[i]);
            assert_int_equal(taken->time_ms, i);
            ag_event_unref(taken);
        }
        assert_null(ag_subscription_take(subscription));
        taken = ag_event_new(AG_EVENT_SESSION_START, 0);
        assert_true(ag_subscription_push(subscription, taken));
        ag_event_unref(taken);
        ag_event_unref(ag_subscription_take(subscription));
    }
    /* What waits is released with it. */
    taken = ag_event_new(AG_EVENT_SESSION_START, 0);
    assert_true(ag_subscription_push(subscription, taken));
    assert_int_equal(atomic_load(&taken->references), 2);
    ag_subscription_free(subscription);
    assert_int_equal(atomic_load(&taken->references), 1);
    ag_event_unref(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_filter),
        cmocka_unit_test(test_subtree),
        cmocka_unit_test(test_xpath),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_queue),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

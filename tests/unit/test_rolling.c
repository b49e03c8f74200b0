// SPDX-License-Identifier: Apache-2.0
/* The restart in sequence: whose turn it is, over restarts, and where it stops. */
#include "fault_vfs.h"
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT_MS 20000
#define PEER_1 "/sextant-cluster:cluster/peers/peer[index='1']"
#define PEER_2 "/sextant-cluster:cluster/peers/peer[index='2']"

static bool request(struct sx_test_engine *test, enum sx_rolling_action action)
{
    struct sx_event event = {.type = SX_EVENT_ROLLING_RESTART,
        .origin = {.user = "tester", .source = "test", .session = 1}};

    event.rolling.action = action;
    event.rolling.limit_ms = LIMIT_MS;
    return sx_test_step(test, &event);
}

/* A peer comes up and says hello from this boot of its own. */
static void up(struct sx_test_engine *test, const char *peer, uint64_t boot)
{
    struct sx_message *message = sx_test_hello(test, peer);

    message->hello->boot = boot;
    sx_test_link_up(test, peer);
    sx_test_message(test, peer, message);
}

static const struct sx_alarm_event *alarm(const struct sx_test_engine *test, uint32_t id)
{
    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id)
            return &test->status.alarms[i];
    return NULL;
}

static void expect_turn(const struct sx_test_engine *test, enum sx_rolling_state state,
    const char *address, size_t done)
{
    assert_int_equal(test->status.rolling.state, state);
    assert_string_equal(test->status.rolling.address, address);
    assert_int_equal(test->status.rolling.done, done);
}

static uint64_t asked_boot(struct sx_test_engine *test, const char *peer)
{
    struct sx_message *message = sx_test_sent(test, SX_MESSAGE_RESTART, peer);

    assert_non_null(message);
    assert_string_equal(message->restart.refusal, "");
    return message->restart.boot;
}

/* A primary of three, which has begun and restarted; both peers are up again. */
static void open_begun(struct sx_test_engine *test, const struct sx_schema *schema)
{
    sx_test_primary_open(test, schema, 3);
    up(test, SX_TEST_B, 21);
    up(test, SX_TEST_C, 31);
    assert_true(request(test, SX_ROLLING_START));
    assert_non_null(sx_test_action(test, SX_ACTION_RESTART, NULL));
    expect_turn(test, SX_ROLLING_RUNNING, SX_TEST_A, 0);
    assert_string_equal(alarm(test, 20022)->resource, PEER_1);
    sx_test_engine_restart(test);
    expect_turn(test, SX_ROLLING_RUNNING, SX_TEST_A, 0);
    up(test, SX_TEST_B, 21);
    expect_turn(test, SX_ROLLING_RUNNING, SX_TEST_A, 0);
    up(test, SX_TEST_C, 31);
    expect_turn(test, SX_ROLLING_RUNNING, SX_TEST_B, 1);
}

static void one_after_the_other(void **state)
{
    struct sx_test_engine test;

    open_begun(&test, *state);
    assert_int_equal(asked_boot(&test, SX_TEST_B), 21);
    assert_null(sx_test_sent(&test, SX_MESSAGE_RESTART, SX_TEST_C));
    assert_string_equal(alarm(&test, 20022)->resource, PEER_2);
    assert_false(request(&test, SX_ROLLING_START));
    assert_int_equal(test.update.error.code, SX_E_IN_USE);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_RESTART), 0);
    up(&test, SX_TEST_B, 22);
    expect_turn(&test, SX_ROLLING_RUNNING, SX_TEST_C, 2);
    assert_int_equal(asked_boot(&test, SX_TEST_C), 31);
    up(&test, SX_TEST_C, 32);
    assert_int_equal(test.status.rolling.state, SX_ROLLING_COMPLETED);
    assert_int_equal(test.status.rolling.done, 3);
    assert_int_equal(test.status.rolling.total, 3);
    assert_null(alarm(&test, 20022));
    /* Each turn was one raise and one clear. */
    assert_int_equal(sx_test_events(&test, 20022, true), 3);
    assert_int_equal(sx_test_events(&test, 20022, false), 3);
    assert_true(request(&test, SX_ROLLING_START));
    sx_test_engine_close(&test);
}

/* A link that comes back with the same boot: the request was lost, or is not carried out yet. */
static void a_lost_request_is_made_again(void **state)
{
    struct sx_test_engine test;

    open_begun(&test, *state);
    sx_test_tick(&test, 1);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_RESTART), 0);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    up(&test, SX_TEST_B, 21);
    assert_int_equal(asked_boot(&test, SX_TEST_B), 21);
    /* The primary crashes in the middle. */
    sx_test_engine_restart(&test);
    expect_turn(&test, SX_ROLLING_RUNNING, SX_TEST_B, 1);
    up(&test, SX_TEST_C, 31);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_RESTART), 0);
    up(&test, SX_TEST_B, 21);
    assert_int_equal(asked_boot(&test, SX_TEST_B), 21);
    assert_int_equal(sx_test_events(&test, 20022, true), 2);
    sx_test_engine_close(&test);
}

static void who_does_not_come_back_stops_it(void **state)
{
    struct sx_test_engine test;

    open_begun(&test, *state);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_in_range(test.update.deadline_ms, test.now, test.now + LIMIT_MS);
    sx_test_tick(&test, LIMIT_MS);
    expect_turn(&test, SX_ROLLING_STOPPED, SX_TEST_B, 1);
    assert_non_null(strstr(test.status.rolling.reason, "peer 2 is not Active again after 20 s"));
    assert_string_equal(alarm(&test, 20023)->resource, PEER_2);
    assert_null(alarm(&test, 20022));
    up(&test, SX_TEST_B, 22);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_RESTART), 0);
    expect_turn(&test, SX_ROLLING_STOPPED, SX_TEST_B, 1);
    sx_test_engine_restart(&test);
    expect_turn(&test, SX_ROLLING_STOPPED, SX_TEST_B, 1);
    assert_non_null(alarm(&test, 20023));
    /* It has restarted by itself: it is not asked to again. */
    up(&test, SX_TEST_B, 22);
    up(&test, SX_TEST_C, 31);
    assert_true(request(&test, SX_ROLLING_RESUME));
    expect_turn(&test, SX_ROLLING_RUNNING, SX_TEST_C, 2);
    assert_null(alarm(&test, 20023));
    sx_test_engine_close(&test);
}

static void it_can_be_abandoned(void **state)
{
    struct sx_test_engine test;

    open_begun(&test, *state);
    assert_true(request(&test, SX_ROLLING_ABANDON));
    assert_int_equal(test.status.rolling.state, SX_ROLLING_IDLE);
    assert_null(alarm(&test, 20022));
    up(&test, SX_TEST_B, 22);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_RESTART), 0);
    assert_false(request(&test, SX_ROLLING_RESUME));
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.rolling.state, SX_ROLLING_IDLE);
    sx_test_engine_close(&test);
}

static void a_peer_that_is_taken_out_is_passed_over(void **state)
{
    struct sx_test_engine test;

    open_begun(&test, *state);
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<peers><peer xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                        "nc:operation=\"delete\"><index>3</index></peer>"
                        "<peer><index>2</index><address>" SX_TEST_C
                        "</address></peer></peers>" SX_TEST_CLUSTER_END));
    up(&test, SX_TEST_C, 31);
    expect_turn(&test, SX_ROLLING_RUNNING, SX_TEST_C, 2);
    sx_test_engine_close(&test);
}

static void it_is_the_primarys(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_false(request(&b, SX_ROLLING_START));
    assert_string_equal(b.update.error.app_tag, "not-primary");
    assert_non_null(strstr(b.update.error.message, SX_TEST_A));
    sx_test_disconnect(&a, &b);
    assert_false(request(&a, SX_ROLLING_START));
    assert_non_null(strstr(a.update.error.message, "peer 2 (" SX_TEST_B ") is not Active"));
    sx_test_connect(&a, &b);
    assert_true(request(&a, SX_ROLLING_START));
    /* Another peer is made primary meanwhile. */
    assert_true(sx_test_edit(&a,
        SX_TEST_CLUSTER "<configuration-primary>2</configuration-primary>" SX_TEST_CLUSTER_END));
    assert_int_equal(a.status.rolling.state, SX_ROLLING_STOPPED);
    assert_non_null(strstr(a.status.rolling.reason, "no longer the configuration primary"));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void alone_restart_is_the_operation(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(request(&test, SX_ROLLING_START));
    assert_non_null(strstr(test.update.error.message, "'restart'"));
    sx_test_engine_close(&test);
    sx_test_primary_open(&test, *state, 1);
    assert_true(request(&test, SX_ROLLING_START));
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.rolling.state, SX_ROLLING_COMPLETED);
    sx_test_engine_close(&test);
}

static struct sx_message *ask(uint64_t boot)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_RESTART);

    message->restart.boot = boot;
    return message;
}

static void a_subordinate_restarts_for_its_primary_alone(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 3);
    up(&test, SX_TEST_A, 1);
    up(&test, SX_TEST_C, 3);
    sx_test_message(&test, SX_TEST_C, ask(test.engine->boot));
    assert_null(sx_test_action(&test, SX_ACTION_RESTART, NULL));
    assert_non_null(strstr(sx_test_sent(&test, SX_MESSAGE_RESTART, SX_TEST_C)->restart.refusal,
        "another system for the configuration primary"));
    sx_test_message(&test, SX_TEST_A, ask(test.engine->boot + 1));
    assert_null(sx_test_action(&test, SX_ACTION_RESTART, NULL));
    sx_test_message(&test, SX_TEST_A, ask(test.engine->boot));
    assert_non_null(sx_test_action(&test, SX_ACTION_RESTART, NULL));
    sx_test_engine_close(&test);
}

static void an_armed_reset_is_not_set_off(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    /* What the subordinate says then, the primary takes for a stop. */
    open_begun(&test, *state);
    message = ask(21);
    strcpy(message->restart.refusal, "a factory reset is armed there");
    sx_test_message(&test, SX_TEST_B, message);
    expect_turn(&test, SX_ROLLING_STOPPED, SX_TEST_B, 1);
    assert_string_equal(test.status.rolling.reason, "a factory reset is armed there");
    sx_test_engine_close(&test);

    sx_test_subordinate_open(&test, *state, 2);
    up(&test, SX_TEST_A, 1);
    test.engine->reset.armed = true;
    sx_test_message(&test, SX_TEST_A, ask(test.engine->boot));
    assert_null(sx_test_action(&test, SX_ACTION_RESTART, NULL));
    assert_non_null(strstr(
        sx_test_sent(&test, SX_MESSAGE_RESTART, SX_TEST_A)->restart.refusal, "factory reset"));
    sx_test_engine_close(&test);
}

/* A stop that cannot be stored is tried again later, and time that has passed calls for no tick. */
static void a_full_disk_delays_the_stop(void **state)
{
    struct sx_test_engine test;
    struct fault_vfs *vfs = fault_vfs_new("rolling");

    open_begun(&test, *state);
    test.vfs = "rolling";
    sx_test_engine_restart(&test);
    fault_vfs_fail(vfs, FAULT_WRITE, 1, UINT32_MAX, SQLITE_FULL);
    sx_test_tick(&test, LIMIT_MS);
    assert_true(sx_test_logged(&test, "it could not be stored"));
    expect_turn(&test, SX_ROLLING_RUNNING, SX_TEST_B, 1);
    assert_true(test.update.deadline_ms > test.now);
    sx_test_tick(&test, 10);
    assert_false(sx_test_logged(&test, "it could not be stored"));
    fault_vfs_fail(vfs, 0, 0, 0, 0);
    sx_test_tick(&test, 1000);
    expect_turn(&test, SX_ROLLING_STOPPED, SX_TEST_B, 1);
    sx_test_engine_close(&test);
    fault_vfs_free(vfs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(a_lost_request_is_made_again),
        cmocka_unit_test(who_does_not_come_back_stops_it),
        cmocka_unit_test(it_can_be_abandoned),
        cmocka_unit_test(a_peer_that_is_taken_out_is_passed_over),
        cmocka_unit_test(it_is_the_primarys),
        cmocka_unit_test(alone_restart_is_the_operation),
        cmocka_unit_test(a_subordinate_restarts_for_its_primary_alone),
        cmocka_unit_test(an_armed_reset_is_not_set_off),
        cmocka_unit_test(a_full_disk_delays_the_stop),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* How far a restart in sequence is: told to whoever watches, on each system of the cluster. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT_MS 20000

static void request(struct sx_test_engine *test, enum sx_rolling_action action)
{
    struct sx_event event = {.type = SX_EVENT_ROLLING_RESTART,
        .origin = {.user = "tester", .source = "test", .session = 1}};

    event.rolling.action = action;
    event.rolling.limit_ms = LIMIT_MS;
    assert_true(sx_test_step(test, &event));
}

static void up(struct sx_test_engine *test, const char *peer, uint64_t boot)
{
    struct sx_message *message = sx_test_hello(test, peer);

    message->hello->boot = boot;
    sx_test_link_up(test, peer);
    sx_test_message(test, peer, message);
}

/* The step that the last update tells of, here and to a peer. */
static const struct sx_rolling_status *told(struct sx_test_engine *test, const char *peer)
{
    struct sx_action *action = sx_test_action(test, SX_ACTION_ROLLING, NULL);
    struct sx_message *message = sx_test_sent(test, SX_MESSAGE_ROLLING, peer);

    assert_non_null(action);
    assert_non_null(message);
    assert_null(action->peer);
    assert_int_equal(message->rolling->state, action->rolling.state);
    assert_int_equal(message->rolling->done, action->rolling.done);
    assert_string_equal(message->rolling->address, action->rolling.address);
    return &action->rolling;
}

static void each_step_is_told(void **state)
{
    const struct sx_rolling_status *step;
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 3);
    up(&test, SX_TEST_B, 21);
    up(&test, SX_TEST_C, 31);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_ROLLING), 0);
    request(&test, SX_ROLLING_START);
    step = told(&test, SX_TEST_C);
    assert_int_equal(step->state, SX_ROLLING_RUNNING);
    assert_string_equal(step->address, SX_TEST_A);
    assert_int_equal(step->done, 0);
    assert_int_equal(step->total, 3);
    sx_test_engine_restart(&test);
    /* The first to be back hears of the turn that is not over yet. */
    up(&test, SX_TEST_B, 21);
    assert_null(sx_test_action(&test, SX_ACTION_ROLLING, NULL));
    assert_string_equal(
        sx_test_sent(&test, SX_MESSAGE_ROLLING, SX_TEST_B)->rolling->address, SX_TEST_A);
    up(&test, SX_TEST_C, 31);
    step = told(&test, SX_TEST_B);
    assert_string_equal(step->address, SX_TEST_B);
    assert_int_equal(step->done, 1);
    told(&test, SX_TEST_C);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_ROLLING), 0);
    up(&test, SX_TEST_B, 22);
    assert_string_equal(told(&test, SX_TEST_B)->address, SX_TEST_C);
    up(&test, SX_TEST_C, 32);
    step = told(&test, SX_TEST_C);
    assert_int_equal(step->state, SX_ROLLING_COMPLETED);
    assert_int_equal(step->done, 3);
    assert_string_equal(step->address, "");
    /* It is over: who links now hears nothing of it. */
    up(&test, SX_TEST_B, 23);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_ROLLING), 0);
    sx_test_engine_close(&test);
}

static void a_stop_and_its_end_are_told(void **state)
{
    const struct sx_rolling_status *step;
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 3);
    up(&test, SX_TEST_B, 21);
    up(&test, SX_TEST_C, 31);
    request(&test, SX_ROLLING_START);
    sx_test_engine_restart(&test);
    up(&test, SX_TEST_B, 21);
    sx_test_tick(&test, LIMIT_MS);
    step = told(&test, SX_TEST_B);
    assert_int_equal(step->state, SX_ROLLING_STOPPED);
    assert_non_null(strstr(step->reason, "is not Active again"));
    up(&test, SX_TEST_C, 31);
    assert_int_equal(
        sx_test_sent(&test, SX_MESSAGE_ROLLING, SX_TEST_C)->rolling->state, SX_ROLLING_STOPPED);
    request(&test, SX_ROLLING_ABANDON);
    assert_int_equal(told(&test, SX_TEST_C)->state, SX_ROLLING_IDLE);
    sx_test_engine_close(&test);
}

static void hear(struct sx_test_engine *test, const char *peer, size_t done)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_ROLLING);

    message->rolling->state = SX_ROLLING_RUNNING;
    message->rolling->done = done;
    message->rolling->total = 3;
    strcpy(message->rolling->address, SX_TEST_C);
    sx_test_message(test, peer, message);
}

/* What is heard again over a new link is no news. */
static void a_peer_tells_what_it_heard(void **state)
{
    struct sx_test_engine test;
    struct sx_action *action;

    sx_test_subordinate_open(&test, *state, 3);
    up(&test, SX_TEST_A, 1);
    hear(&test, SX_TEST_A, 1);
    action = sx_test_action(&test, SX_ACTION_ROLLING, SX_TEST_A);
    assert_non_null(action);
    assert_int_equal(action->rolling.done, 1);
    assert_string_equal(action->rolling.address, SX_TEST_C);
    hear(&test, SX_TEST_A, 1);
    assert_null(sx_test_action(&test, SX_ACTION_ROLLING, NULL));
    hear(&test, SX_TEST_A, 2);
    assert_non_null(sx_test_action(&test, SX_ACTION_ROLLING, SX_TEST_A));
    /* It is not run from here. */
    assert_int_equal(test.status.rolling.state, SX_ROLLING_IDLE);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_ROLLING), 0);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_told),
        cmocka_unit_test(a_stop_and_its_end_are_told),
        cmocka_unit_test(a_peer_tells_what_it_heard),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

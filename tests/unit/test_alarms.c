// SPDX-License-Identifier: Apache-2.0
/* The way of an alarm: stored first, told once, in order, and told again when it may be lost. */
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sx_alarm_event *told(struct sx_test_engine *test, uint32_t id)
{
    for (size_t i = 0; i < test->update.count; i++) {
        const struct sx_action *action = &test->update.actions[i];

        if (action->type == SX_ACTION_ALARM && action->alarm.event.id == id)
            return &action->alarm.event;
    }
    return NULL;
}

static void notified(struct sx_test_engine *test, uint64_t sequence)
{
    struct sx_event event = {.type = SX_EVENT_NOTIFIED, .notified = sequence};

    assert_true(sx_test_step(test, &event));
}

static void a_raise_and_a_clear_are_told_once_each(void **state)
{
    struct sx_test_engine test;
    const struct sx_alarm_event *event;
    uint64_t sequence;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_name(&test, "west"));
    sequence = test.status.alarm_sequence;
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    event = told(&test, 20004);
    assert_non_null(event);
    assert_true(event->raised);
    assert_int_equal(event->severity, SX_SEVERITY_WARNING);
    assert_int_equal(event->time_ms, test.engine->now_ms);
    assert_non_null(strstr(event->text, "connection refused"));
    assert_non_null(strstr(event->text, SX_TEST_B));
    assert_true(event->sequence > sequence);
    assert_string_equal(sx_test_action(&test, SX_ACTION_ALARM, NULL)->alarm.system_name, "west");
    assert_non_null(sx_test_action(&test, SX_ACTION_STATUS, NULL));
    sequence = event->sequence;
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    assert_null(told(&test, 20004));
    sx_test_link_up(&test, SX_TEST_B);
    event = told(&test, 20004);
    assert_non_null(event);
    assert_false(event->raised);
    assert_true(event->sequence > sequence);
    sx_test_engine_close(&test);
}

static void another_reason_changes_the_text_alone(void **state)
{
    struct sx_test_engine test;
    uint64_t sequence;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    sequence = test.status.alarm_sequence;
    sx_test_link_down(&test, SX_TEST_B, "no route to host");
    assert_int_equal(test.status.alarm_sequence, sequence);
    assert_int_equal(sx_test_count(&test, SX_ACTION_ALARM), 0);
    for (size_t i = 0; i < test.status.alarm_count; i++)
        if (test.status.alarms[i].id == 20004)
            assert_non_null(strstr(test.status.alarms[i].text, "no route to host"));
    sx_test_engine_close(&test);
}

static void history_holds_each_event_once_and_in_order(void **state)
{
    struct sx_test_engine test;
    struct sx_alarm_event *events = NULL;
    struct sx_error err = {0};
    size_t count = 0;

    sx_test_primary_open(&test, *state, 2);
    for (unsigned i = 0; i < 5; i++) {
        sx_test_link_down(&test, SX_TEST_B, "gone");
        sx_test_peer_up(&test, SX_TEST_B);
    }
    assert_int_equal(
        sx_store_alarm_history(test.engine->store, 0, SX_ALARM_HISTORY_MAX, &events, &count, &err),
        0);
    assert_int_equal(events[count - 1].sequence, test.status.alarm_sequence);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(events[i].sequence, i + 1);
    free(events);
    assert_int_equal(sx_test_events(&test, 20004, true), 5);
    assert_int_equal(sx_test_events(&test, 20004, false), 5);
    sx_test_engine_close(&test);
}

static void what_may_not_have_gone_out_is_told_again_after_a_restart(void **state)
{
    struct sx_test_engine test;
    uint64_t sequence, told_again = 0;

    sx_test_primary_open(&test, *state, 2);
    notified(&test, test.status.alarm_sequence);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    sequence = told(&test, 20004)->sequence;
    sx_test_engine_restart(&test);
    for (size_t i = 0; i < test.update.count; i++)
        if (test.update.actions[i].type == SX_ACTION_ALARM)
            told_again++;
    assert_int_equal(told_again, 2); /* 20004 and 20006 */
    assert_int_equal(told(&test, 20004)->sequence, sequence);
    assert_true(told(&test, 20004)->raised);
    notified(&test, test.status.alarm_sequence);
    sx_test_engine_restart(&test);
    assert_int_equal(sx_test_count(&test, SX_ACTION_ALARM), 0);
    assert_true(sx_test_alarm(&test, 20004));
    sx_test_engine_close(&test);
}

static void sequence_numbers_go_on_after_a_restart(void **state)
{
    struct sx_test_engine test;
    uint64_t sequence;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    sequence = test.status.alarm_sequence;
    notified(&test, sequence);
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.alarm_sequence, sequence);
    sx_test_link_up(&test, SX_TEST_B);
    assert_int_equal(told(&test, 20004)->sequence, sequence + 1);
    sx_test_engine_close(&test);
}

static void an_older_acknowledgement_takes_nothing_back(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    notified(&test, test.status.alarm_sequence);
    notified(&test, 1);
    sx_test_engine_restart(&test);
    assert_int_equal(sx_test_count(&test, SX_ACTION_ALARM), 0);
    sx_test_engine_close(&test);
}

static void what_cannot_be_stored_is_not_told_until_it_can(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_sql(test.folder, "CREATE TRIGGER broken BEFORE INSERT ON alarm_history "
                             "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_int_equal(sx_test_count(&test, SX_ACTION_ALARM), 0);
    assert_false(sx_test_alarm(&test, 20004));
    assert_true(sx_test_logged(&test, "made to fail"));
    sx_test_sql(test.folder, "DROP TRIGGER broken");
    sx_test_tick(&test, 1);
    assert_non_null(told(&test, 20004));
    assert_true(sx_test_alarm(&test, 20004));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_raise_and_a_clear_are_told_once_each),
        cmocka_unit_test(another_reason_changes_the_text_alone),
        cmocka_unit_test(history_holds_each_event_once_and_in_order),
        cmocka_unit_test(what_may_not_have_gone_out_is_told_again_after_a_restart),
        cmocka_unit_test(sequence_numbers_go_on_after_a_restart),
        cmocka_unit_test(an_older_acknowledgement_takes_nothing_back),
        cmocka_unit_test(what_cannot_be_stored_is_not_told_until_it_can),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

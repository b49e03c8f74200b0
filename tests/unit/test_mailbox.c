// SPDX-License-Identifier: Apache-2.0
/* The mailbox of the SNMP thread: order, bounds, newest wins, waking. */
#include "snmp/mailbox.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct sx_error err;
    struct ag_snmp_mailbox *mailbox = NULL;
    int result = ag_snmp_mailbox_new(&mailbox, &err);
    *state = mailbox;
    return result;
}

static int tear_down(void **state)
{
    ag_snmp_mailbox_free(*state);
    return 0;
}

static bool awake(const struct ag_snmp_mailbox *mailbox)
{
    struct pollfd poll_for = {.fd = ag_snmp_mailbox_descriptor(mailbox), .events = POLLIN};
    return poll(&poll_for, 1, 0) == 1;
}

static void put(struct ag_snmp_mailbox *mailbox, uint64_t sequence)
{
    const struct sx_alarm_event event = {.sequence = sequence};
    ag_snmp_mailbox_put_event(mailbox, &event);
}

static void events_keep_their_order(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    struct sx_alarm_event event;
    assert_false(ag_snmp_mailbox_take_event(mailbox, &event));
    /* Round the ring more than once. */
    for (uint64_t round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < AG_SNMP_QUEUE_MAX - 1; i++)
            put(mailbox, round * AG_SNMP_QUEUE_MAX + i);
        for (uint64_t i = 0; i < AG_SNMP_QUEUE_MAX - 1; i++) {
            assert_true(ag_snmp_mailbox_take_event(mailbox, &event));
            assert_int_equal(event.sequence, round * AG_SNMP_QUEUE_MAX + i);
        }
        assert_false(ag_snmp_mailbox_take_event(mailbox, &event));
    }
    assert_int_equal(ag_snmp_mailbox_dropped(mailbox), 0);
}

static void a_full_queue_drops_the_newest_and_counts(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    struct sx_alarm_event event;
    for (uint64_t i = 0; i < AG_SNMP_QUEUE_MAX + 3; i++)
        put(mailbox, i);
    assert_int_equal(ag_snmp_mailbox_dropped(mailbox), 3);
    for (uint64_t i = 0; i < AG_SNMP_QUEUE_MAX; i++) {
        assert_true(ag_snmp_mailbox_take_event(mailbox, &event));
        assert_int_equal(event.sequence, i);
    }
    assert_false(ag_snmp_mailbox_take_event(mailbox, &event));
}

static void the_newest_settings_win(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    struct ag_snmp_settings settings = {.contact = "first"};
    assert_null(ag_snmp_mailbox_take_settings(mailbox));
    ag_snmp_mailbox_put_settings(mailbox, &settings);
    strcpy(settings.contact, "second");
    ag_snmp_mailbox_put_settings(mailbox, &settings);
    struct ag_snmp_settings *taken = ag_snmp_mailbox_take_settings(mailbox);
    assert_non_null(taken);
    assert_string_equal(taken->contact, "second");
    ag_snmp_settings_free(taken);
    assert_null(ag_snmp_mailbox_take_settings(mailbox));
}

static void settings_come_before_events(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    struct sx_alarm_event event;
    const struct ag_snmp_settings settings = {.enabled = true};
    put(mailbox, 1);
    ag_snmp_mailbox_put_settings(mailbox, &settings);
    assert_false(ag_snmp_mailbox_take_event(mailbox, &event));
    ag_snmp_settings_free(ag_snmp_mailbox_take_settings(mailbox));
    assert_true(ag_snmp_mailbox_take_event(mailbox, &event));
}

static void events_wait_for_expected_settings(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    struct sx_alarm_event event;
    const struct ag_snmp_settings settings = {.enabled = true};
    ag_snmp_mailbox_expect_settings(mailbox);
    put(mailbox, 1);
    ag_snmp_mailbox_expect_settings(mailbox);
    /* Settings of before the second change; those that follow have both. */
    ag_snmp_mailbox_put_settings(mailbox, &settings);
    ag_snmp_mailbox_met(mailbox, 1);
    ag_snmp_settings_free(ag_snmp_mailbox_take_settings(mailbox));
    assert_false(ag_snmp_mailbox_take_event(mailbox, &event));
    ag_snmp_mailbox_awake(mailbox);
    ag_snmp_mailbox_met(mailbox, 1);
    assert_true(awake(mailbox));
    assert_true(ag_snmp_mailbox_take_event(mailbox, &event));
}

static void a_status_passes_over_and_is_emptied(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    for (size_t i = 1; i <= 2; i++) {
        struct sx_status status = {.alarm_count = i, .alarms = calloc(i, sizeof(*status.alarms))};
        ag_snmp_mailbox_put_status(mailbox, &status);
        assert_null(status.alarms);
        assert_int_equal(status.alarm_count, 0);
    }
    /* An idle agent is not woken for a status that nobody asks for. */
    assert_false(awake(mailbox));
    struct sx_status *taken = ag_snmp_mailbox_take_status(mailbox);
    assert_non_null(taken);
    assert_int_equal(taken->alarm_count, 2);
    sx_status_clear(taken);
    free(taken);
    assert_null(ag_snmp_mailbox_take_status(mailbox));
}

static void events_settings_and_stop_wake(void **state)
{
    struct ag_snmp_mailbox *mailbox = *state;
    const struct ag_snmp_settings settings = {.enabled = true};
    assert_false(awake(mailbox));
    put(mailbox, 1);
    assert_true(awake(mailbox));
    ag_snmp_mailbox_awake(mailbox);
    assert_false(awake(mailbox));
    ag_snmp_mailbox_put_settings(mailbox, &settings);
    assert_true(awake(mailbox));
    ag_snmp_mailbox_awake(mailbox);
    assert_false(ag_snmp_mailbox_stopped(mailbox));
    ag_snmp_mailbox_put_stop(mailbox);
    assert_true(ag_snmp_mailbox_stopped(mailbox));
    assert_true(awake(mailbox));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_keep_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_full_queue_drops_the_newest_and_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_newest_settings_win, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_come_before_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_wait_for_expected_settings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_status_passes_over_and_is_emptied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_settings_and_stop_wake, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

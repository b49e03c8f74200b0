// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sx_alarm_event raise_4 = {.sequence = 1,
    .id = 20004,
    .raised = true,
    .severity = SX_SEVERITY_WARNING,
    .time_ms = 1700000000001,
    .resource = "/sextant-cluster:cluster/peers/peer[index='2']",
    .text = "no link with 127.0.0.12"};

static void put(struct sx_test_store *test, const struct sx_alarm_event *event)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_put_alarm(test->store, event, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

static void assert_event(const struct sx_alarm_event *event, const struct sx_alarm_event *expected)
{
    assert_int_equal(event->sequence, expected->sequence);
    assert_int_equal(event->id, expected->id);
    assert_int_equal(event->raised, expected->raised);
    assert_int_equal(event->severity, expected->severity);
    assert_int_equal(event->time_ms, expected->time_ms);
    assert_string_equal(event->resource, expected->resource);
    assert_string_equal(event->text, expected->text);
}

/* Compares the active alarms with `count` expected ones. */
static void assert_active(
    struct sx_test_store *test, const struct sx_alarm_event *expected, size_t count)
{
    struct sx_alarm_event *events = NULL;
    struct sx_error err = {0};
    size_t found = 99;

    assert_int_equal(sx_store_active_alarms(test->store, &events, &found, &err), 0);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++)
        assert_event(&events[i], &expected[i]);
    free(events);
}

/* Reads the history and gives the first sequence number and the count. */
static size_t read_history(
    struct sx_test_store *test, uint64_t after, size_t limit, uint64_t *ret_first)
{
    struct sx_alarm_event *events = NULL;
    struct sx_error err = {0};
    size_t count = 99;

    assert_int_equal(sx_store_alarm_history(test->store, after, limit, &events, &count, &err), 0);
    for (size_t i = 1; i < count; i++)
        assert_int_equal(events[i].sequence, events[i - 1].sequence + 1);
    *ret_first = count ? events[0].sequence : 0;
    free(events);
    return count;
}

static void test_raise_and_clear(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_alarm_event events[3] = {raise_4, raise_4, raise_4};
    struct sx_alarm_event clear;
    uint64_t first;

    assert_active(test, NULL, 0);
    assert_int_equal(read_history(test, 0, 10, &first), 0);
    events[1].sequence = 2;
    strcpy(events[1].resource, "/sextant-cluster:cluster/peers/peer[index='1']");
    events[2].sequence = 3;
    events[2].id = 15005;
    events[2].severity = SX_SEVERITY_CRITICAL;
    memset(events[2].resource, 'r', sizeof events[2].resource - 1);
    memset(events[2].text, 't', sizeof events[2].text - 1);
    for (int i = 0; i < 3; i++)
        put(test, &events[i]);
    assert_active(test, events, 3);
    sx_test_store_reopen(test);
    assert_active(test, events, 3);

    clear = events[0];
    clear.sequence = 4;
    clear.raised = false;
    clear.severity = SX_SEVERITY_CLEARED;
    put(test, &clear);
    assert_active(test, events + 1, 2);
    assert_int_equal(read_history(test, 0, 10, &first), 4);
    assert_int_equal(read_history(test, 1, 2, &first), 2);
    assert_int_equal(first, 2);
    assert_int_equal(read_history(test, 4, 10, &first), 0);
    assert_int_equal(read_history(test, UINT64_MAX, 10, &first), 0);
    /* One that is not there is cleared without harm. */
    clear.sequence = 5;
    put(test, &clear);
    assert_active(test, events + 1, 2);
}

static void test_raised_again_is_one(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_alarm_event event = raise_4;

    put(test, &event);
    event.sequence = 2;
    event.severity = SX_SEVERITY_ERROR;
    strcpy(event.text, "worse");
    put(test, &event);
    assert_active(test, &event, 1);
}

static void test_history_is_bounded(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_alarm_event event = raise_4;
    struct sx_error err = {0};
    uint64_t first;

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    for (uint64_t i = 1; i <= SX_ALARM_HISTORY_MAX + 7; i++) {
        event.sequence = i;
        event.raised = i % 2 || i == SX_ALARM_HISTORY_MAX;
        assert_int_equal(sx_store_put_alarm(test->store, &event, &err), 0);
    }
    assert_int_equal(sx_store_commit(test->store, &err), 0);
    assert_int_equal(read_history(test, 0, SIZE_MAX, &first), SX_ALARM_HISTORY_MAX);
    assert_int_equal(first, 8);
    assert_active(test, &event, 1);
}

static void test_foreign_words_are_refused(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_alarm_event *events = NULL;
    struct sx_error err = {0};
    size_t count = 0;

    put(test, &raise_4);
    sx_test_sql(test->folder, "UPDATE active_alarm SET severity = 'bad'");
    assert_int_equal(sx_store_active_alarms(test->store, &events, &count, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_null(events);
    sx_test_sql(test->folder, "UPDATE alarm_history SET text = hex(zeroblob(300))");
    assert_int_equal(sx_store_alarm_history(test->store, 0, 1, &events, &count, &err), -1);
    assert_non_null(strstr(err.message, "text is longer"));
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_raise_and_clear),
        TEST(test_raised_again_is_one),
        TEST(test_history_is_bounded),
        TEST(test_foreign_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

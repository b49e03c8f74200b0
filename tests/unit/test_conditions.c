// SPDX-License-Identifier: Apache-2.0
/* Alarms of one peer: each is raised and cleared by its cause, and a restart repeats neither. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PEER_2 "/sextant-cluster:cluster/peers/peer[index='2']"

/* The alarm is active, for this resource, and was raised just now and never before. */
static void expect_raised(struct sx_test_engine *test, uint32_t id, const char *resource)
{
    const struct sx_alarm_event *alarm = NULL;

    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id)
            alarm = &test->status.alarms[i];
    if (!alarm)
        fail_msg("%u is not raised", id);
    assert_string_equal(alarm->resource, resource);
    assert_string_not_equal(alarm->text, "");
    assert_int_equal(sx_test_events(test, id, true), 1);
    assert_int_equal(sx_test_events(test, id, false), 0);
}

static void expect_cleared(struct sx_test_engine *test, uint32_t id)
{
    assert_false(sx_test_alarm(test, id));
    assert_int_equal(sx_test_events(test, id, true), 1);
    assert_int_equal(sx_test_events(test, id, false), 1);
}

/* A primary in force, A by its address, and peers 2 … of these names. */
static void open_with_names(
    struct sx_test_engine *test, const struct sx_schema *schema, const char *const *names)
{
    sx_test_primary_open(test, schema, 1);
    for (unsigned i = 0; names[i]; i++)
        assert_true(sx_test_set_peer(test, i + 2, names[i]));
}

/* A says hello to the primary with one thing changed. */
static void say_hello(
    struct sx_test_engine *test, const char *peer, void (*change)(struct sx_hello *hello))
{
    struct sx_message *message = sx_test_hello(test, peer);

    if (change)
        change(message->hello);
    sx_test_message(test, peer, message);
}

static void two_entries_for_one_system_raise_20003(void **state)
{
    struct sx_test_engine test;
    const char *const names[] = {"b.example", "c.example", NULL};

    open_with_names(&test, *state, names);
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    assert_false(sx_test_alarm(&test, 20003));
    sx_test_resolved(&test, "c.example", SX_TEST_B);
    expect_raised(&test, 20003, "/sextant-cluster:cluster/peers/peer[index='3']");
    sx_test_engine_restart(&test);
    expect_raised(&test, 20003, "/sextant-cluster:cluster/peers/peer[index='3']");
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    sx_test_resolved(&test, "c.example", SX_TEST_B);
    expect_raised(&test, 20003, "/sextant-cluster:cluster/peers/peer[index='3']");
    assert_true(sx_test_map(&test, "c.example", SX_TEST_C));
    expect_cleared(&test, 20003);
    sx_test_engine_close(&test);
}

static void an_own_address_that_stands_twice_raises_20003(void **state)
{
    struct sx_test_engine test;
    const char *const names[] = {"b.example", NULL};

    open_with_names(&test, *state, names);
    sx_test_resolved(&test, "b.example", SX_TEST_A);
    expect_raised(&test, 20003, PEER_2);
    assert_int_equal(test.status.local_index, 1);
    sx_test_engine_close(&test);
}

static void a_link_that_is_not_there_raises_20004(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_false(sx_test_alarm(&test, 20004));
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    expect_raised(&test, 20004, PEER_2);
    sx_test_link_down(&test, SX_TEST_B, "no route to host");
    sx_test_engine_restart(&test);
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    expect_raised(&test, 20004, PEER_2);
    sx_test_link_up(&test, SX_TEST_B);
    expect_cleared(&test, 20004);
    sx_test_engine_close(&test);
}

static void a_name_that_does_not_resolve_raises_20005(void **state)
{
    struct sx_test_engine test;
    const char *const names[] = {"b.example", NULL};

    open_with_names(&test, *state, names);
    assert_false(sx_test_alarm(&test, 20005));
    sx_test_resolved(&test, "b.example", "");
    expect_raised(&test, 20005, PEER_2);
    sx_test_engine_restart(&test);
    expect_raised(&test, 20005, PEER_2);
    sx_test_resolved(&test, "b.example", "");
    expect_raised(&test, 20005, PEER_2);
    sx_test_tick(&test, SX_RESOLVE_RETRY_MS);
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    expect_cleared(&test, 20005);
    sx_test_engine_close(&test);
}

static void an_alarm_goes_with_its_peer(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_down(&test, SX_TEST_B, "connection refused");
    expect_raised(&test, 20004, PEER_2);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<peers><peer " SX_TEST_DELETE "><index>2</index></peer></peers>" SX_TEST_CLUSTER_END));
    expect_cleared(&test, 20004);
    expect_cleared(&test, 20006);
    sx_test_engine_close(&test);
}

static void other_name(struct sx_hello *hello)
{
    strcpy(hello->cluster_name, "x.example");
}

static void other_schema(struct sx_hello *hello)
{
    hello->schema_hash[0] ^= 1;
    strcpy(hello->software_version, "9.9");
}

static void a_peer_that_cannot_be_replicated_with_raises_20006(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    assert_false(sx_test_alarm(&test, 20006));
    say_hello(&test, SX_TEST_B, other_name);
    expect_raised(&test, 20006, PEER_2);
    sx_test_engine_restart(&test);
    sx_test_link_up(&test, SX_TEST_B);
    say_hello(&test, SX_TEST_B, other_name);
    expect_raised(&test, 20006, PEER_2);
    say_hello(&test, SX_TEST_B, NULL);
    expect_cleared(&test, 20006);
    sx_test_engine_close(&test);
}

static void a_lost_link_raises_20006_too(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 3);
    sx_test_link_down(&test, SX_TEST_C, "gone");
    assert_false(sx_test_alarm(&test, 20006));
    sx_test_link_down(&test, SX_TEST_A, "gone");
    expect_raised(&test, 20006, "/sextant-cluster:cluster/peers/peer[index='1']");
    sx_test_link_up(&test, SX_TEST_A);
    say_hello(&test, SX_TEST_A, NULL);
    expect_cleared(&test, 20006);
    sx_test_engine_close(&test);
}

static const char *text_of(const struct sx_test_engine *test, uint32_t id)
{
    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id)
            return test->status.alarms[i].text;
    return "";
}

/* A module more or less is another schema, too. */
static void other_modules(struct sx_hello *hello)
{
    hello->schema_hash[0] ^= 1;
}

static void what_differs_in_an_upgrade_is_told(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    say_hello(&test, SX_TEST_B, other_schema);
    assert_non_null(strstr(text_of(&test, 20008), "runs software 9.9, this system test"));
    sx_test_link_up(&test, SX_TEST_B);
    say_hello(&test, SX_TEST_B, other_modules);
    assert_non_null(strstr(text_of(&test, 20008), "has other YANG modules"));
    sx_test_engine_close(&test);
}

static void another_schema_raises_20008(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    say_hello(&test, SX_TEST_B, other_schema);
    expect_raised(&test, 20008, PEER_2);
    sx_test_engine_restart(&test);
    sx_test_link_up(&test, SX_TEST_B);
    say_hello(&test, SX_TEST_B, other_schema);
    expect_raised(&test, 20008, PEER_2);
    say_hello(&test, SX_TEST_B, NULL);
    expect_cleared(&test, 20008);
    sx_test_engine_close(&test);
}

/* A's revision does not fit: B misses the one before it. */
static void lose_one_revision(struct sx_test_engine *a, struct sx_test_engine *b)
{
    assert_true(sx_test_entry(a, "ann", 100));
    assert_true(sx_test_entry(a, "ann", 101));
    sx_test_exchange(a, b);
}

static void a_refused_revision_raises_20009_on_both(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    lose_one_revision(&a, &b);
    expect_raised(&a, 20009, PEER_2);
    expect_raised(&b, 20009, "/sextant-cluster:cluster/peers/peer[index='1']");
    sx_test_link_down(&a, SX_TEST_B, "it ended the connection");
    sx_test_connect(&a, &b);
    expect_cleared(&a, 20009);
    expect_cleared(&b, 20009);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_refusal_outlives_restarts(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    lose_one_revision(&a, &b);
    sx_test_engine_restart(&a);
    sx_test_engine_restart(&b);
    expect_raised(&a, 20009, PEER_2);
    expect_raised(&b, 20009, "/sextant-cluster:cluster/peers/peer[index='1']");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    expect_cleared(&a, 20009);
    expect_cleared(&b, 20009);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_entries_for_one_system_raise_20003),
        cmocka_unit_test(an_own_address_that_stands_twice_raises_20003),
        cmocka_unit_test(a_link_that_is_not_there_raises_20004),
        cmocka_unit_test(a_name_that_does_not_resolve_raises_20005),
        cmocka_unit_test(an_alarm_goes_with_its_peer),
        cmocka_unit_test(a_peer_that_cannot_be_replicated_with_raises_20006),
        cmocka_unit_test(a_lost_link_raises_20006_too),
        cmocka_unit_test(another_schema_raises_20008),
        cmocka_unit_test(what_differs_in_an_upgrade_is_told),
        cmocka_unit_test(a_refused_revision_raises_20009_on_both),
        cmocka_unit_test(a_refusal_outlives_restarts),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Entering a cluster and leaving it. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the engine says of itself to a peer that links with it now. */
static bool says_take_snapshot(struct sx_test_engine *test)
{
    const struct sx_message *hello;

    sx_test_link_up(test, SX_TEST_A);
    hello = sx_test_sent(test, SX_MESSAGE_HELLO, SX_TEST_A);
    assert_non_null(hello);
    return hello->hello->take_snapshot;
}

static void who_enters_as_a_subordinate_is_joining(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_true(test.engine->joining);
    assert_true(says_take_snapshot(&test));
    sx_test_engine_close(&test);
}

static void the_mark_outlives_restarts(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    sx_test_engine_restart(&test);
    sx_test_engine_restart(&test);
    assert_true(test.engine->joining);
    assert_true(says_take_snapshot(&test));
    sx_test_engine_close(&test);
}

static void a_primary_does_not_join(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_false(test.engine->take_snapshot);
    sx_test_engine_restart(&test);
    assert_false(test.engine->take_snapshot);
    sx_test_engine_close(&test);
}

static void a_former_primary_does_not_join_either(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_set_primary(&test, 2));
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.role, SX_ROLE_SUBORDINATE);
    assert_false(test.engine->take_snapshot);
    sx_test_engine_close(&test);
}

static void who_has_joined_does_not_join_again(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_false(b.engine->take_snapshot);
    sx_test_engine_restart(&b);
    assert_false(b.engine->take_snapshot);
    assert_false(says_take_snapshot(&b));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_left_and_enters_again_joins_again(void **state)
{
    struct sx_test_engine a, b;
    const char *const list[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_pair_open(&a, &b, *state);
    assert_true(
        sx_test_edit(&b, SX_TEST_CLUSTER "<peers " SX_TEST_DELETE "/>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(&b);
    assert_int_equal(b.status.role, SX_ROLE_STAND_ALONE);
    /* Who leaves is reset. */
    sx_test_tick(&b, 5000);
    sx_test_engine_restart(&b);
    assert_true(sx_test_entry(&b, "ben", 200));
    sx_test_form(&b, list, 1);
    assert_true(b.engine->joining);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void the_first_snapshot_ends_joining_whatever_the_lineage(void **state)
{
    struct sx_test_engine a, b;
    const char *const list[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_engine_open(&b, *state, SX_TEST_B);
    assert_true(sx_test_entry(&b, "ben", 200));
    assert_true(sx_test_name(&b, "east"));
    sx_test_form(&b, list, 1);
    sx_test_connect(&a, &b);
    assert_false(b.engine->take_snapshot);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "ben"), "");
    assert_string_equal(b.status.system_name, "east");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* It was listed by names that did not resolve, taken out again, and listed anew. */
static void who_was_taken_out_before_it_had_a_place_still_joins(void **state)
{
    struct sx_test_engine test;
    const char *const list[] = {"a.example", "b.example", NULL};

    sx_test_engine_open(&test, *state, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ben", 200));
    sx_test_form(&test, list, 1);
    assert_int_equal(test.status.role, SX_ROLE_NOT_IN_LIST);
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<peers " SX_TEST_DELETE "/>" SX_TEST_CLUSTER_END));
    assert_false(test.engine->in_cluster);
    assert_true(sx_test_set_peer(&test, 1, list[0]));
    assert_true(sx_test_set_peer(&test, 2, list[1]));
    sx_test_resolved(&test, "a.example", SX_TEST_A);
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    assert_int_equal(test.status.role, SX_ROLE_SUBORDINATE);
    assert_true(test.engine->joining);
    sx_test_engine_close(&test);
}

static void a_place_by_name_is_taken_once_the_name_resolves(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_RESOLVED};

    sx_test_engine_open(&test, *state, SX_TEST_B);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers>"
        "<peer><index>1</index><address>a.example</address></peer>"
        "<peer><index>2</index><address>b.example</address></peer></peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(&test);
    assert_false(test.engine->joining);
    event.resolved.name = "a.example";
    strcpy(event.resolved.address, SX_TEST_A);
    sx_test_step(&test, &event);
    assert_false(test.engine->joining);
    event.resolved.name = "b.example";
    strcpy(event.resolved.address, SX_TEST_B);
    sx_test_step(&test, &event);
    assert_int_equal(test.status.role, SX_ROLE_SUBORDINATE);
    assert_true(test.engine->joining);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_enters_as_a_subordinate_is_joining),
        cmocka_unit_test(the_mark_outlives_restarts),
        cmocka_unit_test(a_primary_does_not_join),
        cmocka_unit_test(a_former_primary_does_not_join_either),
        cmocka_unit_test(who_has_joined_does_not_join_again),
        cmocka_unit_test(who_left_and_enters_again_joins_again),
        cmocka_unit_test(the_first_snapshot_ends_joining_whatever_the_lineage),
        cmocka_unit_test(who_was_taken_out_before_it_had_a_place_still_joins),
        cmocka_unit_test(a_place_by_name_is_taken_once_the_name_resolves),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Revisions that come in a row: taken together, told apart only when one of them is to blame. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The revision that sets an entry on the primary. */
static struct sx_message *revision(
    struct sx_test_engine *a, const char *name, unsigned number, bool more)
{
    struct sx_message *message;

    assert_true(sx_test_entry(a, name, number));
    message = sx_test_take(a, SX_MESSAGE_REVISION);
    message->more = more;
    return message;
}

static void a_row_is_stored_with_its_last_one(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *row[3];

    sx_test_pair_open(&a, &b, *state);
    row[0] = revision(&a, "ann", 100, true);
    row[1] = revision(&a, "bob", 200, true);
    row[2] = revision(&a, "ann", 101, false);
    for (size_t i = 0; i < 2; i++) {
        sx_test_message(&b, SX_TEST_A, row[i]);
        assert_null(sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A));
        assert_string_equal(sx_test_number(&b, "ann"), "");
    }
    sx_test_message(&b, SX_TEST_A, row[2]);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A));
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    assert_string_equal(sx_test_number(&b, "bob"), "200");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_is_good_before_a_bad_one_is_kept(void **state)
{
    struct sx_test_engine a, b;
    const struct sx_message *refusal;
    struct sx_message *row[3];

    sx_test_pair_open(&a, &b, *state);
    row[0] = revision(&a, "ann", 100, true);
    row[1] = revision(&a, "bob", 200, true);
    row[2] = revision(&a, "cid", 300, false);
    row[1]->revision->digest[0] ^= 1;
    row[2]->revision->digest[0] ^= 1;
    for (size_t i = 0; i < 3; i++)
        sx_test_message(&b, SX_TEST_A, row[i]);
    refusal = sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A);
    assert_non_null(refusal);
    assert_int_equal(refusal->refusal.number, 2);
    assert_int_equal(sx_test_revision(&b), 1);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "bob"), "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_row_that_a_lost_link_cuts_is_forgotten(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    sx_test_message(&b, SX_TEST_A, revision(&a, "ann", 100, true));
    sx_test_disconnect(&a, &b);
    assert_int_equal(sx_test_revision(&b), 0);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* A and its subordinate B, linked; C is in their lists. */
static void open_with_a_third(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    sx_test_primary_open(a, schema, 3);
    sx_test_subordinate_open(b, schema, 3);
    sx_test_connect(a, b);
}

static void a_link_with_another_peer_does_not_concern_a_row(void **state)
{
    struct sx_test_engine a, b;

    open_with_a_third(&a, &b, *state);
    sx_test_message(&b, SX_TEST_A, revision(&a, "ann", 100, true));
    sx_test_link_up(&b, SX_TEST_C);
    sx_test_link_down(&b, SX_TEST_C, "connection reset");
    sx_test_message(&b, SX_TEST_A, revision(&a, "bob", 200, false));
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "bob"), "200");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* What was refused over a former link does not keep a gap over this one from being told. */
static void a_gap_is_told_over_each_link(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *bad, *hello;

    sx_test_pair_open(&a, &b, *state);
    bad = revision(&a, "ann", 100, false);
    bad->revision->digest[0] ^= 1;
    sx_test_message(&b, SX_TEST_A, bad);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    sx_test_link_down(&b, SX_TEST_A, "connection reset");
    sx_test_link_up(&b, SX_TEST_A);
    hello = sx_test_hello(&b, SX_TEST_A);
    hello->hello->history = a.status.history;
    sx_test_message(&b, SX_TEST_A, hello);
    sx_test_message(&b, SX_TEST_A, revision(&a, "bob", 200, false));
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    /* What follows it over the same link was on its way. */
    sx_test_message(&b, SX_TEST_A, revision(&a, "bob", 201, false));
    assert_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* Who was away gets what it missed in rows, not one by one. */
static void catching_up_takes_few_answers(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    for (unsigned i = 0; i < 2 * SX_WINDOW_REVISIONS; i++)
        assert_true(sx_test_entry(&a, "ann", i + 1));
    sx_test_connect(&a, &b);
    assert_int_equal(sx_test_revision(&b), 2 * SX_WINDOW_REVISIONS);
    /* Two windows, the hello and what the connection takes: not one step a revision. */
    assert_true(b.engine->tree.whole_validations < 20);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_stored_with_its_last_one),
        cmocka_unit_test(what_is_good_before_a_bad_one_is_kept),
        cmocka_unit_test(a_row_that_a_lost_link_cuts_is_forgotten),
        cmocka_unit_test(a_link_with_another_peer_does_not_concern_a_row),
        cmocka_unit_test(a_gap_is_told_over_each_link),
        cmocka_unit_test(catching_up_takes_few_answers),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* The subordinate's side of replication: what is taken from whom. */
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The revision that sets an entry on the primary. */
static struct sx_message *revision(struct sx_test_engine *a, const char *name, unsigned number)
{
    assert_true(sx_test_entry(a, name, number));
    return sx_test_take(a, SX_MESSAGE_REVISION);
}

static void what_is_stored_is_acknowledged(void **state)
{
    struct sx_test_engine a, b;
    const struct sx_message *position;

    sx_test_pair_open(&a, &b, *state);
    sx_test_message(&b, SX_TEST_A, revision(&a, "ann", 100));
    position = sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A);
    assert_non_null(position);
    assert_memory_equal(position->history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_that_comes_twice_is_taken_once(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *first, *again, *hello;

    sx_test_pair_open(&a, &b, *state);
    first = revision(&a, "ann", 100);
    sx_test_link_up(&a, SX_TEST_B);
    hello = sx_test_hello(&a, SX_TEST_B);
    hello->hello->history = b.status.history;
    sx_test_message(&a, SX_TEST_B, hello);
    again = sx_test_take(&a, SX_MESSAGE_REVISION);
    sx_test_message(&b, SX_TEST_A, first);
    sx_test_message(&b, SX_TEST_A, again);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A));
    assert_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void expect_alarms(const struct sx_test_engine *b, bool active)
{
    assert_int_equal(sx_test_alarm(b, 20004), active);
    assert_int_equal(sx_test_alarm(b, 20006), active);
    assert_int_equal(sx_test_alarm(b, 20009), active);
    assert_int_equal(sx_test_alarm(b, 20016), active);
}

static void a_gap_costs_the_link(void **state)
{
    static const char reason[] = "it sent revision 2 where 1 is the next";
    struct sx_test_engine a, b;
    struct sx_message *first, *second, *hello;
    const struct sx_action *reset;

    sx_test_pair_open(&a, &b, *state);
    first = revision(&a, "ann", 100);
    second = revision(&a, "ann", 101);
    sx_test_message(&b, SX_TEST_A, second);
    assert_string_equal(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A)->refusal.reason, reason);
    reset = sx_test_action(&b, SX_ACTION_LINK_RESET, SX_TEST_A);
    assert_non_null(reset);
    assert_string_equal(reset->reason, reason);
    assert_string_equal(b.status.peers[0].failure, reason);
    assert_int_equal(b.status.peers[0].state, SX_PEER_FAILED);
    expect_alarms(&b, true);
    /* What was still on its way over that link does not count. */
    sx_test_message(&b, SX_TEST_A, first);
    assert_string_equal(sx_test_number(&b, "ann"), "");
    sx_test_link_down(&b, SX_TEST_A, reason);
    sx_test_link_down(&a, SX_TEST_B, "it ended the connection");
    /* The next link shows whether it is well again; until then the alarms stay. */
    sx_test_link_up(&b, SX_TEST_A);
    expect_alarms(&b, true);
    hello = sx_test_hello(&b, SX_TEST_A);
    hello->hello->history = a.status.history;
    sx_test_message(&b, SX_TEST_A, hello);
    expect_alarms(&b, true);
    sx_test_link_down(&b, SX_TEST_A, "no answer");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    expect_alarms(&b, false);
    assert_int_equal(sx_test_events(&b, 20004, true), 1);
    assert_int_equal(sx_test_events(&b, 20006, true), 1);
    assert_int_equal(sx_test_events(&b, 20016, true), 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* A primary takes nothing, so nothing would end what it refused before it was one. */
static void a_refusal_ends_with_the_role(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_message(&b, SX_TEST_A, revision(&a, "ben", 200));
    assert_true(sx_test_alarm(&b, 20009));
    assert_true(sx_test_set_primary(&b, 2));
    assert_false(sx_test_alarm(&b, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_refusal_and_a_retry_bring_both_level(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *lost;

    sx_test_pair_open(&a, &b, *state);
    lost = revision(&a, "ann", 100);
    sx_message_free(lost);
    assert_true(sx_test_entry(&a, "ann", 101));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_alarm(&a, 20009));
    assert_true(sx_test_alarm(&b, 20009));
    sx_test_link_down(&a, SX_TEST_B, "it ended the connection");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    assert_false(sx_test_alarm(&a, 20009));
    assert_false(sx_test_alarm(&b, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_cannot_be_stored_is_refused_and_taken_later(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    sx_test_sql(b.folder, "CREATE TRIGGER broken BEFORE INSERT ON revision "
                          "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_alarm(&a, 20009));
    assert_true(sx_test_alarm(&b, 20009));
    assert_string_equal(sx_test_number(&b, "ann"), "");
    sx_test_sql(b.folder, "DROP TRIGGER broken");
    sx_test_tick(&a, SX_REFUSED_RETRY_MS);
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_false(sx_test_alarm(&a, 20009));
    assert_false(sx_test_alarm(&b, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_from_another_than_the_primary_is_not_taken(void **state)
{
    struct sx_test_engine a, b;
    struct sx_history history;
    struct sx_message *hello;

    sx_test_primary_open(&a, *state, 3);
    sx_test_subordinate_open(&b, *state, 3);
    sx_test_connect(&a, &b);
    sx_test_link_up(&b, SX_TEST_C);
    /* C holds itself for the primary. */
    hello = sx_test_hello(&b, SX_TEST_C);
    hello->hello->configuration_primary = 3;
    sx_test_message(&b, SX_TEST_C, hello);
    history = b.status.history;
    sx_test_message(&b, SX_TEST_C, revision(&a, "ann", 100));
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_C));
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_memory_equal(&b.status.history, &history, sizeof history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_primary_takes_no_revision(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_set_primary(&b, 2));
    sx_test_message(&b, SX_TEST_A, revision(&a, "ann", 100));
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* Both commit the same revision number on their own; then B is a subordinate again. */
static void diverge(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_disconnect(a, b);
    assert_true(sx_test_set_primary(b, 2));
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_entry(a, "ann", 101));
    assert_true(sx_test_set_primary(b, 1));
    sx_test_connect(a, b);
}

static void diverged_histories_are_not_merged(void **state)
{
    struct sx_test_engine a, b;
    struct sx_history history;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    diverge(&a, &b);
    history = b.status.history;
    assert_true(sx_test_alarm(&b, 20011));
    assert_int_equal(b.status.database, SX_DATABASE_CONFLICT);
    assert_true(sx_test_entry(&a, "ann", 102));
    sx_test_exchange(&a, &b);
    sx_test_tick(&a, 60000);
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "ben"), "200");
    assert_memory_equal(&b.status.history, &history, sizeof history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_forced_update_resolves_the_conflict(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    diverge(&a, &b);
    assert_true(sx_test_plain(&b, SX_EVENT_FORCE_UPDATE, SX_DATASTORE_RUNNING, 1));
    sx_test_exchange(&a, &b);
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    assert_string_equal(sx_test_number(&b, "ben"), "");
    assert_false(sx_test_alarm(&b, 20011));
    assert_true(sx_test_entry(&a, "ann", 103));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "103");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_differing_digest_of_the_same_revision_is_a_conflict(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *sync;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    sx_test_tick(&a, 60000);
    sync = sx_test_take(&a, SX_MESSAGE_SYNC);
    sync->history->digest[0] ^= 1;
    sx_test_message(&b, SX_TEST_A, sync);
    assert_true(sx_test_alarm(&b, 20011));
    sx_test_tick(&a, 60000);
    sx_test_exchange(&a, &b);
    assert_false(sx_test_alarm(&b, 20011));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_sync_is_answered_and_its_time_kept(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    b.now = a.now + 100000;
    sx_test_tick(&a, 60000);
    sx_test_message(&b, SX_TEST_A, sx_test_take(&a, SX_MESSAGE_SYNC));
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A));
    assert_int_equal(b.status.last_sync_ms, b.engine->now_ms);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_is_acknowledged),
        cmocka_unit_test(a_revision_that_comes_twice_is_taken_once),
        cmocka_unit_test(a_gap_costs_the_link),
        cmocka_unit_test(a_refusal_ends_with_the_role),
        cmocka_unit_test(a_refusal_and_a_retry_bring_both_level),
        cmocka_unit_test(what_cannot_be_stored_is_refused_and_taken_later),
        cmocka_unit_test(a_revision_from_another_than_the_primary_is_not_taken),
        cmocka_unit_test(a_primary_takes_no_revision),
        cmocka_unit_test(diverged_histories_are_not_merged),
        cmocka_unit_test(a_forced_update_resolves_the_conflict),
        cmocka_unit_test(a_differing_digest_of_the_same_revision_is_a_conflict),
        cmocka_unit_test(a_sync_is_answered_and_its_time_kept),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* The primary's side of replication: what is sent to whom, and when. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The answer of a peer that has everything up to this revision of the primary's history. */
static void acknowledge(struct sx_test_engine *test, const char *peer, uint64_t revision)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_POSITION);

    *message->history = test->status.history;
    message->history->chain[message->history->count - 1].last_revision = revision;
    sx_test_message(test, peer, message);
}

/* A peer that is at this revision of the primary's history comes up. */
static void up_at(struct sx_test_engine *test, const char *peer, uint64_t revision)
{
    struct sx_message *message;

    sx_test_link_up(test, peer);
    message = sx_test_hello(test, peer);
    message->hello->history.chain[message->hello->history.count - 1].last_revision = revision;
    sx_test_message(test, peer, message);
}

static void refuse(struct sx_test_engine *test, const char *peer, uint64_t number)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REFUSAL);

    message->refusal.number = number;
    strcpy(message->refusal.reason, "the disk is full");
    sx_test_message(test, peer, message);
}

static void a_commit_goes_to_every_linked_peer_at_once(void **state)
{
    struct sx_test_engine test;
    const struct sx_message *message;

    sx_test_primary_open(&test, *state, 3);
    sx_test_peer_up(&test, SX_TEST_B);
    sx_test_peer_up(&test, SX_TEST_C);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 2);
    message = sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_C);
    assert_int_equal(message->revision->number, 1);
    assert_string_equal(message->revision->lineage, sx_history_lineage(&test.status.history));
    assert_memory_equal(message->revision->digest, test.status.history.digest, SX_DIGEST_SIZE);
    sx_test_link_down(&test, SX_TEST_C, "gone");
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 1);
    sx_test_engine_close(&test);
}

static void nothing_is_sent_before_hello(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    acknowledge(&test, SX_TEST_B, 0);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    sx_test_engine_close(&test);
}

static void other_items_are_not_sent(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_edit(&test,
        "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><name>west</name></system>"
        "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
        "<ip-protocol>ipv4</ip-protocol></call-control>"));
    assert_int_equal(
        sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B)->revision->changes.count, 1);
    sx_test_engine_close(&test);
}

static void a_peer_that_is_behind_is_caught_up_in_windows(void **state)
{
    struct sx_test_engine test;
    uint64_t first = 0;

    sx_test_primary_open(&test, *state, 2);
    for (unsigned i = 0; i < 2 * SX_WINDOW_REVISIONS + 10; i++)
        assert_true(sx_test_entry(&test, "ann", i));
    up_at(&test, SX_TEST_B, 3);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), SX_WINDOW_REVISIONS);
    for (size_t i = 0; i < test.update.count; i++) {
        const struct sx_action *action = &test.update.actions[i];

        if (action->type != SX_ACTION_SEND || action->message->type != SX_MESSAGE_REVISION)
            continue;
        assert_int_equal(action->message->revision->number, 4 + first);
        first++;
    }
    assert_true(sx_test_entry(&test, "ben", 1));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    /* The rest waits until half of the window is free, and comes as a row. */
    acknowledge(&test, SX_TEST_B, 13);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    acknowledge(&test, SX_TEST_B, 3 + SX_WINDOW_REVISIONS / 2);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), SX_WINDOW_REVISIONS / 2);
    assert_int_equal(sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B)->revision->number,
        4 + SX_WINDOW_REVISIONS);
    acknowledge(&test, SX_TEST_B, 3 + SX_WINDOW_REVISIONS / 2);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    sx_test_engine_close(&test);
}

static void a_window_is_bounded_in_bytes_too(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    for (unsigned i = 0; i < 8; i++)
        assert_true(sx_test_bulk(&test, names[i], 8, SX_WINDOW_BYTES / 16));
    up_at(&test, SX_TEST_B, 1);
    assert_in_range(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 2, 3);
    acknowledge(&test, SX_TEST_B, 3);
    assert_in_range(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 1, 2);
    sx_test_engine_close(&test);
}

static void a_link_that_was_lost_starts_from_where_the_peer_is(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    for (unsigned i = 1; i <= 5; i++)
        assert_true(sx_test_entry(&test, "ann", i));
    up_at(&test, SX_TEST_B, 2);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 3);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    up_at(&test, SX_TEST_B, 3);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 2);
    assert_int_equal(sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B)->revision->number, 4);
    sx_test_engine_close(&test);
}

static void a_refused_revision_is_tried_again_after_a_while(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ann", 100));
    refuse(&test, SX_TEST_B, 1);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    assert_true(sx_test_alarm(&test, 20009));
    assert_string_equal(test.status.peers[1].failure, "the disk is full");
    assert_in_range(test.update.deadline_ms, test.now, test.now + SX_REFUSED_RETRY_MS);
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    sx_test_tick(&test, SX_REFUSED_RETRY_MS);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 2);
    assert_int_equal(sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B)->revision->number, 1);
    assert_true(sx_test_alarm(&test, 20009));
    acknowledge(&test, SX_TEST_B, 1);
    assert_false(sx_test_alarm(&test, 20009));
    sx_test_engine_close(&test);
}

static void a_position_from_before_the_hello_does_not_count(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_entry(&test, "ann", 101));
    up_at(&test, SX_TEST_B, 2);
    acknowledge(&test, SX_TEST_B, 1);
    assert_int_equal(test.status.peers[1].revision, 2);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    sx_test_engine_close(&test);
}

static void a_diverged_peer_gets_nothing(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    message = sx_test_hello(&test, SX_TEST_B);
    sx_history_start(&message->hello->history, "11111111-2222-4333-8444-555555555555");
    sx_history_advance(&message->hello->history, message->hello->history.digest);
    sx_test_message(&test, SX_TEST_B, message);
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_true(sx_test_entry(&test, "ann", 102));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 0);
    assert_true(sx_test_alarm(&test, 20006));
    sx_test_engine_close(&test);
}

static void digests_are_compared_at_each_interval(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_in_range(test.update.deadline_ms, test.now, test.now + 60000);
    sx_test_tick(&test, 60000);
    assert_memory_equal(sx_test_sent(&test, SX_MESSAGE_SYNC, SX_TEST_B)->history,
        &test.status.history, sizeof test.status.history);
    sx_test_tick(&test, 59000);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SYNC), 0);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<replication><sync-interval>1</sync-interval></replication>" SX_TEST_CLUSTER_END));
    sx_test_tick(&test, 1000);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SYNC), 1);
    assert_true(test.status.next_sync_ms > test.status.last_sync_ms);
    sx_test_engine_close(&test);
}

static void messages_from_strangers_are_ignored(void **state)
{
    struct sx_test_engine test;
    struct sx_history history;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    history = test.status.history;
    sx_test_message(&test, "10.9.9.9", sx_test_hello(&test, SX_TEST_B));
    sx_test_message(&test, SX_TEST_B, sx_test_hello(&test, SX_TEST_B));
    assert_false(test.status.peers[1].heard);
    assert_memory_equal(&test.status.history, &history, sizeof history);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_goes_to_every_linked_peer_at_once),
        cmocka_unit_test(nothing_is_sent_before_hello),
        cmocka_unit_test(other_items_are_not_sent),
        cmocka_unit_test(a_peer_that_is_behind_is_caught_up_in_windows),
        cmocka_unit_test(a_window_is_bounded_in_bytes_too),
        cmocka_unit_test(a_link_that_was_lost_starts_from_where_the_peer_is),
        cmocka_unit_test(a_refused_revision_is_tried_again_after_a_while),
        cmocka_unit_test(a_position_from_before_the_hello_does_not_count),
        cmocka_unit_test(a_diverged_peer_gets_nothing),
        cmocka_unit_test(digests_are_compared_at_each_interval),
        cmocka_unit_test(messages_from_strangers_are_ignored),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

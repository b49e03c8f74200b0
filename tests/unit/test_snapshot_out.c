// SPDX-License-Identifier: Apache-2.0
/* A snapshot that is sent. */
#include "replicate_impl.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A peer comes up and asks for a snapshot. */
static void joiner_up(struct sx_test_engine *test)
{
    struct sx_message *message;

    sx_test_link_up(test, SX_TEST_B);
    message = sx_test_hello(test, SX_TEST_B);
    message->hello->take_snapshot = true;
    memset(&message->hello->history, 0, sizeof message->hello->history);
    sx_test_message(test, SX_TEST_B, message);
}

/** Pieces that a snapshot of what fill() configures has, more or less one. */
#define PIECES (3 * SX_PIECES_AHEAD)

/* More rows than go ahead at once, four to a piece. */
static void fill(struct sx_test_engine *test)
{
    assert_true(sx_test_bulk(test, "list", 4 * PIECES, SX_PIECE_BYTES / 4));
}

static void next(struct sx_test_engine *test)
{
    sx_test_message(test, SX_TEST_B, sx_message_new(SX_MESSAGE_SNAPSHOT_NEXT));
}

static void position(struct sx_test_engine *test, const struct sx_history *history)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_POSITION);

    *message->history = *history;
    sx_test_message(test, SX_TEST_B, message);
}

/* It has taken the snapshot, and does not ask for one any more. */
static void finish(struct sx_test_engine *test, const struct sx_history *history)
{
    struct sx_message *message = sx_test_hello(test, SX_TEST_B);

    position(test, history);
    message->hello->history = *history;
    sx_test_message(test, SX_TEST_B, message);
}

static void who_joins_gets_all_replicated_rows_and_no_other(void **state)
{
    struct sx_test_engine test;
    const struct sx_message *message;
    size_t rows = 0;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_entry(&test, "ben", 200));
    joiner_up(&test);
    message = sx_test_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN, SX_TEST_B);
    assert_non_null(message);
    assert_memory_equal(message->history, &test.status.history, sizeof test.status.history);
    for (size_t i = 0; i < test.update.count; i++) {
        const struct sx_action *action = &test.update.actions[i];

        if (action->type != SX_ACTION_SEND || action->message->type != SX_MESSAGE_SNAPSHOT_PIECE)
            continue;
        for (size_t j = 0; j < action->message->fragments.count; j++, rows++) {
            const struct sx_fragment *row = &action->message->fragments.items[j];

            assert_int_equal(row->scope, SX_SCOPE_REPLICATED);
            assert_non_null(row->body);
            assert_null(strstr(row->body, "west"));
        }
    }
    assert_int_equal(rows, 2);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_SNAPSHOT_END, SX_TEST_B));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    sx_test_engine_close(&test);
}

static void a_few_pieces_are_on_the_way_at_once(void **state)
{
    struct sx_test_engine test;
    unsigned pieces;

    sx_test_primary_open(&test, *state, 2);
    fill(&test);
    joiner_up(&test);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_PIECE), SX_PIECES_AHEAD);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_END), 0);
    for (pieces = SX_PIECES_AHEAD; pieces < 100; pieces++) {
        next(&test);
        assert_in_range(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_PIECE), 0, 1);
        if (sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_END))
            break;
    }
    assert_in_range(pieces, PIECES - 2, PIECES + 1);
    next(&test);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_PIECE), 0);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_END), 0);
    sx_test_engine_close(&test);
}

static void edits_go_on_meanwhile_and_follow_as_revisions(void **state)
{
    struct sx_test_engine test;
    struct sx_history history;

    sx_test_primary_open(&test, *state, 2);
    fill(&test);
    joiner_up(&test);
    history = test.status.history;
    assert_true(sx_test_bulk(&test, "list", 4 * PIECES, 10));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    while (!sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_END)) {
        const struct sx_message *piece;

        next(&test);
        piece = sx_test_sent(&test, SX_MESSAGE_SNAPSHOT_PIECE, SX_TEST_B);
        /* Of the revision that it began with. */
        for (size_t i = 0; piece && i < piece->fragments.count; i++)
            assert_true(strlen(piece->fragments.items[i].body) > SX_PIECE_BYTES / 4);
    }
    finish(&test, &history);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 1);
    assert_int_equal(sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B)->revision->number,
        sx_history_revision(&history) + 1);
    sx_test_engine_close(&test);
}

/* B took a snapshot, so its journal is empty; then it is the primary of a peer behind it. */
static void a_journal_that_is_too_short_makes_a_snapshot(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *hello;
    struct sx_history old;

    sx_test_primary_open(&a, *state, 3);
    assert_true(sx_test_entry(&a, "ann", 100));
    old = a.status.history;
    assert_true(sx_test_entry(&a, "ann", 101));
    sx_test_subordinate_open(&b, *state, 3);
    sx_test_connect(&a, &b);
    assert_int_equal(sx_test_revision(&b), 2);
    assert_true(sx_test_set_primary(&b, 2));
    sx_test_link_up(&b, SX_TEST_C);
    hello = sx_test_hello(&b, SX_TEST_C);
    hello->hello->history = old;
    sx_test_message(&b, SX_TEST_C, hello);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_SNAPSHOT_BEGIN, SX_TEST_C));
    assert_int_equal(sx_test_count_sent(&b, SX_MESSAGE_REVISION), 0);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_too_large_for_an_envelope_goes_as_a_snapshot(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_bulk(&test, "list", 32, SX_REVISION_BYTES_MAX / 32));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN, SX_TEST_B));
    sx_test_engine_close(&test);
}

static void one_that_does_not_move_costs_the_link(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    fill(&test);
    joiner_up(&test);
    assert_true(test.update.deadline_ms <= test.now + SX_SNAPSHOT_STALL_MS);
    sx_test_tick(&test, SX_SNAPSHOT_STALL_MS / 2);
    next(&test);
    sx_test_tick(&test, SX_SNAPSHOT_STALL_MS / 2);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_RESET, SX_TEST_B));
    sx_test_tick(&test, SX_SNAPSHOT_STALL_MS / 2);
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_RESET, SX_TEST_B));
    assert_true(sx_test_alarm(&test, 20009));
    for (unsigned links = 1; links < SX_REFUSALS_MAX; links++) {
        assert_false(sx_test_alarm(&test, 20025));
        joiner_up(&test);
        sx_test_tick(&test, SX_SNAPSHOT_STALL_MS);
    }
    assert_true(sx_test_alarm(&test, 20025));
    sx_test_engine_close(&test);
}

static void a_refused_one_is_tried_again_later(void **state)
{
    struct sx_test_engine test;
    struct sx_message *refusal = sx_message_new(SX_MESSAGE_REFUSAL);

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    joiner_up(&test);
    strcpy(refusal->refusal.reason, "the disk is full");
    sx_test_message(&test, SX_TEST_B, refusal);
    assert_true(sx_test_alarm(&test, 20009));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 0);
    sx_test_tick(&test, SX_REFUSED_SNAPSHOT_RETRY_MS - 100);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 0);
    sx_test_tick(&test, 100);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 1);
    finish(&test, &test.status.history);
    assert_false(sx_test_alarm(&test, 20009));
    sx_test_engine_close(&test);
}

/* Who is level and is to take a snapshot tells of the very revision that the snapshot is of. */
static void a_position_on_its_way_does_not_stand_for_one(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    message = sx_test_hello(&test, SX_TEST_B);
    message->hello->take_snapshot = true;
    message->hello->history = test.status.history;
    sx_test_message(&test, SX_TEST_B, message);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_SNAPSHOT_END, SX_TEST_B));
    position(&test, &test.status.history);
    message = sx_message_new(SX_MESSAGE_REFUSAL);
    strcpy(message->refusal.reason, "the disk is full");
    sx_test_message(&test, SX_TEST_B, message);
    assert_true(sx_test_alarm(&test, 20009));
    sx_test_tick(&test, SX_REFUSED_SNAPSHOT_RETRY_MS);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 1);
    finish(&test, &test.status.history);
    assert_false(sx_test_alarm(&test, 20009));
    sx_test_engine_close(&test);
}

static void asking_for_more_out_of_the_blue_is_harmless(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    next(&test);
    assert_int_equal(sx_test_count(&test, SX_ACTION_SEND), 0);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_joins_gets_all_replicated_rows_and_no_other),
        cmocka_unit_test(a_few_pieces_are_on_the_way_at_once),
        cmocka_unit_test(edits_go_on_meanwhile_and_follow_as_revisions),
        cmocka_unit_test(a_journal_that_is_too_short_makes_a_snapshot),
        cmocka_unit_test(a_revision_too_large_for_an_envelope_goes_as_a_snapshot),
        cmocka_unit_test(one_that_does_not_move_costs_the_link),
        cmocka_unit_test(a_refused_one_is_tried_again_later),
        cmocka_unit_test(a_position_on_its_way_does_not_stand_for_one),
        cmocka_unit_test(asking_for_more_out_of_the_blue_is_harmless),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* What is refused again and again, on both sides of a link. */
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void break_disk(const struct sx_test_engine *test)
{
    sx_test_sql(test->folder, "CREATE TRIGGER broken BEFORE INSERT ON revision "
                              "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
}

static void hello_from(
    struct sx_test_engine *to, const char *peer, const struct sx_history *history)
{
    struct sx_message *hello = sx_test_hello(to, peer);

    hello->hello->history = *history;
    sx_test_message(to, peer, hello);
}

static void mend_disk(const struct sx_test_engine *test)
{
    sx_test_sql(test->folder, "DROP TRIGGER broken");
}

static void try_again(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_tick(a, SX_REFUSED_RETRY_MS);
    sx_test_exchange(a, b);
}

/* B refuses one revision until A has tried so often that it is an alarm of its own. */
static void refuse_often(struct sx_test_engine *a, struct sx_test_engine *b)
{
    break_disk(b);
    assert_true(sx_test_entry(a, "ann", 100));
    sx_test_exchange(a, b);
    for (unsigned tries = 1; tries < SX_REFUSALS_MAX; tries++) {
        assert_true(sx_test_alarm(a, 20009));
        assert_false(sx_test_alarm(a, 20025));
        try_again(a, b);
    }
    assert_true(sx_test_alarm(a, 20009));
    assert_true(sx_test_alarm(a, 20025));
}

static void repeated_refusals_raise_20025_on_the_primary(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    refuse_often(&a, &b);
    try_again(&a, &b);
    assert_int_equal(sx_test_events(&a, 20025, true), 1);
    assert_false(sx_test_alarm(&b, 20025));
    mend_disk(&b);
    try_again(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_false(sx_test_alarm(&a, 20009));
    assert_false(sx_test_alarm(&a, 20025));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void the_count_begins_anew_with_what_is_taken(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    for (unsigned round = 0; round < 2; round++) {
        break_disk(&b);
        assert_true(sx_test_entry(&a, "ann", 100 + round));
        sx_test_exchange(&a, &b);
        for (unsigned tries = 2; tries < SX_REFUSALS_MAX; tries++)
            try_again(&a, &b);
        mend_disk(&b);
        try_again(&a, &b);
    }
    assert_int_equal(sx_test_events(&a, 20009, true), 2);
    assert_int_equal(sx_test_events(&a, 20025, true), 0);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void repeated_refusals_outlive_restarts_and_links(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    refuse_often(&a, &b);
    sx_test_link_down(&a, SX_TEST_B, "no answer");
    assert_true(sx_test_alarm(&a, 20025));
    sx_test_engine_restart(&a);
    assert_true(sx_test_alarm(&a, 20025));
    /* That the link stands, and B is where it was, is not enough. */
    sx_test_link_up(&a, SX_TEST_B);
    hello_from(&a, SX_TEST_B, &b.status.history);
    assert_true(sx_test_alarm(&a, 20025));
    mend_disk(&b);
    sx_test_link_down(&a, SX_TEST_B, "no answer");
    sx_test_link_down(&b, SX_TEST_A, "no answer");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_false(sx_test_alarm(&a, 20025));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* A link over which a revision comes that is not the next. */
static void link_with_gap(struct sx_test_engine *a, struct sx_test_engine *b, unsigned number)
{
    sx_test_link_up(b, SX_TEST_A);
    hello_from(b, SX_TEST_A, &a->status.history);
    assert_true(sx_test_entry(a, "ann", number));
    sx_test_message(b, SX_TEST_A, sx_test_take(a, SX_MESSAGE_REVISION));
    assert_non_null(sx_test_action(b, SX_ACTION_LINK_RESET, SX_TEST_A));
}

/* A, the primary, does so over as many links as make it an alarm of its own. */
static void send_nonsense_often(struct sx_test_engine *a, struct sx_test_engine *b)
{
    assert_true(sx_test_entry(a, "ann", 100));
    sx_message_free(sx_test_take(a, SX_MESSAGE_REVISION));
    for (unsigned links = 0; links < SX_REFUSALS_MAX; links++) {
        assert_false(sx_test_alarm(b, 20024));
        link_with_gap(a, b, 101 + links);
    }
    assert_true(sx_test_alarm(b, 20024));
}

static void links_that_end_again_and_again_raise_20024(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    send_nonsense_often(&a, &b);
    sx_test_engine_restart(&b);
    assert_true(sx_test_alarm(&b, 20024));
    sx_test_link_up(&b, SX_TEST_A);
    hello_from(&b, SX_TEST_A, &a.status.history);
    assert_true(sx_test_alarm(&b, 20024));
    sx_test_link_down(&b, SX_TEST_A, "no answer");
    sx_test_link_down(&a, SX_TEST_B, "it ended the connection");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "105");
    assert_false(sx_test_alarm(&b, 20024));
    assert_int_equal(sx_test_events(&b, 20024, true), 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_is_taken_in_between_ends_the_row(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_message_free(sx_test_take(&a, SX_MESSAGE_REVISION));
    for (unsigned links = 1; links < SX_REFUSALS_MAX; links++)
        link_with_gap(&a, &b, 100 + links);
    sx_test_link_down(&a, SX_TEST_B, "it ended the connection");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "104");
    assert_true(sx_test_entry(&a, "ann", 105));
    sx_message_free(sx_test_take(&a, SX_MESSAGE_REVISION));
    sx_test_link_down(&b, SX_TEST_A, "no answer");
    link_with_gap(&a, &b, 106);
    assert_true(sx_test_alarm(&b, 20009));
    assert_int_equal(sx_test_events(&b, 20024, true), 0);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* Who says over its links that it is another peer sends nothing that could be wrong. */
static void impostors_do_not_raise_20024(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    break_disk(&b);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_alarm(&b, 20009));
    assert_true(sx_test_edit(&b, SX_TEST_CLUSTER "<peers><peer><index>3</index><address>" SX_TEST_C
                                                 "</address></peer></peers>" SX_TEST_CLUSTER_END));
    for (unsigned links = 0; links <= SX_REFUSALS_MAX; links++) {
        struct sx_message *hello = sx_test_hello(&b, SX_TEST_A);

        sx_test_link_up(&b, SX_TEST_A);
        hello->hello->local_index = 3;
        strcpy(hello->hello->peers[2], SX_TEST_C);
        sx_test_message(&b, SX_TEST_A, hello);
        assert_non_null(sx_test_action(&b, SX_ACTION_LINK_RESET, SX_TEST_A));
    }
    assert_false(sx_test_alarm(&b, 20024));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void say_refusal(struct sx_test_engine *test)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REFUSAL);

    message->refusal.number = 1;
    strcpy(message->refusal.reason, "it is not the configuration primary here");
    sx_test_message(test, SX_TEST_B, message);
}

/* A row of revisions brings as many refusals, and some of them late. */
static void only_what_was_tried_counts(void **state)
{
    struct sx_test_engine test;
    struct sx_message *hello;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ann", 100));
    hello = sx_test_hello(&test, SX_TEST_B);
    hello->hello->configuration_primary = 2;
    sx_test_message(&test, SX_TEST_B, hello);
    for (unsigned i = 0; i < SX_REFUSALS_MAX; i++) {
        say_refusal(&test);
        test.now += 2 * SX_REFUSED_RETRY_MS;
    }
    assert_false(sx_test_alarm(&test, 20025));
    sx_test_engine_close(&test);
}

static void progress_is_told_before_a_refusal(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    sx_test_link_down(&a, SX_TEST_B, "no answer");
    sx_test_link_down(&b, SX_TEST_A, "no answer");
    for (unsigned number = 1; number <= 4; number++)
        assert_true(sx_test_entry(&a, "ann", number));
    sx_test_sql(b.folder, "CREATE TRIGGER broken BEFORE INSERT ON revision WHEN NEW.number = 3 "
                          "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "2");
    assert_int_equal(sx_history_revision(&a.engine->peers[1].hello.history), 2);
    assert_true(sx_test_alarm(&a, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_is_made_primary_ends_20024(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    send_nonsense_often(&a, &b);
    assert_true(sx_test_set_primary(&b, 2));
    assert_false(sx_test_alarm(&b, 20024));
    assert_true(sx_test_set_primary(&b, 1));
    assert_false(sx_test_alarm(&b, 20024));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void another_primary_ends_20024_for_good(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_edit(&b, SX_TEST_CLUSTER "<peers><peer><index>3</index><address>" SX_TEST_C
                                                 "</address></peer></peers>" SX_TEST_CLUSTER_END));
    send_nonsense_often(&a, &b);
    assert_true(sx_test_set_primary(&b, 3));
    assert_false(sx_test_alarm(&b, 20024));
    assert_true(sx_test_set_primary(&b, 1));
    assert_false(sx_test_alarm(&b, 20024));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_refusals_raise_20025_on_the_primary),
        cmocka_unit_test(the_count_begins_anew_with_what_is_taken),
        cmocka_unit_test(repeated_refusals_outlive_restarts_and_links),
        cmocka_unit_test(links_that_end_again_and_again_raise_20024),
        cmocka_unit_test(what_is_taken_in_between_ends_the_row),
        cmocka_unit_test(impostors_do_not_raise_20024),
        cmocka_unit_test(only_what_was_tried_counts),
        cmocka_unit_test(progress_is_told_before_a_refusal),
        cmocka_unit_test(who_is_made_primary_ends_20024),
        cmocka_unit_test(another_primary_ends_20024_for_good),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* A snapshot that is taken: whole or not at all. */
#include "replicate_impl.h"
#include "sextant/memory.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/** The messages of one snapshot. */
struct snapshot {
    struct sx_message *begin, *piece, *end;
};

/* A primary with an entry, and a subordinate that is joining and has one of its own; the snapshot
 * of the one is on its way to the other. */
static struct snapshot open_joining(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    const char *const list[] = {SX_TEST_A, SX_TEST_B, NULL};
    struct snapshot snapshot;
    struct sx_message *hello;

    sx_test_primary_open(a, schema, 2);
    assert_true(sx_test_entry(a, "ann", 100));
    sx_test_engine_open(b, schema, SX_TEST_B);
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_name(b, "east"));
    sx_test_form(b, list, 1);
    sx_test_link_up(b, SX_TEST_A);
    sx_test_link_up(a, SX_TEST_B);
    hello = sx_test_hello(b, SX_TEST_B);
    hello->hello->take_snapshot = true;
    sx_test_message(a, SX_TEST_B, hello);
    snapshot.begin = sx_test_take(a, SX_MESSAGE_SNAPSHOT_BEGIN);
    snapshot.piece = sx_test_take(a, SX_MESSAGE_SNAPSHOT_PIECE);
    snapshot.end = sx_test_take(a, SX_MESSAGE_SNAPSHOT_END);
    sx_test_message(b, SX_TEST_A, sx_test_hello(a, SX_TEST_A));
    return snapshot;
}

static void close_both(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_engine_close(a);
    sx_test_engine_close(b);
}

static void deliver(struct sx_test_engine *b, struct snapshot snapshot)
{
    sx_test_message(b, SX_TEST_A, snapshot.begin);
    sx_test_message(b, SX_TEST_A, snapshot.piece);
    sx_test_message(b, SX_TEST_A, snapshot.end);
}

/* What the subordinate had is what it has. */
static void expect_untouched(const struct sx_test_engine *b)
{
    assert_string_equal(sx_test_number(b, "ben"), "200");
    assert_string_equal(sx_test_number(b, "ann"), "");
    assert_string_equal(b->status.system_name, "east");
    assert_int_equal(b->status.history.count, 1);
}

static void it_replaces_what_is_replicated_and_nothing_else(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    expect_untouched(&b);
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    assert_int_equal(sx_test_count_sent(&b, SX_MESSAGE_SNAPSHOT_NEXT), 1);
    expect_untouched(&b);
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "ben"), "");
    assert_string_equal(b.status.system_name, "east");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_POSITION, SX_TEST_A));
    assert_string_equal(sx_test_action(&b, SX_ACTION_RECONFIGURE, NULL)->top, "*");
    sx_test_engine_restart(&b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "ben"), "");
    assert_string_equal(b.status.system_name, "east");
    close_both(&a, &b);
}

static void a_joiner_keeps_a_backup_of_what_it_had(void **state)
{
    struct sx_test_engine a, b, former;

    deliver(&b, open_joining(&a, &b, *state));
    assert_string_not_equal(b.engine->backup, "");
    assert_non_null(strstr(b.engine->backup, "/backups/"));
    sx_test_restored_open(&former, *state, SX_TEST_B, b.engine->backup);
    assert_string_equal(sx_test_number(&former, "ben"), "200");
    assert_string_equal(sx_test_number(&former, "ann"), "");
    sx_test_engine_close(&former);
    close_both(&a, &b);
}

static void expect_refused(struct sx_test_engine *b, const char *reason)
{
    const struct sx_message *refusal = sx_test_sent(b, SX_MESSAGE_REFUSAL, SX_TEST_A);

    assert_non_null(refusal);
    assert_int_equal(refusal->refusal.number, 0);
    if (!strstr(refusal->refusal.reason, reason))
        fail_msg("refused for another reason: %s", refusal->refusal.reason);
    assert_true(sx_test_alarm(b, 20009));
}

static void add_row(struct sx_message *piece, enum sx_scope scope, const char *body)
{
    sx_fragment_list_add(&piece->fragments, (struct sx_fragment){.scope = scope,
                                                .list = sx_strdup("/sextant-system:system"),
                                                .key = sx_strdup(""),
                                                .body = sx_strdup(body)});
}

static void a_row_of_another_scope_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    add_row(snapshot.piece, SX_SCOPE_PEER_SPECIFIC,
        "{\"sextant-system:system\":{\"name\":\"stolen\"}}");
    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    expect_refused(&b, "not a replicated item");
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    expect_untouched(&b);
    close_both(&a, &b);
}

static void a_row_that_lies_about_its_scope_changes_nothing_of_ours(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    add_row(
        snapshot.piece, SX_SCOPE_REPLICATED, "{\"sextant-system:system\":{\"name\":\"stolen\"}}");
    deliver(&b, snapshot);
    assert_true(sx_test_alarm(&b, 20009));
    expect_untouched(&b);
    sx_test_engine_restart(&b);
    expect_untouched(&b);
    close_both(&a, &b);
}

static void another_digest_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    snapshot.begin->history->digest[5] ^= 1;
    deliver(&b, snapshot);
    expect_refused(&b, "digest");
    expect_untouched(&b);
    assert_true(b.engine->joining);
    close_both(&a, &b);
}

static void a_row_that_does_not_parse_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    add_row(snapshot.piece, SX_SCOPE_REPLICATED, "{\"sextant-system:system\":{\"name\":\"x\"");
    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    expect_refused(&b, "");
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    expect_untouched(&b);
    close_both(&a, &b);
}

static void one_without_an_end_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    b.engine->in.taken = SX_SNAPSHOT_BYTES_MAX;
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    expect_refused(&b, "a snapshot of more than 1024 MiB");
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    expect_untouched(&b);
    close_both(&a, &b);
}

static void pieces_out_of_the_blue_are_ignored(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    assert_int_equal(sx_test_count(&b, SX_ACTION_SEND), 0);
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    assert_int_equal(sx_test_count(&b, SX_ACTION_SEND), 0);
    expect_untouched(&b);
    sx_message_free(snapshot.begin);
    close_both(&a, &b);
}

static void one_that_was_cut_off_starts_anew(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    assert_int_equal(b.status.database, SX_DATABASE_SYNCHRONISING);
    sx_test_disconnect(&a, &b);
    expect_untouched(&b);
    sx_test_engine_restart(&b);
    expect_untouched(&b);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "ben"), "");
    sx_message_free(snapshot.end);
    close_both(&a, &b);
}

/* Its rows would be stored as they come, and nobody could read them after the next boot. */
static void one_under_a_former_key_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);
    uint8_t next[SX_SYSTEM_KEY_SIZE] = {7};

    /* The former key is still known: until the next boot it opens what is left of it. */
    sx_secret_keys_add(&b.engine->secrets.keys, next);
    strcpy(
        sx_cluster_peer(b.engine, SX_TEST_A)->hello.system_key, b.engine->secrets.keys.keys[0].id);
    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    expect_refused(&b, "another system key");
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    expect_untouched(&b);
    close_both(&a, &b);
}

static void one_from_another_than_the_primary_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    assert_true(sx_test_set_primary(&b, 2));
    deliver(&b, snapshot);
    assert_non_null(sx_test_sent(&b, SX_MESSAGE_REFUSAL, SX_TEST_A));
    expect_untouched(&b);
    close_both(&a, &b);
}

static void a_diverged_one_is_refused_by_who_does_not_ask_for_it(void **state)
{
    struct sx_test_engine a, b;
    struct snapshot snapshot = open_joining(&a, &b, *state);

    b.engine->take_snapshot = b.engine->joining = false;
    sx_test_message(&b, SX_TEST_A, snapshot.begin);
    expect_refused(&b, "diverged");
    sx_test_message(&b, SX_TEST_A, snapshot.piece);
    sx_test_message(&b, SX_TEST_A, snapshot.end);
    expect_untouched(&b);
    close_both(&a, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_replaces_what_is_replicated_and_nothing_else),
        cmocka_unit_test(a_joiner_keeps_a_backup_of_what_it_had),
        cmocka_unit_test(one_without_an_end_is_refused),
        cmocka_unit_test(a_row_of_another_scope_is_refused),
        cmocka_unit_test(a_row_that_lies_about_its_scope_changes_nothing_of_ours),
        cmocka_unit_test(another_digest_is_refused),
        cmocka_unit_test(a_row_that_does_not_parse_is_refused),
        cmocka_unit_test(pieces_out_of_the_blue_are_ignored),
        cmocka_unit_test(one_that_was_cut_off_starts_anew),
        cmocka_unit_test(one_under_a_former_key_is_refused),
        cmocka_unit_test(one_from_another_than_the_primary_is_refused),
        cmocka_unit_test(a_diverged_one_is_refused_by_who_does_not_ask_for_it),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Commits that come from the primary: revisions, and items that are agreed and copied. */
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENFORCE SX_TEST_CLUSTER "<tls-verification>enforce</tls-verification>" SX_TEST_CLUSTER_END

/* The next revision as `a` would send it, and `b` has not seen it: to be spoilt. */
static struct sx_message *next_revision(struct sx_test_engine *a)
{
    assert_true(sx_test_entry(a, "ann", 100));
    return sx_test_take(a, SX_MESSAGE_REVISION);
}

static void expect_refused(struct sx_test_engine *b, struct sx_message *message, const char *reason)
{
    struct sx_history history = b->status.history;
    uint64_t number = message->revision->number;
    const struct sx_message *refusal;

    sx_test_message(b, SX_TEST_A, message);
    refusal = sx_test_sent(b, SX_MESSAGE_REFUSAL, SX_TEST_A);
    assert_non_null(refusal);
    assert_int_equal(refusal->refusal.number, number);
    if (!strstr(refusal->refusal.reason, reason))
        fail_msg("refused for another reason: %s", refusal->refusal.reason);
    assert_memory_equal(&b->status.history, &history, sizeof history);
    assert_string_equal(sx_test_number(b, "ann"), "");
    assert_true(sx_test_alarm(b, 20009));
}

static void a_revision_gives_the_primarys_content_and_place_in_history(void **state)
{
    struct sx_test_engine a, b;
    struct sx_revision revision = {0};
    struct sx_error err = {0};

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    assert_int_equal(sx_store_journal(b.engine->store, 1, &revision, &err), 0);
    assert_string_equal(revision.origin.user, "tester");
    sx_revision_clear(&revision);
    sx_test_engine_restart(&b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_with_a_change_of_another_scope_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_name(&b, "east"));
    message = next_revision(&a);
    message->revision->changes.items[0].scope = SX_SCOPE_PEER_SPECIFIC;
    expect_refused(&b, message, "not a replicated item");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_that_lies_about_scopes_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    sx_test_pair_open(&a, &b, *state);
    message = next_revision(&a);
    sx_change_list_add(&message->revision->changes,
        (struct sx_change){.operation = SX_OPERATION_CREATE,
            .scope = SX_SCOPE_REPLICATED,
            .path = sx_strdup("/sextant-system:system/name"),
            .value = sx_strdup("{\"sextant-system:name\":\"stolen\"}")});
    expect_refused(&b, message, "/sextant-system:system/name");
    assert_string_equal(b.status.system_name, "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_with_another_digest_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    sx_test_pair_open(&a, &b, *state);
    message = next_revision(&a);
    message->revision->digest[0] ^= 1;
    expect_refused(&b, message, "digest");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_revision_that_does_not_validate_is_refused(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    sx_test_pair_open(&a, &b, *state);
    message = next_revision(&a);
    sx_change_list_add(&message->revision->changes,
        (struct sx_change){.operation = SX_OPERATION_CREATE,
            .scope = SX_SCOPE_REPLICATED,
            .path = sx_strdup("/sextant-call-control:call-control/search-rules/rule[name='r']"),
            .value = sx_strdup("{\"sextant-call-control:rule\":[{\"name\":\"r\",\"target-zone\":"
                               "\"missing\"}]}"),
            .after = sx_strdup("")});
    expect_refused(&b, message, "missing");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* A cluster of names, which the address mapping knows. */
static void open_named(
    struct sx_test_engine *test, const struct sx_schema *schema, const char *address, unsigned own)
{
    const char *own_name = own == 1 ? "a.example" : "b.example";
    char xml[1024];

    sx_test_engine_open(test, schema, address);
    assert_true(sx_test_map(test, "a.example", SX_TEST_A));
    assert_true(sx_test_map(test, "b.example", SX_TEST_B));
    snprintf(xml, sizeof xml,
        SX_TEST_CLUSTER "<name>test.example</name><configuration-primary>1</configuration-primary>"
                        "<peers><peer><index>1</index><address>a.example</address></peer>%s</"
                        "peers>" SX_TEST_CLUSTER_END,
        own == 1 ? "" : "<peer><index>2</index><address>b.example</address></peer>");
    assert_true(sx_test_edit(test, xml));
    sx_test_engine_restart(test);
    assert_string_equal(test->status.peers[own - 1].address, own_name);
    if (own == 1)
        assert_true(sx_test_edit(test,
            SX_TEST_CLUSTER "<peers><peer><index>2</index><address>b.example</address></peer>"
                            "</peers>" SX_TEST_CLUSTER_END));
}

static void the_tls_mode_is_copied_to_linked_peers(void **state)
{
    struct sx_test_engine a, b;
    uint64_t revision;

    open_named(&a, *state, SX_TEST_A, 1);
    open_named(&b, *state, SX_TEST_B, 2);
    sx_test_connect(&a, &b);
    revision = sx_test_revision(&a);
    assert_true(sx_test_edit(&a, ENFORCE));
    assert_non_null(sx_test_sent(&a, SX_MESSAGE_COPIED, "b.example"));
    assert_null(sx_test_sent(&a, SX_MESSAGE_REVISION, "b.example"));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_value(&b, "/sextant-cluster:cluster/tls-verification"), "enforce");
    assert_int_equal(sx_test_revision(&a), revision);
    assert_int_equal(sx_test_revision(&b), revision);
    assert_true(sx_test_alarm(&b, 20007));
    assert_true(sx_test_alarm(&b, 20020));
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_subordinate_may_set_it_too_and_copies_it_to_nobody(void **state)
{
    struct sx_test_engine a, b;

    open_named(&a, *state, SX_TEST_A, 1);
    open_named(&b, *state, SX_TEST_B, 2);
    sx_test_connect(&a, &b);
    assert_true(sx_test_edit(&b, ENFORCE));
    assert_int_equal(sx_test_count_sent(&b, SX_MESSAGE_COPIED), 0);
    assert_true(sx_test_edit(&a, ENFORCE));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_value(&b, "/sextant-cluster:cluster/tls-verification"), "enforce");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static struct sx_message *copied(enum sx_scope scope, const char *path, const char *value)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_COPIED);

    sx_change_list_add(&message->changes, (struct sx_change){.operation = SX_OPERATION_REPLACE,
                                              .scope = scope,
                                              .path = sx_strdup(path),
                                              .value = sx_strdup(value)});
    return message;
}

static void nothing_else_is_copied(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_name(&b, "east"));
    sx_test_message(&b, SX_TEST_A,
        copied(SX_SCOPE_PEER_SPECIFIC, "/sextant-system:system/name",
            "{\"sextant-system:name\":\"stolen\"}"));
    assert_true(sx_test_logged(&b, "not taken"));
    sx_test_message(&b, SX_TEST_A,
        copied(SX_SCOPE_AGREED_COPIED, "/sextant-system:system/name",
            "{\"sextant-system:name\":\"stolen\"}"));
    assert_true(sx_test_logged(&b, "not taken"));
    assert_string_equal(b.status.system_name, "east");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void nothing_is_copied_from_another_than_the_primary(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 3);
    sx_test_peer_up(&test, SX_TEST_C);
    sx_test_message(&test, SX_TEST_C,
        copied(SX_SCOPE_AGREED_COPIED, "/sextant-cluster:cluster/tls-verification",
            "{\"sextant-cluster:tls-verification\":\"enforce\"}"));
    assert_string_equal(
        sx_test_value(&test, "/sextant-cluster:cluster/tls-verification"), "permissive");
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revision_gives_the_primarys_content_and_place_in_history),
        cmocka_unit_test(a_revision_with_a_change_of_another_scope_is_refused),
        cmocka_unit_test(a_revision_that_lies_about_scopes_is_refused),
        cmocka_unit_test(a_revision_with_another_digest_is_refused),
        cmocka_unit_test(a_revision_that_does_not_validate_is_refused),
        cmocka_unit_test(the_tls_mode_is_copied_to_linked_peers),
        cmocka_unit_test(a_subordinate_may_set_it_too_and_copies_it_to_nobody),
        cmocka_unit_test(nothing_else_is_copied),
        cmocka_unit_test(nothing_is_copied_from_another_than_the_primary),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

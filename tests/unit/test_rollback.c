// SPDX-License-Identifier: Apache-2.0
/* The rollback to a revision: what it gives back, what it leaves alone, when it is refused. */
#include "sextant/journal.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool roll_back(struct sx_test_engine *test, uint64_t revision, uint64_t present)
{
    struct sx_event event = {.type = SX_EVENT_ROLLBACK,
        .origin = {.user = "clerk", .source = "192.0.2.9", .session = 4},
        .rollback = {.revision = revision, .present = present}};

    return sx_test_step(test, &event);
}

static void expect_refused(struct sx_test_engine *test, uint64_t revision, uint64_t present,
    enum sx_error_code code, const char *message)
{
    struct sx_history history = test->status.history;

    assert_false(roll_back(test, revision, present));
    assert_int_equal(test->update.error.code, code);
    if (!strstr(test->update.error.message, message))
        fail_msg("refused for another reason: %s", test->update.error.message);
    assert_memory_equal(&test->status.history, &history, sizeof history);
}

/* Revisions 1 to 3: ann comes, bea comes, ann gets another number. */
static void open_with_three(struct sx_test_engine *test, const struct sx_schema *schema)
{
    sx_test_engine_open(test, schema, SX_TEST_A);
    assert_true(sx_test_entry(test, "ann", 100));
    assert_true(sx_test_entry(test, "bea", 200));
    assert_true(sx_test_entry(test, "ann", 101));
}

static void it_is_a_revision_of_its_own(void **state)
{
    struct sx_test_engine test;
    struct sx_revision revision = {0};
    struct sx_error err = {0};
    uint8_t digest[SX_DIGEST_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    memcpy(digest, test.status.history.digest, sizeof digest);
    assert_true(sx_test_entry(&test, "bea", 200));
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_true(sx_test_name(&test, "west"));
    assert_true(roll_back(&test, 1, 3));
    assert_int_equal(test.update.revision, 4);
    assert_true(sx_test_logged(&test, "rolled back to revision 1 by clerk@192.0.2.9 session 4"));
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_string_equal(sx_test_number(&test, "bea"), "");
    assert_memory_equal(test.status.history.digest, digest, sizeof digest);
    /* What is not replicated stays. */
    assert_string_equal(sx_test_value(&test, "/sextant-system:system/name"), "west");
    assert_int_equal(sx_store_journal(test.engine->store, 4, &revision, &err), 0);
    assert_string_equal(revision.origin.user, "clerk");
    assert_string_equal(revision.origin.source, "192.0.2.9");
    assert_int_equal(revision.changes.count, 2);
    sx_revision_clear(&revision);
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_memory_equal(test.status.history.digest, digest, sizeof digest);
    /* And forward again. */
    assert_true(roll_back(&test, 3, 0));
    assert_int_equal(test.update.revision, 5);
    assert_string_equal(sx_test_number(&test, "ann"), "101");
    assert_string_equal(sx_test_number(&test, "bea"), "200");
    assert_true(roll_back(&test, 0, 0));
    assert_int_equal(test.update.revision, 6);
    assert_string_equal(sx_test_number(&test, "ann"), "");
    sx_test_engine_close(&test);
}

static void nothing_to_change_makes_no_revision(void **state)
{
    struct sx_test_engine test;

    open_with_three(&test, *state);
    assert_true(roll_back(&test, 3, 0));
    assert_int_equal(test.update.revision, 3);
    assert_true(sx_test_entry(&test, "ann", 100));
    /* The content of revision 2 is the present one. */
    assert_true(roll_back(&test, 2, 0));
    assert_int_equal(test.update.revision, 4);
    sx_test_engine_close(&test);
}

static void a_revision_that_is_not_there_is_refused(void **state)
{
    struct sx_test_engine test;

    open_with_three(&test, *state);
    expect_refused(&test, 4, 0, SX_E_INVALID_VALUE, "the newest is 3");
    expect_refused(&test, 1, 2, SX_E_OPERATION_FAILED, "the newest revision is 3 by now, not 2");
    sx_test_sql(test.folder, "DELETE FROM change WHERE revision < 3;"
                             "DELETE FROM revision WHERE number < 3");
    expect_refused(&test, 1, 0, SX_E_DATA_MISSING, "the oldest that it reaches is 2");
    assert_string_equal(test.update.error.app_tag, "revision-too-old");
    assert_true(roll_back(&test, 2, 0));
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    sx_test_engine_close(&test);
}

static void a_journal_that_lies_is_found_out(void **state)
{
    struct sx_test_engine test;

    open_with_three(&test, *state);
    sx_test_sql(test.folder, "UPDATE change SET old_value = "
                             "'{\"sextant-call-control:number\":\"7\"}' WHERE revision = 3");
    expect_refused(&test, 2, 0, SX_E_OPERATION_FAILED, "does not have the digest of revision 2");
    assert_string_equal(sx_test_number(&test, "ann"), "101");
    sx_test_sql(test.folder, "UPDATE change SET path = '/nothing:here' WHERE revision = 3");
    expect_refused(&test, 2, 0, SX_E_DATA_MISSING, "revision 3 cannot be taken back");
    assert_string_equal(sx_test_number(&test, "ann"), "101");
    sx_test_engine_close(&test);
}

static void a_lock_keeps_others_out(void **state)
{
    struct sx_test_engine test;

    open_with_three(&test, *state);
    assert_true(sx_test_plain(&test, SX_EVENT_LOCK, SX_DATASTORE_RUNNING, 9));
    expect_refused(&test, 1, 0, SX_E_IN_USE, "");
    assert_true(sx_test_plain(&test, SX_EVENT_UNLOCK, SX_DATASTORE_RUNNING, 9));
    assert_true(roll_back(&test, 1, 0));
    sx_test_engine_close(&test);
}

static void peers_get_it_and_may_not_do_it(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_entry(&a, "ann", 101));
    sx_test_exchange(&a, &b);
    expect_refused(&b, 1, 0, SX_E_ACCESS_DENIED, SX_TEST_A);
    assert_string_equal(b.update.error.app_tag, "not-primary");
    assert_true(roll_back(&a, 1, 0));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_memory_equal(&b.status.history, &a.status.history, sizeof a.status.history);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void too_many_steps_are_refused(void **state)
{
    struct sx_test_engine test;
    char *sql = sx_format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                          "WHERE i < %d) INSERT INTO change(revision, step, operation, scope, "
                          "flags, path) SELECT 3, i, 'create', 'replicated', 0, '/a:b' FROM n",
        SX_JOURNAL_STEPS_MAX);

    open_with_three(&test, *state);
    sx_test_sql(test.folder, sql);
    expect_refused(&test, 2, 0, SX_E_TOO_BIG, "more than 100000 changes");
    sx_test_engine_close(&test);
    free(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_revision_of_its_own),
        cmocka_unit_test(nothing_to_change_makes_no_revision),
        cmocka_unit_test(a_revision_that_is_not_there_is_refused),
        cmocka_unit_test(a_journal_that_lies_is_found_out),
        cmocka_unit_test(a_lock_keeps_others_out),
        cmocka_unit_test(peers_get_it_and_may_not_do_it),
        cmocka_unit_test(too_many_steps_are_refused),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

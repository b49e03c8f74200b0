// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void begin(struct sx_test_store *test)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
}

static void commit(struct sx_test_store *test)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

/* Appends a revision with one change whose value has `size` bytes. */
static void append(struct sx_test_store *test, uint64_t number, size_t changes, size_t size)
{
    struct sx_revision revision = {.number = number, .lineage = "lineage"};
    struct sx_error err = {0};

    for (size_t i = 0; i < changes; i++) {
        char *value = sx_alloc(size + 1);

        memset(value, 'v', size);
        sx_change_list_add(&revision.changes,
            (struct sx_change){
                .operation = SX_OPERATION_CREATE, .path = sx_strdup("/a:b"), .value = value});
    }
    if (sx_store_append(test->store, &revision, &err) < 0)
        fail_msg("%s", err.message);
    sx_revision_clear(&revision);
}

static bool holds(struct sx_test_store *test, uint64_t number)
{
    struct sx_revision revision = {0};
    struct sx_error err = {0};
    int rc = sx_store_journal(test->store, number, &revision, &err);

    if (rc < 0)
        assert_int_equal(err.code, SX_E_DATA_MISSING);
    else
        assert_int_equal(revision.number, number);
    sx_revision_clear(&revision);
    return rc == 0;
}

static int64_t count(struct sx_test_store *test, const char *sql)
{
    struct sx_error err = {0};
    int64_t number = -1;

    assert_int_equal(sx_sql_number(test->store->db, sql, &number, &err), 0);
    return number;
}

static void assert_same(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(a == b);
}

static void assert_revision(struct sx_test_store *test, const struct sx_revision *expected)
{
    struct sx_revision revision = {0};
    struct sx_error err = {0};

    assert_int_equal(sx_store_journal(test->store, expected->number, &revision, &err), 0);
    assert_int_equal(revision.number, expected->number);
    assert_string_equal(revision.lineage, expected->lineage);
    assert_int_equal(revision.time_ms, expected->time_ms);
    assert_memory_equal(&revision.origin, &expected->origin, sizeof revision.origin);
    assert_memory_equal(revision.digest, expected->digest, SX_DIGEST_SIZE);
    assert_int_equal(revision.changes.count, expected->changes.count);
    for (size_t i = 0; i < revision.changes.count; i++) {
        const struct sx_change *a = &revision.changes.items[i];
        const struct sx_change *b = &expected->changes.items[i];

        assert_int_equal(a->operation, b->operation);
        assert_int_equal(a->scope, b->scope);
        assert_int_equal(a->flags, b->flags);
        assert_same(a->path, b->path);
        assert_same(a->value, b->value);
        assert_same(a->old_value, b->old_value);
        assert_same(a->after, b->after);
        assert_same(a->old_after, b->old_after);
    }
    sx_revision_clear(&revision);
}

static void test_what_is_read_is_what_was_written(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_change changes[] = {
        {SX_OPERATION_CREATE, SX_SCOPE_REPLICATED, SX_NODE_SECRET | SX_NODE_FRAGMENT,
            (char[]){"/a:l[k='1']"}, (char[]){"{\"a:l\":[{\"k\":\"\xc3\xa9\"}]}"}, NULL,
            (char[]){""}, NULL},
        {SX_OPERATION_REPLACE, SX_SCOPE_AGREED, 0xffffffff, (char[]){"/a:b"}, (char[]){""},
            (char[]){"{}"}, NULL, NULL},
        {SX_OPERATION_DELETE, SX_SCOPE_AGREED_COPIED, 0, (char[]){"/a:c"}, NULL, (char[]){"{}"},
            NULL, (char[]){""}},
        {SX_OPERATION_MOVE, SX_SCOPE_PEER_SPECIFIC, 0, (char[]){"/a:l[k='1']"}, NULL, NULL,
            (char[]){"/a:l[k='0']"}, (char[]){"/a:l[k='2']"}},
    };
    const struct sx_revision full = {.number = INT64_MAX,
        .lineage = "0b33b4f4-a1a4-4b2c-bb2f-a5b1d0b9a001",
        .time_ms = -5,
        .origin = {.user = "o'hara", .source = "::1", .session = UINT32_MAX},
        .digest = {0x00, 0xff, 0x5a},
        .changes = {changes, 4, 4}};
    const struct sx_revision bare = {.number = 1};
    struct sx_error err = {0};

    begin(test);
    assert_int_equal(sx_store_append(test->store, &bare, &err), 0);
    assert_int_equal(sx_store_append(test->store, &full, &err), 0);
    commit(test);
    assert_revision(test, &full);
    sx_test_store_reopen(test);
    assert_revision(test, &full);
    assert_revision(test, &bare);
    assert_false(holds(test, 2));
}

static void test_a_number_once(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_revision revision = {.number = 5};
    struct sx_error err = {0};

    begin(test);
    append(test, 5, 1, 1);
    assert_int_equal(sx_store_append(test->store, &revision, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    sx_store_rollback(test->store);
    begin(test);
    revision.number = (uint64_t)INT64_MAX + 1;
    assert_int_equal(sx_store_append(test->store, &revision, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    sx_store_rollback(test->store);
    assert_false(holds(test, 5));
}

static void test_bound_of_revisions(void **state)
{
    struct sx_test_store *test = *state;

    begin(test);
    for (uint64_t i = 1; i <= SX_JOURNAL_REVISIONS_MAX + 5; i++)
        append(test, i, 2, 1);
    commit(test);
    assert_false(holds(test, 5));
    assert_true(holds(test, 6));
    assert_true(holds(test, SX_JOURNAL_REVISIONS_MAX + 5));
    assert_int_equal(count(test, "SELECT count(*) FROM revision"), SX_JOURNAL_REVISIONS_MAX);
    assert_int_equal(count(test, "SELECT count(*) FROM change"), 2 * SX_JOURNAL_REVISIONS_MAX);
    /* The count is right after a restart, too. */
    sx_test_store_reopen(test);
    begin(test);
    append(test, SX_JOURNAL_REVISIONS_MAX + 6, 1, 1);
    commit(test);
    assert_false(holds(test, 6));
    assert_true(holds(test, 7));
}

static void test_bound_of_bytes(void **state)
{
    struct sx_test_store *test = *state;
    const size_t size = (16u << 20) - 1024;

    begin(test);
    for (uint64_t i = 1; i <= 6; i++)
        append(test, i, 1, size);
    commit(test);
    assert_false(holds(test, 2));
    assert_true(holds(test, 3));
    /* The newest is kept whatever its size, alone. */
    begin(test);
    append(test, 7, 5, size);
    commit(test);
    assert_false(holds(test, 6));
    assert_true(holds(test, 7));
    assert_true(test->store->journal.bytes > SX_JOURNAL_BYTES_MAX);
    begin(test);
    append(test, 8, 1, 10);
    commit(test);
    assert_false(holds(test, 7));
    assert_true(holds(test, 8));
}

static void test_rollback_restores_the_size(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_journal_size before;

    begin(test);
    append(test, 1, 3, 100);
    commit(test);
    before = test->store->journal;
    begin(test);
    append(test, 2, 3, 100);
    sx_store_rollback(test->store);
    assert_memory_equal(&before, &test->store->journal, sizeof before);
    assert_int_equal(before.revisions, 1);
    assert_int_equal(before.bytes, (uint64_t)count(test, "SELECT sum(bytes) FROM revision"));
}

static void test_clear(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};

    begin(test);
    append(test, 1, 3, 100);
    append(test, 2, 3, 100);
    assert_int_equal(sx_store_clear_journal(test->store, &err), 0);
    append(test, 3, 1, 1);
    commit(test);
    assert_false(holds(test, 1));
    assert_false(holds(test, 2));
    assert_true(holds(test, 3));
    assert_int_equal(count(test, "SELECT count(*) FROM change"), 1);
    assert_int_equal(test->store->journal.revisions, 1);
}

static void test_foreign_words_are_refused(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_revision revision = {0};
    struct sx_error err = {0};

    begin(test);
    append(test, 1, 2, 1);
    commit(test);
    sx_test_sql(test->folder, "UPDATE change SET operation = 'merge' WHERE step = 1");
    assert_int_equal(sx_store_journal(test->store, 1, &revision, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "\"merge\""));
    sx_test_sql(test->folder, "UPDATE change SET operation = 'move', scope = 'mine'");
    assert_int_equal(sx_store_journal(test->store, 1, &revision, &err), -1);
    assert_non_null(strstr(err.message, "\"mine\""));
    sx_test_sql(test->folder, "UPDATE change SET scope = 'agreed'");
    sx_test_sql(test->folder, "UPDATE revision SET digest = 'zz'");
    assert_int_equal(sx_store_journal(test->store, 1, &revision, &err), -1);
    assert_non_null(strstr(err.message, "digest"));
    sx_test_sql(test->folder, "UPDATE revision SET lineage = hex(zeroblob(40))");
    assert_int_equal(sx_store_journal(test->store, 1, &revision, &err), -1);
    assert_non_null(strstr(err.message, "lineage is longer"));
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_read_is_what_was_written),
        TEST(test_a_number_once),
        TEST(test_bound_of_revisions),
        TEST(test_bound_of_bytes),
        TEST(test_rollback_restores_the_size),
        TEST(test_clear),
        TEST(test_foreign_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

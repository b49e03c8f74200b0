// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"
#include "sextant/maintenance.h"
#include "sextant/memory.h"
#include "store.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Transactions, named values, checkpoints and backups. */

static int setup(void **state)
{
    *state = sx_test_temporary_folder();
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    int rc = sx_test_remove_folder(*state);

    free(*state);
    return rc;
}

static void set(struct sx_store *store, const char *name, const char *value)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_set(store, name, value, &err), 0);
    assert_int_equal(sx_store_commit(store, &err), 0);
}

static void assert_value(struct sx_store *store, const char *name, const char *expected)
{
    struct sx_error err = {0};
    char *value = sx_store_get(store, name, &err);

    assert_int_equal(err.code, SX_OK);
    if (expected)
        assert_string_equal(value, expected);
    else
        assert_null(value);
    free(value);
}

static void test_values(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);

    assert_value(store, "a", NULL);
    set(store, "a", "one");
    set(store, "b", "");
    set(store, "a", "two");
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_value(store, "a", "two");
    assert_value(store, "b", "");
    set(store, "a", NULL);
    set(store, "a", NULL);
    assert_value(store, "a", NULL);
    sx_store_close(store);
}

static void test_rollback_forgets(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};
    char *text;

    sx_store_rollback(store);
    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:a", "", "{}", NULL);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_put(store, &rows, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    sx_store_rollback(store);
    sx_store_rollback(store);
    text = sx_test_rows(store);
    assert_string_equal(text, "");
    assert_value(store, "a", NULL);
    sx_store_close(store);
    sx_fragment_list_clear(&rows);
    free(text);
}

static void test_close_rolls_back(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_value(store, "a", NULL);
    sx_store_close(store);
    sx_store_close(NULL);
}

static void test_writes_need_a_transaction(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    const struct sx_fragment_list none = {0};
    const struct sx_revision revision = {.number = 1};
    const struct sx_history history = {0};
    const struct sx_alarm_event alarm = {.sequence = 1};
    struct sx_error err = {0};

    assert_int_equal(sx_store_set(store, "a", "1", &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_store_put(store, &none, &err), -1);
    assert_int_equal(sx_store_append(store, &revision, &err), -1);
    assert_int_equal(sx_store_set_history(store, &history, &err), -1);
    assert_int_equal(sx_store_put_alarm(store, &alarm, &err), -1);
    assert_int_equal(sx_store_clear_journal(store, &err), -1);
    assert_int_equal(sx_store_stage(store, &none, &err), -1);
    assert_int_equal(sx_store_stage_clear(store, &err), -1);
    assert_int_equal(sx_store_stage_swap(store, SX_SCOPE_REPLICATED, &err), -1);
    assert_int_equal(sx_store_commit(store, &err), -1);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_begin(store, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    assert_int_equal(sx_store_commit(store, &err), 0);
    sx_store_close(store);
}

static void test_failed_write_cannot_be_committed(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    char *value = sx_alloc((16u << 20) + 2);
    struct sx_error err = {0};

    memset(value, 'x', (16u << 20) + 1);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    assert_int_equal(sx_store_set(store, "b", value, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    assert_int_equal(sx_store_commit(store, &err), -1);
    assert_value(store, "a", NULL);
    value[16u << 20] = '\0';
    set(store, "b", value);
    assert_value(store, "b", value);
    sx_store_close(store);
    free(value);
}

static void test_is_new_until_there_is_configuration(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};

    assert_true(sx_store_is_new(store));
    set(store, "a", "1");
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_true(sx_store_is_new(store));
    sx_test_row(&rows, SX_SCOPE_AGREED, "/a:a", "", "{}", NULL);
    sx_test_store_put(store, &rows);
    assert_true(sx_store_is_new(store));
    sx_test_row(&rows, SX_SCOPE_AGREED, "/a:a", "", NULL, NULL);
    sx_test_store_put(store, &rows);
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_false(sx_store_is_new(store));
    sx_store_close(store);
}

static void test_checkpoint(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_error err = {0};
    size_t before, size;

    for (int i = 0; i < 20; i++)
        set(store, "a", i % 2 ? "1" : "2");
    before = sx_store_wal_pages(store);
    assert_true(before >= 20);
    assert_int_equal(sx_store_checkpoint(*state, NULL, &err), 0);
    set(store, "a", "3");
    assert_true(sx_store_wal_pages(store) < before);
    assert_value(store, "a", "3");
    /* The last connection to close leaves one file. */
    sx_store_close(store);
    free(sx_test_file(*state, SX_STORE_FILE, &size));
    assert_false(sx_test_file_exists(*state, SX_STORE_FILE "-wal"));
    assert_int_equal(sx_store_checkpoint("/nonexistent", NULL, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "/nonexistent"));
}

static void test_backup(void **state)
{
    char *copies = sx_format("%s/copies", (const char *)*state);
    char *path = sx_format("%s/sextant.db", copies);
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};
    char *was, *text;

    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:l", "[k='1']", "{\"x\":1}", "");
    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:l", "[k='0']", "{\"x\":1}", "[k='1']");
    sx_test_store_put(store, &rows);
    was = sx_test_rows(store);
    assert_int_equal(sx_store_backup(store, path, &err), -1);
    assert_non_null(strstr(err.message, path));
    assert_int_equal(sx_test_make_folder(copies), 0);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_backup(store, path, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    sx_store_rollback(store);
    assert_int_equal(sx_store_backup(store, path, &err), 0);
    assert_int_equal(sx_store_backup(store, path, &err), -1);
    assert_non_null(strstr(err.message, "there already"));
    set(store, "later", "1");
    sx_store_close(store);

    store = sx_test_store_open(copies, NULL);
    assert_false(sx_store_is_new(store));
    text = sx_test_rows(store);
    assert_string_equal(text, was);
    assert_value(store, "later", NULL);
    set(store, "a", "1");
    sx_store_close(store);
    free(text);
    free(was);
    free(path);
    free(copies);
}

/* Every failing call of a backup leaves no file, and the store as it was. */
static void test_backup_fails(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("backup");
    struct sx_store *store = sx_test_store_open(*state, "backup");
    char *path = sx_format("%s/copy.db", (const char *)*state);
    struct sx_error err;
    uint64_t n;

    set(store, "a", "1");
    for (n = 1;; n++) {
        fault_vfs_fail(vfs, FAULT_ALL & ~(unsigned)FAULT_DELETE, n, 1, SQLITE_FULL);
        err = (struct sx_error){0};
        if (sx_store_backup(store, path, &err) == 0)
            break;
        assert_int_not_equal(err.code, SX_OK);
        fault_vfs_fail(vfs, 0, 0, 0, 0);
        assert_false(sx_test_file_exists(*state, "copy.db"));
        assert_value(store, "a", "1");
    }
    assert_true(n > 10);
    sx_store_close(store);
    fault_vfs_free(vfs);
    free(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_values),
        TEST(test_rollback_forgets),
        TEST(test_close_rolls_back),
        TEST(test_writes_need_a_transaction),
        TEST(test_failed_write_cannot_be_committed),
        TEST(test_is_new_until_there_is_configuration),
        TEST(test_checkpoint),
        TEST(test_backup),
        TEST(test_backup_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

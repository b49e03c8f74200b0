// SPDX-License-Identifier: Apache-2.0
/* Copies of the database, and moving its write-ahead log into it. */
#include "fault_vfs.h"
#include "sextant/maintenance.h"
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_checkpoint(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_error err = {0};
    size_t before, size;

    for (int i = 0; i < 20; i++)
        sx_test_store_set(store, "a", i % 2 ? "1" : "2");
    before = sx_store_wal_pages(store);
    assert_true(before >= 20);
    assert_int_equal(sx_store_checkpoint(*state, NULL, &err), 0);
    sx_test_store_set(store, "a", "3");
    assert_true(sx_store_wal_pages(store) < before);
    sx_test_store_value(store, "a", "3");
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
    sx_test_store_set(store, "later", "1");
    sx_store_close(store);

    store = sx_test_store_open(copies, NULL);
    assert_false(sx_store_is_new(store));
    text = sx_test_rows(store);
    assert_string_equal(text, was);
    sx_test_store_value(store, "later", NULL);
    sx_test_store_set(store, "a", "1");
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

    sx_test_store_set(store, "a", "1");
    for (n = 1;; n++) {
        fault_vfs_fail(vfs, FAULT_ALL & ~(unsigned)FAULT_DELETE, n, 1, SQLITE_FULL);
        err = (struct sx_error){0};
        if (sx_store_backup(store, path, &err) == 0)
            break;
        assert_int_not_equal(err.code, SX_OK);
        fault_vfs_fail(vfs, 0, 0, 0, 0);
        assert_false(sx_test_file_exists(*state, "copy.db"));
        sx_test_store_value(store, "a", "1");
    }
    assert_true(n > 10);
    sx_store_close(store);
    fault_vfs_free(vfs);
    free(path);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_folder_setup, sx_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_checkpoint),
        TEST(test_backup),
        TEST(test_backup_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

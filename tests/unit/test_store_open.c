// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Opening: new, damaged, foreign and newer databases, and an interrupted creation. */

/* A database with some rows, closed. */
static void make(const char *folder)
{
    struct sx_store *store = sx_test_store_open(folder, NULL);
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};
    char key[32];

    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "[k='%d']", i);
        sx_test_row(
            &rows, SX_SCOPE_REPLICATED, "/a:l", key, "{\"a:l\":[{\"text\":\"abc\"}]}", NULL);
    }
    assert_int_equal(sx_test_store_commit(store, &rows, 1, &err), 0);
    sx_fragment_list_clear(&rows);
    sx_store_close(store);
}

/* Opening fails, its message has `part` and the file's path, and no file is changed. */
static void assert_refused(const char *folder, const char *part)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};
    size_t before_size, after_size;
    char *before = sx_test_file(folder, SX_STORE_FILE, &before_size);
    char *after;

    assert_int_equal(sx_store_open(folder, NULL, &store, &err), -1);
    assert_null(store);
    assert_int_equal(err.code, SX_E_STORE);
    if (!strstr(err.message, part) || !strstr(err.message, folder) || strchr(err.message, '\n'))
        fail_msg("\"%s\" does not say \"%s\"", err.message, part);
    after = sx_test_file(folder, SX_STORE_FILE, &after_size);
    assert_int_equal(after_size, before_size);
    assert_memory_equal(after, before, before_size);
    free(before);
    free(after);
}

static void test_new(void **state)
{
    struct sx_store *store;
    struct stat status;
    char *path = sx_format("%s/%s", (const char *)*state, SX_STORE_FILE);
    mode_t mask = umask(077);

    store = sx_test_store_open(*state, NULL);
    assert_true(sx_store_is_new(store));
    assert_false(sx_test_file_exists(*state, SX_STORE_FILE SX_STORE_CREATING));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    sx_store_close(store);
    umask(mask);
    free(path);
}

static void test_missing_folder(void **state)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(sx_store_open("/nonexistent/folder", NULL, &store, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "/nonexistent/folder"));
    assert_non_null(strstr(err.message, "folder must exist"));
    assert_null(store);
}

static void test_unknown_vfs(void **state)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    assert_int_equal(sx_store_open(*state, "no-such-vfs", &store, &err), -1);
    assert_non_null(strstr(err.message, "no-such-vfs"));
}

static void test_unwritable(void **state)
{
    char *path = sx_format("%s/%s", (const char *)*state, SX_STORE_FILE);

    make(*state);
    if (geteuid() == 0) {
        /* Permissions do not hold root back. */
        free(path);
        skip();
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_refused(*state, "cannot be written");
    free(path);
}

static void test_folder_in_its_place(void **state)
{
    char *path = sx_format("%s/%s", (const char *)*state, SX_STORE_FILE);
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    assert_int_equal(sx_test_make_folder(path), 0);
    assert_int_equal(sx_store_open(*state, NULL, &store, &err), -1);
    assert_non_null(strstr(err.message, path));
    free(path);
}

static void test_empty_file(void **state)
{
    sx_test_write_file(*state, SX_STORE_FILE, "", 0);
    assert_refused(*state, "is empty");
}

static void test_foreign_bytes(void **state)
{
    char bytes[8192];

    memset(bytes, 'x', sizeof bytes);
    sx_test_write_file(*state, SX_STORE_FILE, bytes, 10);
    assert_refused(*state, "damaged");
    sx_test_write_file(*state, SX_STORE_FILE, bytes, sizeof bytes);
    assert_refused(*state, "damaged");
}

static void test_cut_short(void **state)
{
    size_t size;
    char *data;

    make(*state);
    data = sx_test_file(*state, SX_STORE_FILE, &size);
    for (size_t keep = 512; keep < size; keep += 4096 + 100) {
        sx_test_write_file(*state, SX_STORE_FILE, data, keep);
        assert_refused(*state, "damaged");
    }
    free(data);
}

/* Any page but the unused ones that turns to zeros or to noise is noticed. */
static void test_broken_pages(void **state)
{
    size_t size, pages = 0;
    char *data, *broken;

    make(*state);
    data = sx_test_file(*state, SX_STORE_FILE, &size);
    broken = sx_alloc(size);
    for (size_t page = 0; page < size; page += 4096, pages++)
        for (int noise = 0; noise < 2; noise++) {
            memcpy(broken, data, size);
            memset(broken + page, noise ? 0xa5 : 0, 4096);
            sx_test_write_file(*state, SX_STORE_FILE, broken, size);
            assert_refused(*state, "damaged");
        }
    assert_true(pages > 10);
    free(broken);
    free(data);
}

static void test_not_ours(void **state)
{
    make(*state);
    sx_test_sql(*state, "PRAGMA application_id=7");
    assert_refused(*state, "not a database of Sextant");
}

static void test_newer(void **state)
{
    make(*state);
    sx_test_sql(*state, "PRAGMA user_version=4");
    assert_refused(*state, "newer release (schema version 4, this release takes 3 at most)");
    sx_test_sql(*state, "PRAGMA user_version=0");
    assert_refused(*state, "damaged");
}

static void test_missing_table_or_column(void **state)
{
    make(*state);
    sx_test_sql(*state, "ALTER TABLE change RENAME TO gone");
    assert_refused(*state, "no such table");
    sx_test_sql(*state, "ALTER TABLE gone RENAME TO change");
    sx_test_sql(*state, "ALTER TABLE revision RENAME COLUMN digest TO gone");
    assert_refused(*state, "digest");
}

/* A log that a killed process left is neither lost nor, when the database is refused, touched. */
static void test_log_is_kept(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};
    size_t db_size, wal_size, now;
    char *db, *wal, *text;

    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:a", "", "{}", NULL);
    sx_test_store_put(store, &rows);
    db = sx_test_file(*state, SX_STORE_FILE, &db_size);
    wal = sx_test_file(*state, SX_STORE_FILE "-wal", &wal_size);
    assert_true(wal_size > 4096);
    sx_store_close(store);

    sx_test_write_file(*state, SX_STORE_FILE, db, db_size);
    sx_test_write_file(*state, SX_STORE_FILE "-wal", wal, wal_size);
    db[70] ^= 1;
    sx_test_write_file(*state, SX_STORE_FILE, "no database", 11);
    assert_refused(*state, "damaged");
    text = sx_test_file(*state, SX_STORE_FILE "-wal", &now);
    assert_int_equal(now, wal_size);
    assert_memory_equal(text, wal, wal_size);
    free(text);

    db[70] ^= 1;
    sx_test_write_file(*state, SX_STORE_FILE, db, db_size);
    store = sx_test_store_open(*state, NULL);
    text = sx_test_rows(store);
    assert_string_equal(text, "/a:a  replicated {}\n");
    sx_store_close(store);
    free(text);
    free(wal);
    free(db);
}

/* Power that goes at any point of a creation leaves something that opens as new. */
static void test_interrupted_creation(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("creation");
    unsigned points = 0;
    bool done = false;

    for (uint64_t n = 1; !done; n++)
        for (uint64_t seed = 1; seed <= 4 && !done; seed++, points++) {
            char *folder = sx_format("%s/%u", (const char *)*state, points);
            struct sx_store *store = NULL;
            struct sx_error err = {0};

            assert_int_equal(sx_test_make_folder(folder), 0);
            fault_vfs_crash_at(vfs, FAULT_ALL, n);
            if (sx_store_open(folder, "creation", &store, &err) == 0)
                done = !fault_vfs_crashed(vfs);
            sx_store_close(store);
            fault_vfs_crash_recover(vfs, n * 10 + seed);
            if (sx_store_open(folder, "creation", &store, &err) < 0)
                fail_msg("after a crash at call %d: %s", (int)n, err.message);
            assert_true(sx_store_is_new(store));
            sx_store_close(store);
            assert_false(sx_test_file_exists(folder, SX_STORE_FILE SX_STORE_CREATING));
            free(folder);
        }
    print_message("creation: %u crashes survived\n", points);
    assert_true(points > 100);
    fault_vfs_free(vfs);
}

/* A call that fails once while opening gives an error, changes nothing, and opening works again. */
static void test_failing_calls(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("failing");
    struct sx_store *store = NULL;
    struct sx_error err = {0};
    uint64_t n;
    char *was, *text;

    make(*state);
    store = sx_test_store_open(*state, "failing");
    was = sx_test_rows(store);
    sx_store_close(store);
    for (n = 1;; n++) {
        store = NULL;
        fault_vfs_fail(vfs, FAULT_ALL, n, 1, n % 2 ? SQLITE_IOERR : SQLITE_CANTOPEN);
        if (sx_store_open(*state, "failing", &store, &err) == 0 && !fault_vfs_failures(vfs))
            break;
        sx_store_close(store);
        fault_vfs_fail(vfs, 0, 0, 0, 0);
        store = sx_test_store_open(*state, "failing");
        text = sx_test_rows(store);
        assert_string_equal(text, was);
        assert_false(sx_store_is_new(store));
        sx_store_close(store);
        free(text);
    }
    assert_true(n > 20);
    sx_store_close(store);
    fault_vfs_free(vfs);
    free(was);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_folder_setup, sx_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_new),
        TEST(test_missing_folder),
        TEST(test_unknown_vfs),
        TEST(test_unwritable),
        TEST(test_folder_in_its_place),
        TEST(test_empty_file),
        TEST(test_foreign_bytes),
        TEST(test_cut_short),
        TEST(test_broken_pages),
        TEST(test_not_ours),
        TEST(test_newer),
        TEST(test_missing_table_or_column),
        TEST(test_log_is_kept),
        TEST(test_interrupted_creation),
        TEST(test_failing_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

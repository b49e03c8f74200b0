// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"

#include "sextant/memory.h"
#include "test_folder.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* The failing disk itself, by its own calls and by way of SQLite. */

struct fixture {
    char *folder;
    char *path;
    struct fault_vfs *vfs;
    sqlite3_vfs *sqlite;
};

static int setup(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);

    fixture->folder = sx_test_temporary_folder();
    fixture->path = sx_format("%s/file", fixture->folder);
    fixture->vfs = fault_vfs_new("fault");
    fixture->sqlite = sqlite3_vfs_find("fault");
    *state = fixture;
    return fixture->sqlite ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    fault_vfs_free(fixture->vfs);
    assert_null(sqlite3_vfs_find("fault"));
    sx_test_remove_folder(fixture->folder);
    free(fixture->path);
    free(fixture->folder);
    free(fixture);
    return 0;
}

static sqlite3_file *open_file(struct fixture *fixture, int flags, int expected)
{
    sqlite3_file *file = sx_alloc((size_t)fixture->sqlite->szOsFile);

    assert_int_equal(fixture->sqlite->xOpen(
                         fixture->sqlite, fixture->path, file, flags | SQLITE_OPEN_READWRITE, NULL),
        expected);
    if (expected == SQLITE_OK)
        return file;
    assert_null(file->pMethods);
    free(file);
    return NULL;
}

static sqlite3_file *create(struct fixture *fixture)
{
    return open_file(fixture, SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OK);
}

static int put(sqlite3_file *file, const char *text, int64_t offset)
{
    return file->pMethods->xWrite(file, text, (int)strlen(text), offset);
}

static int sync_file(sqlite3_file *file)
{
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

static void close_file(sqlite3_file *file)
{
    file->pMethods->xClose(file);
    free(file);
}

static void crash(struct fixture *fixture, uint64_t seed)
{
    fault_vfs_crash_recover(fixture->vfs, seed);
}

/* The file's content, for free(), or NULL when it is not there. */
static char *content(struct fixture *fixture)
{
    struct stat status;
    sqlite3_file *file;
    char *text;

    if (stat(fixture->path, &status) < 0)
        return NULL;
    file = open_file(fixture, SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OK);
    text = sx_alloc((size_t)status.st_size + 1);
    if (status.st_size > 0)
        assert_int_equal(file->pMethods->xRead(file, text, (int)status.st_size, 0), SQLITE_OK);
    close_file(file);
    return text;
}

static void assert_content(struct fixture *fixture, const char *expected)
{
    char *text = content(fixture);

    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
    free(text);
}

static void test_synced_content_stays(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t seed = 0; seed < 16; seed++) {
        sqlite3_file *file = create(fixture);

        assert_int_equal(put(file, "0123456789", 0), SQLITE_OK);
        assert_int_equal(sync_file(file), SQLITE_OK);
        close_file(file);
        crash(fixture, seed);
        assert_content(fixture, "0123456789");
    }
}

static void test_kinds_of_loss(void **state)
{
    struct fixture *fixture = *state;
    const char *expected[] = {"aaaabbbb", "0123456789"};

    for (uint64_t kind = 0; kind < 2; kind++) {
        sqlite3_file *file = create(fixture);

        assert_int_equal(file->pMethods->xTruncate(file, 0), SQLITE_OK);
        assert_int_equal(put(file, "0123456789", 0), SQLITE_OK);
        assert_int_equal(sync_file(file), SQLITE_OK);
        assert_int_equal(put(file, "aaaa", 0), SQLITE_OK);
        assert_int_equal(file->pMethods->xTruncate(file, 4), SQLITE_OK);
        assert_int_equal(put(file, "bbbb", 4), SQLITE_OK);
        close_file(file);
        crash(fixture, kind);
        assert_content(fixture, expected[kind]);
    }
}

/* Of unsynced writes any part may be found: whole, cut and lost ones were all seen, and nothing
 * that was never written. */
static void test_unsynced_writes(void **state)
{
    struct fixture *fixture = *state;
    unsigned whole = 0, cut = 0, lost = 0, later_only = 0;

    for (uint64_t seed = 3; seed < 400; seed += 4) {
        sqlite3_file *file = create(fixture);
        size_t length;
        char *text;

        assert_int_equal(file->pMethods->xTruncate(file, 0), SQLITE_OK);
        assert_int_equal(put(file, "--------", 0), SQLITE_OK);
        assert_int_equal(sync_file(file), SQLITE_OK);
        assert_int_equal(put(file, "aaaa", 0), SQLITE_OK);
        assert_int_equal(put(file, "bbbb", 4), SQLITE_OK);
        close_file(file);
        crash(fixture, seed);
        text = content(fixture);
        length = strspn(text, "a");
        assert_int_equal(strlen(text), 8);
        for (size_t i = 0; i < 8; i++)
            assert_true(text[i] == '-' || text[i] == (i < 4 ? 'a' : 'b'));
        whole += length == 4;
        cut += length > 0 && length < 4;
        lost += length == 0;
        later_only += length < 4 && strstr(text, "bbbb") != NULL;
        free(text);
    }
    assert_true(whole > 20 && cut > 5 && lost > 10 && later_only > 10);
}

/* A write that the power fails under may reach the disk, and nothing after it does. */
static void test_crash_in_a_write(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_file *file = create(fixture);

    assert_int_equal(put(file, "----", 0), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    fault_vfs_crash_at(fixture->vfs, FAULT_WRITE, 2);
    assert_int_equal(put(file, "a", 0), SQLITE_OK);
    assert_false(fault_vfs_crashed(fixture->vfs));
    assert_int_equal(put(file, "b", 1), SQLITE_IOERR_WRITE);
    assert_true(fault_vfs_crashed(fixture->vfs));
    assert_int_equal(put(file, "c", 2), SQLITE_IOERR_WRITE);
    assert_int_equal(sync_file(file), SQLITE_IOERR_FSYNC);
    assert_int_equal(
        fixture->sqlite->xDelete(fixture->sqlite, fixture->path, 1), SQLITE_IOERR_DELETE);
    open_file(fixture, 0, SQLITE_CANTOPEN);
    assert_int_equal(fault_vfs_open_files(fixture->vfs), 1);
    close_file(file);
    crash(fixture, 0);
    assert_content(fixture, "ab--");
}

static void test_created_and_deleted_files(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_file *file;

    /* A new file whose folder was not synced. */
    file = open_file(fixture, SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB, SQLITE_OK);
    assert_int_equal(put(file, "new", 0), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_OK);
    close_file(file);
    crash(fixture, 1);
    assert_content(fixture, NULL);
    /* A deleted one comes back, until the folder is synced. */
    for (int sync_folder = 0; sync_folder < 2; sync_folder++) {
        file = create(fixture);
        assert_int_equal(put(file, "old", 0), SQLITE_OK);
        assert_int_equal(sync_file(file), SQLITE_OK);
        close_file(file);
        assert_int_equal(
            fixture->sqlite->xDelete(fixture->sqlite, fixture->path, sync_folder), SQLITE_OK);
        assert_content(fixture, NULL);
        crash(fixture, 1);
        assert_content(fixture, sync_folder ? NULL : "old");
    }
}

static void test_failing_calls(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_file *file = create(fixture);
    uint64_t writes = fault_vfs_calls(fixture->vfs, FAULT_WRITE);

    fault_vfs_fail(fixture->vfs, FAULT_WRITE | FAULT_SYNC, 2, 2, SQLITE_FULL);
    assert_int_equal(put(file, "a", 0), SQLITE_OK);
    assert_int_equal(put(file, "b", 1), SQLITE_FULL);
    assert_int_equal(file->pMethods->xTruncate(file, 1), SQLITE_OK);
    assert_int_equal(sync_file(file), SQLITE_FULL);
    assert_int_equal(sync_file(file), SQLITE_OK);
    assert_int_equal(fault_vfs_failures(fixture->vfs), 2);
    assert_int_equal(fault_vfs_calls(fixture->vfs, FAULT_WRITE), writes + 2);
    assert_int_equal(fault_vfs_calls(fixture->vfs, FAULT_ALL),
        fault_vfs_calls(fixture->vfs, FAULT_ALL & ~(unsigned)FAULT_WRITE) + writes + 2);
    close_file(file);
    assert_content(fixture, "a");
}

/* A full disk takes the first half of a write, a torn write is the second half. */
static void test_halves_of_writes(void **state)
{
    struct fixture *fixture = *state;
    sqlite3_file *file = create(fixture);

    assert_int_equal(put(file, "........", 0), SQLITE_OK);
    fault_vfs_fail(fixture->vfs, FAULT_WRITE, 1, 1, SQLITE_FULL);
    assert_int_equal(put(file, "ab", 0), SQLITE_FULL);
    fault_vfs_fail(fixture->vfs, FAULT_WRITE, 1, 1, SQLITE_IOERR_WRITE);
    assert_int_equal(put(file, "cdef", 4), SQLITE_IOERR_WRITE);
    fault_vfs_fail(fixture->vfs, FAULT_WRITE, 1, 1, SQLITE_IOERR);
    assert_int_equal(put(file, "gh", 2), SQLITE_IOERR);
    close_file(file);
    assert_content(fixture, "a.....ef");
}

static void run(sqlite3 *db, const char *sql, int expected)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL) & 0xff, expected);
}

/* Two disks do not know of each other, and SQLite works on one. */
static void test_two_disks(void **state)
{
    struct fixture *fixture = *state;
    struct fault_vfs *second = fault_vfs_new("second");
    char *path = sx_format("%s/second", fixture->folder);
    sqlite3 *one = NULL, *two = NULL;

    assert_int_equal(
        sqlite3_open_v2(fixture->path, &one, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "fault"),
        SQLITE_OK);
    assert_int_equal(
        sqlite3_open_v2(path, &two, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "second"),
        SQLITE_OK);
    run(one, "PRAGMA journal_mode=WAL; CREATE TABLE a(x)", SQLITE_OK);
    run(two, "PRAGMA journal_mode=WAL; CREATE TABLE a(x)", SQLITE_OK);
    assert_true(fault_vfs_calls(second, FAULT_SHM) > 0);
    assert_true(fault_vfs_calls(second, FAULT_LOCK) > 0);
    fault_vfs_crash_at(second, FAULT_ALL, 1);
    run(two, "INSERT INTO a VALUES(1)", SQLITE_IOERR);
    run(one, "INSERT INTO a VALUES(1)", SQLITE_OK);
    sqlite3_close(one);
    sqlite3_close(two);
    fault_vfs_crash_recover(second, 3);
    assert_int_equal(sqlite3_open_v2(path, &two, SQLITE_OPEN_READWRITE, "second"), SQLITE_OK);
    run(two, "INSERT INTO a VALUES(1)", SQLITE_OK);
    sqlite3_close(two);
    fault_vfs_free(second);
    fault_vfs_free(NULL);
    free(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_synced_content_stays),
        TEST(test_kinds_of_loss),
        TEST(test_unsynced_writes),
        TEST(test_crash_in_a_write),
        TEST(test_created_and_deleted_files),
        TEST(test_failing_calls),
        TEST(test_halves_of_writes),
        TEST(test_two_disks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "fault_sweep.h"
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* From an older schema to a newer one: this release's is the old one here, and the newer ones are
 * made up. */

#define OLD SX_STORE_FILE ".v3"

static const struct sx_migration good[] = {
    {.from = 4, .sql = "UPDATE value SET value = value || '-three' WHERE name = 'a'"},
    {.from = 3,
        .sql = "UPDATE value SET value = value || '-two' WHERE name = 'a';"
               "CREATE TABLE extra(x)"},
};
static const struct sx_migration bad[] = {
    {.from = 3,
        .sql = "UPDATE value SET value = 'broken'; DELETE FROM fragment;"
               "INSERT INTO nowhere VALUES(1)"},
};
static const struct sx_migration unfit[] = {
    {.from = 3, .sql = "ALTER TABLE value RENAME TO values_of_another_name"},
};

static const struct sx_store_schema to_five = {5, "", good, 2};
static const struct sx_store_schema to_four_badly = {4, "", bad, 1};
static const struct sx_store_schema to_four_unfit = {4, "", unfit, 1};
static const struct sx_store_schema to_six = {6, "", good, 2};

static void make(const char *folder, const char *vfs)
{
    struct sx_store *store = sx_test_store_open(folder, vfs);
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};

    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:a", "", "{}", NULL);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_put(store, &rows, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "one", &err), 0);
    assert_int_equal(sx_store_commit(store, &err), 0);
    sx_fragment_list_clear(&rows);
    sx_store_close(store);
}

static void assert_content(struct sx_store *store, const char *value)
{
    struct sx_error err = {0};
    char *text = sx_store_get(store, "a", &err);

    assert_string_equal(text, value);
    free(text);
    text = sx_test_rows(store);
    assert_string_equal(text, "/a:a  replicated {}\n");
    free(text);
}

static void test_all_steps_in_order(void **state)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    make(*state, NULL);
    assert_int_equal(sx_store_open_schema(*state, NULL, &to_five, &store, &err), 0);
    assert_content(store, "one-two-three");
    assert_false(sx_store_is_new(store));
    assert_false(sx_test_file_exists(*state, OLD));
    sx_store_close(store);
    assert_int_equal(sx_store_open_schema(*state, NULL, &to_five, &store, &err), 0);
    assert_content(store, "one-two-three");
    sx_store_close(store);
    /* This release cannot go back. */
    assert_int_equal(sx_store_open(*state, NULL, &store, &err), -1);
    assert_non_null(strstr(err.message, "newer release (schema version 5"));
}

static void test_failing_step_changes_nothing(void **state)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};
    size_t before_size, after_size;
    char *before, *after;

    make(*state, NULL);
    before = sx_test_file(*state, SX_STORE_FILE, &before_size);
    assert_int_equal(sx_store_open_schema(*state, NULL, &to_four_badly, &store, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "from schema version 3 to 4 and is unchanged"));
    assert_non_null(strstr(err.message, "nowhere"));
    after = sx_test_file(*state, SX_STORE_FILE, &after_size);
    assert_int_equal(after_size, before_size);
    assert_memory_equal(after, before, before_size);
    /* The release that wrote it still opens it. */
    store = sx_test_store_open(*state, NULL);
    assert_content(store, "one");
    sx_store_close(store);
    free(before);
    free(after);
}

static void test_no_way(void **state)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    make(*state, NULL);
    assert_int_equal(sx_store_open_schema(*state, NULL, &to_six, &store, &err), -1);
    assert_non_null(strstr(err.message, "has the schema version 3"));
    store = sx_test_store_open(*state, NULL);
    assert_content(store, "one");
    sx_store_close(store);
}

static void append(struct sx_store *store, uint64_t number, char *old_after)
{
    struct sx_change change = {.operation = SX_OPERATION_DELETE,
        .scope = SX_SCOPE_REPLICATED,
        .path = (char[]){"/a:l[k='1']"},
        .old_value = (char[]){"{}"},
        .old_after = old_after};
    const struct sx_revision revision = {.number = number, .changes = {&change, 1, 1}};
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_append(store, &revision, &err), 0);
    assert_int_equal(sx_store_commit(store, &err), 0);
}

static void assert_old_after(struct sx_store *store, uint64_t number, const char *expected)
{
    struct sx_revision revision = {0};
    struct sx_error err = {0};

    assert_int_equal(sx_store_journal(store, number, &revision, &err), 0);
    assert_int_equal(revision.changes.count, 1);
    if (expected)
        assert_string_equal(revision.changes.items[0].old_after, expected);
    else
        assert_null(revision.changes.items[0].old_after);
    assert_string_equal(revision.changes.items[0].path, "/a:l[k='1']");
    sx_revision_clear(&revision);
}

/* Version 1 did not note where a moved or deleted entry had stood. */
static void test_from_version_1(void **state)
{
    struct sx_store *store;

    make(*state, NULL);
    store = sx_test_store_open(*state, NULL);
    append(store, 1, NULL);
    sx_store_close(store);
    sx_test_sql(*state, "ALTER TABLE change DROP COLUMN old_after; DROP TABLE set_aside;"
                        "PRAGMA user_version=1");
    store = sx_test_store_open(*state, NULL);
    assert_content(store, "one");
    assert_old_after(store, 1, NULL);
    append(store, 2, (char[]){"/a:l[k='0']"});
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_old_after(store, 2, "/a:l[k='0']");
    sx_store_close(store);
}

/* Steps that succeed and give something that does not open: the old file is there to go back to. */
static void test_old_file_is_kept(void **state)
{
    char *folder = sx_format("%s/old", (const char *)*state);
    struct sx_store *store = NULL;
    struct sx_error err = {0};
    size_t size;
    char *data;

    make(*state, NULL);
    assert_int_equal(sx_store_open_schema(*state, NULL, &to_four_unfit, &store, &err), -1);
    data = sx_test_file(*state, OLD, &size);
    assert_int_equal(sx_test_make_folder(folder), 0);
    sx_test_write_file(folder, SX_STORE_FILE, data, size);
    store = sx_test_store_open(folder, NULL);
    assert_content(store, "one");
    sx_store_close(store);
    free(data);
    free(folder);
}

/* Power that goes at any point leaves the old database or the new one. */
static void test_interrupted(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("migration");
    struct fault_visits visits;
    unsigned points = 0;
    unsigned old = 0;
    bool done = false;

    for (uint64_t n = 1; !done; n++) {
        for (uint64_t seed = 1; seed <= 3 && !done; seed++, points++) {
            char *folder = sx_format("%s/%u", (const char *)*state, points);
            struct sx_store *store = NULL;
            struct sx_error err = {0};

            assert_int_equal(sx_test_make_folder(folder), 0);
            make(folder, "migration");
            fault_visits_start(vfs, &visits);
            fault_vfs_crash_at(vfs, FAULT_ALL, n);
            if (sx_store_open_schema(folder, "migration", &to_five, &store, &err) == 0)
                done = !fault_vfs_crashed(vfs);
            sx_store_close(store);
            fault_visits_stop(vfs, &visits);
            fault_vfs_crash_recover(vfs, n * 10 + seed);
            if (sx_store_open(folder, "migration", &store, &err) == 0) {
                old++;
                assert_content(store, "one");
                sx_store_close(store);
            }
            if (sx_store_open_schema(folder, "migration", &to_five, &store, &err) < 0)
                fail_msg("after a crash at call %d: %s", (int)n, err.message);
            assert_content(store, "one-two-three");
            sx_store_close(store);
            assert_false(sx_test_file_exists(folder, OLD));
            assert_false(sx_test_file_exists(folder, OLD "-journal"));
            free(folder);
        }
    }
    print_message("migration: %u crashes survived, %u before it was done\n", points, old);
    fault_visits_print("migration", &visits);
    assert_in_range(old, 10, points - 1);
    fault_vfs_free(vfs);
}

/* A call that fails leaves the old database or the new one too, and says which. */
static void fail_once(const char *top, struct fault_vfs *vfs, unsigned kinds, uint64_t n, int code,
    bool *ret_failed, unsigned *refused)
{
    char *folder = sx_format("%s/fails", top);
    struct sx_store *store = NULL;
    struct sx_error err = {0};
    bool opened;

    assert_int_equal(sx_test_make_folder(folder), 0);
    make(folder, "migration");
    fault_vfs_fail(vfs, kinds, n, 1, code);
    opened = sx_store_open_schema(folder, "migration", &to_five, &store, &err) == 0;
    *ret_failed = fault_vfs_failures(vfs) > 0;
    fault_vfs_fail(vfs, 0, 0, 0, 0);
    if (opened) {
        assert_content(store, "one-two-three");
        sx_store_close(store);
    } else {
        ++*refused;
        assert_true(strlen(err.message) > 0);
        if (strstr(err.message, "is unchanged")) {
            store = sx_test_store_open(folder, "migration");
            assert_content(store, "one");
            sx_store_close(store);
        }
    }
    if (sx_store_open_schema(folder, "migration", &to_five, &store, &err) < 0)
        fail_msg("after call %d failed: %s", (int)n, err.message);
    assert_content(store, "one-two-three");
    sx_store_close(store);
    assert_false(sx_test_file_exists(folder, OLD));
    assert_false(sx_test_file_exists(folder, OLD "-journal"));
    sx_test_remove_folder(folder);
    free(folder);
}

static void test_failing_calls(void **state)
{
    static const struct {
        unsigned kinds;
        int code;
    } ways[] = {
        {FAULT_ALL, SQLITE_IOERR},
        {FAULT_ALL, SQLITE_FULL},
        {FAULT_WRITE, SQLITE_IOERR_WRITE},
        {FAULT_LOCK | FAULT_SHM, SQLITE_BUSY},
    };
    struct fault_vfs *vfs = fault_vfs_new("migration");

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        unsigned points = 0, refused = 0;
        bool failed = true;

        for (uint64_t n = 1; failed; n++, points++)
            fail_once(*state, vfs, ways[i].kinds, n, ways[i].code, &failed, &refused);
        print_message("migration: %u calls fail with %d, %u of them refused it\n", points - 1,
            ways[i].code, refused);
    }
    fault_vfs_free(vfs);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_folder_setup, sx_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_all_steps_in_order),
        TEST(test_failing_step_changes_nothing),
        TEST(test_no_way),
        TEST(test_from_version_1),
        TEST(test_old_file_is_kept),
        TEST(test_interrupted),
        TEST(test_failing_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

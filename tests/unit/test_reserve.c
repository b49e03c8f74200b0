// SPDX-License-Identifier: Apache-2.0
/* A full disk: edits are refused, the alarm is stored, and all goes on when there is room. */
#include "fault_vfs.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"
#include "test_pair.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define FULL_ALARM 15010

static long long reserve_size(const struct sx_test_engine *test)
{
    char *path = sx_format("%s/reserve", test->folder);
    struct stat found;
    long long size = stat(path, &found) == 0 ? (long long)found.st_size : -1;

    free(path);
    return size;
}

/* The next write finds no room, and those after it up to `times` in all. */
static void fill_disk(struct fault_vfs *vfs, uint64_t times)
{
    fault_vfs_fail(vfs, FAULT_WRITE, times > 0, times, SQLITE_FULL);
}

static void room_is_kept_from_the_start(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_int_equal(reserve_size(&test), SX_RESERVE_BYTES);
    assert_false(sx_test_alarm(&test, FULL_ALARM));
    sx_test_engine_restart(&test);
    assert_int_equal(reserve_size(&test), SX_RESERVE_BYTES);
    sx_test_engine_close(&test);
}

/* The failing write frees the reserve, which leaves room for the alarm. */
static void a_full_disk_refuses_the_edit_and_stores_the_alarm(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("full");
    struct sx_test_engine test;

    sx_test_engine_open_on(&test, *state, SX_TEST_A, "full");
    assert_true(sx_test_entry(&test, "ann", 1));
    fill_disk(vfs, 1);
    assert_false(sx_test_entry(&test, "ann", 2));
    assert_int_equal(test.update.error.code, SX_E_RESOURCE_DENIED);
    assert_string_equal(sx_test_number(&test, "ann"), "1");
    assert_true(sx_test_alarm(&test, FULL_ALARM));
    assert_int_equal(sx_test_events(&test, FULL_ALARM, true), 1);
    assert_int_equal(reserve_size(&test), -1);
    assert_false(sx_test_entry(&test, "ann", 3));
    /* There is room: that is seen soon, and the alarm ends. */
    sx_test_tick(&test, SX_RESERVE_RETRY_MS);
    assert_false(sx_test_alarm(&test, FULL_ALARM));
    assert_true(sx_test_entry(&test, "ann", 3));
    assert_int_equal(sx_test_events(&test, FULL_ALARM, false), 1);
    assert_int_equal(reserve_size(&test), SX_RESERVE_BYTES);
    sx_test_engine_close(&test);
    fault_vfs_free(vfs);
}

static void while_it_is_full_everything_else_goes_on(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("full");
    struct sx_test_engine test;

    sx_test_engine_open_on(&test, *state, SX_TEST_A, "full");
    assert_true(sx_test_entry(&test, "ann", 1));
    fill_disk(vfs, 1);
    assert_false(sx_test_entry(&test, "ann", 2));
    fill_disk(vfs, UINT64_MAX);
    for (int i = 0; i < 3; i++) {
        assert_false(sx_test_entry(&test, "ann", 3));
        assert_int_equal(test.update.error.code, SX_E_RESOURCE_DENIED);
        assert_non_null(strstr(test.update.error.message, "is full: free at least 2048 KiB"));
        assert_true(test.update.deadline_ms <= test.now + SX_RESERVE_RETRY_MS);
        sx_test_tick(&test, SX_RESERVE_RETRY_MS);
        assert_true(sx_test_alarm(&test, FULL_ALARM));
    }
    assert_true(sx_test_plain(&test, SX_EVENT_LOCK, SX_DATASTORE_RUNNING, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "1");
    fill_disk(vfs, 0);
    /* Nobody edits: the engine looks by itself. */
    sx_test_tick(&test, SX_RESERVE_RETRY_MS);
    assert_false(sx_test_alarm(&test, FULL_ALARM));
    assert_true(sx_test_logged(&test, "has room again"));
    assert_int_equal(sx_test_events(&test, FULL_ALARM, true), 1);
    assert_int_equal(sx_test_events(&test, FULL_ALARM, false), 1);
    assert_true(sx_test_entry(&test, "ann", 4));
    sx_test_engine_close(&test);
    fault_vfs_free(vfs);
}

static void it_starts_on_a_full_disk_and_says_so(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("full");
    struct sx_test_engine test;
    char *path;

    sx_test_engine_open_on(&test, *state, SX_TEST_A, "full");
    assert_true(sx_test_entry(&test, "ann", 1));
    path = sx_format("%s/reserve", test.folder);
    sx_engine_close(test.engine);
    test.engine = NULL;
    assert_int_equal(remove(path), 0);
    free(path);
    fill_disk(vfs, 1);
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, FULL_ALARM));
    assert_string_equal(sx_test_number(&test, "ann"), "1");
    sx_test_engine_close(&test);
    fault_vfs_free(vfs);
}

/* A folder stands where the file should: that is no want of room. */
static void what_else_is_wrong_with_the_file_keeps_nothing_out(void **state)
{
    struct sx_test_engine test;
    char *path;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    path = sx_format("%s/reserve", test.folder);
    sx_engine_close(test.engine);
    test.engine = NULL;
    assert_int_equal(remove(path), 0);
    assert_int_equal(sx_test_make_folder(path), 0);
    free(path);
    sx_test_engine_restart(&test);
    assert_true(sx_test_logged(&test, "no room is kept for a full disk"));
    assert_false(sx_test_alarm(&test, FULL_ALARM));
    assert_true(sx_test_entry(&test, "ann", 1));
    sx_test_engine_close(&test);
}

static void a_full_subordinate_refuses_revisions_until_there_is_room(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("full");
    struct sx_test_engine a, b;
    const char *const list[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_primary_open(&a, *state, 2);
    sx_test_engine_open_on(&b, *state, SX_TEST_B, "full");
    sx_test_form(&b, list, 1);
    sx_test_connect(&a, &b);
    fill_disk(vfs, UINT64_MAX);
    assert_true(sx_test_entry(&a, "ann", 1));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_alarm(&a, 20009));
    assert_string_equal(sx_test_number(&b, "ann"), "");
    fill_disk(vfs, 0);
    sx_test_tick(&b, SX_RESERVE_RETRY_MS);
    sx_test_tick(&a, SX_REFUSED_RETRY_MS);
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "1");
    assert_false(sx_test_alarm(&a, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
    fault_vfs_free(vfs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_kept_from_the_start),
        cmocka_unit_test(a_full_disk_refuses_the_edit_and_stores_the_alarm),
        cmocka_unit_test(while_it_is_full_everything_else_goes_on),
        cmocka_unit_test(it_starts_on_a_full_disk_and_says_so),
        cmocka_unit_test(what_else_is_wrong_with_the_file_keeps_nothing_out),
        cmocka_unit_test(a_full_subordinate_refuses_revisions_until_there_is_room),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

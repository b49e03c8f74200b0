// SPDX-License-Identifier: Apache-2.0
/* What stands in for a database that cannot be used, also on a disk that fails or loses its power
 * at each call: that database and its copies stay as they are. */
#include "fault_files_sweep.h"
#include "host_private.h"
#include "sextant/memory.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DATABASE "sextant.db"
#define NOISE "this is no database"
#define OLDER "the older copy"
#define NEWER "the newer copy"

/** A folder with a database that cannot be used, and copies of it. */
struct fixture {
    char *folder, *backups;
};

static const char *prepare(void *context)
{
    struct fixture *fixture = context;

    fixture->folder = sx_test_temporary_folder();
    fixture->backups = sx_format("%s/backups", fixture->folder);
    assert_int_equal(sx_test_make_folder(fixture->backups), 0);
    sx_test_write_file(fixture->folder, DATABASE, NOISE, strlen(NOISE));
    sx_test_write_file(fixture->backups, "1893456000000-restore.db", OLDER, strlen(OLDER));
    sx_test_write_file(fixture->backups, "1893456000001-restore.db", NEWER, strlen(NEWER));
    sx_test_write_file(fixture->backups, "20300101T000000000Z.backup", "x", 1);
    return fixture->folder;
}

static void done_with(struct fixture *fixture)
{
    sx_test_remove_folder(fixture->folder);
    free(fixture->folder);
    free(fixture->backups);
}

static void expect(const char *folder, const char *name, const char *text)
{
    size_t size;
    char *content = sx_test_file(folder, name, &size);

    assert_int_equal(size, strlen(text));
    assert_memory_equal(content, text, size);
    free(content);
}

static void expect_untouched(const struct fixture *fixture)
{
    expect(fixture->folder, DATABASE, NOISE);
    expect(fixture->backups, "1893456000000-restore.db", OLDER);
    expect(fixture->backups, "1893456000001-restore.db", NEWER);
}

static bool make(void *context)
{
    struct fixture *fixture = context;
    struct sx_error err = {0};
    char *path = ag_stand_in_make(fixture->folder, &err);
    bool made = path != NULL;

    if (!made)
        assert_non_null(strstr(err.message, "stand-in"));
    free(path);
    return made;
}

static void the_newest_copy_is_where_settings_are_sought(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};
    char *path, *former;

    (void)state;
    prepare(&fixture);
    path = ag_stand_in_make(fixture.folder, &err);
    assert_non_null(path);
    assert_true(sx_test_file_exists(path, "backups"));
    assert_false(sx_test_file_exists(path, DATABASE));
    former = ag_stand_in_former(fixture.folder, 0);
    assert_string_equal(former, fixture.folder);
    free(former);
    former = ag_stand_in_former(fixture.folder, 1);
    expect(former, DATABASE, NEWER);
    free(former);
    assert_null(ag_stand_in_former(fixture.folder, 2));
    expect_untouched(&fixture);
    free(path);
    done_with(&fixture);
}

static void one_that_is_there_is_made_anew(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};
    char *path;

    (void)state;
    prepare(&fixture);
    for (unsigned i = 0; i < 2; i++) {
        path = ag_stand_in_make(fixture.folder, &err);
        assert_non_null(path);
        assert_false(sx_test_file_exists(path, DATABASE));
        sx_test_write_file(path, DATABASE, "left", 4);
        free(path);
    }
    ag_stand_in_remove(fixture.folder);
    assert_false(sx_test_file_exists(fixture.folder, "stand-in"));
    ag_stand_in_remove(fixture.folder);
    expect_untouched(&fixture);
    done_with(&fixture);
}

static void without_copies_there_is_nothing_to_seek_in(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};
    char *path, *former;

    (void)state;
    prepare(&fixture);
    sx_test_remove_folder(fixture.backups);
    path = ag_stand_in_make(fixture.folder, &err);
    assert_non_null(path);
    former = ag_stand_in_former(fixture.folder, 1);
    assert_false(sx_test_file_exists(former, DATABASE));
    free(former);
    free(path);
    done_with(&fixture);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct sx_error err = {0};

    (void)state;
    assert_null(ag_stand_in_make("/nonexistent", &err));
    assert_non_null(strstr(err.message, "/nonexistent"));
}

static void check(void *context, bool acknowledged)
{
    struct fixture *fixture = context;

    (void)acknowledged;
    expect_untouched(fixture);
    assert_true(make(fixture));
    expect_untouched(fixture);
    ag_stand_in_remove(fixture->folder);
    assert_false(sx_test_file_exists(fixture->folder, "stand-in"));
    done_with(fixture);
}

static void at_every_call(void **state)
{
    struct fixture fixture;
    const struct fault_files_operation operation = {
        .name = "stand-in", .context = &fixture, .prepare = prepare, .act = make, .check = check};

    (void)state;
    fault_files_sweep(&operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_copy_is_where_settings_are_sought),
        cmocka_unit_test(one_that_is_there_is_made_anew),
        cmocka_unit_test(without_copies_there_is_nothing_to_seek_in),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(at_every_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

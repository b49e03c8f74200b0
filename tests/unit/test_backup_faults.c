// SPDX-License-Identifier: Apache-2.0
/*
 * The files of backups on a disk that fails or loses its power at each call. Under a backup's name
 * there is a whole one, that of before or the new one; a restore that cannot read its file changes
 * nothing; what is left of either is cleaned away.
 */
#include "backup.h"
#include "fault_files.h"
#include "fault_files_sweep.h"
#include "sextant/memory.h"
#include "sextant/restore.h"
#include "state.h"
#include "test_archive.h"
#include "test_folder.h"
#include "test_host.h"
#include "test_pair.h"
#include "test_rows.h"

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Bytes of configuration beside the entry: more than one step of a restore takes. */
#define FILL_ROWS 5
#define FILL_BYTES 60000
/** The time of all backups. */
#define TIME_MS 1893456000000ll

void __real_ag_host_stamp(int64_t *ret_time_ms, int64_t *ret_monotonic_ms, uint8_t ret_random[32]);
void __wrap_ag_host_stamp(int64_t *ret_time_ms, int64_t *ret_monotonic_ms, uint8_t ret_random[32]);

void __wrap_ag_host_stamp(int64_t *ret_time_ms, int64_t *ret_monotonic_ms, uint8_t ret_random[32])
{
    __real_ag_host_stamp(ret_time_ms, ret_monotonic_ms, ret_random);
    *ret_time_ms = TIME_MS;
}

/** A host, with a backup of its first configuration and another configuration now. */
struct fixture {
    const struct sx_schema *schema;
    struct sx_test_host host;
    struct ag_backup first;
    struct sx_error err; /**< why it was refused */
};

static void set_number(struct fixture *fixture, unsigned number)
{
    char *xml = sx_format(SX_TEST_CALL_CONTROL "<phone-book><entry><name>ann</name><number>%u</"
                                               "number></entry></phone-book></call-control>",
        number);

    assert_true(sx_test_host_edit(&fixture->host, xml));
    free(xml);
}

static const char *number(const struct fixture *fixture)
{
    return sx_config_leaf(&fixture->host.host->engine->tree,
        "/sextant-call-control:call-control/phone-book/entry[name='ann']/number");
}

static void fill(struct fixture *fixture)
{
    for (unsigned i = 0; i < FILL_ROWS; i++) {
        char *xml = sx_format("<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">"
                              "<rule-list><name>r%u</name><rule><name>r</name><action>permit"
                              "</action><comment>%0*u</comment></rule></rule-list></nacm>",
            i, FILL_BYTES, i);

        assert_true(sx_test_host_edit(&fixture->host, xml));
        free(xml);
    }
}

static bool back_up(struct fixture *fixture, struct ag_backup *ret_backup)
{
    fixture->err = (struct sx_error){0};
    return ag_backup_make(fixture->host.host, SX_TEST_PASSPHRASE, ret_backup, &fixture->err) == 0;
}

static void open_host(struct fixture *fixture)
{
    struct sx_error err;

    if (sx_test_host_open(&fixture->host, NULL, &err) < 0)
        fail_msg("%s", err.message);
    assert_null(fixture->host.host->failed_directory);
}

static const char *prepare(void *context)
{
    struct fixture *fixture = context;

    sx_test_host_folder(&fixture->host, fixture->schema);
    open_host(fixture);
    set_number(fixture, 100);
    assert_true(back_up(fixture, &fixture->first));
    set_number(fixture, 200);
    return fixture->host.folder;
}

static bool back_up_second(void *context)
{
    struct fixture *fixture = context;
    struct ag_backup second;

    if (!back_up(fixture, &second)) {
        assert_non_null(strstr(fixture->err.message, "backup"));
        return false;
    }
    assert_string_equal(second.path, fixture->first.path);
    return true;
}

/* The number in the file, which must be a whole backup. */
static unsigned number_in(const char *path)
{
    struct sx_test_archive file = {0};
    struct sx_archive *archive;
    struct sx_fragment row;
    struct sx_error err = {0};
    unsigned found = 0;
    int rc;

    file.bytes = (uint8_t *)sx_test_file("/", path, &file.size);
    archive = sx_test_archive_open(&file);
    while ((rc = sx_archive_next(archive, &row, &err)) > 0)
        if (strstr(row.body, "\"ann\""))
            found = strstr(row.body, "\"200\"") ? 200 : 100;
    if (rc < 0)
        fail_msg("%s: %s", path, err.message);
    sx_archive_close(archive);
    sx_test_archive_clear(&file);
    return found;
}

static size_t count_files(const struct fixture *fixture)
{
    char *pattern = sx_format("%s/backups/*", fixture->host.folder);
    glob_t found = {0};
    size_t count;

    glob(pattern, 0, NULL, &found);
    count = found.gl_pathc;
    globfree(&found);
    free(pattern);
    return count;
}

static void check_backup(void *context, bool acknowledged)
{
    struct fixture *fixture = context;
    unsigned in_file = number_in(fixture->first.path);
    struct ag_backup third;

    assert_true(in_file == 100 || in_file == 200);
    if (acknowledged)
        assert_int_equal(in_file, 200);
    sx_test_host_shut(&fixture->host);
    open_host(fixture);
    assert_int_equal(count_files(fixture), 1);
    assert_string_equal(number(fixture), "200");
    assert_true(back_up(fixture, &third));
    assert_int_equal(number_in(third.path), 200);
    assert_int_equal(count_files(fixture), 1);
    sx_test_host_close(&fixture->host);
}

static void of_writing_a_backup(void **state)
{
    struct fixture fixture = {.schema = *state};
    const struct fault_files_operation operation = {.name = "backup-file",
        .context = &fixture,
        .prepare = prepare,
        .act = back_up_second,
        .check = check_backup};

    fault_files_sweep(&operation);
}

/* Only a folder that cannot be synced leaves the new file; it is told that it is there. */
static void a_failure_says_what_is_there(void **state)
{
    struct fixture fixture = {.schema = *state};
    bool happened = true;

    for (uint64_t n = 1; happened; n++) {
        bool done;

        fault_files_begin(prepare(&fixture));
        fault_files_fail(FAULT_FILES_ALL, n, EIO, FAULT_FILES_REFUSES);
        done = back_up_second(&fixture);
        happened = fault_files_happened();
        fault_files_end();
        if (!done && number_in(fixture.first.path) == 200)
            assert_non_null(strstr(fixture.err.message, "is whole"));
        else if (!done)
            assert_null(strstr(fixture.err.message, "is whole"));
        sx_test_host_close(&fixture.host);
    }
}

static const char *prepare_restore(void *context)
{
    struct fixture *fixture = context;

    sx_test_host_folder(&fixture->host, fixture->schema);
    open_host(fixture);
    fill(fixture);
    set_number(fixture, 100);
    assert_true(back_up(fixture, &fixture->first));
    set_number(fixture, 200);
    return fixture->host.folder;
}

static bool has_alarm(const struct fixture *fixture, uint32_t id)
{
    struct sx_status status;
    bool found = false;

    sx_engine_status(fixture->host.host->engine, &status);
    for (size_t i = 0; i < status.alarm_count; i++)
        found |= status.alarms[i].id == id;
    sx_status_clear(&status);
    return found;
}

/* 15023 is up from the first row that was taken. */
static bool restore(void *context)
{
    struct fixture *fixture = context;
    struct sx_origin origin = {.user = "tester", .session = 1};
    struct ag_restored restored;
    bool done;

    fixture->err = (struct sx_error){0};
    done = ag_restore_run(fixture->host.host, &origin, fixture->first.path, SX_TEST_PASSPHRASE,
               &restored, &fixture->err) == 0;
    assert_string_equal(number(fixture), done ? "100" : "200");
    assert_int_equal(
        has_alarm(fixture, 15023), *fixture->host.host->engine->restoring.failure != '\0');
    assert_false(fixture->host.host->engine->restoring.active);
    if (!done)
        assert_non_null(strstr(fixture->err.message, fixture->first.path));
    return done;
}

static void check_restore(void *context, bool acknowledged)
{
    struct fixture *fixture = context;

    sx_test_host_shut(&fixture->host);
    open_host(fixture);
    assert_string_equal(number(fixture), acknowledged ? "100" : "200");
    assert_true(restore(fixture));
    assert_false(has_alarm(fixture, 15023));
    sx_test_host_close(&fixture->host);
}

static void of_reading_one_to_restore_it(void **state)
{
    struct fixture fixture = {.schema = *state};
    const struct fault_files_operation operation = {.name = "restore-file",
        .context = &fixture,
        .prepare = prepare_restore,
        .act = restore,
        .check = check_restore};

    fault_files_sweep(&operation);
}

/* A copy of the database is whole once its journal is gone; the journal of one that was cut off
 * stays beside it. */
static void what_was_cut_off_goes_at_the_next_start(void **state)
{
    static const char *const names[] = {"1-restore.db", "2-restore.db", "2-restore.db-journal",
        "3-restore.db-journal", "x.backup.unfinished"};
    struct fixture fixture = {.schema = *state};
    char *folder;

    sx_test_host_folder(&fixture.host, fixture.schema);
    folder = sx_format("%s/backups", fixture.host.folder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        sx_test_write_file(folder, names[i], "x", 1);
    open_host(&fixture);
    assert_int_equal(count_files(&fixture), 1);
    assert_true(sx_test_file_exists(folder, names[0]));
    free(folder);
    sx_test_host_close(&fixture.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_writing_a_backup),
        cmocka_unit_test(a_failure_says_what_is_there),
        cmocka_unit_test(of_reading_one_to_restore_it),
        cmocka_unit_test(what_was_cut_off_goes_at_the_next_start),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

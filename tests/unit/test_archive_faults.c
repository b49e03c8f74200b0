// SPDX-License-Identifier: Apache-2.0
/*
 * The database's side of a backup, on a disk that fails or loses its power at each call: the backup
 * is whole and of the revision that it began with, though an edit comes between, or it fails and
 * says why; the engine goes on, and its content is that before or that after the edit.
 */
#include "fault_sweep.h"
#include "sextant/reader.h"
#include "test_archive.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void prepare(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_password(b, "wonderland"));
    assert_true(sx_test_name(b, "east"));
}

static int write_archive(struct sx_test_engine *b, struct sx_reader *reader,
    struct sx_test_archive *file, struct sx_error *err)
{
    struct sx_archive_info info = {.software_version = "test", .time_ms = b->now};
    const uint8_t random[32] = {1};
    struct sx_secret_keys keys;
    int result;

    memcpy(info.schema_hash, sx_schema_hash(b->schema), SX_DIGEST_SIZE);
    sx_engine_keys(b->engine, &keys);
    result = sx_archive_write(reader, b->schema, &keys, SX_TEST_PASSPHRASE, random, &info,
        sx_test_archive_put, file, err);
    sx_secret_keys_clear(&keys);
    return result;
}

/* The rows are those of the first revision of these three items. */
static void check_archive(struct sx_test_archive *file)
{
    static const char *const parts[] = {
        "\"number\":\"100\"", "\"password\":\"wonderland\"", "\"name\":\"east\""};
    struct sx_archive *archive = sx_test_archive_open(file);
    struct sx_fragment row;
    struct sx_error err = {0};
    unsigned found = 0;
    int rc;

    assert_int_equal(sx_history_revision(&sx_archive_info(archive)->history), 2);
    while ((rc = sx_archive_next(archive, &row, &err)) > 0)
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            found += strstr(row.body, parts[i]) != NULL;
    assert_int_equal(rc, 0);
    assert_int_equal(found, 3);
    sx_archive_close(archive);
}

static bool back_up(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct sx_test_archive file = {0};
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};
    bool done = false;

    (void)a;
    if (sx_reader_open(b->folder, b->vfs, &reader, &err) == 0 &&
        sx_reader_begin(reader, NULL, &err) == 0) {
        sx_test_entry(b, "ann", 101);
        done = write_archive(b, reader, &file, &err) == 0;
    }
    sx_reader_close(reader);
    if (done)
        check_archive(&file);
    else
        assert_true(strlen(err.message) > 0);
    sx_test_archive_clear(&file);
    return done;
}

static void goes_on(struct sx_test_engine *b, bool acknowledged)
{
    uint64_t revision = sx_test_revision(b);

    (void)acknowledged;
    /* While the disk is taken for full, edits are refused. */
    if (!sx_test_set_cluster(b, "name", "x.example")) {
        assert_int_equal(b->update.error.code, SX_E_RESOURCE_DENIED);
        sx_test_tick(b, 60000);
        assert_true(sx_test_set_cluster(b, "name", "x.example"));
    }
    assert_int_equal(sx_test_revision(b), revision);
}

static bool is_whole(struct sx_test_engine *b)
{
    bool edited = strcmp(sx_test_number(b, "ann"), "101") == 0;

    assert_string_equal(sx_test_number(b, "ann"), edited ? "101" : "100");
    assert_int_equal(sx_test_revision(b), edited ? 3 : 2);
    assert_string_equal(sx_test_value(b, SX_TEST_PASSWORD), "wonderland");
    return true;
}

static void back_up_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    struct sx_test_archive file = {0};

    (void)a;
    (void)done;
    sx_test_archive_make(b, &file);
    sx_test_archive_clear(&file);
}

static void of_the_reading_of_a_backup(void **state)
{
    static const struct fault_operation operation = {.name = "backup",
        .prepare = prepare,
        .act = back_up,
        .told = goes_on,
        .is_done = is_whole,
        .go_on = back_up_again,
        .by_boot = true};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_reading_of_a_backup),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

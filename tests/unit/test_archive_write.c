// SPDX-License-Identifier: Apache-2.0
/* Writing a backup: where the bytes go may fail, and secrets may not open. */
#include "archive_impl.h"
#include "sextant/reader.h"
#include "test_archive.h"
#include "test_edit.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Fails once `left` bytes were put. */
struct small_disk {
    size_t left;
};

static int put(void *context, const void *bytes, size_t size, struct sx_error *err)
{
    struct small_disk *disk = context;

    (void)bytes;
    if (size > disk->left)
        return sx_error_set(err, SX_E_RESOURCE_DENIED, "the disk is full");
    disk->left -= size;
    return 0;
}

static int write_to(const struct sx_test_engine *test, const struct sx_secret_keys *keys,
    const char *passphrase, struct small_disk *disk, struct sx_error *err)
{
    static const uint8_t random[32] = {1};
    struct sx_archive_info info = {.software_version = "test"};
    struct sx_reader *reader = NULL;
    int result;

    assert_int_equal(sx_reader_open(test->folder, test->vfs, &reader, err), 0);
    assert_int_equal(sx_reader_begin(reader, NULL, err), 0);
    result =
        sx_archive_write(reader, test->schema, keys, passphrase, random, &info, put, disk, err);
    sx_reader_close(reader);
    return result;
}

static void a_disk_that_fills_up_fails_it(void **state)
{
    struct sx_test_engine test;
    struct sx_secret_keys keys;
    struct small_disk disk = {.left = SIZE_MAX};
    struct sx_error err = {0};
    size_t size;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_engine_keys(test.engine, &keys);
    assert_int_equal(write_to(&test, &keys, SX_TEST_PASSPHRASE, &disk, &err), 0);
    size = SIZE_MAX - disk.left;
    assert_true(size > SX_ARCHIVE_HEADER);
    for (int i = 0; i < 2; i++) {
        disk.left = i == 0 ? SX_ARCHIVE_HEADER - 1 : size - 1;
        assert_int_equal(write_to(&test, &keys, SX_TEST_PASSPHRASE, &disk, &err), -1);
        assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    }
    sx_test_engine_close(&test);
}

static void a_bad_passphrase_is_refused_before_anything_is_put(void **state)
{
    struct sx_test_engine test;
    struct sx_secret_keys keys;
    struct small_disk disk = {0};
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    sx_engine_keys(test.engine, &keys);
    assert_int_equal(write_to(&test, &keys, "1234567", &disk, &err), -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    sx_test_engine_close(&test);
}

/* A backup without them would look whole and lose them. */
static void secrets_that_do_not_open_fail_it(void **state)
{
    struct sx_test_engine test;
    struct sx_secret_keys keys;
    struct small_disk disk = {.left = SIZE_MAX};
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    memset(test.system_key, 9, sizeof test.system_key);
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 40055));
    sx_engine_keys(test.engine, &keys);
    assert_int_equal(write_to(&test, &keys, SX_TEST_PASSPHRASE, &disk, &err), -1);
    assert_non_null(strstr(err.message, "check-secrets"));
    assert_true(sx_test_password(&test, "looking-glass"));
    assert_int_equal(write_to(&test, &keys, SX_TEST_PASSPHRASE, &disk, &err), 0);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_fills_up_fails_it),
        cmocka_unit_test(a_bad_passphrase_is_refused_before_anything_is_put),
        cmocka_unit_test(secrets_that_do_not_open_fail_it),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

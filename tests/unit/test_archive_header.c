// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PASSPHRASE "a good passphrase"

static const uint8_t salt[SX_ARCHIVE_SALT] = "sixteen bytes!!";
/** That of what is written. */
static const struct sx_scrypt cost = {.log_n = SX_SCRYPT_LOG_N, .r = SX_SCRYPT_R, .p = SX_SCRYPT_P};

static void make(uint8_t ret_header[SX_ARCHIVE_HEADER], struct sx_archive_key *ret_key)
{
    struct sx_error err = {0};

    assert_int_equal(sx_archive_make_header(PASSPHRASE, salt, &cost, ret_header, ret_key, &err), 0);
}

static void expect(const char *passphrase, const uint8_t *header, size_t size,
    enum sx_error_code code, const char *message)
{
    struct sx_archive_key key;
    struct sx_error err = {0};

    assert_int_equal(sx_archive_read_header(passphrase, header, size, &key, &err), -1);
    assert_int_equal(err.code, code);
    if (!strstr(err.message, message))
        fail_msg("\"%s\" is not \"%s\"", err.message, message);
}

static void the_reader_has_the_writers_keys(void **state)
{
    uint8_t header[SX_ARCHIVE_HEADER];
    struct sx_archive_key made, found;
    struct sx_error err = {0};

    (void)state;
    make(header, &made);
    assert_int_equal(sx_archive_read_header(PASSPHRASE, header, sizeof header, &found, &err), 0);
    assert_memory_equal(&made, &found, sizeof made);
    assert_memory_not_equal(made.cipher, made.mac, sizeof made.mac);
    assert_null(memmem(header, sizeof header, made.cipher, 8));
}

static void the_wrong_passphrase_is_told(void **state)
{
    uint8_t header[SX_ARCHIVE_HEADER];
    struct sx_archive_key key;

    (void)state;
    make(header, &key);
    expect("a good passphrasf", header, sizeof header, SX_E_ACCESS_DENIED, "passphrase is not");
    expect("short", header, sizeof header, SX_E_INVALID_VALUE, "8 to 256 bytes");
}

static void every_byte_is_authenticated(void **state)
{
    uint8_t header[SX_ARCHIVE_HEADER];
    struct sx_archive_key key;
    struct sx_error err = {0};

    (void)state;
    make(header, &key);
    header[20] ^= 1; /* salt */
    expect(PASSPHRASE, header, sizeof header, SX_E_ACCESS_DENIED, "header is damaged");
    header[20] ^= 1;
    header[19]--; /* p, another key too */
    expect(PASSPHRASE, header, sizeof header, SX_E_ACCESS_DENIED, "header is damaged");
    header[19]++;
    header[SX_ARCHIVE_HEADER - 1] ^= 1;
    expect(PASSPHRASE, header, sizeof header, SX_E_ACCESS_DENIED, "header is damaged");
    header[SX_ARCHIVE_HEADER - 1] ^= 1;
    assert_int_equal(sx_archive_read_header(PASSPHRASE, header, sizeof header, &key, &err), 0);
}

static void greedy_parameters_are_refused_at_once(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } greedy[] = {{10, 9}, {10, 18}, {10, 63}, {10, 255}, {11, 1}, {12, 1}, {15, 33}, {15, 0},
        {16, 1}, {19, 17}, {19, 0}};
    uint8_t header[SX_ARCHIVE_HEADER];
    struct sx_archive_key key;

    (void)state;
    make(header, &key);
    for (size_t i = 0; i < sizeof greedy / sizeof greedy[0]; i++) {
        uint8_t was = header[greedy[i].at];

        header[greedy[i].at] = greedy[i].value;
        expect(PASSPHRASE, header, sizeof header, SX_E_INVALID_VALUE, "scrypt parameters");
        header[greedy[i].at] = was;
    }
}

static void other_files_and_versions_are_told_apart(void **state)
{
    uint8_t header[SX_ARCHIVE_HEADER];
    struct sx_archive_key key;

    (void)state;
    make(header, &key);
    expect(PASSPHRASE, header, 0, SX_E_INVALID_VALUE, "not a backup");
    expect(PASSPHRASE, header, sizeof header - 1, SX_E_INVALID_VALUE, "cut short");
    header[9] = 2;
    expect(PASSPHRASE, header, sizeof header, SX_E_INVALID_VALUE, "format version 2");
    header[9] = 0;
    expect(PASSPHRASE, header, sizeof header, SX_E_INVALID_VALUE, "format version 0");
    header[0] = 'x';
    expect(PASSPHRASE, header, sizeof header, SX_E_INVALID_VALUE, "not a backup");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_has_the_writers_keys),
        cmocka_unit_test(the_wrong_passphrase_is_told),
        cmocka_unit_test(every_byte_is_authenticated),
        cmocka_unit_test(greedy_parameters_are_refused_at_once),
        cmocka_unit_test(other_files_and_versions_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Backup files as bytes: what is written is read again; what is cut, changed or made up is not. */
#include "archive_impl.h"
#include "sextant/memory.h"
#include "test_archive.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** What is read many times is encrypted anew with this cost, so that a test does not take minutes.
 */
static const struct sx_scrypt cheap = {.log_n = SX_SCRYPT_LOG_N_MIN, .r = 1, .p = 1};

/* Opens and reads all; 0, or -1 with *err. *ret_rows counts them. */
static int read_all(struct sx_test_archive *file, size_t *ret_rows, struct sx_error *err)
{
    struct sx_archive *archive = NULL;
    struct sx_fragment row;
    int rc = 0;

    file->at = 0;
    *ret_rows = 0;
    memset(err, 0, sizeof *err);
    if (sx_archive_open(SX_TEST_PASSPHRASE, sx_test_archive_get, file, &archive, err) < 0)
        return -1;
    while ((rc = sx_archive_next(archive, &row, err)) > 0)
        ++*ret_rows;
    sx_archive_close(archive);
    return rc;
}

static void expect_refusal(struct sx_test_archive *file, const char *message)
{
    struct sx_error err;
    size_t rows;

    if (read_all(file, &rows, &err) == 0)
        fail_msg("the file is taken; \"%s\" is expected", message);
    if (!strstr(err.message, message))
        fail_msg("\"%s\" is not \"%s\"", err.message, message);
}

/* An engine with rows in all scopes, of several chunks. */
static void fill(struct sx_test_engine *test, const struct sx_schema *schema)
{
    char *xml;
    char text[512];

    sx_test_engine_open(test, schema, SX_TEST_A);
    assert_true(sx_test_name(test, "west"));
    assert_true(sx_test_edit(test, "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:"
                                   "sextant-cluster\"><name>a.b</name></cluster>"));
    memset(text, 'd', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int batch = 0; batch < 4; batch++) {
        xml = sx_strdup("<call-control xmlns=\"urn:sextant:params:xml:ns:yang:"
                        "sextant-call-control\"><phone-book>");
        for (int i = 0; i < 100; i++) {
            char *longer = sx_format("%s<entry><name>n%03d</name><number>%d</number><description>"
                                     "%.200s</description></entry>",
                xml, batch * 100 + i, i + 1, text);

            free(xml);
            xml = longer;
        }
        {
            char *whole = sx_format("%s</phone-book></call-control>", xml);

            assert_true(sx_test_edit(test, whole));
            free(whole);
        }
        free(xml);
    }
}

/* A backup of the engine's, under a key that is cheap to make. */
static void make_cheap(struct sx_test_engine *test, struct sx_test_archive *ret_file)
{
    const size_t sealed = SX_CHUNK_BYTES + SX_CHUNK_TAG;
    uint8_t header[SX_ARCHIVE_HEADER], *plain = sx_alloc(SX_CHUNK_BYTES);
    struct sx_archive_key from, to;
    struct sx_error err = {0};
    uint64_t number = 0;

    sx_test_archive_make(test, ret_file);
    assert_int_equal(
        sx_archive_read_header(SX_TEST_PASSPHRASE, ret_file->bytes, SX_ARCHIVE_HEADER, &from, &err),
        0);
    assert_int_equal(
        sx_archive_make_header(SX_TEST_PASSPHRASE, ret_file->bytes + 20, &cheap, header, &to, &err),
        0);
    memcpy(ret_file->bytes, header, sizeof header);
    for (size_t at = sizeof header; at < ret_file->size; at += sealed, number++) {
        size_t left = ret_file->size - at, size = left < sealed ? left : sealed;

        assert_true(sx_chunk_open(&from, number, size == left, ret_file->bytes + at, size, plain));
        assert_int_equal(sx_chunk_seal(&to, number, size == left, plain, size - SX_CHUNK_TAG,
                             ret_file->bytes + at, &err),
            0);
    }
    free(plain);
}

static void what_is_written_is_read(void **state)
{
    struct sx_test_engine test;
    struct sx_test_archive file;
    struct sx_archive *archive;
    struct sx_fragment row;
    struct sx_error err = {0};
    unsigned scopes = 0;
    size_t rows = 0;

    fill(&test, *state);
    sx_test_archive_make(&test, &file);
    assert_true(file.size > 2 * SX_CHUNK_BYTES);
    assert_null(memmem(file.bytes, file.size, "phone-book", 10));
    archive = sx_test_archive_open(&file);
    assert_string_equal(sx_archive_info(archive)->system_name, "west");
    assert_string_equal(sx_archive_info(archive)->software_version, "test");
    assert_int_equal(sx_archive_info(archive)->time_ms, test.now);
    assert_memory_equal(
        sx_archive_info(archive)->schema_hash, sx_schema_hash(*state), SX_DIGEST_SIZE);
    assert_memory_equal(&sx_archive_info(archive)->history, &test.status.history,
        offsetof(struct sx_history, chain[1]));
    assert_memory_equal(
        sx_archive_info(archive)->history.digest, test.status.history.digest, SX_DIGEST_SIZE);
    while (sx_archive_next(archive, &row, &err) > 0) {
        scopes |= 1u << row.scope;
        rows += *row.key != '\0';
        assert_int_equal(row.body[0], '{');
    }
    assert_int_equal(err.code, SX_OK);
    assert_int_equal(rows, 400);
    assert_int_equal(
        scopes, 1u << SX_SCOPE_REPLICATED | 1u << SX_SCOPE_AGREED | 1u << SX_SCOPE_PEER_SPECIFIC);
    sx_archive_close(archive);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&test);
}

static void edits_meanwhile_are_not_in_it(void **state)
{
    struct sx_test_engine test, other;
    struct sx_test_archive before, after;
    size_t rows_before, rows_after;
    struct sx_error err;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 1));
    sx_test_archive_make(&test, &before);
    assert_true(sx_test_entry(&test, "ben", 2));
    sx_test_archive_make(&test, &after);
    assert_int_equal(read_all(&before, &rows_before, &err), 0);
    assert_int_equal(read_all(&after, &rows_after, &err), 0);
    assert_int_equal(rows_after, rows_before + 1);
    sx_test_archive_clear(&before);
    sx_test_archive_clear(&after);
    sx_test_engine_open(&other, *state, SX_TEST_B);
    sx_test_archive_make(&other, &before);
    assert_int_equal(read_all(&before, &rows_before, &err), 0);
    assert_int_equal(rows_before, 0);
    sx_test_archive_clear(&before);
    sx_test_engine_close(&other);
    sx_test_engine_close(&test);
}

static void a_cut_file_is_refused(void **state)
{
    static const struct {
        size_t size; /* from the end when `back` */
        bool back;
        const char *message;
    } cuts[] = {
        {0, false, "not a backup"},
        {7, false, "not a backup"},
        {8, false, "cut short"},
        {SX_ARCHIVE_HEADER - 1, false, "cut short"},
        {SX_ARCHIVE_HEADER, false, "cut short"},
        {SX_ARCHIVE_HEADER + 1, false, "cut short"},
        {SX_ARCHIVE_HEADER + SX_CHUNK_BYTES, false, "cut short"},
        {SX_ARCHIVE_HEADER + SX_CHUNK_BYTES + SX_CHUNK_TAG, false, "its end is missing"},
        {SX_ARCHIVE_HEADER + 2 * (SX_CHUNK_BYTES + SX_CHUNK_TAG), false, "its end is missing"},
        {1, true, "cut short"},
    };
    struct sx_test_engine test;
    struct sx_test_archive file, cut;

    fill(&test, *state);
    make_cheap(&test, &file);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        cut = file;
        cut.size = cuts[i].back ? file.size - cuts[i].size : cuts[i].size;
        expect_refusal(&cut, cuts[i].message);
    }
    sx_test_archive_clear(&file);
    sx_test_engine_close(&test);
}

static void a_changed_byte_is_noticed(void **state)
{
    static const size_t places[] = {SX_ARCHIVE_HEADER, SX_ARCHIVE_HEADER + 100,
        SX_ARCHIVE_HEADER + SX_CHUNK_BYTES + 3, SX_ARCHIVE_HEADER + SX_CHUNK_BYTES + 40};
    struct sx_test_engine test;
    struct sx_test_archive file;

    fill(&test, *state);
    make_cheap(&test, &file);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        file.bytes[places[i]] ^= 0x10;
        expect_refusal(&file, "not authentic");
        file.bytes[places[i]] ^= 0x10;
    }
    file.bytes[file.size - 1] ^= 1;
    expect_refusal(&file, "damaged or cut short");
    file.bytes[file.size - 1] ^= 1;
    sx_test_archive_put(&file, "more", 4, NULL);
    expect_refusal(&file, "damaged");
    sx_test_archive_clear(&file);
    sx_test_engine_close(&test);
}

static void chunks_cannot_change_places(void **state)
{
    const size_t sealed = SX_CHUNK_BYTES + SX_CHUNK_TAG;
    uint8_t *kept = sx_alloc(sealed);
    struct sx_test_engine test;
    struct sx_test_archive file;

    fill(&test, *state);
    assert_true(sx_test_entry(&test, "ann", 1));
    make_cheap(&test, &file);
    assert_true(file.size > SX_ARCHIVE_HEADER + 2 * sealed);
    memcpy(kept, file.bytes + SX_ARCHIVE_HEADER, sealed);
    memmove(file.bytes + SX_ARCHIVE_HEADER, file.bytes + SX_ARCHIVE_HEADER + sealed, sealed);
    memcpy(file.bytes + SX_ARCHIVE_HEADER + sealed, kept, sealed);
    expect_refusal(&file, "part 1 is not authentic");
    free(kept);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&test);
}

/* Writes a file of one chunk that holds `plain`, with the right key. */
static void make_file(const void *plain, size_t size, struct sx_test_archive *ret_file)
{
    static const uint8_t salt[SX_ARCHIVE_SALT] = {1};
    uint8_t header[SX_ARCHIVE_HEADER], chunk[1024];
    struct sx_archive_key key;
    struct sx_error err = {0};

    memset(ret_file, 0, sizeof *ret_file);
    assert_int_equal(
        sx_archive_make_header(SX_TEST_PASSPHRASE, salt, &cheap, header, &key, &err), 0);
    assert_int_equal(sx_chunk_seal(&key, 0, true, plain, size, chunk, &err), 0);
    sx_test_archive_put(ret_file, header, sizeof header, &err);
    sx_test_archive_put(ret_file, chunk, size + SX_CHUNK_TAG, &err);
}

/* Who knows the passphrase can write what he likes: it must not do harm. */
static void made_up_records_are_refused(void **state)
{
    uint8_t info[1 + 4 + 1 + 4 + SX_DIGEST_SIZE + 8 + 4 + 2 * SX_DIGEST_SIZE + 64];
    const size_t whole = 1 + 4 + 1 + 4 + SX_DIGEST_SIZE + 8 + 4 + 2 * SX_DIGEST_SIZE;
    struct sx_test_archive file;
    size_t rows;
    struct sx_error err;

    (void)state;
    memset(info, 0, sizeof info);
    info[0] = SX_RECORD_INFO;
    info[4] = 1;
    info[5] = 'v';
    make_file(info, whole, &file);
    expect_refusal(&file, "it ends within a record");
    sx_test_archive_clear(&file);

    info[whole] = SX_RECORD_END;
    make_file(info, whole + 9, &file);
    assert_int_equal(read_all(&file, &rows, &err), 0);
    assert_int_equal(rows, 0);
    sx_test_archive_clear(&file);

    info[whole + 8] = 1; /* one row that is not there */
    make_file(info, whole + 9, &file);
    expect_refusal(&file, "its end is not where it should be");
    sx_test_archive_clear(&file);

    info[whole] = 9;
    make_file(info, whole + 9, &file);
    expect_refusal(&file, "a record of an unknown kind");
    sx_test_archive_clear(&file);

    info[whole] = SX_RECORD_ROW;
    memset(info + whole + 2, 0x7f, 4); /* a list of 2 GB */
    make_file(info, whole + 40, &file);
    expect_refusal(&file, "longer than any that is written");
    sx_test_archive_clear(&file);

    memset(info + whole + 2, 0xff, 4); /* none */
    memset(info + whole + 6, 0, 50);
    make_file(info, whole + 60, &file);
    expect_refusal(&file, "a row is not complete");
    sx_test_archive_clear(&file);

    info[5] = '\x1b'; /* would do something to a terminal */
    make_file(info, whole, &file);
    expect_refusal(&file, "what it says of itself");
    sx_test_archive_clear(&file);

    info[5] = 'v';
    info[10 + SX_DIGEST_SIZE] = 0x7f; /* in millions of years */
    make_file(info, whole, &file);
    expect_refusal(&file, "its time");
    sx_test_archive_clear(&file);

    info[10 + SX_DIGEST_SIZE] = 0;
    info[5] = '\0';
    make_file(info, whole, &file);
    expect_refusal(&file, "NUL byte");
    sx_test_archive_clear(&file);

    info[0] = SX_RECORD_ROW;
    make_file(info, whole, &file);
    expect_refusal(&file, "does not begin with what it says of itself");
    sx_test_archive_clear(&file);
}

/* Of the header scrypt is left out, which would take an hour: test_archive_header.c has its bytes.
 */
static void every_flipped_bit_is_noticed(void **state)
{
    struct sx_test_engine test;
    struct sx_test_archive file;
    struct sx_archive_key key;
    uint8_t *plain;
    struct sx_error err = {0};
    size_t size;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 1));
    make_cheap(&test, &file);
    size = file.size - SX_ARCHIVE_HEADER;
    plain = sx_alloc(size);
    assert_int_equal(
        sx_archive_read_header(SX_TEST_PASSPHRASE, file.bytes, SX_ARCHIVE_HEADER, &key, &err), 0);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        uint8_t *byte = file.bytes + SX_ARCHIVE_HEADER + bit / 8;

        *byte ^= (uint8_t)(1u << bit % 8);
        assert_false(sx_chunk_open(&key, 0, true, file.bytes + SX_ARCHIVE_HEADER, size, plain));
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(sx_chunk_open(&key, 0, true, file.bytes + SX_ARCHIVE_HEADER, size, plain));
    free(plain);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&test);
}

/* The history goes into the store and into replies. */
static void a_made_up_history_is_refused(void **state)
{
    static const struct {
        const char *id;
        uint64_t revision;
        const char *message; /* NULL: it is right */
    } cases[] = {
        {"01234567-89ab-cdef-0123-456789abcdef", 7, NULL},
        {"01234567-89ab-cdef-0123-456789abcdef", UINT64_MAX, "its history"},
        {"01234567-89ab-cdef-0123-456789abcde", 7, "its history"},
        {"01234567-89ab-cdef-0123-456789abcd<f", 7, "its history"},
        {"", 7, "its history"},
        {"01234567-89ab-cdef-0123-456789abcdef0", 7, "of itself"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t plain[256] = {SX_RECORD_INFO};
        size_t at = 1 + 4 + 4 + SX_DIGEST_SIZE + 8, length = strlen(cases[i].id), rows;
        struct sx_test_archive file;
        struct sx_error err;

        plain[at + 3] = 1; /* one lineage */
        plain[at + 7] = (uint8_t)length;
        memcpy(plain + at + 8, cases[i].id, length);
        at += 8 + length;
        for (int byte = 0; byte < 8; byte++)
            plain[at + (size_t)byte] = (uint8_t)(cases[i].revision >> (56 - 8 * byte));
        at += 8 + 2 * SX_DIGEST_SIZE;
        plain[at] = SX_RECORD_END;
        make_file(plain, at + 9, &file);
        if (cases[i].message)
            expect_refusal(&file, cases[i].message);
        else
            assert_int_equal(read_all(&file, &rows, &err), 0);
        sx_test_archive_clear(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(edits_meanwhile_are_not_in_it),
        cmocka_unit_test(a_cut_file_is_refused),
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(chunks_cannot_change_places),
        cmocka_unit_test(made_up_records_are_refused),
        cmocka_unit_test(a_made_up_history_is_refused),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

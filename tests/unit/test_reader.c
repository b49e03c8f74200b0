// SPDX-License-Identifier: Apache-2.0
#include "sextant/reader.h"

#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sx_reader *open_reader(struct sx_test_store *test)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};

    if (sx_reader_open(test->folder, NULL, &reader, &err) < 0)
        fail_msg("%s", err.message);
    return reader;
}

static void begin(struct sx_reader *reader)
{
    struct sx_error err = {0};

    if (sx_reader_begin(reader, NULL, &err) < 0)
        fail_msg("%s", err.message);
}

static void expect(
    struct sx_reader *reader, const char *list, const char *key, const char *expected)
{
    struct sx_error err = {0};
    char *text = NULL;

    if (sx_reader_find(reader, list, key, sx_test_row_text, &text, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(text ? text : "", expected);
    free(text);
}

static void fill(struct sx_test_store *test)
{
    sx_test_store_row(test, "/m:a", "", "{a}", NULL);
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:a", "", "{agreed}", NULL);
    sx_test_row(&test->rows, SX_SCOPE_PEER_SPECIFIC, "/m:own", "[k='1']", "{own}", NULL);
    sx_test_store_row(test, "/m:a/l", "[k='2']", "{2}", NULL);
    sx_test_store_row(test, "/m:a/l", "[k='1']", "{1}", NULL);
    sx_test_store_row(test, "/m:a/o", "[k='y']", "{y}", "");
    sx_test_store_row(test, "/m:a/o", "[k='x']", "{x}", "[k='y']");
    sx_test_store_row(test, "/m:a/o", "[k='z']", "{z}", "[k='x']");
    sx_test_store_put(test->store, &test->rows);
}

static void test_find(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_reader *reader;

    fill(test);
    reader = open_reader(test);
    begin(reader);
    expect(reader, "/m:a", NULL, "/m:a  agreed {agreed}\n/m:a  replicated {a}\n");
    expect(reader, "/m:a", "", "/m:a  agreed {agreed}\n/m:a  replicated {a}\n");
    expect(
        reader, "/m:a/l", NULL, "/m:a/l [k='1'] replicated {1}\n/m:a/l [k='2'] replicated {2}\n");
    expect(reader, "/m:a/l", "[k='2']", "/m:a/l [k='2'] replicated {2}\n");
    expect(reader, "/m:a/l", "[k='3']", "");
    expect(reader, "/m:a/o", NULL,
        "/m:a/o [k='y'] replicated {y} <\n/m:a/o [k='x'] replicated {x} <[k='y']\n"
        "/m:a/o [k='z'] replicated {z} <[k='x']\n");
    expect(reader, "/m:a/o", "[k='z']", "/m:a/o [k='z'] replicated {z} <[k='x']\n");
    expect(reader, "/m:a/o", "[k='y']", "/m:a/o [k='y'] replicated {y} <\n");
    expect(reader, "/m:none", NULL, "");
    expect(reader, "/m:a'; DROP TABLE fragment; --", NULL, "");
    sx_reader_close(reader);
    sx_reader_close(NULL);
}

static void test_missing_database(void **state)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(sx_reader_open("/nonexistent", NULL, &reader, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "/nonexistent/sextant.db"));
    assert_null(reader);
}

static void test_snapshot_is_consistent(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_reader *reader, *other;
    struct sx_error err = {0};
    char lineage[SX_UUID_SIZE] = "x";
    uint64_t revision = 99;

    reader = open_reader(test);
    begin(reader);
    assert_int_equal(sx_reader_revision(reader, &revision, lineage, &err), 0);
    assert_int_equal(revision, 0);
    assert_string_equal(lineage, "");
    sx_reader_end(reader);
    sx_test_store_row(test, "/m:l", "[k='1']", "{1}", NULL);
    assert_int_equal(sx_test_store_commit(test->store, &test->rows, 1, &err), 0);
    begin(reader);
    sx_test_store_row(test, "/m:l", "[k='2']", "{2}", NULL);
    assert_int_equal(sx_test_store_commit(test->store, &test->rows, 2, &err), 0);
    other = open_reader(test);
    begin(other);
    assert_int_equal(sx_reader_revision(reader, &revision, lineage, &err), 0);
    assert_int_equal(revision, 1);
    assert_int_equal(strlen(lineage), 36);
    expect(reader, "/m:l", NULL, "/m:l [k='1'] replicated {1}\n");
    assert_int_equal(sx_reader_revision(other, &revision, lineage, &err), 0);
    assert_int_equal(revision, 2);
    expect(other, "/m:l", NULL, "/m:l [k='1'] replicated {1}\n/m:l [k='2'] replicated {2}\n");
    sx_reader_end(reader);
    begin(reader);
    expect(reader, "/m:l", "[k='2']", "/m:l [k='2'] replicated {2}\n");
    sx_reader_close(reader);
    sx_reader_close(other);
}

static void test_no_snapshot(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_reader *reader = open_reader(test);
    char lineage[SX_UUID_SIZE];
    char *list = NULL, *key = NULL;
    struct sx_error err = {0};
    uint64_t revision;
    bool done;

    sx_reader_end(reader);
    assert_int_equal(sx_reader_find(reader, "/a", NULL, sx_test_row_text, NULL, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_reader_revision(reader, &revision, lineage, &err), -1);
    assert_int_equal(sx_reader_piece(reader, SX_SCOPE_REPLICATED, &list, &key, 1, sx_test_row_text,
                         NULL, &done, &err),
        -1);
    begin(reader);
    assert_int_equal(sx_reader_begin(reader, NULL, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    sx_reader_close(reader);
}

/** What a row function is to do at a row. */
struct answers {
    int answers[4];
    unsigned calls;
};

static int answer(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct answers *answers = context;
    int rc = answers->answers[answers->calls++];

    (void)fragment;
    return rc < 0 ? sx_error_set(err, SX_E_BAD_ELEMENT, "no") : rc;
}

static void test_rows_can_stop(void **state)
{
    struct sx_test_store *test = *state;
    struct answers stop = {.answers = {0, 1}};
    struct answers refuse = {.answers = {0, -1}};
    char *list = NULL, *key = NULL;
    struct sx_reader *reader;
    struct sx_error err = {0};
    bool done = true;

    fill(test);
    reader = open_reader(test);
    begin(reader);
    for (int i = 0; i < 2; i++) {
        const char *path = i ? "/m:a/o" : "/m:a/l";

        stop.calls = refuse.calls = 0;
        assert_int_equal(sx_reader_find(reader, path, NULL, answer, &stop, &err), 0);
        assert_int_equal(stop.calls, 2);
        assert_int_equal(sx_reader_find(reader, path, NULL, answer, &refuse, &err), -1);
        assert_int_equal(err.code, SX_E_BAD_ELEMENT);
    }
    stop.calls = refuse.calls = 0;
    assert_int_equal(sx_reader_piece(reader, SX_SCOPE_REPLICATED, &list, &key, 1000, answer,
                         &refuse, &done, &err),
        -1);
    assert_null(list);
    assert_int_equal(
        sx_reader_piece(reader, SX_SCOPE_REPLICATED, &list, &key, 1000, answer, &stop, &done, &err),
        0);
    assert_false(done);
    assert_string_equal(list, "/m:a/l");
    assert_string_equal(key, "[k='1']");
    sx_reader_close(reader);
    free(list);
    free(key);
}

/* All pieces of a scope, each a text, put together; *ret_pieces counts them. */
static char *read_pieces(
    struct sx_reader *reader, enum sx_scope scope, size_t bytes, unsigned *ret_pieces)
{
    char *list = NULL, *key = NULL, *text = NULL;
    struct sx_error err = {0};
    bool done = false;

    for (*ret_pieces = 0; !done; ++*ret_pieces)
        if (sx_reader_piece(
                reader, scope, &list, &key, bytes, sx_test_row_text, &text, &done, &err) < 0)
            fail_msg("%s", err.message);
    free(list);
    free(key);
    return text ? text : sx_strdup("");
}

static void test_pieces(void **state)
{
    struct sx_test_store *test = *state;
    const char *replicated = "/m:a  replicated {a}\n/m:a/l [k='1'] replicated {1}\n"
                             "/m:a/l [k='2'] replicated {2}\n/m:a/o [k='y'] replicated {y} <\n"
                             "/m:a/o [k='x'] replicated {x} <[k='y']\n"
                             "/m:a/o [k='z'] replicated {z} <[k='x']\n";
    /* Six bodies of three bytes. */
    const unsigned pieces[] = {[0] = 6, [2] = 6, [3] = 3, [5] = 3, [6] = 2, [17] = 1, [18] = 1};
    struct sx_reader *reader;
    unsigned count;
    char *text;

    fill(test);
    reader = open_reader(test);
    begin(reader);
    for (size_t bytes = 0; bytes < sizeof pieces / sizeof *pieces; bytes++) {
        text = read_pieces(reader, SX_SCOPE_REPLICATED, bytes, &count);
        assert_string_equal(text, replicated);
        if (pieces[bytes])
            assert_int_equal(count, pieces[bytes]);
        free(text);
    }
    text = read_pieces(reader, SX_SCOPE_PEER_SPECIFIC, 0, &count);
    assert_string_equal(text, "/m:own [k='1'] peer-specific {own}\n");
    assert_int_equal(count, 1);
    free(text);
    text = read_pieces(reader, SX_SCOPE_AGREED_COPIED, 0, &count);
    assert_string_equal(text, "");
    assert_int_equal(count, 1);
    free(text);
    sx_reader_close(reader);
}

/* A piece read later sees what the first one saw. */
static void test_pieces_of_one_revision(void **state)
{
    struct sx_test_store *test = *state;
    char *list = NULL, *key = NULL, *text = NULL;
    struct sx_reader *reader;
    struct sx_error err = {0};
    bool done = false;

    fill(test);
    reader = open_reader(test);
    begin(reader);
    while (!done) {
        assert_int_equal(sx_reader_piece(reader, SX_SCOPE_REPLICATED, &list, &key, 0,
                             sx_test_row_text, &text, &done, &err),
            0);
        sx_test_store_row(test, list, key, NULL, NULL);
        sx_test_store_row(test, "/m:a/o", "[k='w']", "{w}", "");
        sx_test_store_put(test->store, &test->rows);
    }
    assert_string_equal(text, "/m:a  replicated {a}\n/m:a/l [k='1'] replicated {1}\n"
                              "/m:a/l [k='2'] replicated {2}\n/m:a/o [k='y'] replicated {y} <\n"
                              "/m:a/o [k='x'] replicated {x} <[k='y']\n"
                              "/m:a/o [k='z'] replicated {z} <[k='x']\n");
    sx_reader_end(reader);
    begin(reader);
    expect(reader, "/m:a/l", NULL, "");
    /* In another revision the position may be gone: of a user-ordered list nobody knows where. */
    assert_int_equal(sx_reader_piece(reader, SX_SCOPE_REPLICATED, &list, &key, 0, sx_test_row_text,
                         &text, &done, &err),
        -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    sx_reader_close(reader);
    free(list);
    free(key);
    free(text);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_find),
        TEST(test_missing_database),
        TEST(test_snapshot_is_consistent),
        TEST(test_no_snapshot),
        TEST(test_rows_can_stop),
        TEST(test_pieces),
        TEST(test_pieces_of_one_revision),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/reader.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void begin(struct sx_test_store *test)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
}

static void commit(struct sx_test_store *test)
{
    struct sx_error err = {0};

    if (sx_store_commit(test->store, &err) < 0)
        fail_msg("%s", err.message);
}

/* Stages the rows that were added, in a transaction of their own. */
static void stage(struct sx_test_store *test)
{
    struct sx_error err = {0};

    begin(test);
    assert_int_equal(sx_store_stage(test->store, &test->rows, &err), 0);
    commit(test);
    sx_fragment_list_clear(&test->rows);
}

static void swap(struct sx_test_store *test)
{
    struct sx_error err = {0};

    begin(test);
    if (sx_store_stage_swap(test->store, SX_SCOPE_REPLICATED, &err) < 0)
        fail_msg("%s", err.message);
    commit(test);
}

static void expect_staged(struct sx_test_store *test, const char *expected)
{
    struct sx_error err = {0};
    char *text = NULL;

    assert_int_equal(sx_store_stage_load(test->store, sx_test_row_text, &text, &err), 0);
    assert_string_equal(text ? text : "", expected);
    free(text);
}

/* Rows of all scopes, replicated ones with the body `body`. */
static void fill(struct sx_test_store *test, const char *body)
{
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:a", "", "{agreed}", NULL);
    sx_test_row(&test->rows, SX_SCOPE_PEER_SPECIFIC, "/m:own", "[k='1']", "{own}", "");
    sx_test_row(&test->rows, SX_SCOPE_PEER_SPECIFIC, "/m:own", "[k='0']", "{own}", "[k='1']");
    sx_test_store_row(test, "/m:a", "", body, NULL);
    sx_test_store_row(test, "/m:l", "[k='1']", body, NULL);
    sx_test_store_row(test, "/m:gone", "[k='1']", body, "");
    sx_test_store_put(test->store, &test->rows);
}

static void test_swap(void **state)
{
    struct sx_test_store *test = *state;

    fill(test, "{former}");
    sx_test_store_row(test, "/m:a", "", "{new}", NULL);
    sx_test_store_row(test, "/m:o", "[k='2']", "{2}", "");
    sx_test_store_row(test, "/m:o", "[k='1']", "{1}", "[k='2']");
    stage(test);
    sx_test_store_row(test, "/m:o", "[k='0']", "{0}", "[k='1']");
    sx_test_store_row(test, "/m:l", "[k='7']", "{7}", NULL);
    stage(test);
    expect_staged(test, "/m:a  replicated {new}\n/m:l [k='7'] replicated {7}\n"
                        "/m:o [k='2'] replicated {2} <\n/m:o [k='1'] replicated {1} <[k='2']\n"
                        "/m:o [k='0'] replicated {0} <[k='1']\n");
    swap(test);
    sx_test_store_expect(test,
        "/m:a  agreed {agreed}\n/m:a  replicated {new}\n/m:l [k='7'] replicated {7}\n"
        "/m:o [k='2'] replicated {2} <\n/m:o [k='1'] replicated {1} <[k='2']\n"
        "/m:o [k='0'] replicated {0} <[k='1']\n"
        "/m:own [k='1'] peer-specific {own} <\n/m:own [k='0'] peer-specific {own} <[k='1']\n");
    expect_staged(test, "");
    /* Swapping again leaves nothing of the scope, and the statements still work. */
    swap(test);
    sx_test_store_expect(test, "/m:a  agreed {agreed}\n/m:own [k='1'] peer-specific {own} <\n"
                               "/m:own [k='0'] peer-specific {own} <[k='1']\n");
    sx_test_store_row(test, "/m:l", "[k='8']", "{8}", NULL);
    sx_test_store_put(test->store, &test->rows);
    sx_test_store_reopen(test);
    sx_test_store_expect(test, "/m:a  agreed {agreed}\n/m:l [k='8'] replicated {8}\n"
                               "/m:own [k='1'] peer-specific {own} <\n"
                               "/m:own [k='0'] peer-specific {own} <[k='1']\n");
}

static void test_another_scope(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};

    fill(test, "{x}");
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:b", "", "{b}", NULL);
    stage(test);
    begin(test);
    assert_int_equal(sx_store_stage_swap(test->store, SX_SCOPE_AGREED, &err), 0);
    commit(test);
    sx_test_store_expect(test,
        "/m:a  replicated {x}\n/m:b  agreed {b}\n/m:gone [k='1'] replicated {x} <\n"
        "/m:l [k='1'] replicated {x}\n/m:own [k='1'] peer-specific {own} <\n"
        "/m:own [k='0'] peer-specific {own} <[k='1']\n");
}

static void test_staged_rows_of_another_scope_are_refused(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};
    char *before, *after;

    fill(test, "{x}");
    before = sx_test_rows(test->store);
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:b", "", "{b}", NULL);
    stage(test);
    begin(test);
    assert_int_equal(sx_store_stage_swap(test->store, SX_SCOPE_REPLICATED, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_store_commit(test->store, &err), -1);
    after = sx_test_rows(test->store);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void test_clear_and_rollback(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};
    char *before;

    fill(test, "{x}");
    before = sx_test_rows(test->store);
    sx_test_store_row(test, "/m:b", "", "{b}", NULL);
    stage(test);
    begin(test);
    assert_int_equal(sx_store_stage_swap(test->store, SX_SCOPE_REPLICATED, &err), 0);
    sx_store_rollback(test->store);
    sx_test_store_expect(test, before);
    expect_staged(test, "/m:b  replicated {b}\n");
    begin(test);
    assert_int_equal(sx_store_stage_clear(test->store, &err), 0);
    commit(test);
    expect_staged(test, "");
    sx_test_store_expect(test, before);
    free(before);
}

/* A reader's snapshot is not disturbed, and its next one sees the new rows. */
static void test_readers_go_on(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};
    char *text = NULL;

    fill(test, "{x}");
    assert_int_equal(sx_reader_open(test->folder, NULL, &reader, &err), 0);
    assert_int_equal(sx_reader_begin(reader, NULL, &err), 0);
    sx_test_store_row(test, "/m:l", "[k='9']", "{9}", NULL);
    stage(test);
    swap(test);
    assert_int_equal(sx_reader_find(reader, "/m:l", NULL, sx_test_row_text, &text, &err), 0);
    assert_string_equal(text, "/m:l [k='1'] replicated {x}\n");
    sx_reader_end(reader);
    free(text);
    text = NULL;
    assert_int_equal(sx_reader_begin(reader, NULL, &err), 0);
    assert_int_equal(sx_reader_find(reader, "/m:l", NULL, sx_test_row_text, &text, &err), 0);
    assert_string_equal(text, "/m:l [k='9'] replicated {9}\n");
    sx_reader_close(reader);
    free(text);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_swap),
        TEST(test_another_scope),
        TEST(test_staged_rows_of_another_scope_are_refused),
        TEST(test_clear_and_rollback),
        TEST(test_readers_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Rows that are set aside: they leave the configuration and are kept beside it. */
#include "sextant/memory.h"
#include "sextant/reader.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int list_item(void *context, const char *path, const char *scope, const char *reason,
    int64_t time_ms, struct sx_error *err)
{
    char **text = context;
    char *longer =
        sx_format("%s%s %s %s %lld\n", *text ? *text : "", path, scope, reason, (long long)time_ms);

    (void)err;
    free(*text);
    *text = longer;
    return 0;
}

/* All that is set aside, as a reader sees it. */
static void expect(const struct sx_test_store *test, const char *expected)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};
    uint64_t count = 0;
    char *text = NULL;

    assert_int_equal(sx_reader_open(test->folder, NULL, &reader, &err), 0);
    assert_int_equal(sx_reader_set_aside(reader, list_item, &text, &err), -1);
    assert_int_equal(sx_reader_begin(reader, NULL, &err), 0);
    assert_int_equal(sx_reader_set_aside(reader, list_item, &text, &err), 0);
    assert_string_equal(text ? text : "", expected);
    sx_reader_close(reader);
    free(text);
    assert_int_equal(sx_store_count_aside(test->store, &count, &err), 0);
    for (; *expected; expected++)
        count -= *expected == '\n';
    assert_int_equal(count, 0);
}

static void set_aside(struct sx_test_store *test, const char *list, const char *key)
{
    const struct sx_fragment row = {.scope = SX_SCOPE_REPLICATED,
        .list = (char *)list,
        .key = (char *)key,
        .body = (char *)"{\"b\":1}"};
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_set_aside(test->store, &row, "why", 7, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

static void discard(struct sx_test_store *test, const char *path)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_discard_aside(test->store, path, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

static void a_row_moves_aside_and_stays_there(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/a:l", "[k='1']", "{\"b\":1}", NULL);
    sx_test_store_row(test, "/a:l", "[k='2']", "{\"b\":2}", NULL);
    sx_test_store_put(test->store, &test->rows);
    expect(test, "");
    set_aside(test, "/a:l", "[k='1']");
    sx_test_store_expect(test, "/a:l [k='2'] replicated {\"b\":2}\n");
    expect(test, "/a:l[k='1'] replicated why 7\n");
    sx_test_store_reopen(test);
    expect(test, "/a:l[k='1'] replicated why 7\n");
}

static void one_is_forgotten_or_all(void **state)
{
    struct sx_test_store *test = *state;

    set_aside(test, "/a:l", "[k='1']");
    set_aside(test, "/a:l", "[k='2']");
    set_aside(test, "/a:a", "");
    /* The same again takes the place of the first. */
    set_aside(test, "/a:a", "");
    expect(test, "/a:a replicated why 7\n/a:l[k='1'] replicated why 7\n"
                 "/a:l[k='2'] replicated why 7\n");
    discard(test, "/a:l");
    discard(test, "/a:l[k='1']");
    expect(test, "/a:a replicated why 7\n/a:l[k='2'] replicated why 7\n");
    discard(test, NULL);
    expect(test, "");
}

static void it_needs_a_transaction(void **state)
{
    struct sx_test_store *test = *state;
    const struct sx_fragment row = {
        .list = (char *)"/a:a", .key = (char *)"", .body = (char *)"{}"};
    struct sx_error err = {0};

    assert_int_equal(sx_store_set_aside(test->store, &row, "why", 7, &err), -1);
    assert_int_equal(sx_store_discard_aside(test->store, NULL, &err), -1);
    expect(test, "");
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, sx_test_store_setup, sx_test_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_moves_aside_and_stays_there),
        TEST(one_is_forgotten_or_all),
        TEST(it_needs_a_transaction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

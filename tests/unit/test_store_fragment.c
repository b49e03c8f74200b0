// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Writing and reading rows. */

static void put(struct sx_test_store *test)
{
    sx_test_store_put(test->store, &test->rows);
}

static void test_order_of_rows(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/m:b/list", "[k='2']", "{2}", NULL);
    sx_test_store_row(test, "/m:b/list", "[k='10']", "{10}", NULL);
    sx_test_store_row(test, "/m:b", "", "{b}", NULL);
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:b", "", "{agreed}", NULL);
    sx_test_row(&test->rows, SX_SCOPE_PEER_SPECIFIC, "/m:b", "", "{own}", NULL);
    sx_test_store_row(test, "/m:a/ordered", "[k='x']", "{x}", "[k='y']");
    sx_test_store_row(test, "/m:a/ordered", "[k='y']", "{y}", "");
    sx_test_store_row(test, "/m:a", "", "{a}", NULL);
    put(test);
    sx_test_store_expect(test, "/m:a  replicated {a}\n"
                               "/m:b  agreed {agreed}\n"
                               "/m:b  peer-specific {own}\n"
                               "/m:b  replicated {b}\n"
                               "/m:a/ordered [k='y'] replicated {y} <\n"
                               "/m:a/ordered [k='x'] replicated {x} <[k='y']\n"
                               "/m:b/list [k='10'] replicated {10}\n"
                               "/m:b/list [k='2'] replicated {2}\n");
}

static void test_replace_and_remove(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/m:a/l", "[k='1']", "{1}", NULL);
    sx_test_store_row(test, "/m:a/l", "[k='2']", "{2}", NULL);
    put(test);
    sx_test_store_row(test, "/m:a/l", "[k='1']", "{one}", NULL);
    sx_test_store_row(test, "/m:a/l", "[k='2']", NULL, NULL);
    sx_test_store_row(test, "/m:a/l", "[k='3']", NULL, NULL);
    put(test);
    sx_test_store_expect(test, "/m:a/l [k='1'] replicated {one}\n");
    /* The same place in another scope is another row. */
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:a/l", "[k='1']", NULL, NULL);
    put(test);
    sx_test_store_expect(test, "/m:a/l [k='1'] replicated {one}\n");
}

static int stop(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    int *calls = context;

    (void)fragment;
    if (++*calls < 2)
        return 0;
    return sx_error_set(err, SX_E_BAD_ELEMENT, "stopped");
}

static void test_load_stops(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};
    int calls = 0;

    for (int i = 0; i < 3; i++) {
        char key[2] = {(char)('a' + i), '\0'};

        sx_test_store_row(test, "/m:a/l", key, "{}", NULL);
    }
    put(test);
    assert_int_equal(sx_store_load(test->store, stop, &calls, &err), -1);
    assert_string_equal(err.message, "stopped");
    assert_int_equal(calls, 2);
    /* Nothing holds the table: it can be written. */
    sx_test_store_row(test, "/m:a/l", "a", NULL, NULL);
    put(test);
}

/* A batch tells how rows stand afterwards, in any order. */
static void test_batch_in_any_order(void **state)
{
    struct sx_test_store *test = *state;

    for (int i = 1; i <= 5; i++) {
        char key[2] = {(char)('0' + i), '\0'};
        char before[2] = {(char)('0' + i - 1), '\0'};

        sx_test_store_row(test, "/m:a/l", key, "{}", i == 1 ? "" : before);
    }
    put(test);
    /* 1 2 3 4 5 to 5 4 3 8 7 1 2 */
    sx_test_store_row(test, "/m:a/l", "7", "{}", "8");
    sx_test_store_row(test, "/m:a/l", "8", "{}", "3");
    sx_test_store_row(test, "/m:a/l", "3", "{}", "4");
    sx_test_store_row(test, "/m:a/l", "4", "{}", "5");
    sx_test_store_row(test, "/m:a/l", "5", "{}", "");
    put(test);
    sx_test_store_expect(test, "/m:a/l 5 replicated {} <\n/m:a/l 4 replicated {} <5\n"
                               "/m:a/l 3 replicated {} <4\n/m:a/l 8 replicated {} <3\n"
                               "/m:a/l 7 replicated {} <8\n/m:a/l 1 replicated {} <7\n"
                               "/m:a/l 2 replicated {} <1\n");
    /* A row goes and its neighbour is put where it was. */
    sx_test_store_row(test, "/m:a/l", "2", "{}", "7");
    sx_test_store_row(test, "/m:a/l", "1", NULL, NULL);
    sx_test_store_row(test, "/m:a/l", "5", "{new}", NULL);
    put(test);
    sx_test_store_expect(test, "/m:a/l 5 replicated {new} <\n/m:a/l 4 replicated {} <5\n"
                               "/m:a/l 3 replicated {} <4\n/m:a/l 8 replicated {} <3\n"
                               "/m:a/l 7 replicated {} <8\n/m:a/l 2 replicated {} <7\n");
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_order_of_rows),
        TEST(test_replace_and_remove),
        TEST(test_load_stops),
        TEST(test_batch_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

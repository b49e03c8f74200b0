// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Transactions and named values. */

static void test_values(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);

    sx_test_store_value(store, "a", NULL);
    sx_test_store_set(store, "a", "one");
    sx_test_store_set(store, "b", "");
    sx_test_store_set(store, "a", "two");
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    sx_test_store_value(store, "a", "two");
    sx_test_store_value(store, "b", "");
    sx_test_store_set(store, "a", NULL);
    sx_test_store_set(store, "a", NULL);
    sx_test_store_value(store, "a", NULL);
    sx_store_close(store);
}

static void test_rollback_forgets(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};
    char *text;

    sx_store_rollback(store);
    sx_test_row(&rows, SX_SCOPE_REPLICATED, "/a:a", "", "{}", NULL);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_put(store, &rows, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    sx_store_rollback(store);
    sx_store_rollback(store);
    text = sx_test_rows(store);
    assert_string_equal(text, "");
    sx_test_store_value(store, "a", NULL);
    sx_store_close(store);
    sx_fragment_list_clear(&rows);
    free(text);
}

static void test_close_rolls_back(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    sx_test_store_value(store, "a", NULL);
    sx_store_close(store);
    sx_store_close(NULL);
}

static void test_writes_need_a_transaction(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    const struct sx_fragment_list none = {0};
    const struct sx_revision revision = {.number = 1};
    const struct sx_history history = {0};
    const struct sx_alarm_event alarm = {.sequence = 1};
    struct sx_error err = {0};

    assert_int_equal(sx_store_set(store, "a", "1", &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_store_put(store, &none, &err), -1);
    assert_int_equal(sx_store_append(store, &revision, &err), -1);
    assert_int_equal(sx_store_set_history(store, &history, &err), -1);
    assert_int_equal(sx_store_put_alarm(store, &alarm, &err), -1);
    assert_int_equal(sx_store_clear_journal(store, &err), -1);
    assert_int_equal(sx_store_stage(store, &none, &err), -1);
    assert_int_equal(sx_store_stage_clear(store, &err), -1);
    assert_int_equal(sx_store_stage_swap(store, SX_SCOPE_REPLICATED, &err), -1);
    assert_int_equal(sx_store_commit(store, &err), -1);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_begin(store, &err), -1);
    assert_int_equal(err.code, SX_E_INTERNAL);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    assert_int_equal(sx_store_commit(store, &err), 0);
    sx_store_close(store);
}

static void test_failed_write_cannot_be_committed(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    char *value = sx_alloc((16u << 20) + 2);
    struct sx_error err = {0};

    memset(value, 'x', (16u << 20) + 1);
    assert_int_equal(sx_store_begin(store, &err), 0);
    assert_int_equal(sx_store_set(store, "a", "1", &err), 0);
    assert_int_equal(sx_store_set(store, "b", value, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    assert_int_equal(sx_store_commit(store, &err), -1);
    sx_test_store_value(store, "a", NULL);
    value[16u << 20] = '\0';
    sx_test_store_set(store, "b", value);
    sx_test_store_value(store, "b", value);
    sx_store_close(store);
    free(value);
}

static void test_is_new_until_there_is_configuration(void **state)
{
    struct sx_store *store = sx_test_store_open(*state, NULL);
    struct sx_fragment_list rows = {0};

    assert_true(sx_store_is_new(store));
    sx_test_store_set(store, "a", "1");
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_true(sx_store_is_new(store));
    sx_test_row(&rows, SX_SCOPE_AGREED, "/a:a", "", "{}", NULL);
    sx_test_store_put(store, &rows);
    assert_true(sx_store_is_new(store));
    sx_test_row(&rows, SX_SCOPE_AGREED, "/a:a", "", NULL, NULL);
    sx_test_store_put(store, &rows);
    sx_store_close(store);
    store = sx_test_store_open(*state, NULL);
    assert_false(sx_store_is_new(store));
    sx_store_close(store);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_folder_setup, sx_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_values),
        TEST(test_rollback_forgets),
        TEST(test_close_rolls_back),
        TEST(test_writes_need_a_transaction),
        TEST(test_failed_write_cannot_be_committed),
        TEST(test_is_new_until_there_is_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

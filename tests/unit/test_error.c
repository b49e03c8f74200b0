// SPDX-License-Identifier: Apache-2.0
#include "sextant/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_set(void **state)
{
    struct sx_error err = {.path = "old", .app_tag = "old"};

    (void)state;
    assert_int_equal(sx_error_set(&err, SX_E_DATA_EXISTS, "%s is %d", "it", 7), -1);
    assert_int_equal(err.code, SX_E_DATA_EXISTS);
    assert_string_equal(err.message, "it is 7");
    assert_string_equal(err.path, "");
    assert_string_equal(err.app_tag, "");
    assert_int_equal(sx_error_at(&err, "/a:b"), -1);
    assert_int_equal(sx_error_tag(&err, "must-violation"), -1);
    assert_string_equal(err.path, "/a:b");
    assert_string_equal(err.app_tag, "must-violation");
}

static void test_cut_at_a_character(void **state)
{
    char text[SX_ERROR_MESSAGE_MAX + 100];
    struct sx_error err;

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    sx_error_set(&err, SX_E_INTERNAL, "%s", text);
    assert_int_equal(strlen(err.message), SX_ERROR_MESSAGE_MAX - 1);
    /* A character of two bytes that would be cut in the middle is left out whole. */
    memcpy(text + SX_ERROR_MESSAGE_MAX - 2, "\xC3\xA9", 2);
    sx_error_set(&err, SX_E_INTERNAL, "%s", text);
    assert_int_equal(strlen(err.message), SX_ERROR_MESSAGE_MAX - 2);
    sx_error_tag(&err, text);
    assert_int_equal(strlen(err.app_tag), SX_ERROR_TAG_MAX - 1);
}

static void test_own_message_can_be_reused(void **state)
{
    struct sx_error err;

    (void)state;
    sx_error_set(&err, SX_E_STORE, "inner");
    sx_error_set(&err, SX_E_STORE, "outer: %s", err.message);
    assert_string_equal(err.message, "outer: inner");
}

static void test_names(void **state)
{
    (void)state;
    for (int i = SX_OK; i <= SX_E_INTERNAL; i++)
        for (int j = SX_OK; j < i; j++)
            assert_string_not_equal(sx_error_code_name((enum sx_error_code)i),
                sx_error_code_name((enum sx_error_code)j));
    assert_string_equal(sx_error_code_name((enum sx_error_code)999), "unknown error");
}

static void test_list(void **state)
{
    struct sx_error_list list = {0};
    struct sx_error err;

    (void)state;
    sx_error_list_clear(&list);
    for (int i = 0; i < SX_ERRORS_MAX; i++) {
        sx_error_set(&err, SX_E_DATA_MISSING, "number %d", i);
        assert_int_equal(sx_error_list_add(&list, &err), -1);
    }
    assert_int_equal(list.count, SX_ERRORS_MAX);
    assert_string_equal(list.items[SX_ERRORS_MAX - 1].message, "number 99");
    /* The last one gives way to the count, and is counted. */
    sx_error_list_add(&list, &err);
    assert_int_equal(list.count, SX_ERRORS_MAX);
    assert_string_equal(list.items[SX_ERRORS_MAX - 2].message, "number 98");
    assert_non_null(strstr(list.items[SX_ERRORS_MAX - 1].message, "2 more elements failed"));
    sx_error_list_add(&list, &err);
    assert_non_null(strstr(list.items[SX_ERRORS_MAX - 1].message, "3 more elements failed"));
    sx_error_list_clear(&list);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.dropped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_cut_at_a_character),
        cmocka_unit_test(test_own_message_can_be_reused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

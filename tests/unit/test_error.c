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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_cut_at_a_character),
        cmocka_unit_test(test_own_message_can_be_reused),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

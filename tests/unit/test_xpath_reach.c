// SPDX-License-Identifier: Apache-2.0
#include "xpath_reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int climb(const char *expression)
{
    struct sx_reach reach;

    sx_xpath_reach(expression, "self", &reach);
    return reach.climb;
}

static void test_climb(void **state)
{
    static const struct {
        const char *expression;
        int climb;
    } cases[] = {
        {". = 'a/../../b'", 0},
        {"a/b[c = 1]", 0},
        {"../mode = 'full'", 1},
        {"a/../../b", 1},
        {"not(../../peer[index != current()/../index])", 2},
        {"a[../../b = \"..\"]/c", 1},
        {"(../a | ../../b)/c", 2},
        {"count(../x) - 1 >= ../../../y * 2", 3},
        {"parent::n/child::m", 1},
        {"following-sibling::row", 1},
        {"a//b", 0},
        {". or //mark", SX_REACH_ROOT},
        {"/m:top/m:mode", SX_REACH_ROOT},
        {"ancestor::item/name", SX_REACH_ROOT},
        {"deref(.)/../b", SX_REACH_ROOT},
        {"and and ../or or ../../div div 2", 2},
        {"x = (", SX_REACH_ROOT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (climb(cases[i].expression) != cases[i].climb)
            fail_msg("%s: %d", cases[i].expression, climb(cases[i].expression));
}

static void test_values(void **state)
{
    struct sx_reach reach;

    (void)state;
    sx_xpath_reach("count(../m:entry) < 5 and not(../other)", "self", &reach);
    assert_int_equal(reach.values.count, 0);
    assert_false(reach.values.any);
    sx_xpath_reach("not(contains(string(../m:any), 'c'))", "self", &reach);
    assert_true(sx_reach_has(&reach.values, "any"));
    assert_false(sx_reach_has(&reach.values, "self"));
    sx_xpath_reach("string-length(.) > 2", "self", &reach);
    assert_true(sx_reach_has(&reach.values, "self"));
    sx_xpath_reach(".. = 'x'", "self", &reach);
    assert_true(reach.values.any);
}

static void test_steps(void **state)
{
    struct sx_reach reach;

    (void)state;
    sx_xpath_reach("../../mode = 'full'", "self", &reach);
    assert_true(sx_reach_has(&reach.steps, "mode"));
    assert_false(sx_reach_has(&reach.steps, "entry"));
    assert_false(reach.sideways);
    sx_xpath_reach("count(../*) > 1", "self", &reach);
    assert_true(reach.steps.any);
    sx_xpath_reach("not(preceding-sibling::row)", "self", &reach);
    assert_true(reach.sideways);
}

static void test_bounds(void **state)
{
    char nested[400] = "";
    struct sx_reach reach;

    (void)state;
    for (size_t i = 0; i < sizeof nested - 1; i++)
        nested[i] = '(';
    sx_xpath_reach(nested, "self", &reach);
    assert_int_equal(reach.climb, SX_REACH_ROOT);
    assert_true(reach.sideways);
    sx_xpath_reach("a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r", "self", &reach);
    assert_true(reach.values.any);
    assert_int_equal(reach.climb, 0);
}

static bool divides(const char *expression)
{
    struct sx_reach reach;

    sx_xpath_reach(expression, "self", &reach);
    return reach.divides;
}

static void test_division(void **state)
{
    static const char *const safe[] = {". mod 2 = 0", ".mod 10", "../a mod 07 + mod",
        "mod/mod = 'x'", ". = '1 mod 0'", "2 mod 2.5 = 1", "mod div mod"};
    static const char *const dangerous[] = {". mod 0 = 1", "1 mod ../step = 0", ". mod -1",
        ". mod 0.5", ". mod 00", ". mod (2)", ". mod '2'", ". modW", "a[b mod c]", "f(1, 2 mod .)"};

    (void)state;
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        if (divides(safe[i]))
            fail_msg("%s", safe[i]);
    for (size_t i = 0; i < sizeof dangerous / sizeof *dangerous; i++)
        if (!divides(dangerous[i]))
            fail_msg("%s", dangerous[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_climb),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_division),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

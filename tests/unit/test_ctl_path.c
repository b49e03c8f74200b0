// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_takes_a_path_apart(void **state)
{
    struct ctl_fault fault;
    struct ctl_path path;

    (void)state;
    assert_int_equal(ctl_path_parse("/a:b/c.d-e[k='v'][x:l=\"it's\"]/f[.='1']", &path, &fault), 0);
    assert_int_equal(path.step_count, 3);
    assert_string_equal(path.steps[0].module, "a");
    assert_string_equal(path.steps[0].name, "b");
    assert_null(path.steps[1].module);
    assert_string_equal(path.steps[1].name, "c.d-e");
    assert_int_equal(path.steps[1].predicate_count, 2);
    assert_string_equal(path.steps[1].predicates[0].name, "k");
    assert_string_equal(path.steps[1].predicates[0].value, "v");
    assert_string_equal(path.steps[1].predicates[1].module, "x");
    assert_string_equal(path.steps[1].predicates[1].value, "it's");
    assert_string_equal(path.steps[2].predicates[0].name, ".");
    ctl_path_clear(&path);
    assert_int_equal(path.step_count, 0);
}

static void test_prints_what_it_was_given(void **state)
{
    static const char *const same[] = {
        "/a", "/a:b", "/a:b/c:d[e='f']", "/a:b[c=\"d'e\"]/f", "/a[.='']", "/a[b='/x:y[z]']"};

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct ctl_fault fault;
        struct ctl_path path;
        char *text;

        assert_int_equal(ctl_path_parse(same[i], &path, &fault), 0);
        text = ctl_path_print(&path);
        assert_string_equal(text, same[i]);
        free(text);
        ctl_path_clear(&path);
    }
}

static void test_spaces_in_predicates(void **state)
{
    struct ctl_fault fault;
    struct ctl_path path;
    char *text;

    (void)state;
    assert_int_equal(ctl_path_parse("/a[ b = 'c d' ]", &path, &fault), 0);
    text = ctl_path_print(&path);
    assert_string_equal(text, "/a[b='c d']");
    free(text);
    ctl_path_clear(&path);
}

static void test_refuses_with_the_place(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "path : ends where / is expected"},
        {"a", "path a: / is expected at \"a\""},
        {"/", "path /: ends where the name of a node is expected"},
        {"/a//b", "path /a//b: the name of a node is expected at \"/b\""},
        {"/a:", "path /a:: ends where the name of a node is expected"},
        {"/1", "path /1: the name of a node is expected at \"1\""},
        {"/a[b]", "path /a[b]: = is expected at \"]\""},
        {"/a[b=c]", "path /a[b=c]: a value in quotes is expected at \"c]\""},
        {"/a[b='c]", "path /a[b='c]: the value that begins at 'c] has no closing quote"},
        {"/a[b='c'", "path /a[b='c': ends where ] is expected"},
        {"/a b", "path /a b: / is expected at \" b\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ctl_fault fault = {0};
        struct ctl_path path;

        assert_int_equal(ctl_path_parse(cases[i].text, &path, &fault), -1);
        assert_int_equal(fault.status, CTL_EXIT_USAGE);
        assert_string_equal(fault.message, cases[i].message);
    }
}

static void test_bounds(void **state)
{
    char deep[3 * (CTL_PATH_STEPS_MAX + 1)] = "";
    char keys[8 * (CTL_PATH_PREDICATES_MAX + 2)] = "/a";
    struct ctl_fault fault;
    struct ctl_path path;

    (void)state;
    for (int i = 0; i < CTL_PATH_STEPS_MAX; i++)
        strcat(deep, "/a");
    assert_int_equal(ctl_path_parse(deep, &path, &fault), 0);
    ctl_path_clear(&path);
    strcat(deep, "/a");
    assert_int_equal(ctl_path_parse(deep, &path, &fault), -1);
    for (int i = 0; i <= CTL_PATH_PREDICATES_MAX; i++)
        strcat(keys, "[b='c']");
    assert_int_equal(ctl_path_parse(keys, &path, &fault), -1);
}

static void test_parent(void **state)
{
    (void)state;
    assert_int_equal(ctl_parent_length("/a:b"), 0);
    assert_int_equal(ctl_parent_length("/a:b/c[d='/x']"), 4);
    assert_int_equal(ctl_parent_length("/a:b/c[d=\"it's/\"]/e"), 17);
}

static void assert_plain(const char *text, const char *wanted)
{
    char *plain = ctl_path_plain(text);

    assert_string_equal(plain, wanted);
    free(plain);
}

static void test_prefixes_are_left_out(void **state)
{
    (void)state;
    assert_plain(
        "/sxc:cluster/sxc:peers/sxc:peer[sxc:index='2']", "/cluster/peers/peer[index='2']");
    assert_plain("/a:b[a:c='a:d'][.='e']", "/b[c='a:d'][.='e']");
    assert_plain("system", "system");
    assert_plain("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_a_path_apart),
        cmocka_unit_test(test_prints_what_it_was_given),
        cmocka_unit_test(test_spaces_in_predicates),
        cmocka_unit_test(test_refuses_with_the_place),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_parent),
        cmocka_unit_test(test_prefixes_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

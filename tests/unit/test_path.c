// SPDX-License-Identifier: Apache-2.0
#include "path.h"
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"
#define L "/sextant-test:lists"

static void test_same_as_libyang(void **state)
{
    static const char *const paths[] = {T, T "/plain", T "/colour[.='a']", T "/colour[.=\"it's\"]",
        L "/entry[name='a']", L "/entry[name='a']/sub[a='x/y'][b='2']/c", "/sextant-test:lone"};

    sx_test_set(*state, SX_TEST_TOP("<plain>x</plain><colour>a</colour><colour>it's</colour>"));
    sx_test_set(*state,
        SX_TEST_LISTS("<entry><name>a</name><sub><a>x/y</a><b>2</b><c>1</c></sub></entry>"));
    sx_test_set(*state, "<lone xmlns='urn:sextant:test'>1</lone>");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct lyd_node *node = sx_test_find(*state, paths[i]);
        char *ours = sx_path_of(node), *theirs = lyd_path(node, LYD_PATH_STD, NULL, 0);

        assert_string_equal(ours, paths[i]);
        assert_string_equal(ours, theirs);
        free(ours);
        free(theirs);
    }
}

static void test_parts(void **state)
{
    const struct lyd_node *node;
    char *text;

    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><sub><a>x</a><b>2</b></sub></entry>"));
    node = sx_test_find(*state, L "/entry[name='a']/sub[a='x'][b='2']");
    text = sx_path_key(node);
    assert_string_equal(text, "[a='x'][b='2']");
    free(text);
    text = sx_path_of_schema(node->schema);
    assert_string_equal(text, L "/entry/sub");
    free(text);
    text = sx_path_key(sx_test_find(*state, L));
    assert_string_equal(text, "");
    free(text);
    text = sx_path_of_any(NULL);
    assert_string_equal(text, "");
    free(text);
}

static void test_parent_length(void **state)
{
    (void)state;
    assert_int_equal(sx_path_parent_length("/a:b"), 0);
    assert_int_equal(sx_path_parent_length("/a:b/c"), 4);
    assert_int_equal(sx_path_parent_length("/a:b/c[k='x/y']"), 4);
    assert_int_equal(sx_path_parent_length("/a:b/c[k=\"]/'\"]/d"), 15);
    assert_int_equal(sx_path_parent_length(""), 0);
}

static void test_text(void **state)
{
    struct sx_text text = {0};

    (void)state;
    sx_text_cut(&text, 0);
    for (int i = 0; i < 1000; i++)
        sx_text_add(&text, "abc", 3);
    assert_int_equal(strlen(text.data), 3000);
    sx_text_cut(&text, 4);
    assert_string_equal(text.data, "abca");
    free(text.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_same_as_libyang),
        SX_TEST_ON_TREE(test_parts),
        SX_TEST_ON_TREE(test_parent_length),
        SX_TEST_ON_TREE(test_text),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* What a top-level node holds outside of lists. */
#include "test_schema.h"
#include "test_tree.h"
#include "touch.h"

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

/* A copy as RFC 7951 JSON, compared; `expected` NULL: there is nothing. */
static void expect_copy(
    const struct sx_tree *tree, const char *path, unsigned scopes, const char *expected)
{
    struct lyd_node *copy =
        sx_rest_copy(tree->root, sx_test_schema_node(tree->schema, path), scopes);
    char *text = NULL;

    if (expected) {
        assert_non_null(copy);
        assert_int_equal(
            lyd_print_mem(&text, copy, LYD_JSON, LYD_PRINT_SHRINK | LYD_PRINT_WITHSIBLINGS),
            LY_SUCCESS);
        assert_string_equal(text, expected);
    } else {
        assert_null(copy);
    }
    free(text);
    lyd_free_siblings(copy);
}

static void test_scopes(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<plain>p</plain><own>o</own><agreed><name>n</name></agreed>"
                                    "<copied><mode>true</mode></copied>"));
    expect_copy(*state, T, 1u << SX_SCOPE_REPLICATED, "{\"sextant-test:top\":{\"plain\":\"p\"}}");
    expect_copy(*state, T, 1u << SX_SCOPE_PEER_SPECIFIC, "{\"sextant-test:top\":{\"own\":\"o\"}}");
    expect_copy(
        *state, T, 1u << SX_SCOPE_AGREED, "{\"sextant-test:top\":{\"agreed\":{\"name\":\"n\"}}}");
    expect_copy(*state, T, 1u << SX_SCOPE_AGREED_COPIED | 1u << SX_SCOPE_AGREED,
        "{\"sextant-test:top\":{\"agreed\":{\"name\":\"n\"},\"copied\":{\"mode\":true}}}");
    expect_copy(*state, T, 0, NULL);
}

static void test_lists_are_left_out(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<flag><f>1</f><inside><k>1</k></inside></flag>"));
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name></entry>"));
    expect_copy(*state, T, SX_SCOPES_ALL, "{\"sextant-test:top\":{\"flag\":{\"f\":\"1\"}}}");
    expect_copy(*state, L, SX_SCOPES_ALL, NULL);
    expect_copy(*state, "/sextant-test:outer", SX_SCOPES_ALL, NULL);
}

/* Defaults are not held; a presence container is, also when it is empty. */
static void test_explicit_nodes_alone(void **state)
{
    expect_copy(*state, T, SX_SCOPES_ALL, NULL);
    sx_test_set(*state, SX_TEST_TOP("<flag/><number>5</number><preset>a</preset><colour>b</colour>"
                                    "<colour>a</colour><blob><x>one</x></blob>"));
    expect_copy(*state, T, SX_SCOPES_ALL,
        "{\"sextant-test:top\":{\"number\":5,\"colour\":[\"b\",\"a\"],\"preset\":[\"a\"],"
        "\"flag\":{},\"blob\":{\"x\":\"one\"}}}");
}

static void test_leafs_at_the_top(void **state)
{
    expect_copy(*state, "/sextant-test:lone", SX_SCOPES_ALL, NULL);
    expect_copy(*state, "/sextant-test:values", SX_SCOPES_ALL, NULL);
    sx_test_set(*state, "<lone xmlns='urn:sextant:test'>1</lone>"
                        "<values xmlns='urn:sextant:test'>2</values>"
                        "<values xmlns='urn:sextant:test'>1</values>");
    expect_copy(*state, "/sextant-test:lone", SX_SCOPES_ALL, "{\"sextant-test:lone\":\"1\"}");
    expect_copy(
        *state, "/sextant-test:values", SX_SCOPES_ALL, "{\"sextant-test:values\":[\"2\",\"1\"]}");
    expect_copy(*state, "/sextant-test:lone", 1u << SX_SCOPE_AGREED, NULL);
}

/* The copy stands alone: the tree is not changed by changing it. */
static void test_the_tree_stays(void **state)
{
    struct sx_tree *tree = *state;
    struct lyd_node *copy;
    char *before, *after;

    sx_test_set(tree, SX_TEST_TOP("<plain>p</plain>"));
    before = sx_test_dump(tree->root);
    copy = sx_rest_copy(tree->root, sx_test_schema_node(tree->schema, T), SX_SCOPES_ALL);
    assert_null(copy->next);
    assert_int_equal(lyd_change_term(lyd_child(copy), "q"), LY_SUCCESS);
    lyd_free_siblings(copy);
    after = sx_test_dump(tree->root);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void test_find(void **state)
{
    const struct sx_tree *tree = *state;
    const struct lysc_node *entry = sx_test_schema_node(tree->schema, L "/entry");
    const struct lysc_node *inside = sx_test_schema_node(tree->schema, T "/flag/inside");

    assert_null(sx_rest_find(tree->root, entry));
    assert_null(sx_rest_find(tree->root, inside));
    assert_null(sx_rest_find(NULL, entry));
    assert_ptr_equal(sx_rest_find(tree->root, sx_test_schema_node(tree->schema, T "/number")),
        sx_test_find(tree, T "/number"));
    sx_test_set(
        *state, SX_TEST_LISTS("<entry><name>b</name></entry><entry><name>a</name></entry>"));
    sx_test_set(*state, SX_TEST_TOP("<flag><inside><k>1</k></inside></flag>"));
    /* The first entry, as they stand. */
    assert_ptr_equal(sx_rest_find(tree->root, entry), sx_test_find(tree, L "/entry[name='b']"));
    assert_ptr_equal(sx_rest_find(tree->root, inside), sx_test_find(tree, T "/flag/inside[k='1']"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_scopes),
        SX_TEST_ON_TREE(test_lists_are_left_out),
        SX_TEST_ON_TREE(test_explicit_nodes_alone),
        SX_TEST_ON_TREE(test_leafs_at_the_top),
        SX_TEST_ON_TREE(test_the_tree_stays),
        SX_TEST_ON_TREE(test_find),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

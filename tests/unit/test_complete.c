// SPDX-License-Identifier: Apache-2.0
/* Defaults: which ones come with what, and go with it. */
#include "test_schema.h"
#include "test_tree.h"
#include "transaction_impl.h"

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

static void test_defaults_of_cases(void **state)
{
    assert_true(sx_test_has(*state, T "/tcp-port"));
    sx_test_set(*state, SX_TEST_TOP("<udp-port>1</udp-port>"));
    assert_false(sx_test_has(*state, T "/tcp-port"));
    assert_true(sx_test_has(*state, T "/udp-size"));
    sx_test_set(*state, SX_TEST_TOP("<b1>1</b1>"));
    assert_false(sx_test_has(*state, T "/udp-size"));
    assert_true(sx_test_has(*state, T "/beside"));
    assert_false(sx_test_has(*state, T "/a1"));
    sx_test_set(*state, SX_TEST_TOP("<b1 nc:operation='delete'/>"));
    assert_true(sx_test_has(*state, T "/tcp-port"));
    assert_false(sx_test_has(*state, T "/beside"));
}

static void test_leaf_list_defaults(void **state)
{
    assert_true(sx_test_has(*state, T "/preset[.='b']"));
    sx_test_set(*state, SX_TEST_TOP("<preset>a</preset>"));
    assert_false(sx_test_has(*state, T "/preset[.='b']"));
    sx_test_set(*state, SX_TEST_TOP("<preset nc:operation='delete'>a</preset>"));
    assert_true(sx_test_has(*state, T "/preset[.='b']"));
}

static void expect_default(const struct sx_tree *tree, const char *path, const char *value)
{
    const struct lyd_node *node = sx_test_find(tree, path);

    assert_string_equal(lyd_get_value(node), value);
    assert_true(node->flags & LYD_DEFAULT);
}

/* A whole tree from nothing: the same as libyang's. */
static void test_whole_tree(void **state)
{
    static const uint8_t random[16];
    const struct sx_tree *theirs = *state;
    struct sx_tree ours = {.schema = theirs->schema};
    struct sx_transaction *transaction = sx_transaction_begin(&ours, random);
    char *expected = sx_test_content(theirs->root, true), *content;
    size_t steps;

    sx_transaction_complete_all(transaction);
    content = sx_test_content(ours.root, true);
    assert_string_equal(content, expected);
    /* Once it is complete there is nothing to do. */
    steps = transaction->undo.count;
    sx_transaction_complete_all(transaction);
    sx_transaction_complete(transaction);
    assert_int_equal(transaction->undo.count, steps);
    assert_int_equal(sx_transaction_changes(transaction)->count, 0);
    sx_transaction_undo(transaction);
    assert_null(ours.root);
    sx_tree_clear(&ours);
    free(expected);
    free(content);
}

static void test_what_comes_with_an_entry(void **state)
{
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry><name>a</name><sub><a>x</a><b>1</b><deep><z>1</z></deep></sub>"
                      "</entry>"),
        "create " L "/entry[name='a'] {\"sextant-test:entry\":[{\"name\":\"a\",\"sub\":[{\"a\":"
        "\"x\",\"b\":1,\"deep\":[{\"z\":\"1\"}]}]}]}\n");
    expect_default(*state, L "/entry[name='a']/level", "7");
    expect_default(*state, L "/entry[name='a']/c/e", "1");
    expect_default(*state, L "/entry[name='a']/sub[a='x'][b='1']/deep[z='1']/y", "deep");
    /* An entry that is there already gets those of what comes into it. */
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><sub><a>y</a><b>1</b><deep><z>2</z>"
                                      "</deep></sub></entry>"));
    expect_default(*state, L "/entry[name='a']/sub[a='y'][b='1']/deep[z='2']/y", "deep");
}

static void test_a_default_returns(void **state)
{
    const struct sx_tree *tree = *state;

    sx_test_set(*state, SX_TEST_TOP("<number>5</number>"));
    assert_false(sx_test_find(tree, T "/number")->flags & LYD_DEFAULT);
    sx_test_set(*state, SX_TEST_TOP("<number nc:operation='delete'/>"));
    expect_default(tree, T "/number", "5");
    sx_test_set(*state, SX_TEST_TOP("<agreed><version>two</version></agreed>"));
    sx_test_set(*state, SX_TEST_TOP("<agreed nc:operation='delete'/>"));
    expect_default(tree, T "/agreed/version", "one");
    assert_true(sx_test_find(tree, T "/agreed")->flags & LYD_DEFAULT);
}

/* A container whose last item goes counts as default again, and so do those above it. */
static void test_containers_become_default(void **state)
{
    const struct sx_tree *tree = *state;

    sx_test_set(*state, SX_TEST_TOP("<copied><mode>true</mode></copied>"));
    assert_false(sx_test_find(tree, T)->flags & LYD_DEFAULT);
    sx_test_set(*state, SX_TEST_TOP("<copied><mode nc:operation='delete'/></copied>"));
    assert_true(sx_test_find(tree, T "/copied")->flags & LYD_DEFAULT);
    assert_true(sx_test_find(tree, T)->flags & LYD_DEFAULT);
    expect_default(tree, T "/copied/mode", "false");
}

/* A container in a case that is not selected is not there, and one with presence never comes by
 * itself. */
static void test_containers_that_do_not_come(void **state)
{
    assert_false(sx_test_has(*state, T "/flag"));
    assert_false(sx_test_has(*state, T "/b2"));
    assert_true(sx_test_has(*state, T "/tcp-options/nodelay"));
    sx_test_set(*state, SX_TEST_TOP("<udp-flag>u</udp-flag>"));
    assert_false(sx_test_has(*state, T "/tcp-options"));
    assert_true(sx_test_has(*state, T "/udp-size"));
    sx_test_set(*state, SX_TEST_TOP("<udp-flag nc:operation='delete'>u</udp-flag>"));
    assert_true(sx_test_has(*state, T "/tcp-options/nodelay"));
    assert_false(sx_test_has(*state, T "/udp-size"));
}

/* A default of a case does not select it. */
static void test_defaults_beside_an_explicit_node(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<a2>x</a2>"));
    expect_default(*state, T "/a1", "first");
    expect_default(*state, T "/beside", "beside");
    sx_test_set(*state, SX_TEST_TOP("<b2/>"));
    assert_false(sx_test_has(*state, T "/a1"));
    expect_default(*state, T "/beside", "beside");
}

static void test_undo(void **state)
{
    sx_test_undone(*state,
        SX_TEST_TOP("<number>6</number><udp-port>1</udp-port><preset>z</preset><mode>full</mode>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_defaults_of_cases),
        SX_TEST_ON_TREE(test_leaf_list_defaults),
        SX_TEST_ON_TREE(test_whole_tree),
        SX_TEST_ON_TREE(test_what_comes_with_an_entry),
        SX_TEST_ON_TREE(test_a_default_returns),
        SX_TEST_ON_TREE(test_containers_become_default),
        SX_TEST_ON_TREE(test_containers_that_do_not_come),
        SX_TEST_ON_TREE(test_defaults_beside_an_explicit_node),
        SX_TEST_ON_TREE(test_undo),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"
#include "undo.h"

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

/* Removes the nodes at the paths, takes it back, and compares. */
static void check_removal(struct sx_tree *tree, const char *const *paths)
{
    struct sx_undo undo = {.root = &tree->root};
    char *before = sx_test_dump(tree->root), *after;

    for (; *paths; paths++)
        sx_undo_remove(&undo, sx_test_find(tree, *paths));
    sx_test_check_links(tree->root);
    sx_undo_revert(&undo);
    after = sx_test_dump(tree->root);
    assert_string_equal(after, before);
    sx_test_check_links(tree->root);
    free(before);
    free(after);
}

static void test_removed_entries_return_to_their_places(void **state)
{
    static const char *const first[] = {L "/entry[name='a']", NULL};
    static const char *const middle[] = {L "/entry[name='c']", NULL};
    static const char *const last[] = {L "/entry[name='e']", NULL};
    static const char *const all[] = {L "/entry[name='c']", L "/entry[name='a']",
        L "/entry[name='e']", L "/entry[name='b']", L "/entry[name='d']", NULL};
    static const char *const others[] = {
        L "/entry[name='a']", L "/ordered[id='a']", T "/plain", T, L, NULL};

    sx_test_set(*state, SX_TEST_TOP("<plain>x</plain>"));
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name></entry><entry><name>b</name></entry>"
                                      "<entry><name>c</name></entry><entry><name>d</name></entry>"
                                      "<entry><name>e</name></entry><ordered><id>a</id></ordered>"
                                      "<ordered><id>b</id></ordered>"));
    check_removal(*state, first);
    check_removal(*state, middle);
    check_removal(*state, last);
    check_removal(*state, all);
    check_removal(*state, others);
}

static void test_moves(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_undo undo = {.root = &tree->root};
    char *before, *after;

    sx_test_set(tree, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"
                                    "<ordered><id>c</id></ordered><ordered><id>d</id></ordered>"));
    before = sx_test_dump(tree->root);
    sx_undo_move(&undo, sx_test_find(tree, L "/ordered[id='c']"), NULL);
    sx_undo_move(
        &undo, sx_test_find(tree, L "/ordered[id='a']"), sx_test_find(tree, L "/ordered[id='d']"));
    assert_ptr_equal(
        sx_test_find(tree, L "/ordered[id='d']")->next, sx_test_find(tree, L "/ordered[id='a']"));
    assert_ptr_equal(
        sx_test_find(tree, L "/ordered[id='c']")->next, sx_test_find(tree, L "/ordered[id='b']"));
    sx_test_check_links(tree->root);
    sx_undo_take_back(&undo);
    assert_ptr_equal(
        sx_test_find(tree, L "/ordered[id='c']")->next, sx_test_find(tree, L "/ordered[id='a']"));
    sx_undo_revert(&undo);
    after = sx_test_dump(tree->root);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void test_default_flags_of_containers(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_undo undo = {.root = &tree->root};
    struct lyd_node *container;

    sx_test_set(tree, SX_TEST_TOP("<tcp-options><mss>1</mss></tcp-options>"));
    container = sx_test_find(tree, T "/tcp-options");
    assert_false(container->flags & LYD_DEFAULT);
    sx_undo_remove(&undo, sx_test_find(tree, T "/tcp-options/mss"));
    assert_true(container->flags & LYD_DEFAULT);
    assert_true(lyd_parent(container)->flags & LYD_DEFAULT);
    sx_undo_revert(&undo);
    assert_false(container->flags & LYD_DEFAULT);
    assert_false(lyd_parent(container)->flags & LYD_DEFAULT);
}

static void test_keep(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_undo undo = {.root = &tree->root};

    sx_test_set(tree, SX_TEST_TOP("<plain>x</plain>"));
    sx_undo_remove(&undo, sx_test_find(tree, T "/plain"));
    sx_undo_keep(&undo);
    assert_int_equal(undo.count, 0);
    assert_false(sx_test_has(tree, T "/plain"));
    sx_undo_revert(&undo); /* there is nothing any more that could be taken back */
    assert_false(sx_test_has(tree, T "/plain"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_removed_entries_return_to_their_places),
        SX_TEST_ON_TREE(test_moves),
        SX_TEST_ON_TREE(test_default_flags_of_containers),
        SX_TEST_ON_TREE(test_keep),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Where in the tree an edit has arrived, and how errors name that place. */
#include "edit_impl.h"
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

static const uint8_t salt[16];

/** An edit of a tree, and a place in a container of the module. */
struct arrival {
    struct sx_edit edit;
    struct sx_error err;
    struct sx_edit_place top, container;
};

static void begin(struct arrival *arrival, struct sx_tree *tree, const char *path)
{
    const struct lysc_node *schema = sx_test_schema_node(tree->schema, path);

    *arrival = (struct arrival){.edit = {.transaction = sx_transaction_begin(tree, salt)}};
    arrival->edit.err = &arrival->err;
    arrival->container = (struct sx_edit_place){.above = &arrival->top,
        .schema = schema,
        .node = sx_edit_child(&arrival->edit, &arrival->top, schema)};
}

static void end(struct arrival *arrival)
{
    sx_transaction_undo(arrival->edit.transaction);
}

/* Containers on the way are made when the first item comes, and not before. */
static void test_makes_what_is_missing(void **state)
{
    struct sx_tree tree = {.schema = ((struct sx_tree *)*state)->schema};
    struct sx_edit_place inner;
    struct arrival arrival;
    struct lyd_node *node;

    begin(&arrival, &tree, T);
    assert_null(arrival.container.node);
    inner = (struct sx_edit_place){
        .above = &arrival.container, .schema = sx_test_schema_node(tree.schema, T "/agreed")};
    assert_null(
        sx_edit_child(&arrival.edit, &inner, sx_test_schema_node(tree.schema, T "/agreed/name")));
    assert_null(tree.root);
    node =
        sx_edit_arrive(&arrival.edit, &inner, sx_test_schema_node(tree.schema, T "/agreed/name"));
    assert_ptr_equal(node, sx_test_find(&tree, T "/agreed"));
    assert_ptr_equal(inner.node, node);
    assert_ptr_equal(arrival.container.node, lyd_parent(node));
    assert_int_equal(arrival.edit.transaction->undo.count, 2);
    /* The second time it is there. */
    assert_ptr_equal(
        sx_edit_arrive(&arrival.edit, &inner, sx_test_schema_node(tree.schema, T "/agreed/tag")),
        node);
    assert_int_equal(arrival.edit.transaction->undo.count, 2);
    assert_null(sx_edit_arrive(
        &arrival.edit, &arrival.top, sx_test_schema_node(tree.schema, "/sextant-test:lone")));
    end(&arrival);
    assert_null(tree.root);
    sx_tree_clear(&tree);
}

/* Who comes makes other cases leave, also those that exclude a container on the way. */
static void test_leaves_cases(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_edit_place options;
    struct arrival arrival;

    sx_test_set(tree, SX_TEST_TOP("<udp-port>1</udp-port>"));
    begin(&arrival, tree, T);
    options = (struct sx_edit_place){
        .above = &arrival.container, .schema = sx_test_schema_node(tree->schema, T "/tcp-options")};
    sx_edit_arrive(
        &arrival.edit, &options, sx_test_schema_node(tree->schema, T "/tcp-options/mss"));
    assert_true(sx_test_has(tree, T "/tcp-options"));
    assert_false(sx_test_has(tree, T "/udp-port"));
    assert_false(sx_test_has(tree, T "/udp-size"));
    end(&arrival);
    assert_true(sx_test_has(tree, T "/udp-port"));
    assert_false(sx_test_has(tree, T "/tcp-options"));
}

static void test_looks_up(void **state)
{
    struct sx_tree *tree = *state;
    struct arrival arrival;
    struct lyd_node *like, *missing;

    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name></entry><entry><name>b</name></entry>"));
    like = sx_test_parse_edit(tree->schema, SX_TEST_LISTS("<entry><name>b</name></entry>"));
    missing = sx_test_parse_edit(tree->schema, SX_TEST_LISTS("<entry><name>c</name></entry>"));
    begin(&arrival, tree, L);
    assert_ptr_equal(arrival.container.node, sx_test_find(tree, L));
    assert_ptr_equal(sx_edit_entry(&arrival.edit, &arrival.container, lyd_child(like)),
        sx_test_find(tree, L "/entry[name='b']"));
    assert_null(sx_edit_entry(&arrival.edit, &arrival.container, lyd_child(missing)));
    assert_null(sx_edit_child(
        &arrival.edit, &arrival.top, sx_test_schema_node(tree->schema, "/sextant-test:lone")));
    end(&arrival);
    lyd_free_siblings(like);
    lyd_free_siblings(missing);
}

static void test_names_the_place(void **state)
{
    struct sx_tree *tree = *state;
    const struct lysc_node *entry = sx_test_schema_node(tree->schema, L "/entry");
    struct sx_edit_place inside;
    struct arrival arrival;

    sx_test_set(tree, SX_TEST_LISTS("<entry><name>it's</name></entry>"));
    begin(&arrival, tree, L);
    inside = (struct sx_edit_place){.above = &arrival.container,
        .schema = entry,
        .node = sx_test_find(tree, L "/entry[name=\"it's\"]")};
    sx_error_set(&arrival.err, SX_E_INVALID_VALUE, "x");
    assert_int_equal(sx_edit_fail_at(&arrival.edit, &inside,
                         sx_test_schema_node(tree->schema, L "/entry/c"), NULL),
        -1);
    assert_string_equal(arrival.err.path, L "/entry[name=\"it's\"]/c");
    assert_int_equal(arrival.err.code, SX_E_INVALID_VALUE);
    sx_edit_fail_at(&arrival.edit, &arrival.container, entry, inside.node);
    assert_string_equal(arrival.err.path, L "/entry[name=\"it's\"]");
    sx_edit_fail_at(&arrival.edit, &arrival.container, entry, NULL);
    assert_string_equal(arrival.err.path, L "/entry");
    sx_edit_fail_at(&arrival.edit, &arrival.container, NULL, NULL);
    assert_string_equal(arrival.err.path, L);
    sx_edit_fail_at(&arrival.edit, &arrival.top, NULL, NULL);
    assert_string_equal(arrival.err.path, "");
    end(&arrival);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_makes_what_is_missing),
        SX_TEST_ON_TREE(test_leaves_cases),
        SX_TEST_ON_TREE(test_looks_up),
        SX_TEST_ON_TREE(test_names_the_place),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* A transaction: every change goes through it, and is kept or undone. */
#include "test_schema.h"
#include "test_tree.h"
#include "transaction_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"
#define L "/sextant-test:lists"

static void test_digest_waits_for_keep(void **state)
{
    struct sx_tree *tree = *state;
    uint8_t before[SX_DIGEST_SIZE], with[SX_DIGEST_SIZE];
    struct sx_transaction *transaction;

    memcpy(before, tree->digest, sizeof before);
    transaction = sx_test_begin(tree, SX_TEST_TOP("<plain>p</plain>"));
    memcpy(with, sx_transaction_digest(transaction), sizeof with);
    assert_memory_not_equal(with, before, sizeof with);
    assert_memory_equal(tree->digest, before, sizeof before);
    sx_transaction_undo(transaction);
    assert_memory_equal(tree->digest, before, sizeof before);
    sx_transaction_keep(sx_test_begin(tree, SX_TEST_TOP("<plain>p</plain>")));
    assert_memory_equal(tree->digest, with, sizeof with);
}

static const uint8_t salt[16];

static struct lyd_node *entry(const struct sx_tree *tree, const char *id)
{
    char path[64] = L "/ordered[id='";

    return sx_test_find(tree, strcat(strcat(path, id), "']"));
}

static void test_has(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;
    struct lyd_node *node, *below;

    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name><value>v</value></entry>"));
    node = sx_test_find(tree, L "/entry[name='a']");
    below = sx_test_find(tree, L "/entry[name='a']/value");
    transaction = sx_transaction_begin(tree, salt);
    assert_true(sx_transaction_has(transaction, tree->root));
    assert_true(sx_transaction_has(transaction, below));
    sx_transaction_remove(transaction, node);
    /* It is still in memory. */
    assert_false(sx_transaction_has(transaction, node));
    assert_false(sx_transaction_has(transaction, below));
    assert_true(sx_transaction_has(transaction, sx_test_find(tree, L)));
    sx_transaction_undo(transaction);
    assert_ptr_equal(sx_test_find(tree, L "/entry[name='a']"), node);
}

static void test_child(void **state)
{
    struct sx_tree *tree = *state;
    const struct lysc_node *list = sx_test_schema_node(tree->schema, L "/ordered");
    struct sx_transaction *transaction;

    sx_test_set(tree, SX_TEST_LISTS("<ordered><id>b</id></ordered><ordered><id>a</id></ordered>"));
    transaction = sx_transaction_begin(tree, salt);
    assert_ptr_equal(
        sx_transaction_child(transaction, sx_test_find(tree, L), list), entry(tree, "b"));
    assert_ptr_equal(sx_transaction_child(transaction, NULL, sx_test_schema_node(tree->schema, T)),
        sx_test_find(tree, T));
    assert_null(sx_transaction_child(
        transaction, NULL, sx_test_schema_node(tree->schema, "/sextant-test:lone")));
    sx_transaction_undo(transaction);
}

/* To put an entry where it stands is no step. */
static void test_place(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;

    sx_test_set(tree, SX_TEST_LISTS("<entry><name>x</name></entry><ordered><id>a</id></ordered>"
                                    "<ordered><id>b</id></ordered><ordered><id>c</id></ordered>"));
    transaction = sx_transaction_begin(tree, salt);
    sx_transaction_place(transaction, entry(tree, "a"), NULL);
    sx_transaction_place(transaction, entry(tree, "c"), entry(tree, "b"));
    assert_int_equal(transaction->undo.count, 0);
    sx_transaction_place(transaction, entry(tree, "c"), NULL);
    assert_int_equal(transaction->undo.count, 1);
    assert_ptr_equal(entry(tree, "c")->next, entry(tree, "a"));
    sx_transaction_undo(transaction);
    assert_ptr_equal(entry(tree, "b")->next, entry(tree, "c"));
    sx_test_check_links(tree->root);
}

/* A default makes none of the containers above it explicit. */
static void test_new_nodes(void **state)
{
    struct sx_tree tree = {.schema = ((struct sx_tree *)*state)->schema};
    struct sx_transaction *transaction = sx_transaction_begin(&tree, salt);
    struct lyd_node *top, *inner, *leaf;

    top = sx_transaction_new_container(transaction, NULL, sx_test_schema_node(tree.schema, T));
    inner = sx_transaction_new_container(
        transaction, top, sx_test_schema_node(tree.schema, T "/agreed"));
    leaf = sx_transaction_try_default(
        transaction, inner, sx_test_schema_node(tree.schema, T "/agreed/version"), "two");
    assert_string_equal(lyd_get_value(leaf), "two");
    assert_false(sx_is_explicit(leaf));
    assert_false(sx_is_explicit(inner));
    assert_false(sx_is_explicit(top));
    assert_false(sx_is_explicit(NULL));
    assert_int_equal(sx_transaction_changes(transaction)->count, 0);
    assert_int_equal(sx_transaction_fragments(transaction)->count, 0);
    sx_test_check_links(tree.root);
    sx_transaction_undo(transaction);
    assert_null(tree.root);
    sx_tree_clear(&tree);
}

/* Many changes of one transaction go back one by one, to the flags. */
static void test_undo(void **state)
{
    struct sx_tree *tree = *state;

    sx_test_set(tree, SX_TEST_TOP("<plain>p</plain><colour>a</colour><colour>b</colour><flag/>"));
    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name><sub><a>1</a><b>1</b></sub></entry>"
                                    "<ordered><id>1</id></ordered><ordered><id>2</id></ordered>"));
    sx_test_undone(tree,
        SX_TEST_TOP("<plain nc:operation='delete'/><colour yang:insert='first'>b</colour>"
                    "<b2/><mode>full</mode><flag nc:operation='delete'/>")
            SX_TEST_LISTS("<entry nc:operation='replace'><name>a</name></entry>"
                          "<ordered nc:operation='delete'><id>1</id></ordered>"
                          "<ordered><id>3</id></ordered>"));
}

static void test_clear(void **state)
{
    static const uint8_t zero[SX_DIGEST_SIZE];
    struct sx_tree tree = sx_test_tree(((struct sx_tree *)*state)->schema);

    sx_test_set(&tree, SX_TEST_TOP("<plain>p</plain>"));
    assert_memory_not_equal(tree.digest, zero, sizeof zero);
    sx_tree_clear(&tree);
    assert_null(tree.root);
    assert_memory_equal(tree.digest, zero, sizeof zero);
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_digest_waits_for_keep),
        SX_TEST_ON_TREE(test_has),
        SX_TEST_ON_TREE(test_child),
        SX_TEST_ON_TREE(test_place),
        SX_TEST_ON_TREE(test_new_nodes),
        SX_TEST_ON_TREE(test_undo),
        SX_TEST_ON_TREE(test_clear),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK(content) "<book xmlns='urn:sextant:constraints' " SX_NC ">" content "</book>"
#define SX_NC "xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'"
#define B "/sextant-constraints:book"

static struct sx_schema *schema;

static int load_schema(void **state)
{
    (void)state;
    schema = sx_test_schema("sextant-constraints", "ietf-netconf", NULL);
    return 0;
}

static int free_schema(void **state)
{
    (void)state;
    sx_schema_free(schema);
    return 0;
}

static const struct lysc_node *node_of(const char *path)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);

    assert_non_null(node);
    return node;
}

static const struct sx_constraint *find(enum sx_constraint_kind kind, const char *reader)
{
    for (size_t i = 0; i < schema->constraint_count; i++)
        if (schema->constraints[i].kind == kind && schema->constraints[i].reader == node_of(reader))
            return &schema->constraints[i];
    fail_msg("%s has no such constraint", reader);
    return NULL;
}

static uint32_t targets(const struct sx_tree *tree, const char *value)
{
    const struct sx_constraint *constraint = find(SX_CONSTRAINT_LEAFREF, B "/entry/peer");

    return sx_index_count(tree->index, sx_index_target(schema, constraint, tree->root, value));
}

static uint32_t readers(const struct sx_tree *tree, const char *value)
{
    const struct sx_constraint *constraint = find(SX_CONSTRAINT_LEAFREF, B "/entry/peer");

    return sx_index_count(tree->index, sx_index_reader(constraint, tree->root, value));
}

static uint32_t entries(const struct sx_tree *tree)
{
    return sx_index_count(tree->index, sx_index_entries(node_of(B "/entry"), tree->root));
}

static void test_counts(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);

    (void)state;
    sx_test_set(
        &tree, BOOK("<entry><name>a</name></entry><entry><name>b</name><peer>a</peer></entry>"
                    "<entry><name>c</name><peer>a</peer></entry>"));
    assert_int_equal(targets(&tree, "a"), 1);
    assert_int_equal(targets(&tree, "d"), 0);
    assert_int_equal(readers(&tree, "a"), 2);
    assert_int_equal(readers(&tree, "b"), 0);
    assert_int_equal(entries(&tree), 3);
    sx_test_refused(&tree, BOOK("<entry nc:operation='delete'><name>a</name></entry>"),
        SX_E_DATA_MISSING, B "/entry[name='b']/peer");
    assert_int_equal(targets(&tree, "a"), 1);
    sx_test_set(&tree, BOOK("<entry nc:operation='delete'><name>b</name></entry>"));
    assert_int_equal(readers(&tree, "a"), 1);
    assert_int_equal(entries(&tree), 2);
    sx_tree_clear(&tree);
}

static void test_tuples(void **state)
{
    const struct sx_constraint *unique = find(SX_CONSTRAINT_UNIQUE, B "/entry");
    struct sx_tree tree = sx_test_tree(schema);
    struct lyd_node *a = NULL, *b = NULL, *serial = NULL;
    struct sx_key key;

    (void)state;
    sx_test_set(&tree,
        BOOK("<entry><name>a</name><serial>1</serial></entry><entry><name>b</name></entry>"));
    assert_int_equal(lyd_find_path(tree.root, B "/entry[name='a']", 0, &a), LY_SUCCESS);
    assert_int_equal(lyd_find_path(tree.root, B "/entry[name='b']", 0, &b), LY_SUCCESS);
    assert_int_equal(lyd_find_path(a, "serial", 0, &serial), LY_SUCCESS);
    assert_false(sx_index_tuple(unique, b, NULL, &key));
    assert_false(sx_index_tuple(unique, a, serial, &key));
    assert_true(sx_index_tuple(unique, a, NULL, &key));
    assert_int_equal(sx_index_count(tree.index, key), 1);
    sx_test_set(&tree, BOOK("<entry><name>a</name><serial>2</serial></entry>"));
    assert_int_equal(sx_index_count(tree.index, key), 0);
    sx_test_set(&tree, BOOK("<entry><name>b</name><serial>1</serial></entry>"));
    assert_int_equal(sx_index_count(tree.index, key), 1);
    sx_tree_clear(&tree);
}

/* Many values come and go, in another order. */
static void test_gaps_close(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);
    char xml[400], name[16];

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            int number = round == 0 ? i : (i * 7) % 300;

            snprintf(xml, sizeof xml, BOOK("<entry %s><name>n%d</name></entry>"),
                round == 0 ? "" : "nc:operation='delete'", number);
            sx_test_set(&tree, xml);
            snprintf(name, sizeof name, "n%d", number);
            assert_int_equal(targets(&tree, name), round == 0);
            assert_int_equal(entries(&tree), round == 0 ? i + 1 : 299 - i);
        }
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_tuples),
        cmocka_unit_test(test_gaps_close),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

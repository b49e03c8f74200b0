// SPDX-License-Identifier: Apache-2.0

/* The verdicts are held against a model by tests/oracle; here it is counted what they cost. */

#include "index.h"
#include "load.h"
#include "sextant/memory.h"
#include "test_schema.h"
#include "test_tree.h"
#include "transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK(content) \
    "<book xmlns='urn:sextant:constraints' " \
    "xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'>" content "</book>"
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

/* A book whose entries refer to the first. */
static struct sx_tree make_book(unsigned entries)
{
    struct sx_tree tree = {.schema = schema};
    char *text = sx_strdup("");
    struct sx_error err;
    size_t length = 0, capacity = 0;

    for (unsigned i = 0; i <= entries; i++) {
        char *entry = i == 0 ? sx_strdup("<book xmlns='urn:sextant:constraints'>")
                             : sx_format("<entry><name>n%u</name><serial>%u</serial>"
                                         "<peer>n1</peer></entry>",
                                   i, i);

        for (const char *at = entry; *at; at++) {
            text = sx_grow(text, length + 8, &capacity, 1);
            text[length++] = *at;
        }
        free(entry);
    }
    strcpy(text + length, "</book>");
    assert_int_equal(
        lyd_parse_data_mem(sx_schema_context(schema), text, LYD_XML, LYD_PARSE_ONLY, 0, &tree.root),
        LY_SUCCESS);
    free(text);
    if (sx_load_finish(&tree, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    return tree;
}

/* Constraints that an edit evaluates, which must end as `code` says. */
static uint64_t cost(struct sx_tree *tree, const char *xml, enum sx_error_code code)
{
    static const uint8_t salt[16];
    struct lyd_node *config = sx_test_parse_edit(schema, xml);
    struct sx_transaction *transaction = sx_transaction_begin(tree, salt);
    uint64_t before = tree->evaluations;
    struct sx_error err = {0};
    int result = sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err);

    if (result == 0)
        result = sx_transaction_validate(transaction, &err);
    if ((result < 0 ? err.code : SX_OK) != code)
        fail_msg("%s: %s: %s", xml, err.path, err.message);
    if (result == 0)
        sx_transaction_keep(transaction);
    else
        sx_transaction_undo(transaction);
    lyd_free_siblings(config);
    return tree->evaluations - before;
}

static void test_cost_does_not_grow(void **state)
{
    static const struct {
        const char *xml;
        enum sx_error_code code;
    } edits[] = {
        {BOOK("<entry><name>n7</name><text>x</text></entry>"), SX_OK},
        {BOOK("<entry><name>n7</name><serial>9999999</serial></entry>"), SX_OK},
        {BOOK("<entry><name>n8</name><serial>9999999</serial></entry>"), SX_E_OPERATION_FAILED},
        {BOOK("<entry><name>n7</name><peer>n9</peer></entry>"), SX_OK},
        {BOOK("<entry><name>n7</name><peer>none</peer></entry>"), SX_E_DATA_MISSING},
        {BOOK("<entry nc:operation='delete'><name>n9</name></entry>"), SX_E_DATA_MISSING},
        {BOOK("<entry nc:operation='delete'><name>n8</name></entry>"), SX_OK},
        {BOOK("<entry><name>new</name><peer>n9</peer></entry>"), SX_OK},
        {BOOK("<entry><name>n7</name><low>3</low></entry>"), SX_OK},
        {BOOK("<entry><name>n7</name><high>2</high></entry>"), SX_E_OPERATION_FAILED},
        {BOOK("<mode>other</mode>"), SX_OK},
    };
    struct sx_tree small = make_book(20), large = make_book(2000);

    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        uint64_t of_small = cost(&small, edits[i].xml, edits[i].code);
        uint64_t of_large = cost(&large, edits[i].xml, edits[i].code);

        if (of_small != of_large || of_large > 10)
            fail_msg("%s: %llu, %llu", edits[i].xml, (unsigned long long)of_small,
                (unsigned long long)of_large);
    }
    assert_int_equal(small.whole_validations, 1); /* when it was loaded */
    sx_tree_clear(&small);
    sx_tree_clear(&large);
}

/* The index that changes and undo keep up is the one that a walk gives. */
static void test_index_follows(void **state)
{
    struct sx_tree tree = make_book(5);
    struct sx_index *fresh;

    (void)state;
    cost(&tree, BOOK("<entry><name>n3</name><peer>n2</peer><serial>70</serial></entry>"), SX_OK);
    cost(&tree, BOOK("<entry nc:operation='delete'><name>n2</name></entry>"), SX_E_DATA_MISSING);
    cost(&tree, BOOK("<entry nc:operation='delete'><name>n4</name></entry>"), SX_OK);
    cost(&tree, BOOK("<entry><name>n5</name><serial nc:operation='delete'/></entry>"), SX_OK);
    fresh = sx_index_build(schema, tree.root);
    for (const struct lyd_node *entry = lyd_child(tree.root); entry; entry = entry->next) {
        const struct sx_constraint_list *own = &sx_schema_effects(schema, entry->schema)->own;
        struct sx_key key;

        for (size_t i = 0; i < own->count; i++)
            if (sx_index_tuple(&schema->constraints[own->items[i]], entry, NULL, &key)) {
                assert_int_equal(sx_index_count(tree.index, key), 1);
                assert_int_equal(sx_index_count(fresh, key), 1);
            }
        key = sx_index_entries(entry->schema, tree.root);
        assert_int_equal(sx_index_count(tree.index, key), sx_index_count(fresh, key));
    }
    assert_int_equal(sx_index_size(tree.index), sx_index_size(fresh));
    sx_index_free(fresh);
    sx_tree_clear(&tree);
}

static void test_swap_of_unique_values(void **state)
{
    struct sx_tree tree = make_book(3);

    (void)state;
    cost(&tree,
        BOOK("<entry><name>n2</name><serial>3</serial></entry>"
             "<entry><name>n3</name><serial>2</serial></entry>"),
        SX_OK);
    sx_tree_clear(&tree);
}

static void test_empty_container_leaves_its_case(void **state)
{
    struct sx_tree tree = make_book(2);
    struct lyd_node *node = NULL;

    (void)state;
    cost(&tree, BOOK("<entry><name>n1</name><box><first>f</first></box></entry>"), SX_OK);
    cost(&tree, BOOK("<entry><name>n1</name><box><first nc:operation='delete'/></box></entry>"),
        SX_OK);
    assert_true(lyd_find_path(tree.root, B "/entry[name='n1']/box", 0, &node) != LY_SUCCESS);
    sx_tree_clear(&tree);
}

static void test_anywhere_is_counted(void **state)
{
    struct sx_tree tree = make_book(2);

    (void)state;
    cost(&tree, BOOK("<anywhere xmlns:c='urn:sextant:constraints'>/c:book/c:mode</anywhere>"),
        SX_OK);
    assert_int_equal(tree.whole_validations, 2);
    cost(&tree,
        BOOK("<anywhere xmlns:c='urn:sextant:constraints'>/c:book/c:entry[c:name='n2']"
             "</anywhere>"),
        SX_OK);
    cost(&tree, BOOK("<entry nc:operation='delete'><name>n2</name></entry>"), SX_E_DATA_MISSING);
    cost(&tree, BOOK("<anywhere nc:operation='delete'/>"), SX_OK);
    assert_int_equal(tree.whole_validations, 4);
    cost(&tree, BOOK("<entry nc:operation='delete'><name>n2</name></entry>"), SX_OK);
    assert_int_equal(tree.whole_validations, 4);
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost_does_not_grow),
        cmocka_unit_test(test_index_follows),
        cmocka_unit_test(test_swap_of_unique_values),
        cmocka_unit_test(test_empty_container_leaves_its_case),
        cmocka_unit_test(test_anywhere_is_counted),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

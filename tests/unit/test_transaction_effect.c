// SPDX-License-Identifier: Apache-2.0
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

static struct sx_transaction *edit(struct sx_tree *tree, const char *xml)
{
    static const uint8_t salt[16];
    struct lyd_node *config = sx_test_parse_edit(schema, xml);
    struct sx_transaction *transaction = sx_transaction_begin(tree, salt);
    struct sx_error err;

    if (sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err) < 0)
        fail_msg("%s", err.message);
    lyd_free_siblings(config);
    return transaction;
}

static void test_notes(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);
    struct sx_transaction *transaction;
    struct lyd_node *entry = NULL;

    (void)state;
    sx_test_set(&tree, BOOK("<entry><name>a</name></entry><entry><name>b</name></entry>"));
    assert_int_equal(lyd_find_path(tree.root, B "/entry[name='b']", 0, &entry), LY_SUCCESS);
    transaction = edit(&tree, BOOK("<entry><name>b</name><low>2</low></entry>"));
    assert_int_equal(transaction->agenda.count, 1);
    assert_int_equal(transaction->agenda.items[0].constraint->kind, SX_CONSTRAINT_MUST);
    assert_ptr_equal(transaction->agenda.items[0].where, entry);
    assert_int_equal(transaction->conditions.count, 1);
    assert_ptr_equal(transaction->conditions.items[0].where, entry);
    sx_transaction_undo(transaction);
    transaction = edit(&tree, BOOK("<entry><name>b</name><text>2</text></entry>"));
    assert_int_equal(transaction->agenda.count + transaction->conditions.count, 0);
    sx_transaction_undo(transaction);
    /* A target that comes breaks nothing; one that goes may. */
    transaction = edit(&tree, BOOK("<entry><name>c</name></entry>"));
    assert_int_equal(transaction->agenda.count, 0);
    sx_transaction_undo(transaction);
    transaction = edit(&tree, BOOK("<entry nc:operation='delete'><name>b</name></entry>"));
    assert_int_equal(transaction->agenda.count, 1);
    assert_int_equal(transaction->agenda.items[0].constraint->kind, SX_CONSTRAINT_LEAFREF);
    assert_string_equal(lyd_get_value(transaction->agenda.items[0].gone), "b");
    sx_transaction_undo(transaction);
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

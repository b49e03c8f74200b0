// SPDX-License-Identifier: Apache-2.0
/* The operations of RFC 6241 section 7.2 on a leaf, a leaf-list entry and anydata. */
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

static void test_default_made_explicit(void **state)
{
    sx_test_expect(*state, SX_TEST_TOP("<number>5</number>"),
        "create " T "/number {\"sextant-test:number\":5}\n");
    sx_test_expect(*state, SX_TEST_TOP("<number>5</number>"), "");
    sx_test_expect(*state, SX_TEST_TOP("<number nc:operation='delete'/>"), "delete " T "/number\n");
    sx_test_refused(
        *state, SX_TEST_TOP("<number nc:operation='delete'/>"), SX_E_DATA_MISSING, T "/number");
    sx_test_expect(*state, SX_TEST_TOP("<number nc:operation='remove'/>"), "");
    sx_test_expect(*state, SX_TEST_TOP("<number nc:operation='create'>6</number>"),
        "create " T "/number {\"sextant-test:number\":6}\n");
    sx_test_refused(*state, SX_TEST_TOP("<number nc:operation='create'>7</number>"),
        SX_E_DATA_EXISTS, T "/number");
}

static void test_anydata(void **state)
{
    sx_test_expect(*state, SX_TEST_TOP("<blob><any>thing</any></blob>"),
        "create " T "/blob {\"sextant-test:blob\":{\"any\":\"thing\"}}\n");
    sx_test_expect(*state, SX_TEST_TOP("<blob><any>thing</any></blob>"), "");
    sx_test_expect(*state, SX_TEST_TOP("<blob nc:operation='delete'/>"), "delete " T "/blob\n");
}

/** A leaf with an operation. */
#define LEAF(operation, value) SX_TEST_TOP("<plain nc:operation='" operation "'>" value "</plain>")
#define ENTRY(operation, value) SX_TEST_TOP("<count nc:operation='" operation "'>" value "</count>")

/* An edit with the default operation none, and what must come of it. */
static void expect_none(struct sx_tree *tree, const char *xml, const char *missing)
{
    struct sx_error err = {0};
    int result = sx_test_tree_edit(tree, xml, SX_DEFAULT_NONE, NULL, &err);

    assert_int_equal(result, missing ? -1 : 0);
    assert_int_equal(err.code, missing ? SX_E_DATA_MISSING : SX_OK);
    assert_string_equal(err.path, missing ? missing : "");
}

static void test_leaf_that_is_not_there(void **state)
{
    static const char created[] = "create " T "/plain {\"sextant-test:plain\":\"a\"}\n";
    struct sx_error err =
        sx_test_refused(*state, LEAF("delete", ""), SX_E_DATA_MISSING, T "/plain");

    assert_non_null(strstr(err.message, "does not exist"));
    expect_none(*state, SX_TEST_TOP("<plain>a</plain>"), T "/plain");
    sx_test_expect(*state, LEAF("remove", ""), "");
    sx_test_expect(*state, LEAF("create", "a"), created);
    sx_test_set(*state, LEAF("delete", ""));
    sx_test_expect(*state, LEAF("merge", "a"), created);
    sx_test_set(*state, LEAF("remove", ""));
    sx_test_expect(*state, LEAF("replace", "a"), created);
}

static void test_leaf_that_is_there(void **state)
{
    struct sx_error err;

    sx_test_set(*state, LEAF("merge", "a"));
    err = sx_test_refused(*state, LEAF("create", "b"), SX_E_DATA_EXISTS, T "/plain");
    assert_non_null(strstr(err.message, "exists already"));
    sx_test_refused(*state, LEAF("create", "a"), SX_E_DATA_EXISTS, T "/plain");
    expect_none(*state, SX_TEST_TOP("<plain>b</plain>"), NULL);
    sx_test_expect(*state, LEAF("merge", "a"), "");
    sx_test_expect(*state, LEAF("replace", "b"),
        "replace " T "/plain {\"sextant-test:plain\":\"b\"} was {\"sextant-test:plain\":\"a\"}\n");
    /* The value of a delete does not count. */
    sx_test_expect(*state, LEAF("delete", "other"), "delete " T "/plain\n");
}

static void test_entry_that_is_not_there(void **state)
{
    sx_test_set(*state, ENTRY("merge", "1"));
    sx_test_refused(*state, ENTRY("delete", "2"), SX_E_DATA_MISSING, T "/count[.='2']");
    expect_none(*state, SX_TEST_TOP("<count>2</count>"), T "/count[.='2']");
    sx_test_expect(*state, ENTRY("remove", "2"), "");
    sx_test_expect(
        *state, ENTRY("create", "2"), "create " T "/count[.='2'] {\"sextant-test:count\":[2]}\n");
    sx_test_expect(
        *state, ENTRY("replace", "3"), "create " T "/count[.='3'] {\"sextant-test:count\":[3]}\n");
}

static void test_entry_that_is_there(void **state)
{
    sx_test_set(*state, ENTRY("merge", "1"));
    sx_test_refused(*state, ENTRY("create", "1"), SX_E_DATA_EXISTS, T "/count[.='1']");
    /* One value in two forms is one entry. */
    sx_test_refused(*state, ENTRY("create", "+1"), SX_E_DATA_EXISTS, T "/count[.='1']");
    sx_test_expect(*state, ENTRY("merge", "1"), "");
    sx_test_expect(*state, ENTRY("replace", "1"), "");
    expect_none(*state, SX_TEST_TOP("<count>1</count>"), NULL);
    sx_test_expect(*state, ENTRY("delete", "1"), "delete " T "/count[.='1']\n");
}

/* Where one entry is set, no default is there any more. */
static void test_defaults_of_a_leaf_list(void **state)
{
    sx_test_refused(*state, SX_TEST_TOP("<preset nc:operation='delete'>a</preset>"),
        SX_E_DATA_MISSING, T "/preset[.='a']");
    sx_test_expect(*state, SX_TEST_TOP("<preset nc:operation='create'>b</preset>"),
        "create " T "/preset[.='b'] {\"sextant-test:preset\":[\"b\"]}\n");
    assert_false(sx_test_has(*state, T "/preset[.='a']"));
    assert_false(sx_test_find(*state, T "/preset[.='b']")->flags & LYD_DEFAULT);
}

/* They go with the edit, not only when it is validated. */
static void test_defaults_go_at_once(void **state)
{
    static const uint8_t random[16];
    struct sx_tree *tree = *state;
    struct lyd_node *config = sx_test_parse_edit(tree->schema, SX_TEST_TOP("<preset>c</preset>"));
    struct sx_transaction *transaction = sx_transaction_begin(tree, random);
    struct sx_error err;

    assert_int_equal(sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err), 0);
    assert_true(sx_test_has(tree, T "/preset[.='c']"));
    assert_false(sx_test_has(tree, T "/preset[.='a']"));
    assert_false(sx_test_has(tree, T "/preset[.='b']"));
    sx_transaction_undo(transaction);
    assert_true(sx_test_has(tree, T "/preset[.='b']"));
    lyd_free_siblings(config);
}

static void test_anydata_operations(void **state)
{
    sx_test_refused(
        *state, SX_TEST_TOP("<blob nc:operation='delete'/>"), SX_E_DATA_MISSING, T "/blob");
    sx_test_set(*state, SX_TEST_TOP("<blob nc:operation='create'><a>x</a></blob>"));
    sx_test_refused(*state, SX_TEST_TOP("<blob nc:operation='create'><a>y</a></blob>"),
        SX_E_DATA_EXISTS, T "/blob");
    sx_test_expect(*state, SX_TEST_TOP("<blob nc:operation='replace'><b>y</b></blob>"),
        "replace " T "/blob {\"sextant-test:blob\":{\"b\":\"y\"}} was "
        "{\"sextant-test:blob\":{\"a\":\"x\"}}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_default_made_explicit),
        SX_TEST_ON_TREE(test_anydata),
        SX_TEST_ON_TREE(test_leaf_that_is_not_there),
        SX_TEST_ON_TREE(test_leaf_that_is_there),
        SX_TEST_ON_TREE(test_entry_that_is_not_there),
        SX_TEST_ON_TREE(test_entry_that_is_there),
        SX_TEST_ON_TREE(test_defaults_of_a_leaf_list),
        SX_TEST_ON_TREE(test_defaults_go_at_once),
        SX_TEST_ON_TREE(test_anydata_operations),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

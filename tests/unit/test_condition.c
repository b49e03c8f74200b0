// SPDX-License-Identifier: Apache-2.0
/* What a `when` lets come and takes away. */
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
#define MADE_UP(content) "<c xmlns='urn:sextant:made-up'>" content "</c>"

static void test_when(void **state)
{
    struct sx_error err = sx_test_refused(
        *state, SX_TEST_TOP("<detail>d</detail>"), SX_E_UNKNOWN_ELEMENT, T "/detail");

    assert_non_null(strstr(err.message, "../mode = 'full'"));
    assert_false(sx_test_has(*state, T "/detail"));
    sx_test_expect(*state, SX_TEST_TOP("<mode>full</mode>"),
        "create " T "/mode {\"sextant-test:mode\":\"full\"}\n");
    /* Conditional defaults came with it. */
    assert_true(sx_test_has(*state, T "/detail"));
    assert_true(sx_test_has(*state, T "/full-only/y"));
    /* A chain of conditions, and a list below one, go with what they depend on. */
    sx_test_set(*state, SX_TEST_TOP("<detail>deep</detail><follows>f</follows>"
                                    "<full-only><x>1</x><row><k>1</k></row></full-only>"));
    sx_test_expect(*state, SX_TEST_TOP("<mode nc:operation='delete'/>"),
        "delete " T "/full-only/row[k='1']\n"
        "delete " T "/mode\n"
        "delete " T "/detail\n"
        "delete " T "/full-only/x\n"
        "delete " T "/follows\n");
    assert_false(sx_test_has(*state, T "/full-only"));
    assert_false(sx_test_has(*state, T "/detail"));
}

/* What a condition reads may stand anywhere in the request. */
static void test_set_together(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<follows>f</follows><detail>deep</detail><mode>full</mode>"));
    assert_true(sx_test_has(*state, T "/follows"));
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><only>o</only><kind>special</kind>"
                                      "</entry>"));
    assert_true(sx_test_has(*state, L "/entry[name='a']/only"));
}

/* To set it in the request that takes its condition away is an error, not silence. */
static void test_set_against_its_condition(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<mode>full</mode>"));
    sx_test_refused(*state, SX_TEST_TOP("<detail>d</detail><mode>simple</mode>"),
        SX_E_UNKNOWN_ELEMENT, T "/detail");
    assert_true(sx_test_has(*state, T "/mode"));
    sx_test_refused(
        *state, SX_TEST_TOP("<follows>f</follows>"), SX_E_UNKNOWN_ELEMENT, T "/follows");
    sx_test_set(*state, SX_TEST_TOP("<mode>simple</mode>"));
    sx_test_refused(*state, SX_TEST_TOP("<full-only><row><k>1</k></row></full-only>"),
        SX_E_UNKNOWN_ELEMENT, T "/full-only");
    assert_false(sx_test_has(*state, T "/full-only"));
}

/* A condition in a list is one of each entry. */
static void test_in_entries(void **state)
{
    struct sx_error err;

    sx_test_set(
        *state, SX_TEST_LISTS("<entry><name>a</name><kind>special</kind><only>1</only></entry>"
                              "<entry><name>b</name><kind>special</kind><only>2</only></entry>"
                              "<entry><name>c</name><kind>plain</kind></entry>"));
    err = sx_test_refused(*state, SX_TEST_LISTS("<entry><name>c</name><only>3</only></entry>"),
        SX_E_UNKNOWN_ELEMENT, L "/entry[name='c']/only");
    assert_non_null(strstr(err.message, "../kind = 'special'"));
    assert_non_null(strstr(err.message, "only"));
    sx_test_expect(*state, SX_TEST_LISTS("<entry><name>a</name><kind>plain</kind></entry>"),
        "replace " L "/entry[name='a']/kind {\"sextant-test:kind\":\"plain\"} was "
        "{\"sextant-test:kind\":\"special\"}\n"
        "delete " L "/entry[name='a']/only\n");
    assert_true(sx_test_has(*state, L "/entry[name='b']/only"));
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry><name>b</name><kind nc:operation='delete'/></entry>"),
        "delete " L "/entry[name='b']/kind\n"
        "delete " L "/entry[name='b']/only\n");
}

/* A value that changes while the condition holds is a plain change. */
static void test_changes_while_it_holds(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<mode>full</mode><detail>a</detail>"));
    sx_test_expect(*state, SX_TEST_TOP("<detail>b</detail>"),
        "replace " T
        "/detail {\"sextant-test:detail\":\"b\"} was {\"sextant-test:detail\":\"a\"}\n");
    /* The default comes back, as its condition still holds. */
    sx_test_expect(*state, SX_TEST_TOP("<detail nc:operation='delete'/>"), "delete " T "/detail\n");
    assert_string_equal(sx_test_leaf(((struct sx_tree *)*state)->root, T "/detail"), "some");
}

/* The condition of a container takes all below it, its rows too, and gives nothing back. */
static void test_container_comes_back_empty(void **state)
{
    sx_test_set(
        *state, SX_TEST_TOP("<mode>full</mode><full-only><x>1</x><y>9</y><row><k>1</k></row>"
                            "<row><k>2</k></row></full-only>"));
    sx_test_set(*state, SX_TEST_TOP("<mode>simple</mode>"));
    assert_false(sx_test_has(*state, T "/full-only"));
    sx_test_expect(*state, SX_TEST_TOP("<mode>full</mode>"),
        "replace " T "/mode {\"sextant-test:mode\":\"full\"} was {\"sextant-test:mode\":\"simple\"}"
        "\n");
    assert_string_equal(sx_test_leaf(((struct sx_tree *)*state)->root, T "/full-only/y"), "3");
    assert_false(sx_test_has(*state, T "/full-only/row[k='1']"));
}

static void test_undo(void **state)
{
    struct sx_tree *tree = *state;

    sx_test_set(tree, SX_TEST_TOP("<mode>full</mode><detail>deep</detail><follows>f</follows>"
                                  "<full-only><x>1</x><row><k>1</k></row></full-only>"));
    sx_test_undone(tree, SX_TEST_TOP("<mode>simple</mode>"));
}

/* The condition of a case is one of all that stands in it. */
static void test_of_a_case(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container c { leaf a { type string; } choice e {"
        "  case f { when \"a = 'x'\"; leaf b { type string; } leaf d { type string; } }"
        "  leaf h { type string; } } }");
    struct sx_tree tree = sx_test_tree(schema);

    (void)state;
    sx_test_refused(
        &tree, "<c xmlns='urn:sextant:made-up'><b>1</b></c>", SX_E_UNKNOWN_ELEMENT, "/made-up:c/b");
    sx_test_set(&tree, "<c xmlns='urn:sextant:made-up'><b>1</b><d>2</d><a>x</a></c>");
    sx_test_expect(&tree, "<c xmlns='urn:sextant:made-up'><a>y</a></c>",
        "replace /made-up:c/a {\"made-up:a\":\"y\"} was {\"made-up:a\":\"x\"}\n"
        "delete /made-up:c/b\ndelete /made-up:c/d\n");
    sx_tree_clear(&tree);
    sx_schema_free(schema);
}

/* What libyang alone crashes on: the last node at the top has no children, and it may be the one
 * that stands in the place of a node while it is found out whether that must be there. */
static void test_backwards(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container c { list row { key k; leaf k { type uint8; }"
        "   must \"count(preceding-sibling::m:row) < 4\";"
        "   leaf third { when \"count(../preceding-sibling::m:row) = 2\"; type string; } } }"
        " leaf y { when \"count(/m:c/m:row[3]/preceding-sibling::m:row) = 2\"; type string;"
        "   mandatory true; }"
        " leaf z { type string; }");
    struct sx_tree tree = sx_test_tree(schema);

    (void)state;
    sx_test_set(&tree, "<z xmlns='urn:sextant:made-up'>z</z>");
    sx_test_set(&tree, MADE_UP("<row><k>1</k></row><row><k>2</k></row>"));
    sx_test_refused(
        &tree, MADE_UP("<row><k>3</k><third>x</third></row>"), SX_E_DATA_MISSING, "/made-up:y");
    sx_test_set(&tree,
        MADE_UP("<row><k>3</k><third>x</third></row>") "<y xmlns='urn:sextant:made-up'"
                                                       ">y</y>");
    sx_test_refused(&tree, MADE_UP("<row><k>2</k><third>x</third></row>"), SX_E_UNKNOWN_ELEMENT,
        "/made-up:c/row[k='2']/third");
    sx_test_set(&tree, MADE_UP("<row><k>4</k></row>"));
    sx_test_refused(
        &tree, MADE_UP("<row><k>5</k></row>"), SX_E_OPERATION_FAILED, "/made-up:c/row[k='5']");
    sx_test_check_links(tree.root);
    sx_tree_clear(&tree);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backwards),
        SX_TEST_ON_TREE(test_when),
        SX_TEST_ON_TREE(test_set_together),
        SX_TEST_ON_TREE(test_set_against_its_condition),
        SX_TEST_ON_TREE(test_in_entries),
        SX_TEST_ON_TREE(test_changes_while_it_holds),
        SX_TEST_ON_TREE(test_container_comes_back_empty),
        SX_TEST_ON_TREE(test_undo),
        cmocka_unit_test(test_of_a_case),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

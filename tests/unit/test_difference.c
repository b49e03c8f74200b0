// SPDX-License-Identifier: Apache-2.0
/* Changes between two contents, item by item. */
#include "difference.h"
#include "sextant/memory.h"
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

/** The words of the operations, as the journal has them. */
static const char *const words[] = {"", "create", "replace", "delete", "move"};

static char *text_of(const struct sx_change_list *changes)
{
    char *text = sx_strdup("");

    for (size_t i = 0; i < changes->count; i++) {
        const struct sx_change *change = &changes->items[i];
        char *longer = sx_format("%s%s %s %s %s %s\n", text, words[change->operation], change->path,
            change->old_value ? change->old_value : "-", change->value ? change->value : "-",
            change->after ? change->after : "-");

        free(text);
        text = longer;
    }
    return text;
}

/* Compares the nodes at a top-level path of two trees: one as it is, one after an edit. */
static void expect(struct sx_tree *before, const char *path, const char *xml, const char *expected,
    unsigned scopes)
{
    const struct lysc_node *schema = sx_test_schema_node(before->schema, path);
    struct sx_tree after = {.schema = before->schema};
    struct sx_change_list changes = {0};
    struct sx_difference difference = {.changes = &changes};
    char *text;

    assert_int_equal(
        lyd_dup_siblings(before->root, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &after.root),
        LY_SUCCESS);
    sx_test_set(&after, xml);
    sx_text_add(&difference.path, "", 0);
    sx_difference_siblings(&difference, schema, before->root, after.root);
    text = text_of(&changes);
    assert_string_equal(text, expected);
    assert_string_equal(difference.path.data, "");
    assert_int_equal(difference.scopes, scopes);
    free(text);
    free(difference.path.data);
    sx_change_list_clear(&changes);
    sx_tree_clear(&after);
}

static void test_leafs(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<plain>p</plain><hidden>h</hidden>"));
    expect(*state, T, SX_TEST_TOP("<plain>q</plain><hidden nc:operation='delete'/><own>o</own>"),
        "replace " T "/plain {\"sextant-test:plain\":\"p\"} {\"sextant-test:plain\":\"q\"} -\n"
        "delete " T "/hidden {\"sextant-test:hidden\":\"h\"} - -\n"
        "create " T "/own - {\"sextant-test:own\":\"o\"} -\n",
        1u << SX_SCOPE_REPLICATED | 1u << SX_SCOPE_PEER_SPECIFIC);
    expect(*state, T, SX_TEST_TOP(""), "", 0);
    /* To set a default is a change, as it is explicit then. */
    expect(*state, T, SX_TEST_TOP("<number>5</number>"),
        "create " T "/number - {\"sextant-test:number\":5} -\n", 1u << SX_SCOPE_REPLICATED);
    expect(*state, "/sextant-test:lone", "<lone xmlns='urn:sextant:test'>1</lone>",
        "create /sextant-test:lone - {\"sextant-test:lone\":\"1\"} -\n", 1u << SX_SCOPE_REPLICATED);
}

/* A container without presence is no item; one with presence is, and comes with all in it. */
static void test_containers(void **state)
{
    expect(*state, T, SX_TEST_TOP("<agreed><name>n</name></agreed>"),
        "create " T "/agreed/name - {\"sextant-test:name\":\"n\"} -\n", 1u << SX_SCOPE_AGREED);
    expect(*state, T, SX_TEST_TOP("<b2><c>1</c></b2>"),
        "create " T "/b2 - {\"sextant-test:b2\":{\"c\":\"1\"}} -\n", 1u << SX_SCOPE_REPLICATED);
    sx_test_set(*state, SX_TEST_TOP("<flag><f>1</f></flag>"));
    expect(*state, T, SX_TEST_TOP("<flag><f>2</f></flag>"),
        "replace " T "/flag/f {\"sextant-test:f\":\"1\"} {\"sextant-test:f\":\"2\"} -\n",
        1u << SX_SCOPE_REPLICATED);
    expect(*state, T, SX_TEST_TOP("<flag nc:operation='delete'/>"),
        "delete " T "/flag {\"sextant-test:flag\":{\"f\":\"1\"}} - -\n", 1u << SX_SCOPE_REPLICATED);
}

static void test_leaf_lists(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<count>1</count><count>2</count><colour>a</colour>"
                                    "<colour>b</colour><colour>c</colour>"));
    expect(*state, T, SX_TEST_TOP("<count nc:operation='delete'>1</count><count>3</count>"),
        "delete " T "/count[.='1'] {\"sextant-test:count\":[1]} - -\n"
        "create " T "/count[.='3'] - {\"sextant-test:count\":[3]} -\n",
        1u << SX_SCOPE_REPLICATED);
    /* Where the order counts, the fewest entries that will do are moved. */
    expect(*state, T, SX_TEST_TOP("<colour yang:insert='last'>a</colour>"),
        "move " T "/colour[.='a'] - - " T "/colour[.='c']\n", 1u << SX_SCOPE_REPLICATED);
    expect(*state, T,
        SX_TEST_TOP("<colour nc:operation='delete'>b</colour>"
                    "<colour yang:insert='first'>d</colour>"),
        "delete " T "/colour[.='b'] {\"sextant-test:colour\":[\"b\"]} - -\n"
        "create " T "/colour[.='d'] - {\"sextant-test:colour\":[\"d\"]} \n",
        1u << SX_SCOPE_REPLICATED);
    /* Defaults are no entries. */
    expect(*state, T, SX_TEST_TOP("<preset>a</preset>"),
        "create " T "/preset[.='a'] - {\"sextant-test:preset\":[\"a\"]} -\n",
        1u << SX_SCOPE_REPLICATED);
}

/* Entries of outermost lists are fragments of their own: whoever asks for them names them. */
static void test_outermost_lists_are_left_out(void **state)
{
    expect(*state, L, SX_TEST_LISTS("<entry><name>a</name></entry>"), "", 0);
    expect(*state, T, SX_TEST_TOP("<flag><f>1</f><inside><k>1</k></inside></flag>"),
        "create " T "/flag - {\"sextant-test:flag\":{\"f\":\"1\",\"inside\":[{\"k\":\"1\"}]}} -\n",
        1u << SX_SCOPE_REPLICATED);
}

/* What is in one entry, lists in it included, but not its keys. */
static void test_in_an_entry(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_change_list changes = {0};
    struct sx_difference difference = {.changes = &changes};
    const struct lyd_node *was, *is;
    char *text;

    sx_test_set(tree,
        SX_TEST_LISTS("<entry><name>a</name><value>v</value><sub><a>1</a><b>1</b></sub>"
                      "<sub><a>2</a><b>2</b><c>x</c></sub></entry>"
                      "<entry><name>b</name><value>w</value><sub><a>2</a><b>2</b><c>y</c></sub>"
                      "<sub><a>1</a><b>1</b></sub></entry>"));
    was = sx_test_find(tree, L "/entry[name='a']");
    is = sx_test_find(tree, L "/entry[name='b']");
    sx_text_add(&difference.path, "/e", 2);
    sx_difference_children(&difference, was->schema, was, is);
    text = text_of(&changes);
    assert_string_equal(text,
        "replace /e/value {\"sextant-test:value\":\"v\"} {\"sextant-test:value\":\"w\"} -\n"
        "move /e/sub[a='2'][b='2'] - - \n"
        "replace /e/sub[a='2'][b='2']/c {\"sextant-test:c\":\"x\"} {\"sextant-test:c\":\"y\"} -\n");
    assert_string_equal(difference.path.data, "/e");
    free(text);
    sx_change_list_clear(&changes);
    /* Nothing against something. */
    sx_difference_children(&difference, was->schema, NULL, is);
    assert_int_equal(changes.count, 3);
    for (size_t i = 0; i < changes.count; i++)
        assert_int_equal(changes.items[i].operation, SX_OPERATION_CREATE);
    sx_change_list_clear(&changes);
    free(difference.path.data);
}

static void test_json(void **state)
{
    const struct sx_tree *tree = *state;
    char *json;

    sx_test_set(
        *state, SX_TEST_LISTS("<entry><name>a \"b\"</name><level>7</level><serial>3</serial>"
                              "</entry><entry><name>c</name></entry>"));
    /* One member, without siblings and defaults; a level that was set to its default is there. */
    json = sx_difference_json(lyd_child(sx_test_find(tree, L)));
    assert_string_equal(
        json, "{\"sextant-test:entry\":[{\"name\":\"a \\\"b\\\"\",\"serial\":3,\"level\":7}]}");
    free(json);
    json = sx_difference_json(sx_test_find(tree, L "/entry[name='c']"));
    assert_string_equal(json, "{\"sextant-test:entry\":[{\"name\":\"c\"}]}");
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_leafs),
        SX_TEST_ON_TREE(test_containers),
        SX_TEST_ON_TREE(test_leaf_lists),
        SX_TEST_ON_TREE(test_outermost_lists_are_left_out),
        SX_TEST_ON_TREE(test_in_an_entry),
        SX_TEST_ON_TREE(test_json),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

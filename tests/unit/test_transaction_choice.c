// SPDX-License-Identifier: Apache-2.0
/* One case at a time: what leaves when another comes. */
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

static void test_choice(void **state)
{
    sx_test_set(
        *state, SX_TEST_TOP("<tcp-port>8</tcp-port><tcp-options><mss>9</mss></tcp-options>"));
    sx_test_expect(*state, SX_TEST_TOP("<udp-port>7</udp-port>"),
        "delete " T "/tcp-port\n"
        "delete " T "/tcp-options/mss\n"
        "create " T "/udp-port {\"sextant-test:udp-port\":7}\n");
    sx_test_expect(*state, SX_TEST_TOP("<b2><c>1</c></b2>"),
        "delete " T "/udp-port\n"
        "create " T "/b2 {\"sextant-test:b2\":{\"c\":\"1\"}}\n");
    sx_test_expect(*state, SX_TEST_TOP("<a2>1</a2>"),
        "create " T "/a2 {\"sextant-test:a2\":\"1\"}\ndelete " T "/b2\n");
    sx_test_refused(*state, SX_TEST_TOP("<a2>1</a2><b1>1</b1>"), SX_E_BAD_ELEMENT, T "/a2");
    sx_test_refused(
        *state, SX_TEST_TOP("<udp-flag>1</udp-flag><a2>1</a2>"), SX_E_BAD_ELEMENT, T "/udp-flag");
    /* To leave one case for another in one request is fine. */
    sx_test_expect(*state, SX_TEST_TOP("<a2 nc:operation='delete'/><udp-port>3</udp-port>"),
        "create " T "/udp-port {\"sextant-test:udp-port\":3}\ndelete " T "/a2\n");
}

/* Schema node of a child of the container, in whatever case it stands. */
static const struct lysc_node *node_of(const struct sx_tree *tree, const char *name)
{
    char path[64] = T "/";

    return sx_test_schema_node(tree->schema, strcat(path, name));
}

/* How many nodes go when `name` is about to come. */
static size_t leaving(struct sx_tree *tree, const char *name)
{
    static const uint8_t random[16];
    struct sx_transaction *transaction = sx_transaction_begin(tree, random);
    size_t steps;

    sx_transaction_leave_cases(transaction, sx_test_find(tree, T), node_of(tree, name));
    steps = transaction->undo.count;
    for (size_t i = 0; i < steps; i++)
        assert_int_equal(transaction->undo.steps[i].kind, SX_UNDO_REMOVE);
    sx_transaction_undo(transaction);
    return steps;
}

static void test_who_leaves(void **state)
{
    /* Of the default case: tcp-port and tcp-options, though neither was set. */
    assert_int_equal(leaving(*state, "udp-port"), 2);
    assert_int_equal(leaving(*state, "a1"), 2);
    assert_int_equal(leaving(*state, "tcp-options"), 0);
    /* Not in a choice. */
    assert_int_equal(leaving(*state, "plain"), 0);
    /* Each entry of a leaf-list, and the default beside them. */
    sx_test_set(*state, SX_TEST_TOP("<udp-flag>1</udp-flag><udp-flag>2</udp-flag>"));
    assert_int_equal(leaving(*state, "tcp-port"), 3);
    assert_int_equal(leaving(*state, "udp-size"), 0);
}

/* A choice in a case: what stands beside the inner choice stays while its cases change. */
static void test_nested(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<b1>b</b1><beside>me</beside>"));
    assert_int_equal(leaving(*state, "beside"), 0);
    assert_int_equal(leaving(*state, "b2"), 0);
    assert_int_equal(leaving(*state, "a1"), 1);
    assert_int_equal(leaving(*state, "tcp-port"), 2);
    sx_test_expect(*state, SX_TEST_TOP("<a1>x</a1>"),
        "create " T "/a1 {\"sextant-test:a1\":\"x\"}\ndelete " T "/b1\n");
    assert_string_equal(sx_test_leaf(((struct sx_tree *)*state)->root, T "/beside"), "me");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_choice),
        SX_TEST_ON_TREE(test_who_leaves),
        SX_TEST_ON_TREE(test_nested),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
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

/* Replays one change; returns 0 and keeps it, or -1 and checks that nothing is left of it. */
static int replay(struct sx_tree *tree, struct sx_change change, struct sx_error *err)
{
    static const uint8_t random[16];
    const struct sx_change_list list = {.items = &change, .count = 1};
    struct sx_transaction *transaction = sx_transaction_begin(tree, random);
    char *before = sx_test_dump(tree->root), *after;
    int result = sx_transaction_apply(transaction, &list, err);

    if (result == 0 && sx_transaction_validate(transaction, err) == 0) {
        sx_transaction_keep(transaction);
    } else {
        sx_transaction_undo(transaction);
        after = sx_test_dump(tree->root);
        assert_string_equal(after, before);
        free(after);
        result = -1;
    }
    free(before);
    return result;
}

static void refused(struct sx_tree *tree, struct sx_change change, enum sx_error_code code)
{
    struct sx_error err = {0};

    assert_int_equal(replay(tree, change, &err), -1);
    if (err.code != code)
        fail_msg("%s (%s)", err.message, sx_error_code_name(err.code));
    assert_string_equal(err.path, change.path);
}

static void accepted(struct sx_tree *tree, struct sx_change change)
{
    struct sx_error err;

    if (replay(tree, change, &err) < 0)
        fail_msg("%s", err.message);
}

static void test_create(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_CREATE,
        .path = L "/entry[name='a']",
        .value = "{\"sextant-test:entry\":[{\"name\":\"a\",\"value\":\"v\"}]}"};

    accepted(*state, change);
    refused(*state, change, SX_E_DATA_EXISTS);
    change.path = L "/entry[name='b']";
    refused(*state, change, SX_E_INVALID_VALUE);
    change.path = L "/entry[name='b']/value";
    change.value = "{\"sextant-test:value\":\"v\"}";
    refused(*state, change, SX_E_DATA_MISSING);
    change.path = "/nothing:here";
    refused(*state, change, SX_E_INVALID_VALUE);
    change.path = "no path at all";
    refused(*state, change, SX_E_INVALID_VALUE);
}

static void test_values_are_parsed_strictly(void **state)
{
    static const char *const values[] = {
        "{\"sextant-test:plain\":\"x\"",
        "{\"sextant-test:plain\":5}",
        "{\"sextant-test:bogus\":\"x\"}",
        "{\"sextant-test:plain\":\"x\",\"@sextant-test:plain\":{\"ietf-netconf:operation\":"
        "\"delete\"}}",
        "{\"sextant-test:plain\":\"x\",\"sextant-test:hidden\":\"y\"}",
        "{\"sextant-test:number\":7}",
        "{}",
        "",
        NULL,
    };

    for (size_t i = 0; i == 0 || values[i - 1]; i++) {
        struct sx_change change = {
            .operation = SX_OPERATION_CREATE, .path = T "/plain", .value = (char *)values[i]};
        struct sx_error err = {0};

        assert_int_equal(replay(*state, change, &err), -1);
        assert_string_equal(err.path, T "/plain");
        assert_true(err.message[0]);
    }
}

static void test_replace(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_REPLACE,
        .path = T "/plain",
        .value = "{\"sextant-test:plain\":\"x\"}"};

    refused(*state, change, SX_E_DATA_MISSING);
    sx_test_set(*state, SX_TEST_TOP("<plain>a</plain><colour>a</colour>"));
    accepted(*state, change);
    change.path = T "/number"; /* only its default is there */
    change.value = "{\"sextant-test:number\":7}";
    refused(*state, change, SX_E_DATA_MISSING);
    change.path = T "/colour[.='a']";
    change.value = "{\"sextant-test:colour\":[\"a\"]}";
    refused(*state, change, SX_E_INVALID_VALUE);
}

static void test_delete(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_DELETE, .path = T "/plain"};

    refused(*state, change, SX_E_DATA_MISSING);
    sx_test_set(*state, SX_TEST_TOP("<plain>a</plain>"));
    change.path = T;
    refused(*state, change, SX_E_INVALID_VALUE);
    change.path = T "/plain";
    accepted(*state, change);
    sx_test_set(*state, SX_TEST_LISTS("<ordered><id>a</id></ordered>"));
    change.path = L "/ordered[id='a']/id";
    refused(*state, change, SX_E_INVALID_VALUE);
}

static void test_move(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_MOVE, .path = L "/ordered[id='b']"};

    sx_test_set(*state, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"
                                      "<entry><name>a</name></entry>"));
    refused(*state, change, SX_E_MISSING_ATTRIBUTE);
    change.after = L "/ordered[id='x']";
    refused(*state, change, SX_E_DATA_MISSING);
    change.after = L "/ordered[id='b']";
    refused(*state, change, SX_E_DATA_MISSING);
    change.after = "";
    accepted(*state, change);
    sx_test_expect(*state, SX_TEST_LISTS("<ordered yang:insert='first'><id>a</id></ordered>"),
        "move " L "/ordered[id='a'] after \n");
    change.path = L "/entry[name='a']";
    refused(*state, change, SX_E_INVALID_VALUE);
}

static void test_unknown_operation(void **state)
{
    struct sx_change change = {.operation = (enum sx_operation)77, .path = T "/plain"};

    refused(*state, change, SX_E_BAD_ATTRIBUTE);
}

static void test_container_that_is_missing(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_CREATE,
        .path = T "/full-only/x",
        .value = "{\"sextant-test:x\":\"1\"}"};

    struct sx_error err;

    /* Its condition does not hold, so the container is not there and cannot stay. */
    assert_int_equal(replay(*state, change, &err), -1);
    assert_int_equal(err.code, SX_E_UNKNOWN_ELEMENT);
    assert_string_equal(err.path, T "/full-only");
    sx_test_set(*state, SX_TEST_TOP("<mode>full</mode>"));
    accepted(*state, change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_create),
        SX_TEST_ON_TREE(test_values_are_parsed_strictly),
        SX_TEST_ON_TREE(test_replace),
        SX_TEST_ON_TREE(test_delete),
        SX_TEST_ON_TREE(test_move),
        SX_TEST_ON_TREE(test_unknown_operation),
        SX_TEST_ON_TREE(test_container_that_is_missing),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

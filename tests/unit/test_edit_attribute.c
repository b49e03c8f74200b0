// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"
#define L "/sextant-test:lists"

static void test_insert(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"
                                      "<ordered><id>c</id></ordered>"));
    sx_test_expect(*state, SX_TEST_LISTS("<ordered yang:insert='first'><id>c</id></ordered>"),
        "move " L "/ordered[id='c'] after \n");
    sx_test_expect(*state, SX_TEST_LISTS("<ordered yang:insert='last'><id>c</id></ordered>"),
        "move " L "/ordered[id='c'] after " L "/ordered[id='b']\n");
    sx_test_expect(*state,
        SX_TEST_LISTS("<ordered yang:insert='before' yang:key=\"[t:id='b']\" "
                      "xmlns:t='urn:sextant:test'><id>d</id></ordered>"),
        "create " L "/ordered[id='d'] {\"sextant-test:ordered\":[{\"id\":\"d\"}]} after " L
        "/ordered[id='a']\n");
    sx_test_expect(*state,
        SX_TEST_LISTS("<ordered yang:insert='after' yang:key=\"[t:id='c']\" "
                      "xmlns:t='urn:sextant:test'><id>a</id></ordered>"),
        "move " L "/ordered[id='a'] after " L "/ordered[id='c']\n");
    /* It stands there already. */
    sx_test_expect(*state,
        SX_TEST_LISTS("<ordered yang:insert='after' yang:key=\"[t:id='c']\" "
                      "xmlns:t='urn:sextant:test'><id>a</id></ordered>"),
        "");
}

static void test_insert_in_leaf_list(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<colour>a</colour><colour>b</colour>"));
    sx_test_expect(*state, SX_TEST_TOP("<colour yang:insert='before' yang:value='b'>c</colour>"),
        "create " T "/colour[.='c'] {\"sextant-test:colour\":[\"c\"]} after " T "/colour[.='a']\n");
    sx_test_expect(*state, SX_TEST_TOP("<colour yang:insert='first'>b</colour>"),
        "move " T "/colour[.='b'] after \n");
}

static void test_replace_takes_the_order_of_the_request(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<colour>a</colour><colour>b</colour><colour>c</colour>"));
    sx_test_expect(*state,
        "<top " SX_TEST_NAMESPACES " nc:operation='replace'><colour>c</colour><colour>d</colour>"
        "<colour>a</colour></top>",
        "delete " T "/colour[.='b']\n"
        "move " T "/colour[.='c'] after \n"
        "create " T "/colour[.='d'] {\"sextant-test:colour\":[\"d\"]} after " T "/colour[.='c']\n");
}

static void test_moved_away_and_back(void **state)
{
    sx_test_set(
        *state, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"));
    /* What is moved away and comes back in one request changes nothing. */
    sx_test_expect(*state,
        SX_TEST_LISTS("<ordered nc:operation='delete'><id>a</id></ordered>"
                      "<ordered yang:insert='first'><id>a</id></ordered>"),
        "");
}

static void test_bad_places(void **state)
{
    struct sx_error err;

    sx_test_set(*state, SX_TEST_TOP("<colour>a</colour>"));
    sx_test_refused(*state, SX_TEST_TOP("<colour yang:insert='before'>b</colour>"),
        SX_E_MISSING_ATTRIBUTE, T "/colour[.='b']");
    err = sx_test_refused(*state,
        SX_TEST_TOP("<colour yang:insert='before' yang:value='x'>b</colour>"), SX_E_BAD_ATTRIBUTE,
        T "/colour[.='b']");
    assert_string_equal(err.app_tag, "missing-instance");
    sx_test_refused(*state, SX_TEST_TOP("<colour yang:insert='after' yang:value='a'>a</colour>"),
        SX_E_BAD_ATTRIBUTE, T "/colour[.='a']");
    sx_test_refused(*state, SX_TEST_LISTS("<entry yang:insert='first'><name>a</name></entry>"),
        SX_E_BAD_ATTRIBUTE, L "/entry[name='a']");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_insert),
        SX_TEST_ON_TREE(test_insert_in_leaf_list),
        SX_TEST_ON_TREE(test_replace_takes_the_order_of_the_request),
        SX_TEST_ON_TREE(test_moved_away_and_back),
        SX_TEST_ON_TREE(test_bad_places),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

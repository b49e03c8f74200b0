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

static void assert_says(struct sx_error err, const char *what)
{
    if (!strstr(err.message, what))
        fail_msg("\"%s\" does not say \"%s\"", err.message, what);
}

static void test_values(void **state)
{
    assert_says(sx_test_refused(
                    *state, SX_TEST_TOP("<number>500</number>"), SX_E_INVALID_VALUE, T "/number"),
        "number: the value \"500\" cannot be used; right is a whole number in 1..100");
    assert_says(
        sx_test_refused(*state, SX_TEST_TOP("<mode>half</mode>"), SX_E_INVALID_VALUE, T "/mode"),
        "one of simple, full");
    assert_says(
        sx_test_refused(*state, SX_TEST_LISTS("<entry><name>a</name><c><e>x</e></c></entry>"),
            SX_E_INVALID_VALUE, L "/entry[name='a']/c/e"),
        "a whole number in 0..255");
}

static void test_unknown(void **state)
{
    assert_says(sx_test_refused(*state, SX_TEST_TOP("<bogus>1</bogus>"), SX_E_UNKNOWN_ELEMENT, T),
        "bogus: there is no such node in top");
    assert_says(
        sx_test_refused(*state, "<bogus xmlns='urn:sextant:test'/>", SX_E_UNKNOWN_ELEMENT, ""),
        "module sextant-test");
    assert_says(sx_test_refused(*state, "<top xmlns='urn:nobody'/>", SX_E_UNKNOWN_NAMESPACE, ""),
        "urn:nobody");
}

static void test_state_is_refused(void **state)
{
    sx_test_refused(*state, "<state xmlns='urn:sextant:test'><counter>1</counter></state>",
        SX_E_UNKNOWN_ELEMENT, "/sextant-test:state");
}

static void test_delete_without_value(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<number>9</number><mode>full</mode><detail>d</detail>"));
    sx_test_expect(*state, SX_TEST_TOP("<number nc:operation='delete'/>"), "delete " T "/number\n");
    sx_test_refused(
        *state, SX_TEST_TOP("<number nc:operation='delete'/>"), SX_E_DATA_MISSING, T "/number");
    sx_test_expect(*state, SX_TEST_TOP("<number nc:operation='remove'/>"), "");
    sx_test_refused(*state, SX_TEST_TOP("<number/>"), SX_E_INVALID_VALUE, T "/number");
    sx_test_refused(
        *state, SX_TEST_TOP("<number nc:operation='erase'/>"), SX_E_BAD_ATTRIBUTE, T "/number");
}

static void test_keys(void **state)
{
    assert_says(sx_test_refused(*state, SX_TEST_LISTS("<entry><value>v</value></entry>"),
                    SX_E_MISSING_ELEMENT, L "/entry"),
        "the key name is missing");
    assert_says(sx_test_refused(*state,
                    SX_TEST_LISTS("<entry><name>a</name><sub><a>1</a><b>x</b></sub></entry>"),
                    SX_E_INVALID_VALUE, L "/entry[name='a']/sub/b"),
        "a whole number in 0..255");
    sx_test_refused(*state, SX_TEST_LISTS("<ordered><id nc:operation='delete'>a</id></ordered>"),
        SX_E_BAD_ATTRIBUTE, L "/ordered[id='a']/id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_values),
        SX_TEST_ON_TREE(test_unknown),
        SX_TEST_ON_TREE(test_state_is_refused),
        SX_TEST_ON_TREE(test_delete_without_value),
        SX_TEST_ON_TREE(test_keys),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

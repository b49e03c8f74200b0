// SPDX-License-Identifier: Apache-2.0
/* The attribute wd:default of RFC 6243 section 4.5.2: what is tagged is not set. */
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define T "/sextant-test:top"
/* The namespace that libyang knows the attribute by; the agent gives it that of the RFC. */
#define TAG "xmlns:wd='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults' wd:default='true'"

static void a_tagged_leaf_is_not_set(void **state)
{
    sx_test_expect(*state, SX_TEST_TOP("<number " TAG ">5</number>"), "");
    sx_test_expect(*state, SX_TEST_TOP("<number " TAG " nc:operation='create'>5</number>"), "");
    sx_test_expect(*state, SX_TEST_TOP("<number " TAG " nc:operation='remove'>5</number>"), "");
    sx_test_refused(*state, SX_TEST_TOP("<number " TAG " nc:operation='delete'>5</number>"),
        SX_E_DATA_MISSING, T "/number");
}

static void a_tagged_leaf_that_was_set_goes_back_to_its_default(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<number>9</number>"));
    sx_test_refused(*state, SX_TEST_TOP("<number " TAG " nc:operation='create'>5</number>"),
        SX_E_DATA_EXISTS, T "/number");
    sx_test_expect(*state, SX_TEST_TOP("<number " TAG ">5</number>"), "delete " T "/number\n");
    sx_test_set(*state, SX_TEST_TOP("<number>5</number>"));
    sx_test_expect(*state, SX_TEST_TOP("<number " TAG " nc:operation='replace'>5</number>"),
        "delete " T "/number\n");
    sx_test_set(*state, SX_TEST_TOP("<number>5</number>"));
    sx_test_expect(*state,
        "<top " SX_TEST_NAMESPACES " nc:operation='replace'><number " TAG ">5</number></top>",
        "delete " T "/number\n");
}

static void another_value_than_the_default_is_refused(void **state)
{
    struct sx_error err = sx_test_refused(
        *state, SX_TEST_TOP("<number " TAG ">6</number>"), SX_E_INVALID_VALUE, T "/number");

    assert_non_null(strstr(err.message, "its default is \"5\""));
    err = sx_test_refused(
        *state, SX_TEST_TOP("<plain " TAG ">x</plain>"), SX_E_INVALID_VALUE, T "/plain");
    assert_non_null(strstr(err.message, "no default"));
}

static void a_leaf_list_goes_back_to_its_defaults(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<preset>x</preset><preset>y</preset>"));
    sx_test_expect(*state, SX_TEST_TOP("<preset " TAG ">a</preset><preset " TAG ">b</preset>"),
        "delete " T "/preset[.='x']\ndelete " T "/preset[.='y']\n");
    sx_test_expect(*state, SX_TEST_TOP("<preset " TAG ">a</preset><preset " TAG ">b</preset>"), "");
    sx_test_refused(
        *state, SX_TEST_TOP("<preset " TAG ">c</preset>"), SX_E_INVALID_VALUE, T "/preset[.='c']");
}

/* wd:default="false" and an explicit value that equals the default are what was set. */
static void what_is_not_tagged_is_set(void **state)
{
    sx_test_expect(*state,
        SX_TEST_TOP("<number xmlns:wd='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults' "
                    "wd:default='false'>5</number>"),
        "create " T "/number {\"sextant-test:number\":5}\n");
    sx_test_expect(*state, SX_TEST_TOP("<number>5</number>"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(a_tagged_leaf_is_not_set),
        SX_TEST_ON_TREE(a_tagged_leaf_that_was_set_goes_back_to_its_default),
        SX_TEST_ON_TREE(another_value_than_the_default_is_refused),
        SX_TEST_ON_TREE(a_leaf_list_goes_back_to_its_defaults),
        SX_TEST_ON_TREE(what_is_not_tagged_is_set),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

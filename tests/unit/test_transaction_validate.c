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

static void test_defaults_of_cases(void **state)
{
    assert_true(sx_test_has(*state, T "/tcp-port"));
    sx_test_set(*state, SX_TEST_TOP("<udp-port>1</udp-port>"));
    assert_false(sx_test_has(*state, T "/tcp-port"));
    assert_true(sx_test_has(*state, T "/udp-size"));
    sx_test_set(*state, SX_TEST_TOP("<b1>1</b1>"));
    assert_false(sx_test_has(*state, T "/udp-size"));
    assert_true(sx_test_has(*state, T "/beside"));
    assert_false(sx_test_has(*state, T "/a1"));
    sx_test_set(*state, SX_TEST_TOP("<b1 nc:operation='delete'/>"));
    assert_true(sx_test_has(*state, T "/tcp-port"));
    assert_false(sx_test_has(*state, T "/beside"));
}

static void test_leaf_list_defaults(void **state)
{
    assert_true(sx_test_has(*state, T "/preset[.='b']"));
    sx_test_set(*state, SX_TEST_TOP("<preset>a</preset>"));
    assert_false(sx_test_has(*state, T "/preset[.='b']"));
    sx_test_set(*state, SX_TEST_TOP("<preset nc:operation='delete'>a</preset>"));
    assert_true(sx_test_has(*state, T "/preset[.='b']"));
}

static void test_must(void **state)
{
    struct sx_error err = sx_test_refused(*state,
        SX_TEST_LISTS("<entry><name>a</name><value>forbidden</value></entry>"),
        SX_E_OPERATION_FAILED, L "/entry[name='a']");

    assert_string_equal(err.app_tag, "no-forbidden");
    assert_non_null(strstr(err.message, "The value must not be 'forbidden'"));
}

static void test_unique(void **state)
{
    struct sx_error err;

    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><serial>1</serial></entry>"));
    err = sx_test_refused(*state, SX_TEST_LISTS("<entry><name>b</name><serial>1</serial></entry>"),
        SX_E_OPERATION_FAILED, L "/entry[name='b']");
    assert_string_equal(err.app_tag, "data-not-unique");
}

static void test_leafref(void **state)
{
    struct sx_error err = sx_test_refused(*state,
        SX_TEST_LISTS("<reference><id>1</id><target>a</target></reference>"), SX_E_DATA_MISSING,
        L "/reference[id='1']/target");

    assert_string_equal(err.app_tag, "instance-required");
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name></entry>"
                                      "<reference><id>1</id><target>a</target></reference>"));
    sx_test_refused(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"),
        SX_E_DATA_MISSING, L "/reference[id='1']/target");
}

static void test_counts_and_mandatory(void **state)
{
    struct sx_error err = sx_test_refused(
        *state, SX_TEST_LISTS("<few><k>1</k></few>"), SX_E_DATA_MISSING, L "/few[k='1']/must-have");

    assert_non_null(strstr(err.message, "must be given"));
    err = sx_test_refused(*state,
        SX_TEST_LISTS("<few><k>1</k><must-have>m</must-have></few>"
                      "<few><k>2</k><must-have>m</must-have></few>"
                      "<few><k>3</k><must-have>m</must-have></few>"
                      "<few><k>4</k><must-have>m</must-have></few>"),
        SX_E_OPERATION_FAILED, L "/few[k='4']");
    assert_string_equal(err.app_tag, "too-many-elements");
    assert_non_null(strstr(err.message, "at most 3"));
}

static void test_validates_only_after_a_change(void **state)
{
    struct sx_tree *tree = *state;
    uint64_t before;

    sx_test_set(tree, SX_TEST_TOP("<plain>x</plain>"));
    before = tree->whole_validations;
    sx_test_set(tree, SX_TEST_TOP("<plain>x</plain>"));
    assert_int_equal(tree->whole_validations, before);
    sx_test_set(tree, SX_TEST_TOP("<plain>y</plain>"));
    assert_int_equal(tree->whole_validations, before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_when),
        SX_TEST_ON_TREE(test_defaults_of_cases),
        SX_TEST_ON_TREE(test_leaf_list_defaults),
        SX_TEST_ON_TREE(test_must),
        SX_TEST_ON_TREE(test_unique),
        SX_TEST_ON_TREE(test_leafref),
        SX_TEST_ON_TREE(test_counts_and_mandatory),
        SX_TEST_ON_TREE(test_validates_only_after_a_change),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

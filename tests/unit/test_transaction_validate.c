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
#define L "/sextant-test:lists"

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

static void test_evaluates_only_after_a_change(void **state)
{
    struct sx_tree *tree = *state;
    uint64_t before, whole = tree->whole_validations;

    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name><value>x</value></entry>"));
    before = tree->evaluations;
    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name><value>x</value></entry>"));
    assert_int_equal(tree->evaluations, before);
    sx_test_set(tree, SX_TEST_LISTS("<entry><name>a</name><value>y</value></entry>"));
    assert_int_equal(tree->evaluations, before + 1);
    assert_int_equal(tree->whole_validations, whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_must),
        SX_TEST_ON_TREE(test_unique),
        SX_TEST_ON_TREE(test_leafref),
        SX_TEST_ON_TREE(test_counts_and_mandatory),
        SX_TEST_ON_TREE(test_evaluates_only_after_a_change),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

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

static void test_merge(void **state)
{
    sx_test_expect(*state, SX_TEST_TOP("<plain>x</plain>"),
        "create " T "/plain {\"sextant-test:plain\":\"x\"}\n");
    sx_test_expect(*state, SX_TEST_TOP("<plain>y</plain>"),
        "replace " T "/plain {\"sextant-test:plain\":\"y\"} was {\"sextant-test:plain\":\"x\"}\n");
    sx_test_expect(*state, SX_TEST_TOP("<plain>y</plain>"), "");
    sx_test_expect(*state, SX_TEST_TOP(""), "");
}

static void test_containers_are_no_items(void **state)
{
    sx_test_refused(
        *state, "<top " SX_TEST_NAMESPACES " nc:operation='delete'/>", SX_E_DATA_MISSING, T);
    sx_test_expect(*state, "<top " SX_TEST_NAMESPACES " nc:operation='remove'/>", "");
    sx_test_set(*state, SX_TEST_TOP("<plain>x</plain><own>o</own><agreed><name>n</name></agreed>"));
    sx_test_refused(
        *state, "<top " SX_TEST_NAMESPACES " nc:operation='create'/>", SX_E_DATA_EXISTS, T);
    /* Each change is of one scope. */
    sx_test_expect(*state, "<top " SX_TEST_NAMESPACES " nc:operation='delete'/>",
        "delete " T "/plain\ndelete " T "/own\ndelete " T "/agreed/name\n");
}

static void test_list_entries(void **state)
{
    const char *create =
        SX_TEST_LISTS("<entry nc:operation='create'><name>a</name><c><d>1</d></c></entry>");

    sx_test_expect(*state, create,
        "create " L "/entry[name='a'] {\"sextant-test:entry\":[{\"name\":\"a\",\"c\":{\"d\":\"1\"}"
        "}]}\n");
    sx_test_refused(*state, create, SX_E_DATA_EXISTS, L "/entry[name='a']");
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry><name>a</name><value>v</value><label>l</label></entry>"),
        "create " L "/entry[name='a']/value {\"sextant-test:value\":\"v\"}\n"
        "create " L "/entry[name='a']/label[.='l'] {\"sextant-test:label\":[\"l\"]}\n");
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry nc:operation='replace'><name>a</name><value>v</value></entry>"),
        "delete " L "/entry[name='a']/label[.='l']\n"
        "delete " L "/entry[name='a']/c/d\n");
    sx_test_refused(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>b</name></entry>"),
        SX_E_DATA_MISSING, L "/entry[name='b']");
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                      "<entry nc:operation='remove'><name>b</name></entry>"),
        "delete " L "/entry[name='a']\n");
}

static void test_same_again_is_no_change(void **state)
{
    const char *content = SX_TEST_LISTS("<entry><name>a</name><value>v</value><sub><a>1</a><b>2</b>"
                                        "</sub></entry><ordered><id>x</id></ordered>");

    sx_test_set(*state, content);
    sx_test_expect(*state, content, "");
    sx_test_expect(*state,
        "<lists " SX_TEST_NAMESPACES " nc:operation='replace'><entry><name>a</name><value>v</value>"
        "<sub><a>1</a><b>2</b></sub></entry><ordered><id>x</id></ordered></lists>",
        "");
    /* Deleted and made again in one request: nothing is left of it. */
    sx_test_expect(*state,
        SX_TEST_LISTS("<ordered nc:operation='delete'><id>x</id></ordered>"
                      "<ordered nc:operation='create'><id>x</id></ordered>"),
        "");
}

static void test_default_operation(void **state)
{
    struct sx_error err;
    char *changes;

    sx_test_set(*state, SX_TEST_TOP("<plain>x</plain><colour>red</colour>"));
    assert_int_equal(
        sx_test_tree_edit(*state, SX_TEST_TOP("<hidden>h</hidden>"), SX_DEFAULT_NONE, NULL, &err),
        -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    assert_string_equal(err.path, T "/hidden");
    assert_int_equal(sx_test_tree_edit(*state,
                         SX_TEST_TOP("<plain>y</plain><hidden nc:operation='merge'>h</hidden>"),
                         SX_DEFAULT_NONE, &changes, &err),
        0);
    assert_string_equal(changes, "create " T "/hidden {\"sextant-test:hidden\":\"h\"}\n");
    free(changes);
    assert_int_equal(sx_test_tree_edit(*state, SX_TEST_TOP("<colour>red</colour>"),
                         SX_DEFAULT_REPLACE, &changes, &err),
        0);
    assert_string_equal(changes, "delete " T "/plain\ndelete " T "/hidden\n");
    free(changes);
}

static void test_given_twice(void **state)
{
    sx_test_refused(
        *state, SX_TEST_TOP("<plain>a</plain><plain>b</plain>"), SX_E_BAD_ELEMENT, T "/plain");
    sx_test_refused(*state,
        SX_TEST_LISTS("<entry><name>a</name></entry><entry><name>a</name></entry>"),
        SX_E_BAD_ELEMENT, L "/entry[name='a']");
}

/* An entry without its key stands beside others that are looked for. */
static void test_an_entry_without_key_crashes_nothing(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><sub><a>x</a><b>1</b></sub></entry>"));
    sx_test_refused(*state,
        SX_TEST_LISTS("<entry nc:operation='replace'><name>a</name><sub/></entry>"),
        SX_E_MISSING_ELEMENT, L "/entry[name='a']/sub");
    sx_test_refused(*state,
        SX_TEST_LISTS("<entry><name>a</name><sub/><sub><a>x</a><b>1</b></sub></entry>"),
        SX_E_MISSING_ELEMENT, L "/entry[name='a']/sub");
}

static void test_quotes_in_keys(void **state)
{
    struct sx_error err;

    sx_test_expect(*state, SX_TEST_LISTS("<ordered><id>it's</id></ordered>"),
        "create " L
        "/ordered[id=\"it's\"] {\"sextant-test:ordered\":[{\"id\":\"it's\"}]} after \n");
    err = sx_test_refused(*state, SX_TEST_LISTS("<ordered><id>'\"</id></ordered>"),
        SX_E_INVALID_VALUE, L "/ordered/id");
    assert_non_null(strstr(err.message, "one kind of quotes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_an_entry_without_key_crashes_nothing),
        SX_TEST_ON_TREE(test_merge),
        SX_TEST_ON_TREE(test_containers_are_no_items),
        SX_TEST_ON_TREE(test_list_entries),
        SX_TEST_ON_TREE(test_same_again_is_no_change),
        SX_TEST_ON_TREE(test_default_operation),
        SX_TEST_ON_TREE(test_given_twice),
        SX_TEST_ON_TREE(test_quotes_in_keys),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

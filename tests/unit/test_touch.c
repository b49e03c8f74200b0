// SPDX-License-Identifier: Apache-2.0
/* Which rows of the store an edit touches, and no others. */
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

/* The rows that an edit would put, a line each: list, key, and whether it stays or goes. */
static void expect_rows(struct sx_tree *tree, const char *xml, const char *expected)
{
    struct sx_transaction *transaction = sx_test_begin(tree, xml);
    const struct sx_fragment_list *rows = sx_transaction_fragments(transaction);
    char *text = sx_strdup("");

    for (size_t i = 0; i < rows->count; i++) {
        char *longer = sx_format("%s%s%s %s %s\n", text, rows->items[i].list, rows->items[i].key,
            sx_scope_name(rows->items[i].scope), rows->items[i].body ? "stays" : "goes");

        free(text);
        text = longer;
    }
    assert_string_equal(text, expected);
    free(text);
    sx_transaction_undo(transaction);
}

static void test_outside_of_lists(void **state)
{
    expect_rows(*state, SX_TEST_TOP("<plain>p</plain>"), T " replicated stays\n");
    expect_rows(*state, SX_TEST_TOP("<agreed><tag>x</tag></agreed>"), T " agreed stays\n");
    expect_rows(*state, SX_TEST_TOP("<own>o</own><copied><mode>true</mode></copied>"),
        T " agreed-copied stays\n" T " peer-specific stays\n");
    expect_rows(
        *state, "<lone xmlns='urn:sextant:test'>1</lone>", "/sextant-test:lone replicated stays\n");
    expect_rows(*state, "<values xmlns='urn:sextant:test'>1</values>",
        "/sextant-test:values replicated stays\n");
    sx_test_set(*state, SX_TEST_TOP("<plain>p</plain>"));
    expect_rows(*state, SX_TEST_TOP("<plain nc:operation='delete'/>"), T " replicated goes\n");
}

/* However deep the item, the row is that of the outermost entry. */
static void test_inside_an_entry(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><sub><a>1</a><b>1</b></sub></entry>"
                                      "<entry><name>b</name></entry>"));
    expect_rows(*state,
        SX_TEST_LISTS("<entry><name>a</name><sub><a>1</a><b>1</b><deep><z>1</z></deep></sub>"
                      "</entry>"),
        L "/entry[name='a'] replicated stays\n");
    expect_rows(*state, SX_TEST_LISTS("<entry><name>b</name><c><d>1</d></c></entry>"),
        L "/entry[name='b'] replicated stays\n");
    expect_rows(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>b</name></entry>"),
        L "/entry[name='b'] replicated goes\n");
}

/* Entries in a container that goes have rows of their own, which go, too. */
static void test_container_with_entries(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<flag><f>1</f><inside><k>1</k></inside><inside><k>2</k>"
                                    "</inside></flag>"));
    expect_rows(*state, SX_TEST_TOP("<flag nc:operation='delete'/>"),
        T "/flag/inside[k='1'] replicated goes\n" T "/flag/inside[k='2'] replicated goes\n" T
          " replicated goes\n");
    expect_rows(*state,
        SX_TEST_TOP("<flag nc:operation='replace'><inside><k>2</k></inside></flag>"),
        T "/flag/inside[k='1'] replicated goes\n" T " replicated stays\n");
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name></entry><local><k>1</k></local>"));
    expect_rows(*state, "<lists " SX_TEST_NAMESPACES " nc:operation='delete'/>",
        L "/entry[name='a'] replicated goes\n" L "/local[k='1'] peer-specific goes\n");
}

/* Defaults that come and go are nobody's content. */
static void test_defaults_touch_nothing(void **state)
{
    sx_test_set(*state, SX_TEST_TOP("<plain>p</plain>"));
    expect_rows(*state, SX_TEST_TOP("<udp-port>1</udp-port>"), T " replicated stays\n");
    expect_rows(*state, SX_TEST_TOP(""), "");
    expect_rows(*state, SX_TEST_LISTS(""), "");
}

/* What is as it was in the end needs no row. */
static void test_there_and_back(void **state)
{
    sx_test_set(
        *state, SX_TEST_LISTS("<entry><name>a</name><value>v</value></entry>"
                              "<ordered><id>1</id></ordered><ordered><id>2</id></ordered>"));
    sx_test_set(*state, SX_TEST_TOP("<plain>p</plain>"));
    expect_rows(*state, SX_TEST_TOP("<plain>p</plain>"), "");
    expect_rows(*state,
        SX_TEST_LISTS("<entry nc:operation='replace'><name>a</name><value>v</value></entry>"), "");
    expect_rows(*state, SX_TEST_LISTS("<ordered yang:insert='last'><id>2</id></ordered>"), "");
}

/* The number of rows follows the edit, not the list. */
static void test_one_of_many(void **state)
{
    char *xml = sx_strdup(""), *whole;

    for (int i = 0; i < 500; i++) {
        char *longer = sx_format("%s<entry><name>%d</name></entry>", xml, i);

        free(xml);
        xml = longer;
    }
    whole = sx_format("<lists xmlns='urn:sextant:test'>%s</lists>", xml);
    sx_test_set(*state, whole);
    free(whole);
    free(xml);
    expect_rows(*state, SX_TEST_LISTS("<entry><name>250</name><value>v</value></entry>"),
        L "/entry[name='250'] replicated stays\n");
    expect_rows(*state, SX_TEST_LISTS("<entry><name>500</name></entry>"),
        L "/entry[name='500'] replicated stays\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_outside_of_lists),
        SX_TEST_ON_TREE(test_inside_an_entry),
        SX_TEST_ON_TREE(test_container_with_entries),
        SX_TEST_ON_TREE(test_defaults_touch_nothing),
        SX_TEST_ON_TREE(test_there_and_back),
        SX_TEST_ON_TREE(test_one_of_many),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

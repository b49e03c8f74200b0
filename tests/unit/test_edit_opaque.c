// SPDX-License-Identifier: Apache-2.0
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

/* An error goes to logs and screens. */
static void test_secrets_are_not_quoted(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container c { leaf pin { type uint8; sx:secret; }"
        " leaf word { type string { length '4..10'; } sx:secret; }"
        " leaf own { type string { length '4..10' { error-message 'four to ten';"
        "   error-app-tag 'own-length'; } } sx:secret; }"
        " leaf half { type string { pattern '[a-z]*' { error-message 'letters'; } } sx:secret; }"
        " list l { key k; leaf k { type string; } leaf pin { type uint8; sx:secret; } } }");
    static const struct {
        const char *xml, *path, *says;
    } cases[] = {
        {"<pin>s3cret</pin>", "/made-up:c/pin", "right is a whole number in 0..255"},
        {"<word>s3c</word>", "/made-up:c/word", "right is a text of 4..10 characters"},
        {"<word>s3cret-and-more</word>", "/made-up:c/word", "the value \"********\""},
        {"<own>s3c</own>", "/made-up:c/own", "four to ten"},
        {"<half>s3cret</half>", "/made-up:c/half", "right is letters"},
        {"<l><k>x</k><pin>s3cret</pin></l>", "/made-up:c/l[k='x']/pin", "right is"},
        {"<l><k>x</k><pin nc:operation='create'>s3cret</pin></l>", "/made-up:c/l[k='x']/pin",
            "right is"},
    };
    struct sx_tree tree = sx_test_tree(schema);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *xml = sx_format("<c xmlns='urn:sextant:made-up' "
                              "xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'>%s</c>",
            cases[i].xml);
        struct sx_error err = sx_test_refused(&tree, xml, SX_E_INVALID_VALUE, cases[i].path);

        assert_says(err, cases[i].says);
        assert_null(strstr(err.message, "s3c"));
        free(xml);
    }
    sx_tree_clear(&tree);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_values),
        SX_TEST_ON_TREE(test_unknown),
        SX_TEST_ON_TREE(test_state_is_refused),
        SX_TEST_ON_TREE(test_delete_without_value),
        SX_TEST_ON_TREE(test_keys),
        cmocka_unit_test(test_secrets_are_not_quoted),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

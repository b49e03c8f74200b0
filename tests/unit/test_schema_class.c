// SPDX-License-Identifier: Apache-2.0
/* The class of each node: what it says itself, and what it has from above and below. */
#include "schema_impl.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_classes(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-test", NULL);

    (void)state;
    sx_test_schema_expect(schema, "/sextant-test:top/plain", SX_SCOPE_REPLICATED, 0);
    sx_test_schema_expect(
        schema, "/sextant-test:top/hidden", SX_SCOPE_REPLICATED, SX_NODE_SECRET | SX_NODE_SECRETS);
    sx_test_schema_expect(schema, "/sextant-test:top/own", SX_SCOPE_PEER_SPECIFIC, 0);
    sx_test_schema_expect(
        schema, "/sextant-test:top/agreed", SX_SCOPE_AGREED, SX_NODE_APPLIES_ON_RESTART);
    sx_test_schema_expect(
        schema, "/sextant-test:top/agreed/tag", SX_SCOPE_AGREED, SX_NODE_APPLIES_ON_RESTART);
    sx_test_schema_expect(schema, "/sextant-test:top/copied/mode", SX_SCOPE_AGREED_COPIED, 0);
    /* Outermost lists are fragments, those inside an entry are not. */
    sx_test_schema_expect(
        schema, "/sextant-test:lists/entry", SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT);
    sx_test_schema_expect(schema, "/sextant-test:lists/entry/sub", SX_SCOPE_REPLICATED, 0);
    sx_test_schema_expect(
        schema, "/sextant-test:lists/local", SX_SCOPE_PEER_SPECIFIC, SX_NODE_FRAGMENT);
    sx_test_schema_expect(
        schema, "/sextant-test:top/flag/inside", SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT);
    sx_test_schema_expect(
        schema, "/sextant-test:users/user/password", SX_SCOPE_REPLICATED, SX_NODE_CRYPT_HASH);
    sx_schema_free(schema);
}

static void test_state_and_cases_have_none(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-test", NULL);
    const struct lysc_node *top = sx_test_schema_node(schema, "/sextant-test:top");

    (void)state;
    assert_null(sx_schema_class(sx_test_schema_node(schema, "/sextant-test:state")));
    assert_null(sx_schema_class(sx_test_schema_node(schema, "/sextant-test:state/counter")));
    for (const struct lysc_node *child = lysc_node_child(top); child; child = child->next)
        assert_true(!sx_schema_class(child) == (child->nodetype == LYS_CHOICE));
    assert_null(sx_schema_class(NULL));
    sx_schema_free(schema);
}

/* The nearest statement wins. What applies on restart does so with all below; a secret is one leaf
 * alone. */
static void test_inheritance(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container c { sx:scope \"agreed\"; sx:applies-on-restart;"
        "  leaf a { type string; sx:secret; }"
        "  container d { sx:scope \"peer-specific\";"
        "    leaf b { type string; }"
        "    leaf e { type string; sx:scope \"replicated\"; sx:unique-in-cluster; }"
        "    list row { key \"k\"; leaf k { type string; } leaf v { type string; } } } }");

    (void)state;
    sx_test_schema_expect(schema, "/made-up:c/a", SX_SCOPE_AGREED,
        SX_NODE_APPLIES_ON_RESTART | SX_NODE_SECRET | SX_NODE_SECRETS);
    sx_test_schema_expect(
        schema, "/made-up:c/d/b", SX_SCOPE_PEER_SPECIFIC, SX_NODE_APPLIES_ON_RESTART);
    sx_test_schema_expect(schema, "/made-up:c/d/e", SX_SCOPE_REPLICATED,
        SX_NODE_APPLIES_ON_RESTART | SX_NODE_UNIQUE_IN_CLUSTER);
    sx_test_schema_expect(
        schema, "/made-up:c/d/row/k", SX_SCOPE_PEER_SPECIFIC, SX_NODE_APPLIES_ON_RESTART);
    sx_schema_free(schema);
}

/* A container without presence is no item: it is of the scope of what is in it, or mixed. */
static void test_containers(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container own { container inner {"
        "  leaf a { type string; sx:scope \"peer-specific\"; } } }"
        "container both { leaf a { type string; sx:scope \"agreed\"; } leaf b { type string; } }"
        "container none { sx:scope \"agreed\"; }"
        "container there { presence \"p\"; sx:scope \"agreed\"; leaf a { type string; } }");

    (void)state;
    sx_test_schema_expect(schema, "/made-up:own", SX_SCOPE_PEER_SPECIFIC, 0);
    sx_test_schema_expect(schema, "/made-up:own/inner", SX_SCOPE_PEER_SPECIFIC, 0);
    assert_int_equal(
        sx_schema_class(sx_test_schema_node(schema, "/made-up:both"))->flags, SX_NODE_MIXED);
    sx_test_schema_expect(schema, "/made-up:none", SX_SCOPE_AGREED, 0);
    sx_test_schema_expect(schema, "/made-up:there", SX_SCOPE_AGREED, 0);
    assert_int_equal(sx_schema_scopes(sx_test_schema_node(schema, "/made-up:both")),
        1u << SX_SCOPE_AGREED | 1u << SX_SCOPE_REPLICATED);
    assert_int_equal(sx_schema_scopes(sx_test_schema_node(schema, "/made-up:own")),
        1u << SX_SCOPE_PEER_SPECIFIC);
    sx_schema_free(schema);
}

static void test_nested_choices_are_noted(void **state)
{
    struct sx_schema *nested = sx_test_schema("sextant-test", NULL);
    struct sx_schema *flat = sx_test_schema_of("choice c { leaf a { type string; } }");

    (void)state;
    assert_true(nested->nested_choices);
    assert_false(flat->nested_choices);
    sx_schema_free(nested);
    sx_schema_free(flat);
}

static void test_scope_changes_below_an_item(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { list row { key \"k\"; leaf k { type string; }"
                           "  leaf own { type string; sx:scope \"peer-specific\"; } } }",
        "/made-up:c/row/own", "list entry or presence container above it, /made-up:c/row",
        "made-up");
    sx_test_schema_refused("container c { presence \"p\"; container d {"
                           "  leaf own { type string; sx:scope \"peer-specific\"; } } }",
        "/made-up:c/d/own", "presence container above it, /made-up:c", "another scope");
    /* To say the same again is fine. */
    sx_schema_free(sx_test_schema_of("container c { presence \"p\"; sx:scope \"agreed\";"
                                     "  leaf a { type string; sx:scope \"agreed\"; } }"));
}

static void test_cases_of_different_scopes(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { choice either {"
                           "  leaf a { type string; sx:scope \"agreed\"; }"
                           "  leaf b { type string; } } }",
        "/made-up:c", "choice between nodes of different scopes", "delete another");
    sx_schema_free(sx_test_schema_of("container c { choice either {"
                                     "  leaf a { type string; sx:scope \"agreed\"; }"
                                     "  leaf b { type string; sx:scope \"agreed\"; } } }"));
}

static void test_statements_in_wrong_places(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { sx:secret; leaf a { type string; } }", "/made-up:c",
        "is not a leaf or leaf-list", "secret and unique-in-cluster");
    sx_test_schema_refused("list l { key \"k\"; sx:unique-in-cluster; leaf k { type string; } }",
        "/made-up:l", "is not a leaf or leaf-list", "secret and unique-in-cluster");
    sx_test_schema_refused("leaf-list v { type string; sx:secret; }", "/made-up:v",
        "is a leaf-list or a key", "cannot be secret");
    sx_test_schema_refused("list l { key \"k\"; leaf k { type string; sx:secret; } }",
        "/made-up:l/k", "is a leaf-list or a key", "cannot be secret");
    sx_test_schema_refused("leaf s { config false; type string; sx:scope \"agreed\"; }",
        "/made-up:s", "is state", "about configuration");
    sx_test_schema_refused("container c { choice x { sx:scope \"agreed\"; leaf a { type string; } "
                           "} }",
        "/made-up:c", "is a choice or case", "data nodes below it");
    sx_test_schema_refused(
        "container c { choice x { case y { sx:secret; leaf a { type string; } } } }", "/made-up:c",
        "is a choice or case", "data nodes below it");
}

static void test_what_holds_secrets_is_marked(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("container c { list l { key \"k\"; leaf k { type string; }"
                          "  choice x { case y { leaf s { type string; sx:secret; } } } }"
                          "  container d { leaf a { type string; } } }");

    (void)state;
    sx_test_schema_expect(schema, "/made-up:c", SX_SCOPE_REPLICATED, SX_NODE_SECRETS);
    sx_test_schema_expect(
        schema, "/made-up:c/l", SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT | SX_NODE_SECRETS);
    sx_test_schema_expect(schema, "/made-up:c/l/k", SX_SCOPE_REPLICATED, 0);
    sx_test_schema_expect(schema, "/made-up:c/d", SX_SCOPE_REPLICATED, 0);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_state_and_cases_have_none),
        cmocka_unit_test(test_inheritance),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_nested_choices_are_noted),
        cmocka_unit_test(test_scope_changes_below_an_item),
        cmocka_unit_test(test_cases_of_different_scopes),
        cmocka_unit_test(test_statements_in_wrong_places),
        cmocka_unit_test(test_what_holds_secrets_is_marked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

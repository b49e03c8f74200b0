// SPDX-License-Identifier: Apache-2.0
/* Places in a user-ordered outermost list: what is told of a change, and the digest. */
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

/** An entry of the list, and one that stands behind another. */
#define E(id) "<ordered><id>" id "</id></ordered>"
#define BEHIND(id, other) \
    "<ordered yang:insert='after' yang:key=\"[t:id='" other \
    "']\" xmlns:t='urn:sextant:test'><id>" id "</id></ordered>"
#define FIRST(id) "<ordered yang:insert='first'><id>" id "</id></ordered>"
#define GONE(id) "<ordered nc:operation='delete'><id>" id "</id></ordered>"
/** The same entries in the changes. */
#define P(id) L "/ordered[id='" id "']"
#define CREATED(id) "create " P(id) " {\"sextant-test:ordered\":[{\"id\":\"" id "\"}]} after "

static void check_digest(const struct sx_tree *tree)
{
    uint8_t digest[SX_DIGEST_SIZE];

    sx_test_digest(tree, digest);
    assert_memory_equal(tree->digest, digest, sizeof digest);
}

/* Edits, compares what is told, and the digest with that from scratch. */
static void expect(struct sx_tree *tree, const char *xml, const char *changes)
{
    sx_test_expect(tree, xml, changes);
    check_digest(tree);
}

static void fill(struct sx_tree *tree)
{
    expect(tree, SX_TEST_LISTS(E("a") E("b") E("c") E("d")),
        CREATED("a") "\n" CREATED("b") P("a") "\n" CREATED("c") P("b") "\n" CREATED("d")
            P("c") "\n");
}

static void test_create(void **state)
{
    fill(*state);
    expect(*state, SX_TEST_LISTS(E("e")), CREATED("e") P("d") "\n");
    expect(*state, SX_TEST_LISTS(FIRST("f")), CREATED("f") "\n");
    expect(*state, SX_TEST_LISTS(BEHIND("g", "b")), CREATED("g") P("b") "\n");
    /* Two at one place: each behind the one that is there in the end. */
    expect(*state, SX_TEST_LISTS(BEHIND("h", "g") BEHIND("i", "g")),
        CREATED("i") P("g") "\n" CREATED("h") P("i") "\n");
}

/* Of the entry behind one that goes nothing is told, but its digest changes. */
static void test_delete(void **state)
{
    fill(*state);
    expect(*state, SX_TEST_LISTS(GONE("b")), "delete " P("b") "\n");
    expect(*state, SX_TEST_LISTS(GONE("a")), "delete " P("a") "\n");
    expect(*state, SX_TEST_LISTS(GONE("d")), "delete " P("d") "\n");
    expect(*state, SX_TEST_LISTS(GONE("c")), "delete " P("c") "\n");
    fill(*state);
    expect(*state, "<lists " SX_TEST_NAMESPACES " nc:operation='delete'/>",
        "delete " P("a") "\ndelete " P("b") "\ndelete " P("c") "\ndelete " P("d") "\n");
}

static void test_move(void **state)
{
    fill(*state);
    expect(*state, SX_TEST_LISTS(FIRST("d")), "move " P("d") " after \n");
    expect(*state, SX_TEST_LISTS(BEHIND("d", "c")), "move " P("d") " after " P("c") "\n");
    expect(*state, SX_TEST_LISTS(BEHIND("a", "b")), "move " P("a") " after " P("b") "\n");
    /* It stands there already. */
    expect(*state, SX_TEST_LISTS(BEHIND("a", "b")), "");
}

static void test_move_and_change(void **state)
{
    fill(*state);
    expect(*state, SX_TEST_LISTS("<ordered yang:insert='first'><id>c</id><text>t</text></ordered>"),
        "move " P("c") " after \n"
                       "create " P("c") "/text {\"sextant-test:text\":\"t\"}\n");
    expect(*state, SX_TEST_LISTS("<ordered><id>c</id><text>u</text></ordered>"),
        "replace " P(
            "c") "/text {\"sextant-test:text\":\"u\"} was {\"sextant-test:text\":\"t\"}\n");
}

/* One that goes and comes again in one request: a move when its place is another one. */
static void test_gone_and_made_again(void **state)
{
    fill(*state);
    expect(*state, SX_TEST_LISTS(GONE("b") BEHIND("b", "a")), "");
    expect(*state, SX_TEST_LISTS(GONE("b") E("b")), "move " P("b") " after " P("d") "\n");
}

static void test_all_at_once(void **state)
{
    fill(*state);
    /* b goes, c to the front, e comes between a and d. */
    expect(*state, SX_TEST_LISTS(GONE("b") FIRST("c") BEHIND("e", "a")),
        "delete " P("b") "\nmove " P("c") " after \n" CREATED("e") P("a") "\n");
}

/* The whole order given anew: what is told leads there. */
static void test_replace(void **state)
{
    fill(*state);
    expect(*state,
        "<lists " SX_TEST_NAMESPACES " nc:operation='replace'>" E("d") E("a") E("b")
            E("c") "</lists>",
        "move " P("d") " after \n");
}

/* Lists of other scopes have their order, too, but no part in the digest. */
static void test_peer_specific(void **state)
{
    static const uint8_t zero[SX_DIGEST_SIZE];
    struct sx_tree *tree = *state;

    expect(tree,
        SX_TEST_LISTS("<local-ordered><k>1</k></local-ordered>"
                      "<local-ordered yang:insert='first'><k>2</k></local-ordered>"),
        "create " L
        "/local-ordered[k='2'] {\"sextant-test:local-ordered\":[{\"k\":\"2\"}]} after \n"
        "create " L
        "/local-ordered[k='1'] {\"sextant-test:local-ordered\":[{\"k\":\"1\"}]} after " L
        "/local-ordered[k='2']\n");
    expect(tree, SX_TEST_LISTS("<local-ordered yang:insert='last'><k>2</k></local-ordered>"),
        "move " L "/local-ordered[k='2'] after " L "/local-ordered[k='1']\n");
    assert_memory_equal(tree->digest, zero, sizeof zero);
}

static void test_at_the_top(void **state)
{
    static const char outer[] = "<outer xmlns='urn:sextant:test'><k>1</k></outer>"
                                "<outer xmlns='urn:sextant:test'><k>2</k></outer>";

    expect(*state, outer,
        "create /sextant-test:outer[k='1'] {\"sextant-test:outer\":[{\"k\":\"1\"}]} after \n"
        "create /sextant-test:outer[k='2'] {\"sextant-test:outer\":[{\"k\":\"2\"}]} after "
        "/sextant-test:outer[k='1']\n");
    expect(*state,
        "<outer xmlns='urn:sextant:test' xmlns:yang='urn:ietf:params:xml:ns:yang:1' "
        "yang:insert='first'><k>2</k></outer>",
        "move /sextant-test:outer[k='2'] after \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_create),
        SX_TEST_ON_TREE(test_delete),
        SX_TEST_ON_TREE(test_move),
        SX_TEST_ON_TREE(test_move_and_change),
        SX_TEST_ON_TREE(test_gone_and_made_again),
        SX_TEST_ON_TREE(test_all_at_once),
        SX_TEST_ON_TREE(test_replace),
        SX_TEST_ON_TREE(test_peer_specific),
        SX_TEST_ON_TREE(test_at_the_top),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* What is refused of a tree as a whole, and of an edit that looks at more than its own nodes. */
#include "load.h"
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

/* A tree of these rows of lists, as it is loaded: nothing is validated yet. */
static struct sx_tree loaded(const struct sx_schema *schema, const char *list,
    const char *const *keys, const char *const *bodies)
{
    struct sx_tree tree = {.schema = schema};
    struct sx_loader loader;
    struct sx_error err;

    sx_loader_begin(&loader, &tree, NULL, NULL, NULL);
    for (; *keys; keys++, bodies++) {
        const struct sx_fragment row = {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)list,
            .key = (char *)*keys,
            .body = (char *)*bodies};

        if (sx_load_row(&loader, &row, &err) < 0)
            fail_msg("%s", err.message);
    }
    sx_loader_end(&loader);
    return tree;
}

static void test_all(void **state)
{
    const char *const keys[] = {"[name='a']", "[name='b']", NULL};
    const char *const bodies[] = {"{\"sextant-test:entry\":[{\"name\":\"a\",\"serial\":1}]}",
        "{\"sextant-test:entry\":[{\"name\":\"b\",\"serial\":2}]}"};
    struct sx_tree tree = loaded(*state, L "/entry", keys, bodies);
    struct sx_error err;

    assert_int_equal(sx_load_finish(&tree, &err), 0);
    /* The defaults came. */
    assert_string_equal(sx_test_leaf(tree.root, L "/entry[name='b']/level"), "7");
    assert_string_equal(sx_test_leaf(tree.root, T "/number"), "5");
    sx_tree_clear(&tree);
}

static void expect_all_refused(void **state, const char *list, const char *const *keys,
    const char *const *bodies, enum sx_error_code code, const char *path, const char *tag)
{
    struct sx_tree tree = loaded(*state, list, keys, bodies);
    struct sx_error err = {0};

    assert_int_equal(sx_load_finish(&tree, &err), -1);
    assert_int_equal(err.code, code);
    assert_string_equal(err.path, path);
    assert_string_equal(err.app_tag, tag);
    sx_tree_clear(&tree);
}

static void test_all_refuses(void **state)
{
    const char *const names[] = {"[name='a']", "[name='b']", NULL}, *const id[] = {
                                                                        "[id='1']", NULL};
    const char *const k[] = {"[k='1']", NULL}, *const a[] = {"[name='a']", NULL};
    const char *const same[] = {"{\"sextant-test:entry\":[{\"name\":\"a\",\"serial\":1}]}",
        "{\"sextant-test:entry\":[{\"name\":\"b\",\"serial\":1}]}"};
    const char *const lost[] = {"{\"sextant-test:reference\":[{\"id\":\"1\",\"target\":\"x\"}]}"};
    const char *const missing[] = {"{\"sextant-test:few\":[{\"k\":\"1\"}]}"};
    const char *const must[] = {
        "{\"sextant-test:entry\":[{\"name\":\"a\",\"value\":\"forbidden\"}]}"};

    expect_all_refused(state, L "/entry", names, same, SX_E_OPERATION_FAILED, L "/entry[name='a']",
        "data-not-unique");
    expect_all_refused(state, L "/reference", id, lost, SX_E_DATA_MISSING,
        L "/reference[id='1']/target", "instance-required");
    expect_all_refused(
        state, L "/few", k, missing, SX_E_DATA_MISSING, L "/few[k='1']/must-have", "");
    expect_all_refused(
        state, L "/entry", a, must, SX_E_OPERATION_FAILED, L "/entry[name='a']", "no-forbidden");
}

/* Which of the two entries is named does not count. */
static void refused_as_not_unique(struct sx_tree *tree, const char *xml)
{
    struct sx_error err = {0};

    assert_int_equal(sx_test_tree_edit(tree, xml, SX_DEFAULT_MERGE, NULL, &err), -1);
    assert_int_equal(err.code, SX_E_OPERATION_FAILED);
    assert_string_equal(err.app_tag, "data-not-unique");
    assert_int_equal(strncmp(err.path, L "/entry[name=", strlen(L "/entry[name=")), 0);
}

static void test_unique(void **state)
{
    sx_test_set(
        *state, SX_TEST_LISTS("<entry><name>a</name><serial>1</serial></entry>"
                              "<entry><name>b</name><serial>2</serial></entry>"
                              "<entry><name>c</name></entry><entry><name>d</name></entry>"));
    refused_as_not_unique(*state, SX_TEST_LISTS("<entry><name>c</name><serial>2</serial></entry>"));
    /* Two change places, one takes what another leaves, and what is not there is not compared. */
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><serial>2</serial></entry>"
                                      "<entry><name>b</name><serial>1</serial></entry>"));
    sx_test_set(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                                      "<entry><name>c</name><serial>2</serial></entry>"));
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>c</name><serial nc:operation='delete'/></entry>"
                                      "<entry><name>d</name><serial>2</serial></entry>"));
    refused_as_not_unique(*state, SX_TEST_LISTS("<entry><name>d</name><serial>1</serial></entry>"));
}

static void test_leafref(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name></entry><entry><name>b</name></entry>"
                                      "<reference><id>1</id><target>a</target></reference>"
                                      "<reference><id>2</id><target>a</target></reference>"));
    sx_test_refused(*state, SX_TEST_LISTS("<reference><id>2</id><target>z</target></reference>"),
        SX_E_DATA_MISSING, L "/reference[id='2']/target");
    /* One of the two lets go. */
    sx_test_refused(*state,
        SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                      "<reference><id>1</id><target>b</target></reference>"),
        SX_E_DATA_MISSING, L "/reference[id='2']/target");
    /* Both do, in the request that takes their target away. */
    sx_test_set(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                                      "<reference><id>1</id><target>b</target></reference>"
                                      "<reference nc:operation='delete'><id>2</id></reference>"));
    /* A target that goes and comes again was never missing. */
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry nc:operation='replace'><name>b</name><value>v</value></entry>"),
        "create " L "/entry[name='b']/value {\"sextant-test:value\":\"v\"}\n");
}

static void test_must(void **state)
{
    struct sx_error err;

    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><value>fine</value></entry>"
                                      "<entry><name>b</name></entry>"));
    err = sx_test_refused(*state,
        SX_TEST_LISTS("<entry><name>b</name><value>forbidden</value></entry>"
                      "<entry><name>a</name><level>1</level></entry>"),
        SX_E_OPERATION_FAILED, L "/entry[name='b']");
    assert_string_equal(err.app_tag, "no-forbidden");
    assert_non_null(strstr(err.message, L "/entry[name='b']"));
}

static void test_counts(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<few><k>1</k><must-have>m</must-have></few>"
                                      "<few><k>2</k><must-have>m</must-have></few>"
                                      "<few><k>3</k><must-have>m</must-have></few>"));
    sx_test_refused(*state, SX_TEST_LISTS("<few><k>4</k><must-have>m</must-have></few>"),
        SX_E_OPERATION_FAILED, L "/few[k='4']");
    /* It counts what is there in the end. */
    sx_test_set(*state, SX_TEST_LISTS("<few><k>4</k><must-have>m</must-have></few>"
                                      "<few nc:operation='delete'><k>1</k></few>"));
    assert_false(sx_test_has(*state, L "/few[k='1']"));
}

static void test_mandatory(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<few><k>1</k><must-have>m</must-have></few>"));
    sx_test_refused(*state, SX_TEST_LISTS("<few><k>1</k><must-have nc:operation='delete'/></few>"),
        SX_E_DATA_MISSING, L "/few[k='1']/must-have");
    sx_test_refused(*state, SX_TEST_LISTS("<few nc:operation='replace'><k>1</k></few>"),
        SX_E_DATA_MISSING, L "/few[k='1']/must-have");
    sx_test_set(*state, SX_TEST_LISTS("<few nc:operation='delete'><k>1</k></few>"));
}

/* After an edit that is refused the next one finds all as it was. */
static void test_goes_on_after_a_refusal(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>a</name><serial>1</serial></entry>"));
    for (int i = 0; i < 3; i++)
        refused_as_not_unique(
            *state, SX_TEST_LISTS("<entry><name>b</name><serial>1</serial></entry>"));
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>b</name><serial>2</serial></entry>"));
    refused_as_not_unique(*state, SX_TEST_LISTS("<entry><name>a</name><serial>2</serial></entry>"));
}

/* A module that was not edited may read the one that was. */
static void test_across_modules(void **state)
{
    struct sx_schema *schema = sx_test_schema_of(
        "container c { leaf refers { type leafref { path \"/t:lists/t:entry/t:name\"; } }"
        "  leaf checks { type string; must \"/t:top/t:plain = .\"; } }");
    struct sx_tree tree = sx_test_tree(schema);
    struct sx_error err;

    (void)state;
    sx_test_set(&tree, SX_TEST_LISTS("<entry><name>a</name></entry>") SX_TEST_TOP(
                           "<plain>p</plain>") "<c xmlns='urn:sextant:made-up'><refers>a</refers>"
                                               "<checks>p</checks></c>");
    sx_test_refused(&tree, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"),
        SX_E_DATA_MISSING, "/made-up:c/refers");
    err = sx_test_refused(
        &tree, SX_TEST_TOP("<plain>q</plain>"), SX_E_OPERATION_FAILED, "/made-up:c/checks");
    assert_string_equal(err.app_tag, "must-violation");
    sx_tree_clear(&tree);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_all_refuses),
        SX_TEST_ON_TREE(test_unique),
        SX_TEST_ON_TREE(test_leafref),
        SX_TEST_ON_TREE(test_must),
        SX_TEST_ON_TREE(test_counts),
        SX_TEST_ON_TREE(test_mandatory),
        SX_TEST_ON_TREE(test_goes_on_after_a_refusal),
        cmocka_unit_test(test_across_modules),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

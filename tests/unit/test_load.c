// SPDX-License-Identifier: Apache-2.0
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

/* Loads one row into an empty tree that is not finished. */
static int load(struct sx_tree *tree, const char *list, const char *key, enum sx_scope scope,
    const char *body, struct sx_error *err)
{
    const struct sx_fragment row = {
        .scope = scope, .list = (char *)list, .key = (char *)key, .body = (char *)body};
    struct sx_loader loader;
    char *before = sx_test_dump(tree->root), *after;
    int result;

    sx_loader_begin(&loader, tree, NULL, NULL, NULL);
    result = sx_load_row(&loader, &row, err);
    sx_loader_end(&loader);
    after = sx_test_dump(tree->root);
    if (result < 0)
        assert_string_equal(after, before);
    else
        assert_string_not_equal(after, before);
    free(before);
    free(after);
    return result;
}

static void refused(struct sx_tree *tree, const char *list, const char *key, enum sx_scope scope,
    const char *body, const char *says)
{
    struct sx_error err = {0};

    assert_int_equal(load(tree, list, key, scope, body, &err), -1);
    if (!strstr(err.message, says))
        fail_msg("\"%s\" does not say \"%s\"", err.message, says);
    assert_true(strncmp(err.path, list, strlen(list)) == 0);
}

static void test_rows(void **state)
{
    struct sx_tree tree = {.schema = *state};
    struct sx_error err;
    char *dump;

    assert_int_equal(
        load(&tree, T, "", SX_SCOPE_PEER_SPECIFIC, "{\"sextant-test:top\":{\"own\":\"o\"}}", &err),
        0);
    assert_int_equal(
        load(&tree, T, "", SX_SCOPE_REPLICATED,
            "{\"sextant-test:top\":{\"plain\":\"p\",\"flag\":{},\"colour\":[\"b\",\"a\"]}}", &err),
        0);
    assert_int_equal(load(&tree, L "/ordered", "[id='b']", SX_SCOPE_REPLICATED,
                         "{\"sextant-test:ordered\":[{\"id\":\"b\"}]}", &err),
        0);
    assert_int_equal(load(&tree, L "/ordered", "[id='a']", SX_SCOPE_REPLICATED,
                         "{\"sextant-test:ordered\":[{\"id\":\"a\"}]}", &err),
        0);
    assert_int_equal(load(&tree, T "/flag/inside", "[k='1']", SX_SCOPE_REPLICATED,
                         "{\"sextant-test:inside\":[{\"k\":\"1\"}]}", &err),
        0);
    assert_int_equal(load(&tree, "/sextant-test:values", "", SX_SCOPE_REPLICATED,
                         "{\"sextant-test:values\":[\"2\",\"1\"]}", &err),
        0);
    assert_int_equal(sx_load_finish(&tree, &err), 0);
    sx_test_check_links(tree.root);
    dump = sx_test_content(tree.root, false);
    assert_string_equal(dump, L
        "/ordered[id='a'] =  after " L "/ordered[id='b']\n" L "/ordered[id='a']/id = a\n" L
        "/ordered[id='b'] =  after \n" L "/ordered[id='b']/id = b\n" T "/colour[.='a'] = a after " T
        "/colour[.='b']\n" T "/colour[.='b'] = b after \n" T "/flag = \n" T
        "/flag/inside[k='1'] = \n" T "/flag/inside[k='1']/k = 1\n" T "/own = o\n" T "/plain = p\n"
        "/sextant-test:values[.='1'] = 1 after /sextant-test:values[.='2']\n"
        "/sextant-test:values[.='2'] = 2 after \n");
    free(dump);
    sx_tree_clear(&tree);
}

static void test_refused_entries(void **state)
{
    struct sx_tree tree = {.schema = *state};
    struct sx_error err;
    static const char entry[] = "{\"sextant-test:entry\":[{\"name\":\"a\"}]}";

    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED, NULL, "no body");
    refused(&tree, L "/entry", "[name='b']", SX_SCOPE_REPLICATED, entry, "another key");
    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_PEER_SPECIFIC, entry, "not peer-specific");
    refused(&tree, L "/bogus", "[name='a']", SX_SCOPE_REPLICATED, entry, "no such list");
    refused(&tree, L "/entry/sub", "[a='1']", SX_SCOPE_REPLICATED, entry, "no such list");
    refused(&tree, L "/local", "[k='a']", SX_SCOPE_PEER_SPECIFIC, entry, "not one entry");
    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED, "{", "");
    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED,
        "{\"sextant-test:entry\":[{\"name\":\"a\",\"level\":\"high\"}]}", "");
    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED,
        "{\"sextant-test:entry\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "not one entry");
    refused(&tree, T "/flag/inside", "[k='1']", SX_SCOPE_REPLICATED,
        "{\"sextant-test:inside\":[{\"k\":\"1\"}]}", "is not there");
    assert_int_equal(load(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED, entry, &err), 0);
    refused(&tree, L "/entry", "[name='a']", SX_SCOPE_REPLICATED, entry, "there already");
    sx_tree_clear(&tree);
}

static void test_refused_rest(void **state)
{
    struct sx_tree tree = {.schema = *state};
    struct sx_error err;
    static const char top[] = "{\"sextant-test:top\":{\"plain\":\"p\"}}";

    refused(&tree, T, "", SX_SCOPE_AGREED, top, "plain is replicated, not agreed");
    refused(&tree, "/sextant-test:lone", "", SX_SCOPE_REPLICATED, top, "another node");
    refused(&tree, T "/agreed", "", SX_SCOPE_AGREED, top, "no such top-level");
    refused(&tree, "/sextant-test:state", "", SX_SCOPE_REPLICATED,
        "{\"sextant-test:state\":{\"counter\":1}}", "no such top-level");
    refused(&tree, T, "", SX_SCOPE_REPLICATED,
        "{\"sextant-test:top\":{\"flag\":{\"inside\":[{\"k\":\"1\"}]}}}", "rows of their own");
    refused(&tree, T, "", SX_SCOPE_REPLICATED,
        "{\"sextant-test:top\":{\"plain\":\"p\",\"@plain\":{\"ietf-netconf-with-defaults:default\":"
        "true}}}",
        "");
    assert_int_equal(load(&tree, T, "", SX_SCOPE_REPLICATED, top, &err), 0);
    refused(&tree, T, "", SX_SCOPE_REPLICATED, top, "there already");
    sx_tree_clear(&tree);
}

static void test_finish_validates(void **state)
{
    struct sx_tree tree = {.schema = *state};
    struct sx_error err;

    assert_int_equal(load(&tree, L "/few", "[k='1']", SX_SCOPE_REPLICATED,
                         "{\"sextant-test:few\":[{\"k\":\"1\"}]}", &err),
        0);
    assert_int_equal(sx_load_finish(&tree, &err), -1);
    assert_non_null(strstr(err.message, "must-have"));
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refused_entries),
        cmocka_unit_test(test_refused_rest),
        cmocka_unit_test(test_finish_validates),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

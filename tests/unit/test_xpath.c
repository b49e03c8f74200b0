// SPDX-License-Identifier: Apache-2.0
#include "netconf/xpath.h"
#include "netconf/xpath_text.h"

#include "netconf/request.h"
#include "netconf/xml.h"
#include "sextant/memory.h"
#include "sextant/schema.h"
#include "test_contexts.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK "/c:call-control/c:phone-book/c:entry"
#define BOOK_TEXT "/sextant-call-control:call-control/sextant-call-control:phone-book/" ENTRY
#define ENTRY "sextant-call-control:entry"

/* Compiles a filter; NULL with *err when it is refused. */
static struct ag_xpath *compile(
    struct ag_test_contexts *contexts, const char *select, struct sx_error *err)
{
    struct ag_request request = {0};
    struct ag_xpath *xpath = NULL;
    char *body = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&body, &size);

    fputs("<filter xmlns=\"" AG_BASE_NS
          "\" xmlns:c=\"urn:sextant:params:xml:ns:yang:sextant-call-control\" "
          "xmlns:x=\"urn:sextant:params:xml:ns:yang:sextant-cluster\" "
          "xmlns:bad=\"urn:nobody\" select=\"",
        out);
    ag_xml_escape(out, select);
    fputs("\"/>", out);
    fclose(out);
    assert_int_equal(ag_request_parse(contexts->plain, body, &request, err), 0);
    if (ag_xpath_new(sx_schema_context(contexts->schema), request.rpc, &xpath, err) < 0)
        xpath = NULL;
    ag_request_clear(&request);
    free(body);
    return xpath;
}

static void test_convert(void **state)
{
    static const struct {
        const char *select, *text;
    } table[] = {
        {BOOK, BOOK_TEXT},
        {"/c:call-control[c:ip-protocol='c:x']",
            "/sextant-call-control:call-control[sextant-call-control:ip-protocol='c:x']"},
        {"//x:peer[x:index = 2] | /c:call-control",
            "//sextant-cluster:peer[sextant-cluster:index = 2] | "
            "/sextant-call-control:call-control"},
        {"/x:cluster/child::x:name", "/sextant-cluster:cluster/child::sextant-cluster:name"},
        {"/x:cluster/*", "/sextant-cluster:cluster/*"},
        {"/x:mod[x:a and mode or modes = 2 * mod]",
            "/sextant-cluster:mod[sextant-cluster:a and mode or modes = 2 * mod]"},
        {"/x:mod/mod[mod='1 mod 2']", "/sextant-cluster:mod/mod[mod='1 mod 2']"},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct sx_error err = {0};
        struct ag_xpath *xpath = compile(*state, table[i].select, &err);

        if (!xpath)
            fail_msg("%s: %s", table[i].select, err.message);
        assert_string_equal(xpath->text, table[i].text);
        ag_xpath_free(xpath);
    }
}

static void test_refused(void **state)
{
    static const char *const selects[] = {"/bad:a", "/unknown:a", "/x:cluster[", "",
        "/x:cluster/x:name = ", "'",
        /* libyang would divide by zero. */
        "/x:cluster[1 mod 0 = 1]", "1 mod/x:a", "//x:name[. mod 0]", "/*[(1)mod(0)]", "c  modW",
        "* mod 0", "/x:cluster[1 or 2mod 0]"};

    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++) {
        struct sx_error err = {0};

        if (compile(*state, selects[i], &err))
            fail_msg("%s was taken", selects[i]);
        assert_int_equal(err.code, SX_E_INVALID_VALUE);
    }
}

static void test_bounds(void **state)
{
    struct ag_test_contexts *contexts = *state;
    char *select = sx_alloc(AG_XPATH_MAX + 2);
    struct ag_request request = {0};
    struct ag_xpath *xpath = NULL;
    struct sx_error err = {0};

    memset(select, '/', AG_XPATH_MAX + 1);
    assert_null(compile(contexts, select, &err));
    assert_int_equal(err.code, SX_E_TOO_BIG);
    free(select);
    assert_int_equal(
        ag_request_parse(contexts->plain, "<filter xmlns='" AG_BASE_NS "'/>", &request, &err), 0);
    assert_int_equal(
        ag_xpath_new(sx_schema_context(contexts->schema), request.rpc, &xpath, &err), -1);
    assert_int_equal(err.code, SX_E_MISSING_ATTRIBUTE);
    ag_request_clear(&request);
}

/* How an expression is answered: with a key, entry by entry, or with everything in memory. */
static void test_plan(void **state)
{
    static const struct {
        const char *select;
        bool by_entry;
        const char *key;
    } table[] = {
        {BOOK, true, NULL},
        {BOOK "[c:name='x']", true, "[name='x']"},
        {BOOK "[ c:name = \"it's\" ]", true, "[name=\"it's\"]"},
        {BOOK "[c:name='x']/c:number", true, "[name='x']"},
        {BOOK "[c:number='1'][c:name='x']", true, "[name='x']"},
        {"/x:cluster/x:peers/x:peer[x:index=2]/x:address", true, "[index='2']"},
        {"/x:cluster/x:peers/x:peer[x:index='02']", true, "[index='2']"},
        {BOOK "[c:number='1']", true, NULL},
        {BOOK "[c:number]", true, NULL},
        {BOOK "[contains(c:name, '/')]", true, NULL},
        {BOOK "[not(c:number = '1')]/c:name", true, NULL},
        {BOOK "[c:number != '1' and c:name > 'a']", true, NULL},
        /* What the type does not take is left to libyang. */
        {"/x:cluster/x:peers/x:peer[x:index='9']", true, NULL},
        /* Positions. */
        {BOOK "[3]", false, NULL},
        {BOOK "[last()]", false, NULL},
        {BOOK "[position() = 2]", false, NULL},
        {BOOK "[count(c:name)]", false, NULL},
        {BOOK "[c:name='x'][1]", false, NULL},
        {BOOK "/c:protocol[1]", false, NULL},
        /* Looks elsewhere. */
        {BOOK "[c:name = /x:cluster/x:name]", false, NULL},
        {BOOK "[c:name = ../../c:ip-protocol]", false, NULL},
        {BOOK "/..", false, NULL},
        {BOOK "/following-sibling::*", false, NULL},
        {BOOK "[c:number = current()/c:name]", false, NULL},
        {BOOK " | /x:cluster", false, NULL},
        /* No list, or not at once. */
        {"/c:call-control/c:phone-book", false, NULL},
        {"//c:entry", false, NULL},
        {"/c:call-control/*", false, NULL},
        {"/c:call-control[c:ip-protocol='both']/c:phone-book/c:entry", false, NULL},
        {"count(" BOOK ")", false, NULL},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct sx_error err = {0};
        struct ag_xpath *xpath = compile(*state, table[i].select, &err);

        if (!xpath)
            fail_msg("%s: %s", table[i].select, err.message);
        if (!xpath->list != !table[i].by_entry)
            fail_msg("%s is%s judged by entry", table[i].select, xpath->list ? "" : " not");
        if (table[i].key)
            assert_string_equal(xpath->key, table[i].key);
        else
            assert_null(xpath->key);
        ag_xpath_free(xpath);
    }
}

static void test_depth(void **state)
{
    (void)state;
    assert_int_equal(ag_xpath_text_depth("/a/b[c='/x'][d]/e"), 0);
    assert_int_equal(ag_xpath_text_depth("//a[b/c]//d"), 0);
    assert_int_equal(ag_xpath_text_depth("//a[b = /c]"), 1);
    assert_int_equal(ag_xpath_text_depth("//a[../b]"), 1);
    assert_int_equal(ag_xpath_text_depth("//a[b[/c]]"), 2);
    assert_int_equal(ag_xpath_text_depth("//*[//*[//*[//*]]]"), 3);
    assert_int_equal(ag_xpath_text_depth("//*[count( //*)]"), 1);
    assert_int_equal(ag_xpath_text_depth("//*[ancestor::a]"), 1);
    assert_int_equal(ag_xpath_text_depth("//a[.='..']"), 0);
    assert_int_equal(ag_xpath_text_depth("//*/preceding::*"), 1);
    assert_int_equal(ag_xpath_text_depth("//a/following-sibling::b[c]"), 1);
    assert_int_equal(ag_xpath_text_depth("//a[preceding-sibling::b]"), 2);
    assert_int_equal(ag_xpath_text_depth("//preceding/following[.='preceding::']"), 0);
}

static struct lyd_node *cluster(struct ag_test_contexts *contexts)
{
    struct lyd_node *tree = NULL;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(contexts->schema),
                         "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
                         "<name>lab</name><peers>"
                         "<peer><index>1</index><address>a.example</address></peer>"
                         "<peer><index>2</index><address>b.example</address></peer>"
                         "</peers></cluster>",
                         LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree),
        LY_SUCCESS);
    return tree;
}

static void test_marks(void **state)
{
    struct lyd_node *tree = cluster(*state);
    struct sx_error err = {0};
    struct ag_xpath *xpath = compile(*state, "//x:peer[x:address='b.example']/x:address", &err);
    char *text = NULL;

    assert_non_null(xpath);
    assert_int_equal(ag_xpath_mark(xpath, tree, &err), 0);
    assert_int_equal(ag_xpath_mark_of(tree), AG_MARK_PART);
    assert_true(ag_xpath_prune(tree));
    lyd_print_mem(&text, tree, LYD_XML, LYD_PRINT_SHRINK);
    assert_string_equal(text,
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><peers><peer>"
        "<index>2</index><address>b.example</address></peer></peers></cluster>");
    free(text);
    ag_xpath_free(xpath);
    lyd_free_all(tree);
}

/* libyang alone crashes: the last tree of the forest has no child. */
static void test_backwards(void **state)
{
    struct lyd_node *tree = cluster(*state), *last = NULL;
    const struct ly_ctx *context = sx_schema_context(((struct ag_test_contexts *)*state)->schema);
    struct sx_error err = {0};
    struct ag_xpath *xpath =
        compile(*state, "//x:peer[2]/x:address/ancestor::*/preceding-sibling::x:peer", &err);

    assert_non_null(xpath);
    assert_int_equal(lyd_new_inner(NULL, ly_ctx_get_module_implemented(context, "sextant-system"),
                         "system", 0, &last),
        LY_SUCCESS);
    assert_int_equal(lyd_insert_sibling(tree, last, &tree), LY_SUCCESS);
    assert_ptr_equal(tree->prev, last);
    assert_int_equal(ag_xpath_mark(xpath, tree, &err), 0);
    assert_int_equal(ag_xpath_mark_of(tree), AG_MARK_PART);
    assert_int_equal(ag_xpath_mark_of(last), AG_MARK_NONE);
    ag_xpath_free(xpath);
    lyd_free_tree(tree);
    xpath = compile(*state, "/*/preceding-sibling::*", &err);
    assert_int_equal(ag_xpath_mark(xpath, last, &err), 0);
    tree = NULL;
    assert_int_equal(lyd_new_inner(NULL, ly_ctx_get_module_implemented(context, "sextant-cluster"),
                         "cluster", 0, &tree),
        LY_SUCCESS);
    assert_int_equal(lyd_insert_sibling(last, tree, &tree), LY_SUCCESS);
    assert_int_equal(ag_xpath_mark(xpath, tree, &err), -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    ag_xpath_free(xpath);
    lyd_free_all(tree);
}

static void test_no_nodes(void **state)
{
    struct lyd_node *tree = cluster(*state);
    struct sx_error err = {0};
    struct ag_xpath *xpath = compile(*state, "count(/x:cluster/x:peers/x:peer)", &err);

    assert_non_null(xpath);
    assert_int_equal(ag_xpath_mark(xpath, tree, &err), -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    ag_xpath_free(xpath);
    lyd_free_all(tree);
}

/* An expression that goes through everything for everything ends before it begins. */
static void test_too_dear(void **state)
{
    struct lyd_node *tree = NULL;
    struct sx_error err = {0};
    struct ag_xpath *xpath = compile(*state, "//*[//*[//*[//*]]]", &err);
    char path[96];

    assert_non_null(xpath);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(
            path, sizeof path, "/sextant-call-control:call-control/phone-book/entry[name='%u']", i);
        assert_int_equal(
            lyd_new_path(tree, sx_schema_context(((struct ag_test_contexts *)*state)->schema), path,
                NULL, 0, tree ? NULL : &tree),
            LY_SUCCESS);
    }
    assert_int_equal(ag_xpath_mark(xpath, tree, &err), -1);
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    ag_xpath_free(xpath);
    lyd_free_all(tree);
}

static void test_touches(void **state)
{
    const struct ly_ctx *context = sx_schema_context(((struct ag_test_contexts *)*state)->schema);
    const struct lysc_node *call_control =
        lys_find_path(context, NULL, "/sextant-call-control:call-control", 0);
    const struct lysc_node *top = lys_find_path(context, NULL, "/sextant-cluster:cluster", 0);
    const struct lysc_node *peer =
        lys_find_path(context, NULL, "/sextant-cluster:cluster/peers/peer", 0);
    struct sx_error err = {0};
    struct ag_xpath *xpath = compile(*state, "/x:cluster/x:peers", &err);

    assert_true(ag_xpath_touches_top(xpath, top));
    assert_false(ag_xpath_touches_top(xpath, call_control));
    assert_false(ag_xpath_touches_list(xpath, peer));
    ag_xpath_free(xpath);
    xpath = compile(*state, "/x:cluster[x:peers/x:peer/x:address='b']/x:name", &err);
    assert_true(ag_xpath_touches_list(xpath, peer));
    ag_xpath_free(xpath);
    /* No step names the list. */
    xpath = compile(*state, "//x:address", &err);
    assert_true(ag_xpath_touches_list(xpath, peer));
    ag_xpath_free(xpath);
    xpath = compile(*state, BOOK, &err);
    assert_true(ag_xpath_touches_top(xpath, call_control));
    assert_false(ag_xpath_touches_top(xpath, top));
    ag_xpath_free(xpath);
    xpath = compile(*state, "/", &err);
    assert_true(xpath->everything);
    assert_true(ag_xpath_touches_top(xpath, top));
    ag_xpath_free(xpath);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convert),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_backwards),
        cmocka_unit_test(test_no_nodes),
        cmocka_unit_test(test_too_dear),
        cmocka_unit_test(test_touches),
    };

    return cmocka_run_group_tests(tests, ag_test_contexts_setup, ag_test_contexts_teardown);
}

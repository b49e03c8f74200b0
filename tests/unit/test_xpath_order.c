// SPDX-License-Identifier: Apache-2.0
#include "sextant/xpath.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/** Most nodes at the top of a tree here. */
#define TOP_MAX 16

#define MODULE \
    "module m { yang-version 1.1; namespace 'urn:m'; prefix m;" \
    " container box { list row { key k; leaf k { type uint8; } container in { leaf k {" \
    " type uint8; } } } }" \
    " list top { key k; leaf k { type uint8; } }" \
    " leaf-list mark { type uint8; }" \
    " container none { presence x; }" \
    "}"

#define ROW(k) "<row><k>" k "</k><in><k>" k "</k></in></row>"
#define BOX "<box xmlns='urn:m'>" ROW("1") ROW("2") ROW("3") "</box>"
#define TOP(k) "<top xmlns='urn:m'><k>" k "</k></top>"
#define MARK(k) "<mark xmlns='urn:m'>" k "</mark>"
#define NONE "<none xmlns='urn:m'/>"

static int make_context(void **state)
{
    struct ly_ctx *context = NULL;

    assert_int_equal(ly_ctx_new(NULL, 0, &context), LY_SUCCESS);
    assert_int_equal(lys_parse_mem(context, MODULE, LYS_IN_YANG, NULL), LY_SUCCESS);
    *state = context;
    return 0;
}

static int free_context(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

static struct lyd_node *parse(void **state, const char *xml)
{
    struct lyd_node *tree = NULL;

    assert_int_equal(
        lyd_parse_data_mem(*state, xml, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree),
        LY_SUCCESS);
    return tree;
}

static size_t list_top(struct lyd_node *any, struct lyd_node *ret_nodes[TOP_MAX])
{
    struct lyd_node *first = lyd_first_sibling(any), *node;
    size_t count = 0;

    assert_null(first->prev->next);
    LY_LIST_FOR(first, node)
    {
        assert_true(count < TOP_MAX);
        assert_ptr_equal(node->next ? node->next->prev : first->prev, node);
        ret_nodes[count++] = node;
    }
    return count;
}

static void the_last_has_children_meanwhile(void **state)
{
    static const char *const trees[] = {
        BOX MARK("1"),
        BOX MARK("1") NONE,
        BOX TOP("1") TOP("2") MARK("1") MARK("2") NONE,
        BOX MARK("1") TOP("1"),
        BOX,
        TOP("1") TOP("2") NONE,
        MARK("1") BOX NONE,
    };

    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        struct lyd_node *tree = parse(state, trees[i]), *was[TOP_MAX], *now[TOP_MAX];
        size_t count = list_top(tree, was);
        struct sx_xpath_order order;

        for (size_t start = 0; start < count; start++) {
            assert_true(sx_xpath_begin(was[start], "x", &order));
            assert_int_equal(list_top(was[start], now), count);
            assert_non_null(lyd_child(now[count - 1]));
            sx_xpath_end(&order);
            assert_int_equal(list_top(was[start], now), count);
            assert_memory_equal(was, now, count * sizeof *was);
        }
        lyd_free_all(tree);
    }
}

/* Of these libyang alone crashes on many. */
static void every_axis_can_be_used(void **state)
{
    static const char *const axes[] = {"ancestor", "ancestor-or-self", "child", "descendant",
        "descendant-or-self", "following", "following-sibling", "parent", "preceding",
        "preceding-sibling", "self"};
    struct lyd_node *tree = parse(state, BOX MARK("1") NONE), *row = NULL;
    const struct lys_module *module = ly_ctx_get_module_implemented(*state, "m");
    char expression[128];

    assert_int_equal(lyd_find_path(tree, "/m:box/row[k='3']", 0, &row), LY_SUCCESS);
    assert_true(sx_xpath_holds(row, module, "count(preceding-sibling::row) = 2", NULL));
    assert_true(sx_xpath_holds(row, module, "preceding-sibling::row[1]/k = 2", NULL));
    assert_true(sx_xpath_holds(row, module, "count(ancestor::box) = 1", NULL));
    assert_false(sx_xpath_holds(row, module, "count(ancestor::box) = 2", NULL));
    assert_false(sx_xpath_holds(row, module, "no-function()", NULL));
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
        for (size_t j = 0; j < sizeof axes / sizeof *axes; j++) {
            snprintf(expression, sizeof expression, "count(%s::*/%s::*) >= 0", axes[i], axes[j]);
            assert_true(sx_xpath_holds(row, module, expression, NULL));
            snprintf(expression, sizeof expression, "count(//*/%s::* | //k/%s::*/*) >= 0", axes[i],
                axes[j]);
            assert_true(sx_xpath_holds(row, module, expression, NULL));
        }
    assert_true(sx_xpath_holds(row, module, "count(//in/.. | //k/..) = 6", NULL));
    lyd_free_all(tree);
}

static void without_any_children_two_axes_are_refused(void **state)
{
    struct lyd_node *tree = parse(state, MARK("1") MARK("2") MARK("3"));
    const struct lys_module *module = ly_ctx_get_module_implemented(*state, "m");
    struct lyd_node *last = tree->prev;

    assert_false(sx_xpath_holds(last, module, "count(preceding-sibling::*) >= 0", NULL));
    assert_false(sx_xpath_holds(last, module, "count(preceding::*) >= 0", NULL));
    assert_true(sx_xpath_holds(tree, module, "count(following::*) = 2", NULL));
    assert_true(sx_xpath_holds(last, module, "count(//*/ancestor-or-self::mark) = 3", NULL));
    assert_true(
        sx_xpath_holds(last, module, "count(/mark/.. | //*/following-sibling::*) = 3", NULL));
    lyd_free_all(tree);
    tree = parse(state, MARK("1"));
    assert_true(sx_xpath_holds(tree, module, "not(preceding-sibling::*)", NULL));
    lyd_free_all(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_has_children_meanwhile),
        cmocka_unit_test(every_axis_can_be_used),
        cmocka_unit_test(without_any_children_two_axes_are_refused),
    };

    return cmocka_run_group_tests(tests, make_context, free_context);
}

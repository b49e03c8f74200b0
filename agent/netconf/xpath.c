// SPDX-License-Identifier: Apache-2.0
#include "netconf/xpath.h"

#include "netconf/request.h"
#include "netconf/xpath_text.h"
#include "sextant/memory.h"
#include "sextant/xpath.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

static int bad(struct sx_error *err, const struct ly_ctx *context, const char *text)
{
    const char *reason = ly_errmsg(context);

    return sx_error_set(err, SX_E_INVALID_VALUE, "the XPath filter \"%.200s\" cannot be used: %s",
        text, reason ? reason : "it is no expression that selects nodes");
}

int ag_xpath_new(const struct ly_ctx *context, const struct lyd_node_opaq *filter,
    struct ag_xpath **ret_xpath, struct sx_error *err)
{
    struct ag_xpath *xpath = sx_alloc(sizeof *xpath);
    const char *select = ag_request_attribute(filter, "select");

    ly_err_clean((struct ly_ctx *)(size_t)context, NULL);
    if (!select) {
        sx_error_set(err, SX_E_MISSING_ATTRIBUTE,
            "a filter of type \"xpath\" needs a select attribute with the expression");
        goto failed;
    }
    if (strlen(select) > AG_XPATH_MAX) {
        sx_error_set(err, SX_E_TOO_BIG, "the XPath filter is longer than %d bytes", AG_XPATH_MAX);
        goto failed;
    }
    xpath->text = ag_xpath_text_convert(context, filter, err);
    if (!xpath->text)
        goto failed;
    if (ag_xpath_text_divides(xpath->text)) {
        sx_error_set(err, SX_E_INVALID_VALUE, "the operator mod cannot be used in an XPath filter");
        goto failed;
    }
    xpath->everything = strcmp(xpath->text, "/") == 0;
    xpath->depth = ag_xpath_text_depth(xpath->text);
    ag_xpath_text_plan(context, xpath);
    /* Also a look at the expression's grammar, before anything is read for it. */
    if (!xpath->everything &&
        lys_find_xpath_atoms(context, NULL, xpath->text, 0, &xpath->touched) != LY_SUCCESS) {
        bad(err, context, xpath->text);
        goto failed;
    }
    *ret_xpath = xpath;
    return 0;
failed:
    ag_xpath_free(xpath);
    return -1;
}

void ag_xpath_free(struct ag_xpath *xpath)
{
    if (!xpath)
        return;
    ly_set_free(xpath->touched, NULL);
    free(xpath->text);
    free(xpath->key);
    free(xpath);
}

static const struct lysc_node *top_of(const struct lysc_node *node)
{
    while (node->parent)
        node = node->parent;
    return node;
}

/* The data node at the top: choices and cases are none. */
static const struct lysc_node *data_top_of(const struct lysc_node *node)
{
    for (const struct lysc_node *parent; (parent = lysc_data_parent(node));)
        node = parent;
    return node;
}

bool ag_xpath_touches_top(const struct ag_xpath *xpath, const struct lysc_node *top)
{
    if (xpath->everything)
        return true;
    if (xpath->list)
        return data_top_of(xpath->list) == top;
    for (uint32_t i = 0; i < xpath->touched->count; i++)
        if (top_of(xpath->touched->snodes[i]) == top_of(top))
            return true;
    return false;
}

bool ag_xpath_touches_list(const struct ag_xpath *xpath, const struct lysc_node *list)
{
    if (xpath->everything || xpath->list)
        return false;
    /* A // reaches what is in the list without a step that names it. */
    for (uint32_t i = 0; i < xpath->touched->count; i++)
        for (const struct lysc_node *node = xpath->touched->snodes[i]; node; node = node->parent)
            if (node == list)
                return true;
    return false;
}

static size_t count_nodes(const struct lyd_node *first)
{
    const struct lyd_node *node;
    size_t count = 0;

    LY_LIST_FOR(first, node)
    {
        count += 1 + count_nodes(lyd_child(node));
    }
    return count;
}

/* libyang 2.1.30 gives a boolean for a path with an `and` or `or` in a predicate of no node at all.
 * That one is false; any other value that is no set of nodes is an error, unless it is false, too.
 */
static bool selects_nothing(const struct ag_xpath *xpath, const struct lyd_node *forest)
{
    ly_bool found = 1;

    return lyd_eval_xpath(forest, xpath->text, &found) == LY_SUCCESS && !found;
}

static int check_cost(
    const struct ag_xpath *xpath, const struct lyd_node *forest, struct sx_error *err)
{
    double nodes, steps;

    if (xpath->depth == 0)
        return 0;
    nodes = steps = (double)count_nodes(forest);
    for (unsigned i = 0; i < xpath->depth && steps <= AG_XPATH_STEPS_MAX; i++)
        steps *= nodes;
    if (steps > AG_XPATH_STEPS_MAX)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the XPath filter compares %.0f nodes with each other, which takes too long; leave out "
            "predicates that look outside of their node (/, .., axes), or ask for less",
            nodes);
    return 0;
}

int ag_xpath_mark(const struct ag_xpath *xpath, struct lyd_node *forest, struct sx_error *err)
{
    struct sx_xpath_order order;
    struct ly_set *found = NULL;
    bool nothing;
    LY_ERR result;

    if (xpath->everything || !forest)
        return 0;
    if (check_cost(xpath, forest, err) < 0)
        return -1;
    ly_err_clean((struct ly_ctx *)(size_t)LYD_CTX(forest), NULL);
    if (!sx_xpath_begin(forest, xpath->text, &order))
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the axes preceding and preceding-sibling cannot be used here: no node at the top has "
            "any child");
    result = lyd_find_xpath3(NULL, forest, xpath->text, NULL, &found);
    nothing = result == LY_EINVAL && selects_nothing(xpath, forest);
    sx_xpath_end(&order);
    if (nothing)
        return 0;
    if (result != LY_SUCCESS)
        return bad(err, LYD_CTX(forest), xpath->text);
    for (uint32_t i = 0; i < found->count; i++) {
        struct lyd_node *node = found->dnodes[i];

        node->priv = (void *)AG_MARK_WHOLE;
        for (node = lyd_parent(node); node && !node->priv; node = lyd_parent(node))
            node->priv = (void *)AG_MARK_PART;
    }
    ly_set_free(found, NULL);
    return 0;
}

enum ag_mark ag_xpath_mark_of(const struct lyd_node *node)
{
    return (enum ag_mark)(size_t)node->priv;
}

bool ag_xpath_prune(struct lyd_node *node)
{
    struct lyd_node *child, *next;

    if (ag_xpath_mark_of(node) != AG_MARK_PART)
        return ag_xpath_mark_of(node) == AG_MARK_WHOLE;
    LY_LIST_FOR_SAFE(lyd_child(node), next, child)
    {
        bool key = child->schema && lysc_is_key(child->schema);

        if (!ag_xpath_prune(child) && !key)
            lyd_free_tree(child);
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/xpath.h"

#include <libyang/libyang.h>
#include <stdint.h>
#include <string.h>

/* Siblings are a list in which the first one's `prev` is the last one. libyang's own functions
 * would put a node back where its schema says, not where it was. */

static struct lyd_node *first_of(struct lyd_node *node)
{
    while (node->parent)
        node = lyd_parent(node);
    while (node->prev->next)
        node = node->prev;
    return node;
}

/* Below nodes without schema the search does not look. */
static bool has_children(const struct lyd_node *node)
{
    return node->schema && lyd_child(node);
}

bool sx_xpath_begin(struct lyd_node *node, const char *expression, struct sx_xpath_order *ret_order)
{
    struct lyd_node *first = first_of(node), *last = first->prev, *moved = last, *before;

    *ret_order = (struct sx_xpath_order){0};
    while (!has_children(moved) && moved != first)
        moved = moved->prev;
    if (moved == last)
        return true;
    /* Then nodes can be in another order along two axes only. */
    if (!has_children(moved))
        return !strstr(expression, "preceding");
    before = moved->next;
    before->prev = moved->prev;
    if (moved == first)
        first = before;
    else
        moved->prev->next = before;
    last->next = moved;
    moved->prev = last;
    moved->next = NULL;
    first->prev = moved;
    *ret_order = (struct sx_xpath_order){.moved = moved, .before = before};
    return true;
}

void sx_xpath_end(const struct sx_xpath_order *order)
{
    struct lyd_node *moved = order->moved, *before = order->before, *first;

    if (!moved)
        return;
    first = first_of(before);
    moved->prev->next = NULL;
    first->prev = moved->prev;
    moved->prev = before->prev;
    moved->next = before;
    if (before != first)
        moved->prev->next = moved;
    before->prev = moved;
}

bool sx_xpath_holds(const struct lyd_node *node, const struct lys_module *module,
    const char *expression, const struct lysc_prefix *prefixes)
{
    struct sx_xpath_order order;
    ly_bool holds = 0;

    /* The tree is the caller's to change, and is as it was afterwards. */
    if (!sx_xpath_begin((struct lyd_node *)(uintptr_t)node, expression, &order))
        return false;
    if (lyd_eval_xpath3(node, module, expression, LY_VALUE_SCHEMA_RESOLVED,
            (void *)(uintptr_t)prefixes, NULL, &holds) != LY_SUCCESS)
        holds = 0;
    sx_xpath_end(&order);
    return holds;
}

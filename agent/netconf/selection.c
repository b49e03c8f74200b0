// SPDX-License-Identifier: Apache-2.0
#include "netconf/selection.h"

#include <libyang/libyang.h>

void ag_selection_clear(struct ag_selection *selection)
{
    ag_filter_set_clear(&selection->set);
}

bool ag_selection_top(
    const struct ag_walk *walk, const struct lysc_node *top, struct ag_selection *ret_selection)
{
    *ret_selection = (struct ag_selection){0};
    if (walk->filter) {
        ret_selection->set = ag_filter_top(walk->filter, top);
        return ret_selection->set.count > 0;
    }
    ret_selection->whole = !walk->xpath || walk->xpath->everything;
    return ret_selection->whole || ag_xpath_touches_top(walk->xpath, top);
}

/* True for the list that an expression goes down to, and for what is above it. */
static bool on_the_way(const struct ag_xpath *xpath, const struct lysc_node *schema)
{
    for (const struct lysc_node *node = xpath->list; node; node = node->parent)
        if (node == schema)
            return true;
    return false;
}

bool ag_selection_child(const struct ag_walk *walk, const struct ag_selection *active,
    const struct lysc_node *child, struct ag_selection *ret_selection)
{
    *ret_selection = (struct ag_selection){.whole = active->whole};
    if (active->whole)
        return true;
    if (walk->filter) {
        ret_selection->set = ag_filter_children(&active->set, child);
        return ret_selection->set.count > 0;
    }
    return !walk->xpath->list || on_the_way(walk->xpath, child);
}

bool ag_selection_enter(const struct ag_walk *walk, const struct ag_selection *selection,
    const struct lyd_node *data, struct ag_selection *ret_active)
{
    *ret_active = (struct ag_selection){.whole = selection->whole};
    if (selection->whole)
        return true;
    if (walk->filter) {
        ret_active->whole = ag_filter_enter(&selection->set, data, &ret_active->set);
        return ret_active->whole || ret_active->set.count > 0;
    }
    if (walk->xpath->list)
        return true;
    ret_active->whole = ag_xpath_mark_of(data) == AG_MARK_WHOLE;
    return ag_xpath_mark_of(data) != AG_MARK_NONE;
}

bool ag_selection_prune(
    const struct ag_walk *walk, const struct ag_selection *selection, struct lyd_node *node)
{
    if (selection->whole)
        return true;
    return walk->xpath ? ag_xpath_prune(node) : ag_filter_prune(&selection->set, node);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/walk.h"

/**
 * What a filter selects at a place of the schema: everything, or what these elements of a subtree
 * filter say. With an XPath filter the marks on the nodes tell. Released by
 * ag_selection_clear().
 */
struct ag_selection {
    bool whole;
    struct ag_filter_set set;
};

/** Releases what a selection holds. */
void ag_selection_clear(struct ag_selection *selection);

/** What is selected of a top-level node; false: nothing. */
bool ag_selection_top(
    const struct ag_walk *walk, const struct lysc_node *top, struct ag_selection *ret_selection);

/** What is selected of a child of a container that was entered; false: nothing. */
bool ag_selection_child(const struct ag_walk *walk, const struct ag_selection *active,
    const struct lysc_node *child, struct ag_selection *ret_selection);

/** Enters a container, whose children that are in memory `data` holds: false when nothing of it is
 * selected. *ret_active is for its children. */
bool ag_selection_enter(const struct ag_walk *walk, const struct ag_selection *selection,
    const struct lyd_node *data, struct ag_selection *ret_active);

/** Takes away from a node what is not selected below it; false when nothing is left. */
bool ag_selection_prune(
    const struct ag_walk *walk, const struct ag_selection *selection, struct lyd_node *node);

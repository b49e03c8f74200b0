// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>
#include <stddef.h>

struct ly_ctx;
struct lyd_node;
struct lyd_node_opaq;
struct lysc_node;

/** Elements in one subtree filter. */
#define AG_FILTER_NODES_MAX 10000

/**
 * A subtree filter (RFC 6241 section 6). Elements without a namespace, and those in NETCONF's own
 * (that is what an element gets whose writer forgot the namespace), match any namespace. Keys of a
 * list entry that is selected in part are always part of the answer.
 * It remembers values in the form of the leafs they were compared with: one thread at a time.
 */
struct ag_filter;

/** One element of a filter. */
struct ag_filter_node;

/** Elements of a filter that stand for one and the same data node: what one of them selects is
 * selected. Owns the array, not the elements. */
struct ag_filter_set {
    struct ag_filter_node **items;
    size_t count;
    size_t capacity;
};

/** Compiles a <filter> element. *ret_filter is the caller's. */
int ag_filter_new(const struct ly_ctx *context, const struct lyd_node_opaq *element,
    struct ag_filter **ret_filter, struct sx_error *err);

/** Releases a filter (NULL is fine). */
void ag_filter_free(struct ag_filter *filter);

/** Releases the array of a set. */
void ag_filter_set_clear(struct ag_filter_set *set);

/** The filter's elements that match a top-level node; empty when it selects nothing there. */
struct ag_filter_set ag_filter_top(struct ag_filter *filter, const struct lysc_node *schema);

/**
 * Enters an inner node: leaves in *ret_active (empty before) those elements of `set` whose tests on
 * the children of `data` hold and that select something below. `data` may be NULL: it has no
 * children then. Returns true when one of them selects all that is below the node.
 */
bool ag_filter_enter(
    const struct ag_filter_set *set, const struct lyd_node *data, struct ag_filter_set *ret_active);

/** The children of the active elements that match a child of the node. */
struct ag_filter_set ag_filter_children(
    const struct ag_filter_set *active, const struct lysc_node *child);

/** True when one of the elements selects all of the nodes that they match, wherever they are. */
bool ag_filter_selects(const struct ag_filter_set *set);

/**
 * Takes away from `data` what the elements do not select below it. Returns false when nothing is
 * left that was selected: the caller takes the node away then.
 */
bool ag_filter_prune(const struct ag_filter_set *set, struct lyd_node *data);

/**
 * The key predicates of the one entry that an element selects from, as the store writes them, for
 * free(); NULL when the element does not test every key of the list.
 */
char *ag_filter_key(struct ag_filter_node *node, const struct lysc_node *list);

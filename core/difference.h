// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"
#include "sextant/change.h"

#include <libyang/libyang.h>

/** Position of an entry that a former order did not hold. */
#define SX_ABSENT ((size_t)-1)

/** Gathers the changes between a former and a present content, item by item. */
struct sx_difference {
    struct sx_change_list *changes; /**< borrowed */
    struct sx_text path; /**< data path of the node whose children come next; the caller's */
    unsigned scopes; /**< scopes of the changes made so far, 1 << scope each */
};

/** The node as RFC 7951 JSON with one member, explicit nodes alone, for free(). */
char *sx_difference_json(const struct lyd_node *node);

/** A node before and after, and in a user-ordered list the data paths of the entries before it. All
 * may be NULL, as struct sx_change says. */
struct sx_pair {
    const struct lyd_node *before, *after;
    const char *before_predecessor, *after_predecessor;
};

/** Adds a change of the node at d->path; texts are copied. */
void sx_difference_add(
    struct sx_difference *difference, enum sx_operation operation, const struct sx_pair *pair);

/** Changes between two nodes' children; either may be NULL for none. `schema` is the parents'. The
 * entries of outermost lists are left out. */
void sx_difference_children(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before, const struct lyd_node *after);

/** Changes of one child's schema node between two groups of siblings; either may be NULL. */
void sx_difference_siblings(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before, const struct lyd_node *after);

/**
 * sequence.c: which entries of an order must be placed anew to get it from a former one. was[i] is
 * the former position of the i-th entry, or SX_ABSENT. ret_placed[i] becomes true for new entries
 * and for the fewest others that will do: placed in ascending order of i, each behind its present
 * predecessor, they give the order.
 */
void sx_sequence_placed(const size_t *was, size_t count, bool *ret_placed);

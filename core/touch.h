// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* What a transaction touches, as it was before: the difference, the store's rows and the digest
 * follow from it. The unit is a fragment: an entry of an outermost list, or all that a top-level
 * node holds outside of lists. */

/** One fragment that was touched. */
struct sx_touched {
    char *path; /**< of the entry, or of the top-level node */
    size_t list_length; /**< bytes of the path before the entry's key; all of it for a top-level
                             node */
    const struct lysc_node *schema; /**< outermost list, or top-level node */
    bool is_entry;
    struct lyd_node *origin; /**< entry: the node in the tree at first touch, NULL for none */
    struct lyd_node *now; /**< entry: the node that is in the tree, NULL for none */
    struct lyd_node *before; /**< what was there, NULL for nothing; a top-level leaf-list has all
                                  its entries here */
    bool owns_before; /**< before is a copy; else it is the removed entry itself */
    char *before_predecessor; /**< set by sx_order_resolve(): path of the entry before it, then
                                   and now, where that may differ; else NULL */
    char *now_predecessor;
    size_t position; /**< set by sx_order_resolve(): ascending in the present order */
    bool placed; /**< set by sx_order_resolve(): it must be placed to get the present order */
};

/** The order of a user-ordered outermost list before its first structural change. */
struct sx_order {
    const struct lysc_node *list;
    struct lyd_node **entries;
    size_t count;
};

/** All that was touched. Start it zeroed but for root. */
struct sx_touch {
    struct lyd_node **root; /**< borrowed */
    struct sx_touched *items;
    size_t count, capacity;
    size_t *index; /**< hash table of positions in items plus one; 0 is free */
    size_t index_size; /**< power of two, or 0 */
    struct sx_order *orders;
    size_t order_count, order_capacity;
};

/** To be called before `node` is linked below `parent` (NULL: top level). */
void sx_touch_insert(struct sx_touch *touch, struct lyd_node *parent, struct lyd_node *node);

/** To be called before `node` is taken out of the tree. */
void sx_touch_remove(struct sx_touch *touch, struct lyd_node *node);

/** To be called before an entry of a user-ordered list takes another place. */
void sx_touch_move(struct sx_touch *touch, struct lyd_node *node);

/** The fragment at `path`, or NULL. Valid until something else is touched. */
struct sx_touched *sx_touch_find(const struct sx_touch *touch, const char *path);

/** The order noted of a list, or NULL. */
const struct sx_order *sx_touch_order(const struct sx_touch *touch, const struct lysc_node *list);

/**
 * order.c: fills in what the touched entries of a user-ordered outermost list say of their places,
 * and corrects a digest for entries that were not touched but have another predecessor now.
 * Takes time with the length of the list.
 */
void sx_order_resolve(
    struct sx_touch *touch, const struct sx_order *order, uint8_t digest[SX_DIGEST_SIZE]);

/** Releases everything. */
void sx_touch_clear(struct sx_touch *touch);

/** rest.c: the node of `schema`, which has no list above it, or the first entry of that list; NULL
 * when there is none. */
struct lyd_node *sx_rest_find(struct lyd_node *root, const struct lysc_node *schema);

/** rest.c: a copy of what the top-level node of `schema` explicitly holds outside of lists, of the
 * scopes of the mask (1 << scope); NULL when that is nothing. */
struct lyd_node *sx_rest_copy(
    struct lyd_node *root, const struct lysc_node *schema, unsigned scopes);

/** All scopes. */
#define SX_SCOPES_ALL ((1u << SX_SCOPE_COUNT) - 1)

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "order.h"

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
    size_t position; /**< set by sx_order_resolve(): who is placed behind others that are placed
                          has a greater one */
    bool placed; /**< set by sx_order_resolve(): it must be placed to get the present order */
};

/** All that was touched. Start it zeroed but for root. */
struct sx_touch {
    struct lyd_node **root; /**< borrowed */
    struct sx_touched *items;
    size_t count, capacity;
    struct sx_slots slots; /**< of items, by path */
    struct sx_order order;
};

/** To be called before `node` is linked below `parent` (NULL: top level). */
void sx_touch_insert(struct sx_touch *touch, struct lyd_node *parent, struct lyd_node *node);

/** To be called before `node` is taken out of the tree. */
void sx_touch_remove(struct sx_touch *touch, struct lyd_node *node);

/** To be called before an entry of a user-ordered list is put behind `after`, or first when NULL.
 */
void sx_touch_move(struct sx_touch *touch, struct lyd_node *node, struct lyd_node *after);

/** The fragment at `path`, or NULL. Valid until something else is touched. */
struct sx_touched *sx_touch_find(const struct sx_touch *touch, const char *path);

/**
 * order_resolve.c: fills in what the touched entries of user-ordered outermost lists say of their
 * places, and corrects a digest for entries that were not touched but have another one before them
 * now. Takes time with the edit, not with the list.
 */
void sx_order_resolve(struct sx_touch *touch, uint8_t digest[SX_DIGEST_SIZE]);

/** order_resolve.c: data path of an entry of an outermost list, linked or not; "" for NULL. For
 * free(). */
char *sx_order_path(const struct lyd_node *entry);

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

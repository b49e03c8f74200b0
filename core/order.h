// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slots.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* The order of user-ordered outermost lists during a transaction. Only entries whose neighbour
 * before them changes are noted, so the cost follows the edit and not the list. */

/** An entry before which another came to stand, or that was moved, made or taken out itself. */
struct sx_place {
    struct lyd_node *node;
    struct lyd_node *former; /**< the entry before it when the transaction began, or NULL */
    bool was_there; /**< when the transaction began */
    bool loose; /**< it came, went or was moved; the others keep their order among themselves */

    /* Set by sx_order_resolve() for loose entries: the last entry before it that is not loose, or
     * NULL, and how many places behind that one it stands; then and now. */
    struct lyd_node *former_anchor, *anchor;
    size_t former_depth, depth; /**< 0: it was or is not there */
};

/** Start it zeroed. */
struct sx_order {
    struct sx_place *places;
    size_t count, capacity;
    struct sx_slots slots; /**< of places, by node */
};

/** To be called when an entry is about to come, last of its list. */
void sx_order_coming(struct sx_order *order, struct lyd_node *entry);

/** To be called when an entry is about to go. */
void sx_order_going(struct sx_order *order, struct lyd_node *entry);

/** To be called when an entry is about to be put behind `after`, or first when that is NULL. */
void sx_order_moving(struct sx_order *order, struct lyd_node *entry, struct lyd_node *after);

/** What was noted of a node, or NULL: then the entry before it did not change. Valid until another
 * is noted. */
struct sx_place *sx_order_find(const struct sx_order *order, const struct lyd_node *node);

/** The entry before a linked one in its list, or NULL. */
struct lyd_node *sx_order_before(const struct lyd_node *entry);

/** Releases everything; it is empty and usable afterwards. */
void sx_order_clear(struct sx_order *order);

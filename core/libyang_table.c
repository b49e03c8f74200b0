// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"

#include <libyang/libyang.h>
#include <stdint.h>
#include <stdlib.h>

/** Of so many children, one may be taken out before the table is given up. A removal leaves three
 * unusable places at most, and libyang keeps a quarter of the places free of nodes. */
#define CHILDREN_PER_REMOVAL 16
/** A parent's priv: removals since the table was new, and how many it can take for certain. */
#define REMOVALS(priv) ((uint32_t)(uintptr_t)(priv))
#define LIMIT(priv) ((uint32_t)((uint64_t)(uintptr_t)(priv) >> 32))
#define PRIV(removals, limit) ((void *)(uintptr_t)((uint64_t)(limit) << 32 | (removals)))

static uint32_t count_children(const struct lyd_node *parent)
{
    uint32_t count = 0;

    for (const struct lyd_node *child = lyd_child(parent); child; child = child->next)
        count++;
    return count;
}

/* Only libyang can free its table: with a node that owns it. */
static void give_up(struct lyd_node_inner *parent)
{
    struct lyd_node *owner = NULL;
    struct lyd_node_inner *inner;

    if (lyd_dup_single(&parent->node, NULL, LYD_DUP_NO_META, &owner) != LY_SUCCESS)
        abort(); /* only for want of memory */
    inner = (struct lyd_node_inner *)owner;
    lyd_free_siblings(inner->child); /* the copies of a list's keys */
    inner->children_ht = parent->children_ht;
    parent->children_ht = NULL;
    lyd_free_tree(owner);
}

void sx_table_before_insert(struct lyd_node *parent)
{
    struct lyd_node_inner *inner = (struct lyd_node_inner *)parent;
    uint32_t removals, limit;

    if (!parent)
        return;
    removals = REMOVALS(parent->priv);
    if (removals <= LIMIT(parent->priv))
        return;
    limit = count_children(parent) / CHILDREN_PER_REMOVAL;
    if (removals <= limit && inner->children_ht) {
        parent->priv = PRIV(removals, limit);
        return;
    }
    if (inner->children_ht)
        give_up(inner);
    parent->priv = NULL;
}

void sx_table_removed(struct lyd_node *parent)
{
    if (parent && REMOVALS(parent->priv) < UINT32_MAX)
        parent->priv = PRIV(REMOVALS(parent->priv) + 1u, LIMIT(parent->priv));
}

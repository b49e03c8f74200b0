// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdint.h>

/** Of so many children, one may be taken out before the table is given up. A removal leaves three
 * unusable places at most, and libyang keeps a quarter of the places free of nodes. */
#define CHILDREN_PER_REMOVAL 16
/** Removals after which a table is given up in any case; keeps the sums in 32 bits. */
#define REMOVALS_MAX (1u << 24)
/** A parent's priv: removals since the table was new, and how many it can take for certain. */
#define REMOVALS(priv) ((uint32_t)(uintptr_t)(priv))
#define LIMIT(priv) ((uint32_t)((uint64_t)(uintptr_t)(priv) >> 32))
#define PRIV(removals, limit) ((void *)(uintptr_t)((uint64_t)(limit) << 32 | (removals)))

/* The number of children, or `enough` when there are more. */
static uint32_t count_children(const struct lyd_node *parent, uint32_t enough)
{
    uint32_t count = 0;

    for (const struct lyd_node *child = lyd_child(parent); child && count < enough;
         child = child->next)
        count++;
    return count;
}

/* Only libyang can free its table: with a node that owns it. */
static void give_up(struct lyd_node_inner *parent)
{
    struct lyd_node_inner *owner = sx_alloc(sizeof *owner);

    owner->schema = parent->schema;
    owner->prev = &owner->node;
    owner->children_ht = parent->children_ht;
    parent->children_ht = NULL;
    lyd_free_tree(&owner->node);
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
    /* To see that twice the removals will do is enough for now. */
    limit = removals < REMOVALS_MAX
                ? count_children(parent, 2 * removals * CHILDREN_PER_REMOVAL) / CHILDREN_PER_REMOVAL
                : 0;
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
    if (parent && REMOVALS(parent->priv) < REMOVALS_MAX)
        parent->priv = PRIV(REMOVALS(parent->priv) + 1u, LIMIT(parent->priv));
}

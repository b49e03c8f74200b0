// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include "sextant/memory.h"

#include <stdlib.h>

static uint64_t hash_node(const struct lyd_node *node)
{
    return ((uint64_t)(uintptr_t)node >> 4) * 0x9e3779b97f4a7c15u >> 20;
}

static uint64_t hash_of(const void *items, size_t at)
{
    return hash_node(((const struct sx_place *)items)[at].node);
}

static bool same(const void *items, size_t at, const void *key)
{
    return ((const struct sx_place *)items)[at].node == key;
}

struct sx_place *sx_order_find(const struct sx_order *order, const struct lyd_node *node)
{
    size_t at = sx_slots_find(&order->slots, order->places, hash_node(node), node, same);

    return at == SX_SLOTS_NONE ? NULL : &order->places[at];
}

struct lyd_node *sx_order_before(const struct lyd_node *entry)
{
    return entry->prev->next && entry->prev->schema == entry->schema ? entry->prev : NULL;
}

/* Notes an entry, at first with `former` before it. Who was not noted has its first neighbours. */
static void note(struct sx_order *order, struct lyd_node *entry, struct lyd_node *former,
    bool was_there, bool loose)
{
    struct sx_place *place = sx_order_find(order, entry);

    if (!place) {
        order->places =
            sx_grow(order->places, order->count, &order->capacity, sizeof *order->places);
        place = &order->places[order->count++];
        *place = (struct sx_place){.node = entry, .former = former, .was_there = was_there};
        sx_slots_add(&order->slots, order->places, hash_of);
    }
    place->loose = place->loose || loose;
}

/* Notes a linked entry, or none. */
static void note_linked(struct sx_order *order, struct lyd_node *entry, bool loose)
{
    if (entry)
        note(order, entry, sx_order_before(entry), true, loose);
}

static struct lyd_node *next_entry(const struct lyd_node *entry)
{
    return entry->next && entry->next->schema == entry->schema ? entry->next : NULL;
}

void sx_order_coming(struct sx_order *order, struct lyd_node *entry)
{
    if (lysc_is_userordered(entry->schema))
        note(order, entry, NULL, false, true);
}

void sx_order_going(struct sx_order *order, struct lyd_node *entry)
{
    if (!lysc_is_userordered(entry->schema))
        return;
    note_linked(order, entry, true);
    note_linked(order, next_entry(entry), false);
}

void sx_order_moving(struct sx_order *order, struct lyd_node *entry, struct lyd_node *after)
{
    struct lyd_node *behind = NULL;

    sx_order_going(order, entry);
    if (after)
        behind = next_entry(after);
    else if (lyd_find_sibling_val(entry, entry->schema, NULL, 0, &behind) != LY_SUCCESS)
        abort(); /* at least the entry itself is there */
    note_linked(order, behind, false);
}

void sx_order_clear(struct sx_order *order)
{
    sx_slots_clear(&order->slots);
    free(order->places);
    *order = (struct sx_order){0};
}

// SPDX-License-Identifier: Apache-2.0
#include "difference.h"
#include "digest_walk.h"
#include "touch.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/*
 * What became of the order of user-ordered outermost lists. Entries that are not loose keep their
 * order among themselves, so a loose one is told by the last such entry before it, its anchor, and
 * its place behind that. It need not be placed anew if it stands behind the same anchor as before,
 * in the same order as others for which that holds.
 */

/* A loose entry that is there now. */
struct loose {
    struct sx_touched *item;
    struct sx_place *place;
    size_t was; /* former depth, or SX_ABSENT when it cannot stay */
};

static struct lyd_node *neighbour(const struct sx_place *place, bool then)
{
    return then ? place->former : sx_order_before(place->node);
}

static size_t *depth_of(struct sx_place *place, bool then)
{
    return then ? &place->former_depth : &place->depth;
}

static struct lyd_node **anchor_of(struct sx_place *place, bool then)
{
    return then ? &place->former_anchor : &place->anchor;
}

/* Anchor and depth of a loose entry and of all loose ones between. `chain` is room for as many
 * places as there are. */
static void find_anchor(
    const struct sx_order *order, struct sx_place *place, bool then, struct sx_place **chain)
{
    struct lyd_node *anchor = NULL;
    size_t length = 0, depth = 0;

    while (place && place->loose && *depth_of(place, then) == 0) {
        chain[length++] = place;
        anchor = neighbour(place, then);
        place = anchor ? sx_order_find(order, anchor) : NULL;
    }
    if (place && place->loose) {
        depth = *depth_of(place, then);
        anchor = *anchor_of(place, then);
    }
    while (length > 0) {
        place = chain[--length];
        *depth_of(place, then) = ++depth;
        *anchor_of(place, then) = anchor;
    }
}

static int compare_loose(const void *a, const void *b)
{
    const struct sx_place *x = ((const struct loose *)a)->place;
    const struct sx_place *y = ((const struct loose *)b)->place;

    if (x->node->schema != y->node->schema)
        return x->node->schema < y->node->schema ? -1 : 1;
    if (x->anchor != y->anchor)
        return x->anchor < y->anchor ? -1 : 1;
    return x->depth < y->depth ? -1 : x->depth > y->depth;
}

/* Loose entries that stand one behind the other: who of them must be placed. */
static void resolve_run(const struct loose *run, size_t count, size_t *was, bool *placed)
{
    for (size_t i = 0; i < count; i++)
        was[i] = run[i].was;
    sx_sequence_placed(was, count, placed);
    for (size_t i = 0; i < count; i++) {
        run[i].item->position = run[i].place->depth;
        run[i].item->placed = placed[i];
    }
}

static void resolve_runs(struct loose *items, size_t count)
{
    size_t *was = sx_calloc(count, sizeof *was);
    bool *placed = sx_calloc(count, sizeof *placed);

    qsort(items, count, sizeof *items, compare_loose);
    for (size_t first = 0, end; first < count; first = end) {
        const struct sx_place *place = items[first].place;

        for (end = first + 1; end < count; end++)
            if (items[end].place->anchor != place->anchor ||
                items[end].place->node->schema != place->node->schema)
                break;
        resolve_run(items + first, end - first, was, placed);
    }
    free(was);
    free(placed);
}

/* A loose entry that is there now; true when it is one. */
static bool resolve_loose(const struct sx_order *order, struct sx_touched *item,
    struct sx_place **chain, struct loose *ret_loose)
{
    struct sx_place *place = sx_order_find(order, item->now);
    struct sx_place *former = item->origin ? sx_order_find(order, item->origin) : NULL;

    if (!place || !place->loose)
        return false;
    find_anchor(order, place, false, chain);
    *ret_loose = (struct loose){.item = item, .place = place, .was = SX_ABSENT};
    if (former && former->was_there) {
        find_anchor(order, former, true, chain);
        if (former->former_anchor == place->anchor)
            ret_loose->was = former->former_depth;
    }
    return true;
}

/* One that keeps its place: what comes to stand before it is told of first. */
static size_t position_behind(
    const struct sx_order *order, const struct lyd_node *now, struct sx_place **chain)
{
    const struct lyd_node *before_it = sx_order_before(now);
    struct sx_place *place = before_it ? sx_order_find(order, before_it) : NULL;

    if (!place || !place->loose)
        return 0;
    find_anchor(order, place, false, chain);
    return place->depth + 1;
}

static void resolve_items(struct sx_touch *touch)
{
    const struct sx_order *order = &touch->order;
    struct loose *found = sx_calloc(order->count, sizeof *found);
    struct sx_place **chain = sx_calloc(order->count, sizeof(struct sx_place *));
    size_t count = 0;

    for (size_t i = 0; i < touch->count; i++) {
        struct sx_touched *item = &touch->items[i];

        if (!item->now || !lysc_is_userordered(item->schema))
            continue;
        if (resolve_loose(order, item, chain, &found[count]))
            count++;
        else
            item->position = position_behind(order, item->now, chain);
    }
    resolve_runs(found, count);
    free(found);
    free(chain);
}

char *sx_order_path(const struct lyd_node *entry)
{
    struct sx_text path = {0};
    char *list;

    if (!entry)
        return sx_strdup("");
    list = sx_path_of_schema(entry->schema);
    sx_text_add(&path, list, strlen(list));
    sx_path_add_key(&path, entry);
    free(list);
    return path.data;
}

/* An entry that nobody touched, but the entry before it may be another one now. */
static void correct_digest(struct sx_touch *touch, const struct sx_place *place, uint8_t *digest)
{
    const struct lyd_node *now = place->node;
    char *path, *then, *after;
    struct sx_digest_walk walk;

    if (!place->was_there || place->loose ||
        sx_schema_class(now->schema)->scope != SX_SCOPE_REPLICATED)
        return;
    path = sx_order_path(now);
    if (!sx_touch_find(touch, path)) {
        then = sx_order_path(place->former);
        after = sx_order_path(sx_order_before(now));
        if (strcmp(then, after) != 0) {
            sx_digest_begin(&walk, digest, NULL, true); /* an entry is no secret */
            sx_digest_entry(&walk, path, then);
            walk.subtract = false;
            sx_digest_entry(&walk, path, after);
            sx_digest_end(&walk);
        }
        free(then);
        free(after);
    }
    free(path);
}

void sx_order_resolve(struct sx_touch *touch, uint8_t digest[SX_DIGEST_SIZE])
{
    for (size_t i = 0; i < touch->order.count; i++)
        touch->order.places[i].depth = touch->order.places[i].former_depth = 0;
    resolve_items(touch);
    for (size_t i = 0; i < touch->order.count; i++)
        correct_digest(touch, &touch->order.places[i], digest);
}

// SPDX-License-Identifier: Apache-2.0
#include "difference.h"
#include "digest_walk.h"
#include "touch.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* A former entry and its position. */
struct slot {
    const struct lyd_node *node;
    size_t position;
};

/* A list's order then and now. Both begin with the same `same_first` and end with the same
 * `same_last` entries. */
struct orders {
    struct sx_touch *touch;
    struct lyd_node *const *before;
    struct lyd_node **now;
    size_t before_count, now_count, now_capacity;
    size_t same_first, same_last;
    char *list; /* data path of the list without keys */
};

static int compare_slots(const void *a, const void *b)
{
    const struct lyd_node *x = ((const struct slot *)a)->node, *y = ((const struct slot *)b)->node;

    return x < y ? -1 : x > y;
}

static void read_now(struct orders *orders, const struct lysc_node *list)
{
    size_t limit;

    for (struct lyd_node *entry = sx_rest_find(*orders->touch->root, list);
         entry && entry->schema == list; entry = entry->next) {
        orders->now =
            sx_grow(orders->now, orders->now_count, &orders->now_capacity, sizeof *orders->now);
        orders->now[orders->now_count++] = entry;
    }
    limit = orders->now_count < orders->before_count ? orders->now_count : orders->before_count;
    while (orders->same_first < limit &&
           orders->before[orders->same_first] == orders->now[orders->same_first])
        orders->same_first++;
    limit -= orders->same_first;
    while (
        orders->same_last < limit && orders->before[orders->before_count - 1 - orders->same_last] ==
                                         orders->now[orders->now_count - 1 - orders->same_last])
        orders->same_last++;
}

static char *entry_path(const struct orders *orders, const struct lyd_node *entry)
{
    char *key = sx_path_key(entry);
    char *path = sx_format("%s%s", orders->list, key);

    free(key);
    return path;
}

/* Path of the entry before position `at`, "" when that is the first. */
static char *predecessor(const struct orders *orders, struct lyd_node *const *entries, size_t at)
{
    return at > 0 ? entry_path(orders, entries[at - 1]) : sx_strdup("");
}

static struct sx_touched *touched_at(const struct orders *orders, const struct lyd_node *entry)
{
    char *path = entry_path(orders, entry);
    struct sx_touched *item = sx_touch_find(orders->touch, path);

    free(path);
    return item;
}

/* Former position of an entry that is there now. One that was deleted and made again counts as the
 * same. */
static size_t former(const struct orders *orders, const struct slot *slots, size_t slot_count,
    const struct lyd_node *entry)
{
    const struct slot *found;
    struct slot wanted = {.node = entry};

    found = bsearch(&wanted, slots, slot_count, sizeof *slots, compare_slots);
    if (!found) {
        const struct sx_touched *item = touched_at(orders, entry);

        wanted.node = item ? item->origin : NULL;
        found = bsearch(&wanted, slots, slot_count, sizeof *slots, compare_slots);
    }
    return found ? found->position : SX_ABSENT;
}

/* was[i] for the entries between same_first and same_last. */
static void find_former(const struct orders *orders, size_t *was, size_t count)
{
    size_t slot_count = orders->before_count - orders->same_first - orders->same_last;
    struct slot *slots = sx_calloc(slot_count, sizeof *slots);

    for (size_t i = 0; i < slot_count; i++)
        slots[i] = (struct slot){
            .node = orders->before[orders->same_first + i], .position = orders->same_first + i};
    qsort(slots, slot_count, sizeof *slots, compare_slots);
    for (size_t i = 0; i < count; i++)
        was[i] = former(orders, slots, slot_count, orders->now[orders->same_first + i]);
    free(slots);
}

/* An entry that nobody touched, but what is before it did change. */
static void correct_digest(
    const struct orders *orders, uint8_t *digest, size_t before_at, size_t now_at)
{
    char *path = entry_path(orders, orders->now[now_at]);
    char *then = predecessor(orders, orders->before, before_at);
    char *now = predecessor(orders, orders->now, now_at);
    struct sx_digest_walk walk;

    if (sx_schema_class(orders->now[now_at]->schema)->scope == SX_SCOPE_REPLICATED &&
        strcmp(then, now) != 0) {
        sx_digest_begin(&walk, digest, true);
        sx_digest_entry(&walk, path, then);
        walk.subtract = false;
        sx_digest_entry(&walk, path, now);
        sx_digest_end(&walk);
    }
    free(path);
    free(then);
    free(now);
}

/* What a touched entry is told of its former place. */
static void tell_former(const struct orders *orders)
{
    size_t end = orders->before_count - orders->same_last + (orders->same_last > 0);

    for (size_t at = orders->same_first; at < end; at++) {
        struct sx_touched *item = touched_at(orders, orders->before[at]);

        if (item) {
            free(item->before_predecessor);
            item->before_predecessor = predecessor(orders, orders->before, at);
        }
    }
}

/* Only entries that were touched may be placed anew, so a touched one that cannot stay between its
 * untouched neighbours counts as absent. */
static void free_misplaced(size_t *was, struct sx_touched *const *items, size_t count)
{
    size_t low = 0, high = SX_ABSENT;

    for (size_t i = 0; i < count; i++) {
        if (!items[i])
            low = was[i];
        else if (was[i] != SX_ABSENT && was[i] < low)
            was[i] = SX_ABSENT;
    }
    for (size_t i = count; i-- > 0;) {
        if (!items[i])
            high = was[i];
        else if (was[i] != SX_ABSENT && was[i] > high)
            was[i] = SX_ABSENT;
    }
}

/* What a touched entry is told of its present place; digests of the others. */
static void tell_present(const struct orders *orders, const size_t *was, uint8_t *digest)
{
    size_t count = orders->now_count - orders->same_first - orders->same_last;
    struct sx_touched **items = sx_calloc(count + 1, sizeof *items);
    size_t *anchored = sx_calloc(count, sizeof *anchored);
    bool *placed = sx_calloc(count, sizeof *placed);

    for (size_t i = 0; i < count + (orders->same_last > 0); i++)
        items[i] = touched_at(orders, orders->now[orders->same_first + i]);
    memcpy(anchored, was, count * sizeof *was);
    free_misplaced(anchored, items, count);
    sx_sequence_placed(anchored, count, placed);
    for (size_t i = 0; i < count + (orders->same_last > 0); i++) {
        size_t at = orders->same_first + i;
        size_t then = i < count ? was[i] : orders->before_count - orders->same_last;

        if (items[i]) {
            free(items[i]->now_predecessor);
            items[i]->now_predecessor = predecessor(orders, orders->now, at);
            items[i]->position = at;
            items[i]->placed = i < count && placed[i];
        } else if (i > 0 ? was[i - 1] == SX_ABSENT || was[i - 1] + 1 != then
                         : then != orders->same_first) {
            correct_digest(orders, digest, then, at);
        }
    }
    free(items);
    free(anchored);
    free(placed);
}

void sx_order_resolve(
    struct sx_touch *touch, const struct sx_order *order, uint8_t digest[SX_DIGEST_SIZE])
{
    struct orders orders = {.touch = touch,
        .before = order->entries,
        .before_count = order->count,
        .list = sx_path_of_schema(order->list)};
    size_t count;
    size_t *was;

    read_now(&orders, order->list);
    count = orders.now_count - orders.same_first - orders.same_last;
    was = sx_calloc(count, sizeof *was);
    find_former(&orders, was, count);
    tell_former(&orders);
    tell_present(&orders, was, digest);
    free(was);
    free(orders.now);
    free(orders.list);
}

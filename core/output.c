// SPDX-License-Identifier: Apache-2.0
#include "difference.h"
#include "digest_walk.h"
#include "transaction_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* Path of the entry before `item`, now, where its list is user-ordered, else NULL. For free(). */
static char *present_predecessor(const struct sx_touched *item)
{
    if (!item->is_entry || !item->now || !lysc_is_userordered(item->schema))
        return NULL;
    return sx_order_path(sx_order_before(item->now));
}

/* The same, before the transaction. */
static char *former_predecessor(const struct sx_touch *touch, const struct sx_touched *item)
{
    const struct sx_place *place;

    if (!item->is_entry || !item->origin || !lysc_is_userordered(item->schema))
        return NULL;
    place = sx_order_find(&touch->order, item->origin);
    return place ? sx_order_path(place->former) : present_predecessor(item);
}

/* Takes the item's former content out of the digest and puts `now` in. */
static void update_digest(
    struct sx_transaction *transaction, const struct sx_touched *item, const struct lyd_node *now)
{
    struct sx_digest_walk walk;

    sx_digest_begin(&walk, transaction->digest, transaction->tree->digest_key, true);
    if (item->is_entry) {
        char *then_after = former_predecessor(&transaction->touch, item),
             *now_after = present_predecessor(item);

        sx_text_add(&walk.path, item->path, sx_path_parent_length(item->path));
        if (item->before)
            sx_digest_node(&walk, item->before, then_after);
        walk.subtract = false;
        if (now)
            sx_digest_node(&walk, now, now_after);
        free(then_after);
        free(now_after);
    } else {
        sx_digest_siblings(&walk, item->before);
        walk.subtract = false;
        sx_digest_siblings(&walk, now);
    }
    sx_digest_end(&walk);
}

static void add_row(struct sx_transaction *transaction, const struct sx_touched *item,
    enum sx_scope scope, char *body)
{
    struct sx_fragment fragment = {.scope = scope,
        .list = sx_strndup(item->path, item->list_length),
        .key = sx_strdup(item->path + item->list_length),
        .body = body};

    if (body) {
        char *predecessor = present_predecessor(item);

        if (predecessor)
            fragment.after = sx_strdup(*predecessor ? predecessor + item->list_length : "");
        free(predecessor);
    }
    sx_fragment_list_add(&transaction->fragments, fragment);
}

static char *rest_json(
    struct sx_transaction *transaction, const struct sx_touched *item, enum sx_scope scope)
{
    struct lyd_node *copy = sx_rest_copy(transaction->tree->root, item->schema, 1u << scope);
    char *text = NULL;

    if (copy && lyd_print_mem(&text, copy, LYD_JSON, LYD_PRINT_SHRINK | LYD_PRINT_WITHSIBLINGS) !=
                    LY_SUCCESS)
        abort(); /* only for want of memory */
    lyd_free_siblings(copy);
    return text;
}

/* What a top-level node holds outside of lists: one row for each scope that changed. */
static void put_rest(struct sx_transaction *transaction, const struct sx_touched *item)
{
    struct lyd_node *now = sx_rest_copy(transaction->tree->root, item->schema, SX_SCOPES_ALL);
    struct sx_difference difference = {.changes = &transaction->changes};

    sx_text_add(&difference.path, "", 0);
    sx_difference_siblings(&difference, item->schema, item->before, now);
    if (difference.scopes)
        update_digest(transaction, item, now);
    for (int scope = 0; scope < SX_SCOPE_COUNT; scope++)
        if (difference.scopes & (1u << scope))
            add_row(transaction, item, (enum sx_scope)scope,
                rest_json(transaction, item, (enum sx_scope)scope));
    free(difference.path.data);
    lyd_free_siblings(now);
}

static void put_entry(struct sx_transaction *transaction, const struct sx_touched *item)
{
    struct sx_difference difference = {.changes = &transaction->changes};
    char *now_after = item->now ? present_predecessor(item) : NULL;
    char *then_after = item->before ? former_predecessor(&transaction->touch, item) : NULL;
    struct sx_pair pair = {.before = item->before,
        .after = item->now,
        .before_predecessor = then_after,
        .after_predecessor = now_after};

    sx_text_add(&difference.path, item->path, strlen(item->path));
    if (!item->now && item->before)
        sx_difference_add(&difference, SX_OPERATION_DELETE, &pair);
    else if (item->now && !item->before)
        sx_difference_add(&difference, SX_OPERATION_CREATE, &pair);
    else if (item->now && item->placed)
        sx_difference_add(&difference, SX_OPERATION_MOVE, &pair);
    if (item->now && item->before)
        sx_difference_children(&difference, item->schema, item->before, item->now);
    if (difference.scopes)
        add_row(transaction, item, sx_schema_class(item->schema)->scope,
            item->now ? sx_difference_json(item->now) : NULL);
    /* Also without a change of its own: what is before it may be another entry now. */
    update_digest(transaction, item, item->now);
    free(difference.path.data);
    free(now_after);
    free(then_after);
}

static void start_afresh(struct sx_transaction *transaction)
{
    struct sx_touch *touch = &transaction->touch;

    sx_change_list_clear(&transaction->changes);
    sx_fragment_list_clear(&transaction->fragments);
    memcpy(transaction->digest, transaction->tree->digest, sizeof transaction->digest);
    for (size_t i = 0; i < touch->count; i++) {
        touch->items[i].position = 0;
        touch->items[i].placed = false;
    }
}

static int compare_items(const void *a, const void *b)
{
    const struct sx_touched *x = *(const struct sx_touched *const *)a;
    const struct sx_touched *y = *(const struct sx_touched *const *)b;

    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return x < y ? -1 : x > y; /* as they were touched */
}

/* Entries that go come first and entries that come or change last, so that a container which goes
 * or comes between them holds no entries then. Entries of an ordered list come in their order. */
static void put_all(struct sx_transaction *transaction)
{
    const struct sx_touch *touch = &transaction->touch;
    const struct sx_touched **items = sx_calloc(touch->count, sizeof *items);

    for (size_t i = 0; i < touch->count; i++)
        items[i] = &touch->items[i];
    qsort(items, touch->count, sizeof *items, compare_items);
    for (size_t i = 0; i < touch->count; i++)
        if (items[i]->is_entry && !items[i]->now)
            put_entry(transaction, items[i]);
    for (size_t i = 0; i < touch->count; i++)
        if (!items[i]->is_entry)
            put_rest(transaction, items[i]);
    for (size_t i = 0; i < touch->count; i++)
        if (items[i]->is_entry && items[i]->now)
            put_entry(transaction, items[i]);
    free(items);
}

void sx_transaction_prepare(struct sx_transaction *transaction)
{
    struct sx_touch *touch = &transaction->touch;

    if (transaction->ready)
        return;
    start_afresh(transaction);
    if (transaction->replaced) {
        memset(transaction->digest, 0, sizeof transaction->digest);
        for (const struct lyd_node *node = transaction->tree->root; node; node = node->next)
            sx_digest_add(transaction->digest, transaction->tree->digest_key, node);
    } else {
        sx_order_resolve(touch, transaction->digest);
        put_all(transaction);
    }
    transaction->ready = true;
}

// SPDX-License-Identifier: Apache-2.0
#include "touch.h"

#include "path.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_path(const char *path)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (; *path; path++)
        hash = (hash ^ (uint8_t)*path) * 1099511628211u;
    return hash;
}

static uint64_t hash_of(const void *items, size_t at)
{
    return hash_path(((const struct sx_touched *)items)[at].path);
}

static bool same(const void *items, size_t at, const void *key)
{
    return strcmp(((const struct sx_touched *)items)[at].path, key) == 0;
}

struct sx_touched *sx_touch_find(const struct sx_touch *touch, const char *path)
{
    size_t at = sx_slots_find(&touch->slots, touch->items, hash_path(path), path, same);

    return at == SX_SLOTS_NONE ? NULL : &touch->items[at];
}

/* The item of a path, which passes to it; *ret_is_new tells that it is still to be filled in. */
static struct sx_touched *item_of(struct sx_touch *touch, char *path, bool *ret_is_new)
{
    struct sx_touched *item = sx_touch_find(touch, path);

    *ret_is_new = !item;
    if (item) {
        free(path);
        return item;
    }
    touch->items = sx_grow(touch->items, touch->count, &touch->capacity, sizeof *touch->items);
    item = &touch->items[touch->count++];
    *item = (struct sx_touched){.path = path, .list_length = strlen(path)};
    sx_slots_add(&touch->slots, touch->items, hash_of);
    return item;
}

static void touch_rest(struct sx_touch *touch, const struct lysc_node *top)
{
    bool is_new;
    struct sx_touched *item = item_of(touch, sx_path_of_schema(top), &is_new);

    if (!is_new)
        return;
    item->schema = top;
    item->before = sx_rest_copy(*touch->root, top, SX_SCOPES_ALL);
    item->owns_before = true;
}

/* An entry of an outermost list that is in the tree; `whole` when it leaves as it is. */
static void touch_entry(struct sx_touch *touch, struct lyd_node *entry, bool whole)
{
    bool is_new;
    struct sx_touched *item = item_of(touch, sx_path_of(entry), &is_new);
    char *key;

    item->now = whole ? NULL : entry;
    if (!is_new)
        return;
    item->schema = entry->schema;
    item->is_entry = true;
    key = sx_path_key(entry);
    item->list_length -= strlen(key);
    free(key);
    item->origin = entry;
    item->owns_before = !whole;
    item->before = entry;
    if (!whole &&
        lyd_dup_single(entry, NULL, LYD_DUP_RECURSIVE | LYD_DUP_NO_META | LYD_DUP_WITH_FLAGS,
            &item->before) != LY_SUCCESS)
        abort();
}

static bool is_fragment(const struct lysc_node *schema)
{
    const struct sx_node_class *class = sx_schema_class(schema);

    return class && (class->flags & SX_NODE_FRAGMENT);
}

/* The fragment that a linked node's own children belong to. */
static void touch_inside(struct sx_touch *touch, struct lyd_node *node)
{
    for (;;) {
        if (is_fragment(node->schema)) {
            touch_entry(touch, node, false);
            return;
        }
        if (!lyd_parent(node)) {
            touch_rest(touch, node->schema);
            return;
        }
        node = lyd_parent(node);
    }
}

static bool has_list_above(const struct lysc_node *schema)
{
    for (schema = schema->parent; schema; schema = schema->parent)
        if (schema->nodetype == LYS_LIST)
            return true;
    return false;
}

/* The entries of outermost lists below a container that leaves the tree whole. */
static void touch_below(struct sx_touch *touch, struct lyd_node *node)
{
    for (struct lyd_node *child = lyd_child(node); child; child = child->next) {
        if (is_fragment(child->schema)) {
            sx_order_going(&touch->order, child);
            touch_entry(touch, child, true);
        } else if (child->schema->nodetype == LYS_CONTAINER) {
            touch_below(touch, child);
        }
    }
}

/* The same for what comes: `above` is the path of the parent of `node`. */
static void touch_coming(struct sx_touch *touch, const char *above, struct lyd_node *node)
{
    struct sx_text path = {0};
    struct sx_touched *item;
    size_t length;
    bool is_new;

    sx_text_add(&path, above, strlen(above));
    sx_path_add_name(&path, node->schema, false);
    length = path.length;
    if (!is_fragment(node->schema)) {
        if (node->schema->nodetype == LYS_CONTAINER)
            for (struct lyd_node *child = lyd_child(node); child; child = child->next)
                touch_coming(touch, path.data, child);
        free(path.data);
        return;
    }
    sx_order_coming(&touch->order, node);
    sx_path_add_key(&path, node);
    item = item_of(touch, path.data, &is_new);
    if (is_new) {
        item->schema = node->schema;
        item->is_entry = true;
        item->list_length = length;
    }
    item->now = node;
}

void sx_touch_insert(struct sx_touch *touch, struct lyd_node *parent, struct lyd_node *node)
{
    if (node->flags & LYD_DEFAULT)
        return;
    if (!is_fragment(node->schema)) {
        if (parent)
            touch_inside(touch, parent);
        else
            touch_rest(touch, node->schema);
    }
    if (!has_list_above(node->schema)) {
        char *above = sx_path_of_any(parent);

        touch_coming(touch, above, node);
        free(above);
    }
}

void sx_touch_remove(struct sx_touch *touch, struct lyd_node *node)
{
    if (node->flags & LYD_DEFAULT)
        return;
    if (is_fragment(node->schema)) {
        sx_order_going(&touch->order, node);
        touch_entry(touch, node, true);
        return;
    }
    touch_inside(touch, node);
    if (node->schema->nodetype == LYS_CONTAINER && !has_list_above(node->schema))
        touch_below(touch, node);
}

void sx_touch_move(struct sx_touch *touch, struct lyd_node *node, struct lyd_node *after)
{
    if (is_fragment(node->schema)) {
        sx_order_moving(&touch->order, node, after);
        touch_entry(touch, node, false);
    } else {
        touch_inside(touch, node);
    }
}

void sx_touch_clear(struct sx_touch *touch)
{
    for (size_t i = 0; i < touch->count; i++) {
        free(touch->items[i].path);
        if (touch->items[i].owns_before)
            lyd_free_siblings(touch->items[i].before);
    }
    free(touch->items);
    sx_slots_clear(&touch->slots);
    sx_order_clear(&touch->order);
    *touch = (struct sx_touch){.root = touch->root};
}

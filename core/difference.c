// SPDX-License-Identifier: Apache-2.0
#include "difference.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* The explicit entries of one list or leaf-list. */
struct entries {
    const struct lyd_node **items;
    size_t count, capacity;
};

static struct entries entries_of(const struct lyd_node *siblings, const struct lysc_node *schema)
{
    struct entries entries = {0};
    struct lyd_node *entry = NULL;

    if (lyd_find_sibling_val(siblings, schema, NULL, 0, &entry) != LY_SUCCESS)
        return entries;
    for (; entry && entry->schema == schema; entry = entry->next) {
        if (entry->flags & LYD_DEFAULT)
            continue;
        entries.items =
            sx_grow(entries.items, entries.count, &entries.capacity, sizeof *entries.items);
        entries.items[entries.count++] = entry;
    }
    return entries;
}

char *sx_difference_json(const struct lyd_node *node)
{
    char *text = NULL;

    if (lyd_print_mem(&text, node, LYD_JSON, LYD_PRINT_SHRINK | LYD_PRINT_WD_EXPLICIT) !=
            LY_SUCCESS ||
        !text)
        abort(); /* only for want of memory */
    return text;
}

void sx_difference_add(struct sx_difference *difference, enum sx_operation operation,
    const struct lyd_node *before, const struct lyd_node *after, const char *predecessor)
{
    const struct sx_node_class *class = sx_schema_class((after ? after : before)->schema);
    bool is_move = operation == SX_OPERATION_MOVE;
    struct sx_change change = {.operation = operation,
        .scope = class->scope,
        .flags = class->flags,
        .path = sx_strdup(difference->path.data),
        .value = after && !is_move ? sx_difference_json(after) : NULL,
        .old_value = before && !is_move ? sx_difference_json(before) : NULL,
        .after = sx_strdup(predecessor)};

    difference->scopes |= 1u << class->scope;
    sx_change_list_add(difference->changes, change);
}

/* The same, one step below the present path. */
static void add_below(struct sx_difference *difference, enum sx_operation operation,
    const struct lyd_node *before, const struct lyd_node *after, const char *predecessor)
{
    size_t length = difference->path.length;

    sx_path_add(&difference->path, after ? after : before, false);
    sx_difference_add(difference, operation, before, after, predecessor);
    sx_text_cut(&difference->path, length);
}

static void descend(
    struct sx_difference *difference, const struct lyd_node *before, const struct lyd_node *after)
{
    const struct lyd_node *node = after ? after : before;
    size_t length = difference->path.length;

    sx_path_add(&difference->path, node, false);
    sx_difference_children(difference, node->schema, before, after);
    sx_text_cut(&difference->path, length);
}

/* Position of an entry among former ones; `guess` is where it is looked for first. */
static size_t former(const struct entries *before, const struct lyd_node *entry, size_t guess)
{
    struct lyd_node *found = NULL;

    if (before->count == 0 || lyd_find_sibling_first(before->items[0], entry, &found) != LY_SUCCESS)
        return SX_ABSENT;
    if (guess < before->count && before->items[guess] == found)
        return guess;
    for (size_t i = 0; i < before->count; i++)
        if (before->items[i] == found)
            return i;
    return SX_ABSENT;
}

static void delete_missing(
    struct sx_difference *difference, const struct entries *before, const struct lyd_node *siblings)
{
    for (size_t i = 0; i < before->count; i++) {
        struct lyd_node *found = NULL;

        if (lyd_find_sibling_first(siblings, before->items[i], &found) != LY_SUCCESS ||
            (found->flags & LYD_DEFAULT))
            add_below(difference, SX_OPERATION_DELETE, before->items[i], NULL, NULL);
    }
}

static void place_entry(struct sx_difference *difference, const struct lyd_node *was,
    const struct lyd_node *entry, const struct lyd_node *predecessor)
{
    size_t length = difference->path.length;
    char *path = sx_strdup("");

    if (predecessor) {
        free(path);
        sx_path_add(&difference->path, predecessor, false);
        path = sx_strdup(difference->path.data);
        sx_text_cut(&difference->path, length);
    }
    if (was)
        add_below(difference, SX_OPERATION_MOVE, was, entry, path);
    else
        add_below(difference, SX_OPERATION_CREATE, NULL, entry, path);
    free(path);
}

static void compare_ordered(
    struct sx_difference *difference, const struct entries *before, const struct entries *after)
{
    size_t *was = sx_calloc(after->count, sizeof *was);
    bool *placed = sx_calloc(after->count, sizeof *placed);

    for (size_t i = 0, guess = 0; i < after->count; i++) {
        was[i] = former(before, after->items[i], guess);
        guess = was[i] != SX_ABSENT ? was[i] + 1 : guess;
    }
    sx_sequence_placed(was, after->count, placed);
    for (size_t i = 0; i < after->count; i++) {
        const struct lyd_node *old = was[i] != SX_ABSENT ? before->items[was[i]] : NULL;

        if (placed[i])
            place_entry(difference, old, after->items[i], i > 0 ? after->items[i - 1] : NULL);
        if (old && after->items[i]->schema->nodetype == LYS_LIST)
            descend(difference, old, after->items[i]);
    }
    free(was);
    free(placed);
}

static void compare_entries(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before_siblings, const struct lyd_node *after_siblings)
{
    struct entries before = entries_of(before_siblings, schema);
    struct entries after = entries_of(after_siblings, schema);

    delete_missing(difference, &before, after_siblings);
    if (lysc_is_userordered(schema)) {
        compare_ordered(difference, &before, &after);
    } else {
        for (size_t i = 0; i < after.count; i++) {
            struct lyd_node *old = NULL;

            if (lyd_find_sibling_first(before_siblings, after.items[i], &old) != LY_SUCCESS ||
                (old->flags & LYD_DEFAULT))
                add_below(difference, SX_OPERATION_CREATE, NULL, after.items[i], NULL);
            else if (schema->nodetype == LYS_LIST)
                descend(difference, old, after.items[i]);
        }
    }
    free(before.items);
    free(after.items);
}

static const struct lyd_node *explicit_child(
    const struct lyd_node *siblings, const struct lysc_node *schema)
{
    struct lyd_node *node = NULL;

    if (lyd_find_sibling_val(siblings, schema, NULL, 0, &node) != LY_SUCCESS ||
        (node->flags & LYD_DEFAULT))
        return NULL;
    return node;
}

void sx_difference_siblings(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before, const struct lyd_node *after)
{
    const struct lyd_node *old, *new;

    if (schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) {
        compare_entries(difference, schema, before, after);
        return;
    }
    old = explicit_child(before, schema);
    new = explicit_child(after, schema);
    if (lysc_is_np_cont(schema)) {
        if (old || new)
            descend(difference, old, new);
        return;
    }
    if (!old && new)
        add_below(difference, SX_OPERATION_CREATE, NULL, new, NULL);
    else if (old && !new)
        add_below(difference, SX_OPERATION_DELETE, old, NULL, NULL);
    else if (old && schema->nodetype == LYS_CONTAINER)
        descend(difference, old, new);
    else if (old && lyd_compare_single(old, new, 0) != LY_SUCCESS)
        add_below(difference, SX_OPERATION_REPLACE, old, new, NULL);
}

void sx_difference_children(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before, const struct lyd_node *after)
{
    const struct lysc_node *child = NULL;

    while ((child = lys_getnext(child, schema, NULL, 0))) {
        const struct sx_node_class *class = sx_schema_class(child);

        if (class && !(class->flags & SX_NODE_FRAGMENT) && !lysc_is_key(child))
            sx_difference_siblings(difference, child, before ? lyd_child(before) : NULL,
                after ? lyd_child(after) : NULL);
    }
}

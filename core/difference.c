// SPDX-License-Identifier: Apache-2.0
#include "difference.h"

#include "item.h"

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

void sx_difference_add(
    struct sx_difference *difference, enum sx_operation operation, const struct sx_pair *pair)
{
    const struct lyd_node *before = pair->before, *after = pair->after;
    const struct sx_node_class *class = sx_schema_class((after ? after : before)->schema);
    bool is_move = operation == SX_OPERATION_MOVE;
    struct sx_change change = {.operation = operation,
        .scope = class->scope,
        .flags = class->flags,
        .path = sx_strdup(difference->path.data),
        .value = after && !is_move ? sx_difference_json(after) : NULL,
        .old_value = before && !is_move ? sx_difference_json(before) : NULL,
        .after = sx_strdup(pair->after_predecessor),
        .old_after = sx_strdup(pair->before_predecessor)};

    difference->scopes |= 1u << class->scope;
    sx_change_list_add(difference->changes, change);
}

/* The same, one step below the present path. */
static void add_below(
    struct sx_difference *difference, enum sx_operation operation, const struct sx_pair *pair)
{
    size_t length = difference->path.length;

    sx_path_add(&difference->path, pair->after ? pair->after : pair->before, false);
    sx_difference_add(difference, operation, pair);
    sx_text_cut(&difference->path, length);
}

/* Data path of an entry below the present path, "" for NULL; for free(). */
static char *entry_path(struct sx_difference *difference, const struct lyd_node *entry)
{
    size_t length = difference->path.length;
    char *path;

    if (!entry)
        return sx_strdup("");
    sx_path_add(&difference->path, entry, false);
    path = sx_strdup(difference->path.data);
    sx_text_cut(&difference->path, length);
    return path;
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

/* The entry before one of a list, or NULL. */
static const struct lyd_node *entry_before(const struct entries *entries, size_t at)
{
    return at > 0 ? entries->items[at - 1] : NULL;
}

static void delete_missing(
    struct sx_difference *difference, const struct entries *before, const struct lyd_node *siblings)
{
    for (size_t i = 0; i < before->count; i++) {
        struct lyd_node *found = NULL;
        char *path = NULL;

        if (lyd_find_sibling_first(siblings, before->items[i], &found) == LY_SUCCESS &&
            !(found->flags & LYD_DEFAULT))
            continue;
        if (lysc_is_userordered(before->items[i]->schema))
            path = entry_path(difference, entry_before(before, i));
        add_below(difference, SX_OPERATION_DELETE,
            &(struct sx_pair){.before = before->items[i], .before_predecessor = path});
        free(path);
    }
}

/* An entry that is new, or has another place: was[at] is the former one. */
static void place_entry(struct sx_difference *difference, const struct entries *before,
    const struct entries *after, const size_t *was, size_t at)
{
    bool is_new = was[at] == SX_ABSENT;
    char *now = entry_path(difference, entry_before(after, at));
    char *then = is_new ? NULL : entry_path(difference, entry_before(before, was[at]));

    add_below(difference, is_new ? SX_OPERATION_CREATE : SX_OPERATION_MOVE,
        &(struct sx_pair){.before = is_new ? NULL : before->items[was[at]],
            .after = after->items[at],
            .before_predecessor = then,
            .after_predecessor = now});
    free(now);
    free(then);
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
            place_entry(difference, before, after, was, i);
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
                add_below(
                    difference, SX_OPERATION_CREATE, &(struct sx_pair){.after = after.items[i]});
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
    struct sx_pair pair;

    if (schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) {
        compare_entries(difference, schema, before, after);
        return;
    }
    old = explicit_child(before, schema);
    new = explicit_child(after, schema);
    pair = (struct sx_pair){.before = old, .after = new};
    if (lysc_is_np_cont(schema)) {
        if (old || new)
            descend(difference, old, new);
        return;
    }
    if (!old && new)
        add_below(difference, SX_OPERATION_CREATE, &pair);
    else if (old && !new)
        add_below(difference, SX_OPERATION_DELETE, &pair);
    else if (old && schema->nodetype == LYS_CONTAINER)
        descend(difference, old, new);
    else if (old && !sx_item_equal(old, new))
        add_below(difference, SX_OPERATION_REPLACE, &pair);
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

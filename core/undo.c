// SPDX-License-Identifier: Apache-2.0
#include "undo.h"

#include "index.h"
#include "libyang_table.h"
#include "sextant/memory.h"

#include <stdbool.h>
#include <stdlib.h>

static void add_step(struct sx_undo *undo, struct sx_undo_step step)
{
    undo->steps = sx_grow(undo->steps, undo->count, &undo->capacity, sizeof *undo->steps);
    undo->steps[undo->count++] = step;
}

/* The neighbour before a node; libyang's prev of a first sibling is the last one. */
static struct lyd_node *before(const struct lyd_node *node)
{
    return node->prev->next ? node->prev : NULL;
}

/* Links by libyang's means, which keep its hash tables right. They fail only for a node that does
 * not belong below this parent, or without memory. */
static void link_node(struct sx_undo *undo, struct lyd_node *parent, struct lyd_node *node)
{
    LY_ERR result;

    sx_table_before_insert(parent);
    if (parent)
        result = lyd_insert_child(parent, node);
    else
        result = lyd_insert_sibling(*undo->root, node, undo->root);
    if (result != LY_SUCCESS)
        abort();
}

static void unlink_node(struct sx_undo *undo, struct lyd_node *node)
{
    struct lyd_node *parent = lyd_parent(node);

    if (*undo->root == node)
        *undo->root = node->next;
    lyd_unlink_tree(node);
    sx_table_removed(parent);
}

void sx_undo_insert(struct sx_undo *undo, struct lyd_node *parent, struct lyd_node *node)
{
    link_node(undo, parent, node);
    sx_undo_note_insert(undo, node);
}

void sx_undo_note_insert(struct sx_undo *undo, struct lyd_node *node)
{
    add_step(undo,
        (struct sx_undo_step){.kind = SX_UNDO_INSERT, .node = node, .parent = lyd_parent(node)});
    sx_index_add(undo->index, node);
}

void sx_undo_remove(struct sx_undo *undo, struct lyd_node *node)
{
    add_step(undo, (struct sx_undo_step){.kind = SX_UNDO_REMOVE,
                       .node = node,
                       .parent = lyd_parent(node),
                       .before = before(node),
                       .after = node->next});
    sx_index_remove(undo->index, node);
    unlink_node(undo, node);
}

/* Puts a linked node behind `place` (NULL: first of all siblings) by its pointers alone: libyang
 * offers no other way for what is not user-ordered. Its hash tables do not know places, but for the
 * first entry of each list, which must not change here. */
static void relink(struct sx_undo *undo, struct lyd_node *node, struct lyd_node *place)
{
    struct lyd_node **head = node->parent ? &node->parent->child : undo->root;

    if (before(node) == place)
        return;
    if (node == *head) {
        *head = node->next;
        (*head)->prev = node->prev;
    } else {
        node->prev->next = node->next;
        (node->next ? node->next : *head)->prev = node->prev;
    }
    if (place) {
        node->prev = place;
        node->next = place->next;
        (place->next ? place->next : *head)->prev = node;
        place->next = node;
    } else {
        node->prev = (*head)->prev;
        node->next = *head;
        (*head)->prev = node;
        *head = node;
    }
}

static bool same_list(const struct lyd_node *a, const struct lyd_node *b)
{
    return a && b && a->schema == b->schema;
}

/* Puts back what was removed. */
static void restore(struct sx_undo *undo, const struct sx_undo_step *step)
{
    struct lyd_node *node = step->node;

    link_node(undo, step->parent, node); /* at the end of its list */
    if (step->parent && same_list(step->after, node) && !same_list(step->before, node) &&
        before(node) != step->before) {
        /* It was the first entry, which the parent's hash table knows. The present first one is
         * taken out while this node is second, so that libyang makes this node the first. */
        relink(undo, node, step->after);
        unlink_node(undo, step->after);
        link_node(undo, step->parent, step->after);
        relink(undo, step->after, node);
    }
    relink(undo, node, step->before);
}

void sx_undo_move(struct sx_undo *undo, struct lyd_node *node, struct lyd_node *after)
{
    struct lyd_node *first = NULL;
    LY_ERR result = LY_SUCCESS;

    add_step(undo, (struct sx_undo_step){.kind = SX_UNDO_MOVE,
                       .node = node,
                       .parent = lyd_parent(node),
                       .before = same_list(before(node), node) ? before(node) : NULL});
    if (*undo->root == node && node->next)
        *undo->root = node->next;
    sx_table_removed(lyd_parent(node));
    sx_table_before_insert(lyd_parent(node));
    if (after) {
        result = lyd_insert_after(after, node);
    } else {
        if (lyd_find_sibling_val(node, node->schema, NULL, 0, &first) != LY_SUCCESS)
            abort();
        if (first != node)
            result = lyd_insert_before(first, node);
    }
    if (result != LY_SUCCESS)
        abort();
    *undo->root = lyd_first_sibling(*undo->root);
}

void sx_undo_keep(struct sx_undo *undo)
{
    for (size_t i = 0; i < undo->count; i++)
        if (undo->steps[i].kind == SX_UNDO_REMOVE)
            lyd_free_tree(undo->steps[i].node);
    free(undo->steps);
    *undo = (struct sx_undo){.root = undo->root, .index = undo->index};
}

void sx_undo_take_back(struct sx_undo *undo)
{
    struct sx_undo_step step = undo->steps[--undo->count];

    switch (step.kind) {
    case SX_UNDO_INSERT:
        sx_index_remove(undo->index, step.node);
        unlink_node(undo, step.node);
        lyd_free_tree(step.node);
        break;
    case SX_UNDO_REMOVE:
        restore(undo, &step);
        sx_index_add(undo->index, step.node);
        break;
    case SX_UNDO_MOVE:
        sx_undo_move(undo, step.node, step.before);
        undo->count--; /* the move back is no step of its own */
        break;
    }
}

void sx_undo_revert(struct sx_undo *undo)
{
    while (undo->count > 0)
        sx_undo_take_back(undo);
    free(undo->steps);
    *undo = (struct sx_undo){.root = undo->root, .index = undo->index};
}

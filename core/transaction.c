// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

#include "libyang_table.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

void sx_tree_clear(struct sx_tree *tree)
{
    lyd_free_siblings(tree->root);
    tree->root = NULL;
    sx_index_free(tree->index);
    tree->index = NULL;
    memset(tree->digest, 0, sizeof tree->digest);
}

struct sx_transaction *sx_transaction_begin(struct sx_tree *tree, const uint8_t random[16])
{
    struct sx_transaction *transaction = sx_alloc(sizeof *transaction);

    if (!tree->index)
        tree->index = sx_index_build(tree->schema, tree->root);
    transaction->tree = tree;
    memcpy(transaction->random, random, sizeof transaction->random);
    transaction->undo.root = &tree->root;
    transaction->undo.index = tree->index;
    transaction->touch.root = &tree->root;
    return transaction;
}

static void release(struct sx_transaction *transaction)
{
    sx_touch_clear(&transaction->touch);
    sx_agenda_clear(&transaction->conditions);
    sx_agenda_clear(&transaction->agenda);
    sx_change_list_clear(&transaction->changes);
    sx_fragment_list_clear(&transaction->fragments);
    free(transaction);
}

void sx_transaction_keep(struct sx_transaction *transaction)
{
    sx_transaction_prepare(transaction);
    memcpy(transaction->tree->digest, transaction->digest, sizeof transaction->digest);
    sx_undo_keep(&transaction->undo);
    release(transaction);
}

void sx_transaction_undo(struct sx_transaction *transaction)
{
    sx_undo_revert(&transaction->undo);
    release(transaction);
}

const struct sx_change_list *sx_transaction_changes(struct sx_transaction *transaction)
{
    sx_transaction_prepare(transaction);
    return &transaction->changes;
}

const struct sx_fragment_list *sx_transaction_fragments(struct sx_transaction *transaction)
{
    sx_transaction_prepare(transaction);
    return &transaction->fragments;
}

const uint8_t *sx_transaction_digest(const struct sx_transaction *transaction)
{
    /* Only what is kept for the next call changes. */
    sx_transaction_prepare((struct sx_transaction *)transaction);
    return transaction->digest;
}

void sx_transaction_insert(
    struct sx_transaction *transaction, struct lyd_node *parent, struct lyd_node *node)
{
    transaction->ready = false;
    if (!transaction->replaced)
        sx_touch_insert(&transaction->touch, parent, node);
    sx_transaction_note_effects(transaction, parent, node, false);
    sx_undo_insert(&transaction->undo, parent, node);
}

void sx_transaction_remove(struct sx_transaction *transaction, struct lyd_node *node)
{
    transaction->ready = false;
    if (!transaction->replaced)
        sx_touch_remove(&transaction->touch, node);
    sx_transaction_note_effects(transaction, lyd_parent(node), node, true);
    sx_undo_remove(&transaction->undo, node);
}

void sx_transaction_place(
    struct sx_transaction *transaction, struct lyd_node *node, struct lyd_node *after)
{
    if (sx_order_before(node) == after)
        return;
    transaction->ready = false;
    if (!transaction->replaced)
        sx_touch_move(&transaction->touch, node, after);
    sx_transaction_note_effects(transaction, lyd_parent(node), node, false);
    sx_undo_move(&transaction->undo, node, after);
}

struct lyd_node *sx_transaction_child(const struct sx_transaction *transaction,
    const struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_node *node = NULL;

    if (lyd_find_sibling_val(parent ? lyd_child(parent) : transaction->tree->root, schema, NULL, 0,
            &node) != LY_SUCCESS)
        return NULL;
    return node;
}

struct lyd_node *sx_transaction_try_container(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_node *node = NULL;

    sx_table_before_insert(parent);
    if (lyd_new_inner(parent, schema->module, schema->name, 0, &node) != LY_SUCCESS)
        abort(); /* only for want of memory: the schema is the parent's */
    if (parent)
        sx_undo_note_insert(&transaction->undo, node);
    else
        sx_undo_insert(&transaction->undo, NULL, node);
    return node;
}

struct lyd_node *sx_transaction_new_container(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_node *node = sx_transaction_try_container(transaction, parent, schema);

    sx_transaction_note_effects(transaction, parent, node, false);
    return node;
}

struct lyd_node *sx_topmost_default(struct lyd_node *parent)
{
    struct lyd_node *topmost = NULL;

    for (struct lyd_node *above = parent; above && (above->flags & LYD_DEFAULT);
         above = lyd_parent(above))
        topmost = above;
    return topmost;
}

void sx_restore_defaults(struct lyd_node *parent, const struct lyd_node *topmost)
{
    for (struct lyd_node *above = parent; topmost; above = lyd_parent(above)) {
        above->flags |= LYD_DEFAULT;
        if (above == topmost)
            return;
    }
}

struct lyd_node *sx_transaction_try_default(struct sx_transaction *transaction,
    struct lyd_node *parent, const struct lysc_node *schema, const char *value)
{
    struct lyd_node *node = NULL, *topmost = sx_topmost_default(parent);

    sx_table_before_insert(parent);
    if (lyd_new_term_canon(parent, schema->module, schema->name, value, 0, &node) != LY_SUCCESS)
        abort(); /* the schema's own default */
    node->flags |= LYD_DEFAULT;
    /* libyang took it for explicit when it was linked. */
    sx_restore_defaults(parent, topmost);
    if (parent)
        sx_undo_note_insert(&transaction->undo, node);
    else
        sx_undo_insert(&transaction->undo, NULL, node);
    return node;
}

bool sx_transaction_has(const struct sx_transaction *transaction, const struct lyd_node *node)
{
    while (lyd_parent(node))
        node = lyd_parent(node);
    if (lysc_data_parent(node->schema))
        return false;
    /* What was taken out stands alone. */
    return transaction->tree->root == node || node->prev != node;
}

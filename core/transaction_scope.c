// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

/* Takes everything of a scope out, defaults included: they come again when they are called for. */
static void remove_scope(
    struct sx_transaction *transaction, enum sx_scope scope, struct lyd_node *first)
{
    struct lyd_node *next;

    for (struct lyd_node *node = first; node; node = next) {
        const struct sx_node_class *class = sx_schema_class(node->schema);

        next = node->next;
        if (class->flags & SX_NODE_MIXED)
            remove_scope(transaction, scope, lyd_child(node));
        else if (class->scope == scope)
            sx_transaction_remove(transaction, node);
    }
}

/* Moves siblings and what is below them into the tree. Takes them all, also on failure. */
static int insert_scope(struct sx_transaction *transaction, enum sx_scope scope,
    struct lyd_node *parent, struct lyd_node *first, struct sx_error *err)
{
    struct lyd_node *next;
    int result = 0;

    for (struct lyd_node *node = first; node; node = next) {
        const struct sx_node_class *class = sx_schema_class(node->schema);

        next = node->next;
        if (result < 0 || (!sx_is_explicit(node) && !lysc_is_np_cont(node->schema))) {
            lyd_free_tree(node);
        } else if (class && (class->flags & SX_NODE_MIXED)) {
            struct lyd_node *there = sx_transaction_child(transaction, parent, node->schema);
            struct lyd_node *children = lyd_child(node);

            if (!there)
                there = sx_transaction_new_container(transaction, parent, node->schema);
            if (children)
                lyd_unlink_siblings(children);
            result = insert_scope(transaction, scope, there, children, err);
            lyd_free_tree(node);
        } else if (class && class->scope == scope) {
            lyd_unlink_tree(node);
            sx_transaction_insert(transaction, parent, node);
        } else {
            result = sx_error_set(err, SX_E_INVALID_VALUE, "%s is %s, not %s", node->schema->name,
                class ? sx_scope_name(class->scope) : "no configuration", sx_scope_name(scope));
            lyd_free_tree(node);
        }
    }
    return result;
}

int sx_transaction_replace_scope(struct sx_transaction *transaction, enum sx_scope scope,
    struct lyd_node *incoming, struct sx_error *err)
{
    transaction->replaced = true;
    transaction->ready = false;
    /* It is made anew after so many changes. */
    sx_index_free(transaction->tree->index);
    transaction->tree->index = NULL;
    transaction->undo.index = NULL;
    remove_scope(transaction, scope, transaction->tree->root);
    return insert_scope(transaction, scope, NULL, incoming, err);
}

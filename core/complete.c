// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

/* Keeps a default that was just made when its conditions hold. */
static bool settle(struct sx_transaction *transaction, struct lyd_node *node)
{
    if (lysc_has_when(node->schema)) {
        transaction->tree->evaluations++;
        if (!sx_condition_holds(node)) {
            sx_undo_take_back(&transaction->undo);
            return false;
        }
        node->flags |= LYD_WHEN_TRUE;
    }
    sx_transaction_note_effects(transaction, lyd_parent(node), node, false);
    return true;
}

static void complete_leaf(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)schema;

    if (leaf->dflt && !sx_transaction_child(transaction, parent, schema))
        settle(transaction, sx_transaction_try_default(transaction, parent, schema,
                                lyd_value_get_canonical(schema->module->ctx, leaf->dflt)));
}

static void complete_leaf_list(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_value **values = ((const struct lysc_node_leaflist *)schema)->dflts;
    LY_ARRAY_COUNT_TYPE i;

    if (!values || sx_transaction_child(transaction, parent, schema))
        return;
    LY_ARRAY_FOR(values, i)
    if (!settle(transaction, sx_transaction_try_default(transaction, parent, schema,
                                 lyd_value_get_canonical(schema->module->ctx, values[i]))))
        return;
}

static void complete_container(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_node *node;

    if (!lysc_is_np_cont(schema) || sx_transaction_child(transaction, parent, schema))
        return;
    node = sx_transaction_try_container(transaction, parent, schema);
    if (settle(transaction, node))
        sx_transaction_complete_children(transaction, node, schema, NULL);
}

static bool holds_explicit(struct sx_transaction *transaction, const struct lyd_node *parent,
    const struct lysc_node *of_case)
{
    const struct lysc_node *schema = NULL;

    while ((schema = lys_getnext(schema, of_case, NULL, 0)))
        if (sx_schema_class(schema) &&
            sx_is_explicit(sx_transaction_child(transaction, parent, schema)))
            return true;
    return false;
}

static void remove_defaults(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *of_case)
{
    const struct lysc_node *schema = NULL;
    struct lyd_node *node;

    while ((schema = lys_getnext(schema, of_case, NULL, 0)))
        while (sx_schema_class(schema) &&
               (node = sx_transaction_child(transaction, parent, schema)) && !sx_is_explicit(node))
            sx_transaction_remove(transaction, node);
}

static void complete_choice(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    const struct lysc_node_choice *choice = (const struct lysc_node_choice *)schema;
    const struct lysc_node *selected = NULL;

    for (const struct lysc_node *one = &choice->cases->node; one && !selected; one = one->next)
        if (holds_explicit(transaction, parent, one))
            selected = one;
    if (!selected && choice->dflt)
        selected = &choice->dflt->node;
    for (const struct lysc_node *one = &choice->cases->node; one; one = one->next)
        if (one != selected)
            remove_defaults(transaction, parent, one);
    if (selected)
        sx_transaction_complete_children(transaction, parent, selected, NULL);
}

void sx_transaction_complete_children(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module)
{
    const struct lysc_node *child = NULL;

    while ((child = lys_getnext(child, schema, module, LYS_GETNEXT_WITHCHOICE))) {
        if (!(child->flags & LYS_CONFIG_W))
            continue;
        if (child->nodetype == LYS_CHOICE)
            complete_choice(transaction, parent, child);
        else if (child->nodetype == LYS_LEAF)
            complete_leaf(transaction, parent, child);
        else if (child->nodetype == LYS_LEAFLIST)
            complete_leaf_list(transaction, parent, child);
        else if (child->nodetype == LYS_CONTAINER)
            complete_container(transaction, parent, child);
    }
}

/* A node that came, and all that came with it. */
static void complete_subtree(struct sx_transaction *transaction, struct lyd_node *node)
{
    if (!(node->schema->nodetype & LYD_NODE_INNER))
        return;
    sx_transaction_complete_children(transaction, node, node->schema, NULL);
    for (struct lyd_node *child = lyd_child(node); child; child = child->next)
        complete_subtree(transaction, child);
}

static void complete_around(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lyd_node *node)
{
    if (parent)
        sx_transaction_complete_children(transaction, parent, parent->schema, NULL);
    else
        sx_transaction_complete_children(
            transaction, NULL, NULL, lysc_owner_module(node->schema)->compiled);
}

void sx_transaction_complete(struct sx_transaction *transaction)
{
    const struct lyd_node *last = NULL; /* its children are complete */

    while (transaction->completed < transaction->undo.count) {
        const struct sx_undo_step step = transaction->undo.steps[transaction->completed++];
        bool came = step.kind == SX_UNDO_INSERT;

        /* Defaults were made for the sake of completeness, and a move changes no set. */
        if (step.kind == SX_UNDO_MOVE ||
            (came && (step.node->schema->nodetype & LYD_NODE_TERM) && !sx_is_explicit(step.node)))
            continue;
        if (step.parent && !sx_transaction_has(transaction, step.parent))
            continue;
        if (!step.parent || step.parent != last)
            complete_around(transaction, step.parent, step.node);
        /* A container that holds nothing explicit any more does not select its case. */
        for (const struct lyd_node *above = step.parent;
             !came && above && !sx_is_explicit(above) && sx_transaction_has(transaction, above);
             above = lyd_parent(above))
            complete_around(transaction, lyd_parent(above), above);
        last = step.parent;
        if (came && sx_transaction_has(transaction, step.node))
            complete_subtree(transaction, step.node);
    }
}

void sx_transaction_complete_all(struct sx_transaction *transaction)
{
    const struct ly_ctx *context = sx_schema_context(transaction->tree->schema);
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented && module->compiled)
            sx_transaction_complete_children(transaction, NULL, NULL, module->compiled);
    for (struct lyd_node *node = transaction->tree->root; node; node = node->next)
        complete_subtree(transaction, node);
}

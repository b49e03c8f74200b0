// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"
#include "path.h"
#include "transaction_impl.h"
#include "visit.h"

#include "sextant/memory.h"

#include <stdlib.h>

static bool one_holds(const struct lyd_node *node, const struct lyd_node *parent,
    const struct lysc_when *when, const struct lysc_node *schema)
{
    /* The condition of a uses, augment, choice or case is evaluated at the parent. */
    const struct lyd_node *context = when->context == schema ? node : parent;
    ly_bool holds = 0;

    if (lyd_eval_xpath3(context, schema->module, lyxp_get_expr(when->cond),
            LY_VALUE_SCHEMA_RESOLVED, when->prefixes, NULL, &holds) != LY_SUCCESS)
        return false;
    return holds;
}

/* The first condition of the node, which is an instance of `schema` or stands for one, that does
 * not hold, or NULL. */
static const struct lysc_when *failing(
    const struct lyd_node *node, const struct lyd_node *parent, const struct lysc_node *schema)
{
    LY_ARRAY_COUNT_TYPE i;

    do {
        struct lysc_when **whens = lysc_node_when(schema);

        LY_ARRAY_FOR(whens, i)
        if (!one_holds(node, parent, whens[i], schema))
            return whens[i];
        schema = schema->parent;
    } while (schema && (schema->nodetype & (LYS_CASE | LYS_CHOICE)));
    return NULL;
}

bool sx_condition_holds(const struct lyd_node *node)
{
    return !failing(node, lyd_parent(node), node->schema);
}

bool sx_condition_would_hold(
    struct sx_tree *tree, struct lyd_node *parent, const struct lysc_node *schema)
{
    struct lyd_node *dummy = NULL, *topmost = sx_topmost_default(parent);
    bool holds;

    if (!lysc_has_when(schema))
        return true;
    /* Conditions are evaluated at the node, so something has to stand in its place. */
    if (lyd_new_opaq(parent, sx_schema_context(tree->schema), schema->name, NULL, NULL,
            schema->module->name, &dummy) != LY_SUCCESS ||
        (!parent && lyd_insert_sibling(tree->root, dummy, &tree->root) != LY_SUCCESS))
        abort(); /* only for want of memory */
    holds = !failing(dummy, parent, schema);
    if (tree->root == dummy)
        tree->root = dummy->next;
    lyd_free_tree(dummy);
    sx_restore_defaults(parent, topmost);
    return holds;
}

static int check_node(
    struct sx_transaction *transaction, struct lyd_node *node, struct sx_error *err)
{
    const struct lysc_when *when = failing(node, lyd_parent(node), node->schema);
    char *path;

    transaction->tree->evaluations++;
    if (!when) {
        node->flags |= LYD_WHEN_TRUE;
        return 0;
    }
    if (node->flags & (LYD_WHEN_TRUE | LYD_DEFAULT)) {
        sx_transaction_remove(transaction, node);
        return 0;
    }
    path = sx_path_of(node);
    sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
        "%s: it cannot be set here: its condition \"%.200s\" does not hold", node->schema->name,
        lyxp_get_expr(when->cond));
    sx_error_at(err, path);
    free(path);
    return -1;
}

/* All conditional nodes of what came into the tree. */
static int check_subtree(
    struct sx_transaction *transaction, struct lyd_node *node, struct sx_error *err)
{
    struct lyd_node *next;

    if (lysc_has_when(node->schema)) {
        if (check_node(transaction, node, err) < 0)
            return -1;
        if (!sx_transaction_has(transaction, node))
            return 0;
    }
    if (!(node->schema->nodetype & LYD_NODE_INNER))
        return 0;
    for (struct lyd_node *child = lyd_child(node); child; child = next) {
        next = child->next;
        if (check_subtree(transaction, child, err) < 0)
            return -1;
    }
    return 0;
}

/* One round over a part of the tree for a conditional schema node. */
struct round {
    struct sx_tree *tree;
    const struct lysc_node *schema;
    struct sx_transaction *transaction;
    struct sx_error *err;
};

static int recheck(void *with, struct lyd_node *parent)
{
    const struct round *round = with;
    struct lyd_node *node = sx_transaction_child(round->transaction, parent, round->schema);
    struct lyd_node *next;

    /* A default that may come now. */
    if (!node)
        sx_transaction_complete_children(round->transaction, parent, parent ? parent->schema : NULL,
            parent ? NULL : round->schema->module->compiled);
    for (; node && node->schema == round->schema; node = next) {
        next = node->next;
        if (check_node(round->transaction, node, round->err) < 0)
            return -1;
    }
    return 0;
}

static int recheck_below(struct sx_transaction *transaction, const struct lysc_node *reader,
    const struct lyd_node *apex, struct sx_error *err)
{
    struct round round = {
        .tree = transaction->tree, .schema = reader, .transaction = transaction, .err = err};

    return sx_visit(&transaction->tree->root, (struct lyd_node *)apex, lysc_data_parent(reader),
        recheck, &round);
}

int sx_transaction_check_conditions(struct sx_transaction *transaction, struct sx_error *err)
{
    const struct sx_schema *schema = transaction->tree->schema;
    size_t from = transaction->conditioned, to = transaction->undo.count;
    struct sx_agenda tasks = transaction->conditions;
    int result = 0;

    /* What is changed here may call for the same conditions once more. */
    transaction->conditions = (struct sx_agenda){0};
    transaction->conditioned = to;
    for (size_t i = from; i < to && result == 0; i++) {
        const struct sx_undo_step step = transaction->undo.steps[i];

        if (step.kind == SX_UNDO_INSERT && sx_transaction_has(transaction, step.node))
            result = check_subtree(transaction, step.node, err);
    }
    for (size_t i = 0; i < tasks.count && result == 0; i++)
        if (!tasks.items[i].where || sx_transaction_has(transaction, tasks.items[i].where))
            result = recheck_below(
                transaction, tasks.items[i].constraint->reader, tasks.items[i].where, err);
    for (size_t i = 0; transaction->replaced && i < schema->conditional_count && result == 0; i++)
        result = recheck_below(transaction, schema->conditional[i], NULL, err);
    sx_agenda_clear(&tasks);
    return result;
}

static int sweep(void *with, struct lyd_node *parent)
{
    const struct round *round = with;
    struct lyd_node *node = NULL, *next;

    if (lyd_find_sibling_val(parent ? lyd_child(parent) : round->tree->root, round->schema, NULL, 0,
            &node) != LY_SUCCESS)
        return 0;
    for (; node && node->schema == round->schema; node = next) {
        next = node->next;
        if (sx_is_explicit(node) || sx_condition_holds(node))
            continue;
        if (round->tree->root == node)
            round->tree->root = next;
        lyd_free_tree(node);
        sx_table_removed(parent);
    }
    return 0;
}

void sx_condition_sweep(struct sx_tree *tree)
{
    const struct sx_schema *schema = tree->schema;

    for (size_t i = 0; i < schema->conditional_count; i++) {
        struct round round = {.tree = tree, .schema = schema->conditional[i]};

        /* sweep() never fails */
        (void)sx_visit(&tree->root, NULL, lysc_data_parent(round.schema), sweep, &round);
    }
}

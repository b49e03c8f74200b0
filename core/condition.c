// SPDX-License-Identifier: Apache-2.0
#include "path.h"
#include "transaction_impl.h"
#include "visit.h"

#include "sextant/memory.h"
#include "sextant/xpath.h"

#include <stdlib.h>

static bool one_holds(const struct lyd_node *node, const struct lyd_node *parent,
    const struct lysc_when *when, const struct lysc_node *schema)
{
    /* The condition of a uses, augment, choice or case is evaluated at the parent. */
    const struct lyd_node *context = when->context == schema ? node : parent;

    return sx_xpath_holds(context, schema->module, lyxp_get_expr(when->cond), when->prefixes);
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
    if ((node->flags & LYD_DEFAULT) || ((node->flags & LYD_WHEN_TRUE) && !transaction->loading)) {
        sx_transaction_remove(transaction, node);
        return 0;
    }
    /* What stands in something that must not be there is not to blame. */
    for (struct lyd_node *above = lyd_parent(node); above; above = lyd_parent(above))
        if (lysc_has_when(above->schema) && failing(above, lyd_parent(above), above->schema))
            return check_node(transaction, above, err);
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
        size_t steps = transaction->undo.count;

        next = child->next;
        if (check_subtree(transaction, child, err) < 0)
            return -1;
        if (transaction->undo.count > steps && !sx_transaction_has(transaction, node))
            return 0;
    }
    return 0;
}

/* One round over a part of the tree for a conditional schema node. */
struct round {
    const struct lysc_node *schema;
    struct sx_transaction *transaction;
    struct sx_error *err;
};

static int recheck(void *with, struct lyd_node *parent)
{
    const struct round *round = with;
    struct lyd_node *node, *next;

    if (parent && !sx_transaction_has(round->transaction, parent))
        return 0; /* it went in this round */
    node = sx_transaction_child(round->transaction, parent, round->schema);
    /* A default that may come now. */
    if (!node)
        sx_transaction_complete_children(round->transaction, parent, parent ? parent->schema : NULL,
            parent ? NULL : round->schema->module->compiled);
    for (; node && node->schema == round->schema; node = next) {
        next = node->next;
        if (check_node(round->transaction, node, round->err) < 0)
            return -1;
        if (parent && !sx_transaction_has(round->transaction, parent))
            return 0;
    }
    return 0;
}

static int recheck_below(struct sx_transaction *transaction, const struct lysc_node *reader,
    const struct lyd_node *apex, struct sx_error *err)
{
    struct round round = {.schema = reader, .transaction = transaction, .err = err};

    return sx_visit(&transaction->tree->root, (struct lyd_node *)apex, lysc_data_parent(reader),
        recheck, &round);
}

/* What is there already. */
static int recheck_tasks(struct sx_transaction *transaction, struct sx_error *err)
{
    const struct sx_schema *schema = transaction->tree->schema;
    struct sx_agenda tasks = transaction->conditions;
    int result = 0;

    /* What is changed here may call for the same conditions once more. */
    transaction->conditions = (struct sx_agenda){0};
    for (size_t i = 0; i < tasks.count && result == 0; i++)
        if (!tasks.items[i].where || sx_transaction_has(transaction, tasks.items[i].where))
            result = recheck_below(
                transaction, tasks.items[i].constraint->reader, tasks.items[i].where, err);
    for (size_t i = 0; transaction->replaced && i < schema->conditional_count && result == 0; i++)
        result = recheck_below(transaction, schema->conditional[i], NULL, err);
    sx_agenda_clear(&tasks);
    return result;
}

/* What came. */
static int check_steps(struct sx_transaction *transaction, struct sx_error *err)
{
    size_t from = transaction->conditioned, to = transaction->undo.count;

    transaction->conditioned = to;
    for (size_t i = from; i < to; i++) {
        const struct sx_undo_step step = transaction->undo.steps[i];

        if (step.kind == SX_UNDO_INSERT && sx_transaction_has(transaction, step.node) &&
            check_subtree(transaction, step.node, err) < 0)
            return -1;
    }
    return 0;
}

int sx_transaction_check_conditions(struct sx_transaction *transaction, struct sx_error *err)
{
    /* What came may stand in what goes, or depend on it: it has its turn when that is settled. */
    if (transaction->conditions.count > 0 && !transaction->replaced)
        return recheck_tasks(transaction, err);
    if (check_steps(transaction, err) < 0)
        return -1;
    return transaction->replaced ? recheck_tasks(transaction, err) : 0;
}

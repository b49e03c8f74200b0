// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"
#include "path.h"
#include "transaction_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>

static bool one_holds(
    const struct lyd_node *node, const struct lysc_when *when, const struct lysc_node *schema)
{
    /* The condition of a uses, augment, choice or case is evaluated at the parent. */
    const struct lyd_node *context = when->context == node->schema ? node : lyd_parent(node);
    ly_bool holds = 0;

    if (lyd_eval_xpath3(context, schema->module, lyxp_get_expr(when->cond),
            LY_VALUE_SCHEMA_RESOLVED, when->prefixes, NULL, &holds) != LY_SUCCESS)
        return false;
    return holds;
}

/* The first condition of the node that does not hold, or NULL. */
static const struct lysc_when *failing(const struct lyd_node *node)
{
    const struct lysc_node *schema = node->schema;
    LY_ARRAY_COUNT_TYPE i;

    do {
        struct lysc_when **whens = lysc_node_when(schema);

        LY_ARRAY_FOR(whens, i)
        if (!one_holds(node, whens[i], schema))
            return whens[i];
        schema = schema->parent;
    } while (schema && (schema->nodetype & (LYS_CASE | LYS_CHOICE)));
    return NULL;
}

bool sx_condition_holds(const struct lyd_node *node)
{
    return !failing(node);
}

static int check_node(
    struct sx_transaction *transaction, struct lyd_node *node, struct sx_error *err)
{
    const struct lysc_when *when = failing(node);
    char *path;

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

/* One round over the tree for a conditional schema node. */
struct round {
    struct sx_tree *tree;
    const struct lysc_node *schema;
    int (*visit)(struct round *round, struct lyd_node *parent);
    struct sx_transaction *transaction;
    struct sx_error *err;
};

/* Calls visit for each node of `schema`, or once with NULL for the top level. */
static int visit_each(struct round *round, const struct lysc_node *schema, struct lyd_node *above,
    const struct lysc_node *at)
{
    /* `at` leads from the top to `schema`. */
    struct lyd_node *node = NULL, *next;

    if (lyd_find_sibling_val(above ? lyd_child(above) : round->tree->root, at, NULL, 0, &node) !=
        LY_SUCCESS)
        return 0;
    for (; node && node->schema == at; node = next) {
        const struct lysc_node *below = schema;

        next = node->next;
        while (below != at && lysc_data_parent(below) != at)
            below = lysc_data_parent(below);
        if (below == at ? round->visit(round, node) < 0
                        : visit_each(round, schema, node, below) < 0)
            return -1;
    }
    return 0;
}

static int visit_parents(struct round *round)
{
    const struct lysc_node *parent = lysc_data_parent(round->schema), *top = parent;

    if (!parent)
        return round->visit(round, NULL);
    while (lysc_data_parent(top))
        top = lysc_data_parent(top);
    return visit_each(round, parent, NULL, top);
}

static int recheck(struct round *round, struct lyd_node *parent)
{
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

static bool is_above(const struct lysc_node *above, const struct lysc_node *node)
{
    for (; node; node = node->parent)
        if (node == above)
            return true;
    return false;
}

/* True when a change of one of the nodes can turn a condition of `reader`. What is read may have
 * come or gone with a node above it, and the text of a container is all that is below it. */
static bool depends(
    const struct sx_schema *schema, const struct lysc_node *reader, const struct ly_set *changed)
{
    for (size_t i = 0; i < schema->dependency_count; i++) {
        const struct sx_dependency *dependency = &schema->dependencies[i];

        if (dependency->reader != reader || dependency->kind != SX_DEPENDENCY_WHEN)
            continue;
        for (uint32_t j = 0; j < changed->count; j++)
            if (is_above(changed->snodes[j], dependency->read) ||
                is_above(dependency->read, changed->snodes[j]))
                return true;
    }
    return false;
}

static struct ly_set *changed_schemas(const struct sx_transaction *transaction, size_t from)
{
    struct ly_set *set = NULL;

    if (ly_set_new(&set) != LY_SUCCESS)
        abort(); /* only for want of memory */
    for (size_t i = from; i < transaction->undo.count; i++)
        if (ly_set_add(set, (void *)transaction->undo.steps[i].node->schema, 0, NULL) != LY_SUCCESS)
            abort();
    return set;
}

int sx_transaction_check_conditions(struct sx_transaction *transaction, struct sx_error *err)
{
    const struct sx_schema *schema = transaction->tree->schema;
    size_t from = transaction->conditioned, to = transaction->undo.count;
    struct ly_set *changed = changed_schemas(transaction, from);
    int result = 0;

    transaction->conditioned = to;
    for (size_t i = from; i < to && result == 0; i++) {
        const struct sx_undo_step step = transaction->undo.steps[i];

        if (step.kind == SX_UNDO_INSERT && sx_transaction_has(transaction, step.node))
            result = check_subtree(transaction, step.node, err);
    }
    for (size_t i = 0; i < schema->conditional_count && result == 0; i++) {
        struct round round = {.tree = transaction->tree,
            .schema = schema->conditional[i],
            .visit = recheck,
            .transaction = transaction,
            .err = err};

        if (depends(schema, round.schema, changed))
            result = visit_parents(&round);
    }
    ly_set_free(changed, NULL);
    return result;
}

static int sweep(struct round *round, struct lyd_node *parent)
{
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
        struct round round = {.tree = tree, .schema = schema->conditional[i], .visit = sweep};

        (void)visit_parents(&round); /* sweep() never fails */
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/xpath.h"
#include "transaction_impl.h"
#include "validate.h"
#include "visit.h"

#include <libyang/plugins_types.h>
#include <string.h>

/* One check of a transaction. */
struct check {
    struct sx_transaction *transaction;
    struct sx_tree *tree;
    struct sx_agenda done; /* what was evaluated, with the node as its place */
    const struct sx_task *task; /* that is being looked at */
    struct sx_error *err;
    bool whole; /* of the tree: nothing is met twice, so what was evaluated is not kept */
};

static int check_structure(
    struct check *check, struct lyd_node *parent, const struct lys_module *module)
{
    const struct sx_task task = {
        .where = parent, .value.high = parent ? 0 : (uint64_t)(uintptr_t)module};

    if (parent && !sx_schema_effects(check->tree->schema, parent->schema)->structured)
        return 0;
    if (!check->whole && !sx_agenda_add(&check->done, task))
        return 0;
    return sx_transaction_check_structure(
        check->transaction, parent, parent ? NULL : module, check->err);
}

static int check_must(
    struct check *check, const struct sx_constraint *constraint, const struct lyd_node *node)
{
    const struct lysc_must *must = constraint->must;

    if (sx_xpath_holds(node, node->schema->module, lyxp_get_expr(must->cond), must->prefixes))
        return 0;
    return sx_violation_must(node, must, check->err);
}

static int check_leafref(
    struct check *check, const struct sx_constraint *constraint, const struct lyd_node *node)
{
    const struct lyd_node *where = sx_index_apex(constraint->apex, node);

    if (sx_index_count(check->tree->index,
            sx_index_target(check->tree->schema, constraint, where, lyd_get_value(node))) > 0)
        return 0;
    return sx_violation_reference(node, check->err);
}

static int check_type(struct check *check, const struct lyd_node *node)
{
    const char *value = lyd_get_value(node);
    LY_ERR result = lyd_value_validate(sx_schema_context(check->tree->schema), node->schema, value,
        strlen(value), node, NULL, NULL);

    return result == LY_SUCCESS ? 0 : sx_violation_type(node, check->err);
}

/* Values may be of different types that are written alike, so a hash is not enough to refuse. */
static bool is_same_tuple(
    const struct sx_constraint *constraint, const struct lyd_node *a, const struct lyd_node *b)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(constraint->leafs, i)
    {
        const struct lysc_node_leaf *leaf = constraint->leafs[i];
        const struct lyd_node *of_a = sx_index_leaf(a, &leaf->node, NULL);
        const struct lyd_node *of_b = sx_index_leaf(b, &leaf->node, NULL);
        const struct lyd_value *value_a =
            of_a ? &((const struct lyd_node_term *)of_a)->value : leaf->dflt;
        const struct lyd_value *value_b =
            of_b ? &((const struct lyd_node_term *)of_b)->value : leaf->dflt;

        if (!value_a || !value_b ||
            value_a->realtype->plugin->compare(value_a, value_b) != LY_SUCCESS)
            return false;
    }
    return true;
}

static int check_unique(
    struct check *check, const struct sx_constraint *constraint, const struct lyd_node *entry)
{
    struct sx_key key;
    struct lyd_node *other;

    if (!sx_index_tuple(constraint, entry, NULL, &key) ||
        sx_index_count(check->tree->index, key) < 2)
        return 0;
    other = sx_transaction_child(check->transaction, lyd_parent(entry), entry->schema);
    for (; other && other->schema == entry->schema; other = other->next)
        if (other != entry && is_same_tuple(constraint, other, entry))
            return sx_violation_unique(constraint->leafs, other, entry, check->err);
    return 0;
}

static int evaluate(
    struct check *check, const struct sx_constraint *constraint, const struct lyd_node *node)
{
    if (!check->whole &&
        !sx_agenda_add(&check->done, (struct sx_task){.constraint = constraint, .where = node}))
        return 0;
    check->tree->evaluations++;
    switch (constraint->kind) {
    case SX_CONSTRAINT_MUST:
        return check_must(check, constraint, node);
    case SX_CONSTRAINT_LEAFREF:
        return check_leafref(check, constraint, node);
    case SX_CONSTRAINT_TYPE:
    case SX_CONSTRAINT_ANYWHERE:
        return check_type(check, node);
    case SX_CONSTRAINT_UNIQUE:
        return check_unique(check, constraint, node);
    case SX_CONSTRAINT_WHEN:
    case SX_CONSTRAINT_PRESENCE:
        break; /* no node has these of its own */
    }
    return 0;
}

/* All constraints of what came into the tree. */
static int check_subtree(struct check *check, struct lyd_node *node)
{
    const struct sx_schema *schema = check->tree->schema;
    const struct sx_effects *effects = sx_schema_effects(schema, node->schema);

    node->flags &= ~(uint32_t)LYD_NEW;
    for (size_t i = 0; i < effects->own.count; i++)
        if (evaluate(check, &schema->constraints[effects->own.items[i]], node) < 0)
            return -1;
    if (check_structure(check, node, NULL) < 0)
        return -1;
    for (struct lyd_node *child = lyd_child(node); child; child = child->next)
        if (check_subtree(check, child) < 0)
            return -1;
    return 0;
}

static int visit_reader(void *with, struct lyd_node *node)
{
    struct check *check = with;
    const struct sx_constraint *constraint = check->task->constraint;

    if (constraint->kind == SX_CONSTRAINT_PRESENCE)
        return check_structure(check, node, constraint->reader->module);
    if (constraint->by_value) {
        struct sx_key key = sx_index_reader(constraint, check->task->where, lyd_get_value(node));

        if (key.high != check->task->value.high || key.low != check->task->value.low)
            return 0;
    }
    return evaluate(check, constraint, node);
}

static int check_task(struct check *check, const struct sx_task *task)
{
    const struct sx_constraint *constraint = task->constraint;
    const struct sx_index *index = check->tree->index;
    const struct lysc_node *reader = constraint->reader;

    if (task->where && !sx_transaction_has(check->transaction, task->where))
        return 0;
    if ((constraint->kind == SX_CONSTRAINT_LEAFREF || constraint->by_value) &&
        sx_index_count(index, task->value) == 0)
        return 0;
    if (constraint->kind == SX_CONSTRAINT_LEAFREF &&
        sx_index_count(index, sx_index_target(check->tree->schema, constraint, task->where,
                                  lyd_get_value(task->gone))) > 0)
        return 0;
    check->task = task;
    return sx_visit(&check->tree->root, (struct lyd_node *)task->where,
        constraint->kind == SX_CONSTRAINT_PRESENCE ? lysc_data_parent(reader) : reader,
        visit_reader, check);
}

static int check_steps(struct check *check)
{
    struct sx_transaction *transaction = check->transaction;

    for (size_t i = 0; i < transaction->undo.count; i++) {
        const struct sx_undo_step *step = &transaction->undo.steps[i];

        if (step->kind == SX_UNDO_MOVE)
            continue;
        if (step->kind == SX_UNDO_INSERT && sx_transaction_has(transaction, step->node) &&
            check_subtree(check, step->node) < 0)
            return -1;
        if ((!step->parent || sx_transaction_has(transaction, step->parent)) &&
            check_structure(check, step->parent, lysc_owner_module(step->node->schema)) < 0)
            return -1;
    }
    return 0;
}

/* Constraints that may read any node: nothing tells which of them a change concerns. */
static int check_anywhere(struct check *check)
{
    const struct sx_schema *schema = check->tree->schema;

    for (size_t i = 0; i < schema->anywhere.count; i++) {
        const struct sx_constraint *constraint = &schema->constraints[schema->anywhere.items[i]];
        const struct sx_task task = {.constraint = constraint};

        if (sx_index_count(check->tree->index, sx_index_reader(constraint, NULL, NULL)) == 0)
            continue;
        check->tree->whole_validations++;
        if (check_task(check, &task) < 0)
            return -1;
    }
    return 0;
}

int sx_transaction_check(struct sx_transaction *transaction, struct sx_error *err)
{
    struct check check = {.transaction = transaction, .tree = transaction->tree, .err = err};
    int result = check_steps(&check);

    for (size_t i = 0; i < transaction->agenda.count && result == 0; i++)
        result = check_task(&check, &transaction->agenda.items[i]);
    if (result == 0)
        result = check_anywhere(&check);
    sx_agenda_clear(&check.done);
    return result;
}

int sx_transaction_check_all(struct sx_transaction *transaction, struct sx_error *err)
{
    struct sx_tree *tree = transaction->tree;
    struct check check = {.transaction = transaction, .tree = tree, .err = err, .whole = true};
    const struct lys_module *module;
    uint32_t at = 0;
    int result = 0;

    sx_index_free(tree->index);
    tree->index = sx_index_build(tree->schema, tree->root);
    transaction->undo.index = tree->index;
    tree->whole_validations++;
    while (result == 0 && (module = ly_ctx_get_module_iter(sx_schema_context(tree->schema), &at)))
        if (module->implemented && module->compiled)
            result = check_structure(&check, NULL, module);
    for (struct lyd_node *node = tree->root; node && result == 0; node = node->next)
        result = check_subtree(&check, node);
    return result;
}

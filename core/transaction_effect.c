// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

/* A change of one node, with all below it. */
struct effect {
    struct sx_transaction *transaction;
    const struct lyd_node *parent;
    bool gone;
};

/* The instance of the apex above the change. False when it is part of what changes: what stands
 * below it then comes or goes, too. */
static bool find_apex(
    const struct effect *effect, const struct lysc_node *apex, const struct lyd_node **ret_where)
{
    const struct lyd_node *where = effect->parent;

    if (!apex) {
        *ret_where = NULL;
        return true;
    }
    while (where && where->schema != apex)
        where = lyd_parent(where);
    *ret_where = where;
    return where;
}

static void note(const struct effect *effect, size_t number, const struct lyd_node *node)
{
    struct sx_transaction *transaction = effect->transaction;
    const struct sx_schema *schema = transaction->tree->schema;
    struct sx_task task = {.constraint = &schema->constraints[number]};
    enum sx_constraint_kind kind = task.constraint->kind;

    if (!find_apex(effect, task.constraint->apex, &task.where))
        return;
    if (kind == SX_CONSTRAINT_WHEN) {
        sx_agenda_add(&transaction->conditions, task);
        return;
    }
    /* Another target does not harm who refers to one. */
    if (kind == SX_CONSTRAINT_LEAFREF && !effect->gone)
        return;
    if (kind == SX_CONSTRAINT_LEAFREF)
        task.gone = node;
    if (kind == SX_CONSTRAINT_LEAFREF || task.constraint->by_value)
        task.value = sx_index_reader(task.constraint, task.where, lyd_get_value(node));
    sx_agenda_add(&transaction->agenda, task);
}

static void note_subtree(const struct effect *effect, const struct lyd_node *node)
{
    const struct sx_effects *effects =
        sx_schema_effects(effect->transaction->tree->schema, node->schema);

    for (size_t i = 0; i < effects->on.count; i++)
        note(effect, effects->on.items[i], node);
    for (const struct lyd_node *child = lyd_child(node); child; child = child->next)
        note_subtree(effect, child);
}

void sx_transaction_note_effects(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lyd_node *node, bool gone)
{
    const struct effect effect = {.transaction = transaction, .parent = parent, .gone = gone};

    if (!transaction->replaced)
        note_subtree(&effect, node);
}

// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"
#include "validate.h"

/* Where children are counted. */
struct place {
    struct sx_transaction *transaction;
    struct lyd_node *parent;
    const struct lysc_module *module; /* of the top level, when there is no parent */
    struct sx_error *err;
};

static bool case_is_there(const struct place *place, const struct lysc_node *of_case)
{
    const struct lysc_node *schema = NULL;

    while ((schema = lys_getnext(schema, of_case, NULL, 0)))
        if (sx_schema_class(schema) &&
            sx_transaction_child(place->transaction, place->parent, schema))
            return true;
    return false;
}

static int check_limits(
    const struct place *place, const struct lysc_node *schema, uint32_t min, uint32_t max)
{
    struct sx_tree *tree = place->transaction->tree;
    uint32_t count = sx_index_count(tree->index, sx_index_entries(schema, place->parent));
    const struct lyd_node *entry;

    tree->evaluations++;
    if (max > 0 && count > max) {
        entry = sx_transaction_child(place->transaction, place->parent, schema);
        for (uint32_t i = 0; i < max; i++)
            entry = entry->next;
        return sx_violation_count(place->parent, schema, entry, place->err);
    }
    if (count < min && sx_condition_would_hold(tree, place->parent, schema))
        return sx_violation_count(place->parent, schema, NULL, place->err);
    return 0;
}

static int check_mandatory(const struct place *place, const struct lysc_node *schema)
{
    struct sx_tree *tree = place->transaction->tree;
    bool is_there = schema->nodetype == LYS_CHOICE
                        ? case_is_there(place, schema)
                        : sx_transaction_child(place->transaction, place->parent, schema) != NULL;

    tree->evaluations++;
    if (is_there || !sx_condition_would_hold(tree, place->parent, schema))
        return 0;
    return sx_violation_missing(place->parent, schema, place->err);
}

static int check_children(const struct place *place, const struct lysc_node *above)
{
    const struct lysc_node *child = NULL;
    int result = 0;

    while (result == 0 && (child = lys_getnext(child, above, above ? NULL : place->module,
                               LYS_GETNEXT_WITHCHOICE))) {
        if (!(child->flags & LYS_CONFIG_W))
            continue;
        if (child->nodetype == LYS_LIST && sx_schema_is_limited(child))
            result = check_limits(place, child, ((const struct lysc_node_list *)child)->min,
                ((const struct lysc_node_list *)child)->max);
        else if (child->nodetype == LYS_LEAFLIST && sx_schema_is_limited(child))
            result = check_limits(place, child, ((const struct lysc_node_leaflist *)child)->min,
                ((const struct lysc_node_leaflist *)child)->max);
        else if (!(child->nodetype & (LYS_LIST | LYS_LEAFLIST)) && (child->flags & LYS_MAND_TRUE))
            result = check_mandatory(place, child);
        if (child->nodetype != LYS_CHOICE || result < 0)
            continue;
        /* In a choice, only the case that is there counts. */
        for (const struct lysc_node *one = lysc_node_child(child); one; one = one->next)
            if (case_is_there(place, one)) {
                result = check_children(place, one);
                break;
            }
    }
    return result;
}

int sx_transaction_check_structure(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lys_module *module, struct sx_error *err)
{
    const struct place place = {.transaction = transaction,
        .parent = parent,
        .module = module ? module->compiled : NULL,
        .err = err};

    return check_children(&place, parent ? parent->schema : NULL);
}

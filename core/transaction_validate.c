// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"
#include "transaction_impl.h"
#include "validate.h"

#include <stdlib.h>

/* Schema nodes of all that the transaction changed. */
static struct ly_set *changed_schemas(const struct sx_transaction *transaction)
{
    struct ly_set *set = NULL;

    if (ly_set_new(&set) != LY_SUCCESS)
        abort(); /* only for want of memory */
    for (size_t i = 0; i < transaction->undo.count; i++)
        if (ly_set_add(set, (void *)transaction->undo.steps[i].node->schema, 0, NULL) != LY_SUCCESS)
            abort();
    return set;
}

/* libyang makes each conditional default that is missing, and takes it out again when its condition
 * does not hold. */
static void note_removals(const struct sx_transaction *transaction)
{
    const struct sx_schema *schema = transaction->tree->schema;

    for (size_t i = 0; i < transaction->undo.count; i++) {
        struct lyd_node *parent = transaction->undo.steps[i].parent;

        for (size_t j = 0; parent && j < schema->conditional_count; j++)
            if (lysc_data_parent(schema->conditional[j]) == parent->schema)
                sx_table_removed(parent);
    }
}

int sx_transaction_validate(struct sx_transaction *transaction, struct sx_error *err)
{
    struct ly_set *changed;
    int result = 0;

    /* What one of the two does can call for the other. */
    while (result == 0 && (transaction->completed < transaction->undo.count ||
                              transaction->conditioned < transaction->undo.count)) {
        sx_transaction_complete(transaction);
        result = sx_transaction_check_conditions(transaction, err);
    }
    if (result < 0 || transaction->undo.count == 0)
        return result;
    changed = changed_schemas(transaction);
    result = sx_validate_modules(transaction->tree, changed, err);
    ly_set_free(changed, NULL);
    note_removals(transaction);
    if (result < 0)
        sx_condition_sweep(transaction->tree);
    return result;
}

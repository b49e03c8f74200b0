// SPDX-License-Identifier: Apache-2.0
#include "libyang_table.h"
#include "transaction_impl.h"
#include "validate.h"
#include "visit.h"

/* libyang makes each conditional default that is missing, and takes it out again when its condition
 * does not hold. */
static int note_removal(void *with, struct lyd_node *parent)
{
    (void)with;
    sx_table_removed(parent);
    return 0;
}

/* After a scope was replaced: so much changed that all is looked at. */
static int validate_whole(struct sx_transaction *transaction, struct sx_error *err)
{
    struct sx_tree *tree = transaction->tree;
    int result = sx_validate_all(tree, err);

    for (size_t i = 0; i < tree->schema->conditional_count; i++)
        (void)sx_visit(&tree->root, NULL, lysc_data_parent(tree->schema->conditional[i]),
            note_removal, NULL); /* it never fails */
    if (result < 0)
        sx_condition_sweep(tree);
    return result;
}

int sx_transaction_validate(struct sx_transaction *transaction, struct sx_error *err)
{
    int result = 0;

    /* What one of the two does can call for the other. */
    while (result == 0 && (transaction->completed < transaction->undo.count ||
                              transaction->conditioned < transaction->undo.count)) {
        sx_transaction_complete(transaction);
        result = sx_transaction_check_conditions(transaction, err);
    }
    if (result < 0 || transaction->undo.count == 0)
        return result;
    return transaction->replaced ? validate_whole(transaction, err)
                                 : sx_transaction_check(transaction, err);
}

// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

/** Rounds in which defaults and conditions follow from each other; a chain of conditions takes one
 * for each link. */
#define ROUNDS_MAX 10000

static bool is_settled(const struct sx_transaction *transaction)
{
    return transaction->completed == transaction->undo.count &&
           transaction->conditioned == transaction->undo.count &&
           transaction->conditions.count == 0;
}

int sx_transaction_validate(struct sx_transaction *transaction, struct sx_error *err)
{
    int result = 0;

    /* What one of the two does can call for the other. */
    for (unsigned round = 0; result == 0 && !is_settled(transaction); round++) {
        if (round == ROUNDS_MAX)
            return sx_error_set(err, SX_E_RESOURCE_DENIED,
                "the conditions of the schema depend on each other for more than %d rounds",
                ROUNDS_MAX);
        sx_transaction_complete(transaction);
        result = sx_transaction_check_conditions(transaction, err);
    }
    if (result < 0 || transaction->undo.count == 0)
        return result;
    return transaction->replaced || transaction->loading
               ? sx_transaction_check_all(transaction, err)
               : sx_transaction_check(transaction, err);
}

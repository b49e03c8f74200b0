// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

/* Everything of one case, those of choices inside it included. */
static void remove_case(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *of_case)
{
    const struct lysc_node *schema = NULL;
    struct lyd_node *node;

    while ((schema = lys_getnext(schema, of_case, NULL, 0)))
        if (sx_schema_class(schema))
            while ((node = sx_transaction_child(transaction, parent, schema)))
                sx_transaction_remove(transaction, node);
}

void sx_transaction_leave_cases(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema)
{
    for (; schema->parent && schema->parent->nodetype == LYS_CASE;
         schema = schema->parent->parent) {
        const struct lysc_node_choice *choice =
            (const struct lysc_node_choice *)schema->parent->parent;
        const struct lysc_node *own = schema->parent;

        for (const struct lysc_node *other = &choice->cases->node; other; other = other->next)
            if (other != own)
                remove_case(transaction, parent, other);
    }
}

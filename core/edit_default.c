// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "secret_text.h"

#include <stdlib.h>

/* Takes out what was set: of a leaf-list all entries, as its defaults hold where none is set. */
static bool remove_explicit(
    struct sx_edit *edit, const struct sx_edit_place *place, const struct lysc_node *schema)
{
    struct lyd_node *node;
    bool removed = false;

    while (sx_is_explicit(node = sx_edit_child(edit, place, schema))) {
        sx_transaction_remove(edit->transaction, node);
        removed = true;
    }
    return removed;
}

static int refuse_value(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lyd_node *node)
{
    const struct lysc_node *schema = node->schema;
    const struct lyd_value *value =
        schema->nodetype == LYS_LEAF ? ((const struct lysc_node_leaf *)schema)->dflt : NULL;
    const char *shown = sx_secret_shown(schema, lyd_get_value(node));

    if (value)
        sx_error_set(edit->err, SX_E_INVALID_VALUE,
            "%s: it is tagged as default, but its default is \"%.100s\", not \"%.100s\": leave the "
            "attribute default out to set the value",
            schema->name, lyd_value_get_canonical(schema->module->ctx, value), shown);
    else
        sx_error_set(edit->err, SX_E_INVALID_VALUE,
            "%s: it is tagged as default, but \"%.100s\" is no default of it: leave the attribute "
            "default out to set the value",
            schema->name, shown);
    return sx_edit_fail_at(edit, place, schema, schema->nodetype == LYS_LEAFLIST ? node : NULL);
}

int sx_edit_default(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation operation)
{
    struct lyd_node *present = sx_edit_child(edit, place, node->schema);

    if (!lyd_is_default(node))
        return refuse_value(edit, place, node);
    if (operation == SX_EDIT_CREATE && sx_is_explicit(present))
        return sx_edit_exists(edit, place, present);
    if (!remove_explicit(edit, place, node->schema) &&
        (operation == SX_EDIT_DELETE || operation == SX_EDIT_NONE))
        return sx_edit_missing(edit, place, node->schema, NULL);
    return 0;
}

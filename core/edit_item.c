// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "item.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>

int sx_edit_exists(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lyd_node *node)
{
    sx_error_set(edit->err, SX_E_DATA_EXISTS,
        "%s: it exists already, so it cannot be created: use merge or replace", node->schema->name);
    return sx_edit_fail_at(edit, place, node->schema, node);
}

int sx_edit_missing(const struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *entry)
{
    sx_error_set(edit->err, SX_E_DATA_MISSING,
        "%s: it does not exist: it must be there for delete and none; use remove or merge",
        schema->name);
    return sx_edit_fail_at(edit, place, schema, entry);
}

int sx_edit_delete(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lysc_node *schema, struct lyd_node *node, bool must_exist)
{
    if (sx_is_explicit(node)) {
        sx_transaction_remove(edit->transaction, node);
        return 0;
    }
    return must_exist ? sx_edit_missing(edit, place, schema, NULL) : 0;
}

/* A copy of a leaf, leaf-list entry or anydata to be linked. A clear-text password is hashed. */
static int copy_item(struct sx_edit *edit, const struct lyd_node *node,
    const struct lyd_node *present, struct lyd_node **ret_copy)
{
    const struct sx_node_class *class = sx_schema_class(node->schema);
    struct lyd_node *copy = NULL;
    char *value = NULL;
    int result = 0;

    if (lyd_dup_single(node, NULL, LYD_DUP_NO_META, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory */
    if (class->flags & SX_NODE_CRYPT_HASH) {
        result = sx_transaction_password(edit->transaction, lyd_get_value(node),
            present ? lyd_get_value(present) : NULL, &value, edit->err);
        if (result == 0 && strcmp(value, lyd_get_value(copy)) != 0 &&
            lyd_change_term(copy, value) != LY_SUCCESS)
            result = sx_error_set(
                edit->err, SX_E_INTERNAL, "%s: a hash is not taken", node->schema->name);
        free(value);
    }
    if (result < 0)
        lyd_free_tree(copy);
    else
        *ret_copy = copy;
    return result;
}

static int set_single(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *node, struct lyd_node *present)
{
    struct lyd_node *parent, *copy = NULL;

    if (copy_item(edit, node, present, &copy) < 0)
        return sx_edit_fail_at(edit, place, node->schema, NULL);
    if (sx_is_explicit(present) && sx_item_equal(present, copy)) {
        lyd_free_tree(copy);
        return 0;
    }
    parent = sx_edit_arrive(edit, place, node->schema);
    if (present)
        sx_transaction_remove(edit->transaction, present);
    sx_transaction_insert(edit->transaction, parent, copy);
    return 0;
}

static int set_entry(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    struct lyd_node *present, bool replacing)
{
    if (!sx_is_explicit(present)) {
        struct lyd_node *parent, *copy = NULL, *dflt;

        if (sx_path_check_key(node, edit->err) < 0 || copy_item(edit, node, NULL, &copy) < 0)
            return -1;
        parent = sx_edit_arrive(edit, place, node->schema);
        /* Where one entry is set, none of the defaults is. */
        while ((dflt = sx_edit_child(edit, place, node->schema)) && (dflt->flags & LYD_DEFAULT))
            sx_transaction_remove(edit->transaction, dflt);
        sx_transaction_insert(edit->transaction, parent, copy);
        present = copy;
    }
    return sx_edit_position(edit, place, present, node, replacing);
}

int sx_edit_item(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation operation, bool replacing)
{
    bool is_entry = node->schema->nodetype == LYS_LEAFLIST;
    struct lyd_node *present =
        is_entry ? sx_edit_entry(edit, place, node) : sx_edit_child(edit, place, node->schema);

    /* The parser turns the attribute wd:default into this flag. */
    if (node->flags & LYD_DEFAULT)
        return sx_edit_default(edit, place, node, operation);
    switch (operation) {
    case SX_EDIT_NONE:
        return sx_is_explicit(present)
                   ? 0
                   : sx_edit_missing(edit, place, node->schema, is_entry ? node : NULL);
    case SX_EDIT_DELETE:
        if (!sx_is_explicit(present))
            return sx_edit_missing(edit, place, node->schema, is_entry ? node : NULL);
        sx_transaction_remove(edit->transaction, present);
        return 0;
    case SX_EDIT_REMOVE:
        return sx_edit_delete(edit, place, node->schema, present, false);
    case SX_EDIT_CREATE:
        if (sx_is_explicit(present))
            return sx_edit_exists(edit, place, present);
        break;
    case SX_EDIT_MERGE:
    case SX_EDIT_REPLACE:
        break;
    }
    return is_entry ? set_entry(edit, place, node, present, replacing)
                    : set_single(edit, place, node, present);
}

// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "path.h"

#include <stdlib.h>
#include <string.h>

struct lyd_node *sx_edit_arrive(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lysc_node *schema)
{
    /* A container that holds nothing explicit has not selected its own case yet. */
    if (place->schema && !sx_is_explicit(place->node)) {
        struct lyd_node *parent = sx_edit_arrive(edit, place->above, place->schema);

        if (!place->node)
            place->node = sx_transaction_new_container(edit->transaction, parent, place->schema);
    }
    sx_transaction_leave_cases(edit->transaction, place->node, schema);
    return place->node;
}

static struct lyd_node *siblings_of(const struct sx_edit *edit, const struct sx_edit_place *place)
{
    if (!place->schema)
        return edit->transaction->tree->root;
    return place->node ? lyd_child(place->node) : NULL;
}

struct lyd_node *sx_edit_child(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lysc_node *schema)
{
    struct lyd_node *node = NULL;

    if (lyd_find_sibling_val(siblings_of(edit, place), schema, NULL, 0, &node) != LY_SUCCESS)
        return NULL;
    return node;
}

struct lyd_node *sx_edit_entry_beside(const struct lyd_node *first, const struct lyd_node *like)
{
    const struct lyd_node *parent = first ? lyd_parent(first) : NULL;
    struct lyd_node *found = NULL;

    if (parent && parent->schema && ((const struct lyd_node_inner *)parent)->children_ht) {
        lyd_find_sibling_first(first, like, &found);
        return found;
    }
    /* Where there is no such table, libyang up to 2.1.30 compares the values of what it could not
     * parse with those of lists, which have none, and crashes. */
    found = first ? lyd_first_sibling(first) : NULL;
    while (found &&
           (found->schema != like->schema || lyd_compare_single(found, like, 0) != LY_SUCCESS))
        found = found->next;
    return found;
}

struct lyd_node *sx_edit_entry(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lyd_node *like)
{
    struct lyd_node *node = NULL;

    if (lyd_find_sibling_first(siblings_of(edit, place), like, &node) != LY_SUCCESS)
        return NULL;
    return node;
}

static void add_place(struct sx_text *path, const struct sx_edit_place *place)
{
    if (!place || !place->schema)
        return;
    add_place(path, place->above);
    sx_path_add_name(path, place->schema, false);
    if (place->node)
        sx_path_add_key(path, place->node);
}

int sx_edit_fail_at(const struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *entry)
{
    struct sx_text path = {0};

    add_place(&path, place);
    if (schema)
        sx_path_add_name(&path, schema, false);
    if (entry)
        sx_path_add_key(&path, entry);
    sx_error_at(edit->err, path.data ? path.data : "");
    free(path.data);
    return -1;
}

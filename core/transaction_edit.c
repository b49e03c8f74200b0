// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "path.h"

#include <stdlib.h>

static int edit_siblings(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *first, enum sx_edit_operation inherited);

/* True when the edit names what `node` is: its entry, or any node of its schema. */
static bool is_named(const struct lyd_node *first, const struct lyd_node *node)
{
    if (node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST))
        return sx_edit_entry_beside(first, node) != NULL;
    return lyd_find_sibling_val(first, node->schema, NULL, 0, NULL) == LY_SUCCESS;
}

/* Replace: what is there and the edit does not name goes. */
static void remove_unnamed(
    struct sx_edit *edit, struct lyd_node *children, const struct lyd_node *named)
{
    struct lyd_node *next;

    for (struct lyd_node *node = children; node; node = next) {
        next = node->next;
        if (sx_is_explicit(node) && !lysc_is_key(node->schema) && !is_named(named, node))
            sx_transaction_remove(edit->transaction, node);
    }
}

static int edit_np_container(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *node, enum sx_edit_operation operation)
{
    struct lyd_node *present = sx_edit_child(edit, place, node->schema);
    struct sx_edit_place inside = {.above = place,
        .schema = node->schema,
        .node = present,
        .whole = place->whole || operation == SX_EDIT_REPLACE || operation == SX_EDIT_CREATE,
        .in_entry = place->in_entry};

    switch (operation) {
    case SX_EDIT_DELETE:
    case SX_EDIT_REMOVE:
        return sx_edit_delete(edit, place, node->schema, present, operation == SX_EDIT_DELETE);
    case SX_EDIT_CREATE:
        if (sx_is_explicit(present))
            return sx_edit_exists(edit, place, present);
        break;
    case SX_EDIT_REPLACE:
        if (present)
            remove_unnamed(edit, lyd_child(present), lyd_child(node));
        break;
    case SX_EDIT_MERGE:
    case SX_EDIT_NONE:
        break;
    }
    return edit_siblings(edit, &inside, lyd_child(node), operation);
}

/* A list entry or presence container that was not there: at first with its keys alone. */
static int make(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    struct lyd_node **ret_made)
{
    struct lyd_node *parent, *copy = NULL;

    if (sx_path_check_key(node, edit->err) < 0)
        return -1;
    if (lyd_dup_single(node, NULL, LYD_DUP_NO_META, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory */
    parent = sx_edit_arrive(edit, place, node->schema);
    sx_transaction_insert(edit->transaction, parent, copy);
    *ret_made = copy;
    return 0;
}

static int edit_entry(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *node, enum sx_edit_operation operation, bool replacing)
{
    bool is_list = node->schema->nodetype == LYS_LIST;
    struct lyd_node *present =
        is_list ? sx_edit_entry(edit, place, node) : sx_edit_child(edit, place, node->schema);
    struct sx_edit_place inside = {.above = place,
        .schema = node->schema,
        .whole = place->whole || operation == SX_EDIT_REPLACE || operation == SX_EDIT_CREATE,
        .in_entry = true};

    if (!present && (operation == SX_EDIT_DELETE || operation == SX_EDIT_NONE))
        return sx_edit_missing(edit, place, node->schema, is_list ? node : NULL);
    if (operation == SX_EDIT_DELETE || operation == SX_EDIT_REMOVE) {
        if (present)
            sx_transaction_remove(edit->transaction, present);
        return 0;
    }
    if (present && operation == SX_EDIT_CREATE)
        return sx_edit_exists(edit, place, present);
    if (present && operation == SX_EDIT_REPLACE)
        remove_unnamed(edit, lyd_child(present), lyd_child(node));
    if (!present && make(edit, place, node, &present) < 0)
        return -1;
    if (operation != SX_EDIT_NONE && is_list &&
        sx_edit_position(edit, place, present, node, replacing) < 0)
        return -1;
    inside.node = present;
    return edit_siblings(edit, &inside, lyd_child(node), operation);
}

static int edit_key(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation operation, enum sx_edit_operation inherited)
{
    if (operation == inherited || operation == SX_EDIT_MERGE || operation == SX_EDIT_NONE)
        return 0; /* it came with its entry */
    sx_error_set(edit->err, SX_E_BAD_ATTRIBUTE,
        "%s: a key cannot be changed or deleted by itself: put the operation on its list entry",
        node->schema->name);
    return sx_edit_fail_at(edit, place, node->schema, NULL);
}

static int edit_node(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation inherited)
{
    enum sx_edit_operation operation = sx_edit_operation_of(node, inherited);
    bool replacing = inherited == SX_EDIT_REPLACE;

    if (!sx_schema_class(node->schema)) {
        sx_error_set(edit->err, SX_E_UNKNOWN_ELEMENT,
            "%s: this is not configuration (it is state, or an operation) and cannot be edited",
            node->schema->name);
        return sx_edit_fail_at(edit, place, node->schema, NULL);
    }
    if (lysc_is_key(node->schema))
        return edit_key(edit, place, node, operation, inherited);
    if (lysc_is_np_cont(node->schema))
        return edit_np_container(edit, place, node, operation);
    if (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST))
        return edit_entry(edit, place, node, operation, replacing);
    return sx_edit_item(edit, place, node, operation, replacing);
}

/* One node twice with different content would leave it to chance which one counts. To delete an
 * entry and create it again is clear, though. */
static int check_repeat(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node)
{
    bool is_entry = node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST);
    struct lyd_node *first = NULL;

    if (is_entry)
        first = sx_edit_entry_beside(node, node);
    else
        lyd_find_sibling_val(node, node->schema, NULL, 0, &first);
    if (!first || first == node || !first->schema ||
        sx_edit_operation_of(first, SX_EDIT_MERGE) >= SX_EDIT_DELETE)
        return 0;
    sx_error_set(
        edit->err, SX_E_BAD_ELEMENT, "%s: it is given twice: give it once", node->schema->name);
    return sx_edit_fail_at(edit, place, node->schema, is_entry ? node : NULL);
}

/* RFC 7950 section 8.3.1: data for more than one case of a choice is an error. */
static int check_cases(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node)
{
    const struct lysc_node *schema = node->schema;

    for (; schema->parent && schema->parent->nodetype == LYS_CASE;
         schema = schema->parent->parent) {
        const struct lysc_node *choice = schema->parent->parent;
        const struct lysc_node *other = NULL;

        /* Siblings stand in the schema's order, so the first one of the choice is enough. */
        while ((other = lys_getnext(other, choice, NULL, 0))) {
            struct lyd_node *found = NULL;
            const struct lysc_node *of = other;

            while (of->parent != choice)
                of = of->parent;
            if (of == schema->parent ||
                lyd_find_sibling_val(node, other, NULL, 0, &found) != LY_SUCCESS ||
                !found->schema || sx_edit_operation_of(found, SX_EDIT_MERGE) >= SX_EDIT_DELETE)
                continue;
            sx_error_set(edit->err, SX_E_BAD_ELEMENT,
                "%s and %s are of different cases of the choice %s: give one of them",
                node->schema->name, found->schema->name, choice->name);
            return sx_edit_fail_at(edit, place, node->schema, NULL);
        }
    }
    return 0;
}

static int edit_sibling(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *node, enum sx_edit_operation inherited)
{
    if (!node->schema)
        return sx_edit_opaque(edit, place, node, inherited);
    if (sx_edit_operation_of(node, inherited) < SX_EDIT_DELETE &&
        (check_repeat(edit, place, node) < 0 || check_cases(edit, place, node) < 0))
        return -1;
    return edit_node(edit, place, node, inherited);
}

/* Deletes come first: what else the request sets may be of another case of the same choice, and an
 * entry may be deleted to be created anew. libyang does not keep the order of the request. */
static int edit_siblings(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lyd_node *first, enum sx_edit_operation inherited)
{
    for (int deletes = 1; deletes >= 0; deletes--)
        for (const struct lyd_node *node = first; node; node = node->next) {
            size_t mark = edit->transaction->undo.count;

            if ((sx_edit_operation_of(node, SX_EDIT_MERGE) >= SX_EDIT_DELETE) == deletes &&
                edit_sibling(edit, place, node, inherited) < 0 &&
                !sx_edit_pass_over(edit, place, node, mark))
                return -1;
        }
    return 0;
}

int sx_edit_all(
    struct sx_edit *edit, const struct lyd_node *config, enum sx_default_operation operation)
{
    static const enum sx_edit_operation operations[] = {
        [SX_DEFAULT_MERGE] = SX_EDIT_MERGE,
        [SX_DEFAULT_REPLACE] = SX_EDIT_REPLACE,
        [SX_DEFAULT_NONE] = SX_EDIT_NONE,
    };
    struct sx_edit_place top = {.whole = operation == SX_DEFAULT_REPLACE};

    if (operation == SX_DEFAULT_REPLACE)
        remove_unnamed(edit, edit->transaction->tree->root, config);
    return edit_siblings(edit, &top, config, operations[operation]);
}

int sx_transaction_edit(struct sx_transaction *transaction, const struct lyd_node *config,
    enum sx_default_operation default_operation, struct sx_error *err)
{
    struct sx_edit edit = {.transaction = transaction, .err = err};

    return sx_edit_all(&edit, config, default_operation);
}

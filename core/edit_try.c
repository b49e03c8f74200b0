// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>

/* Containers without presence that were made since are gone with what is taken back. */
static void find_again(struct sx_edit *edit, struct sx_edit_place *place)
{
    if (!place->schema || !lysc_is_np_cont(place->schema))
        return;
    find_again(edit, place->above);
    place->node = sx_edit_child(edit, place->above, place->schema);
}

bool sx_edit_pass_over(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node, size_t mark)
{
    bool is_entry = node->schema && (node->schema->nodetype & (LYS_CONTAINER | LYS_LIST)) &&
                    !lysc_is_np_cont(node->schema);

    if (!edit->errors || place->whole || (place->in_entry && !is_entry))
        return false;
    while (edit->transaction->undo.count > mark)
        sx_undo_take_back(&edit->transaction->undo);
    find_again(edit, place);
    sx_error_list_add(edit->errors, edit->err);
    edit->failed =
        sx_grow(edit->failed, edit->failed_count, &edit->failed_capacity, sizeof *edit->failed);
    edit->failed[edit->failed_count++] = node;
    return true;
}

static int by_address(const void *left, const void *right)
{
    const struct lyd_node *const *a = left, *const *b = right;

    return (*a > *b) - (*a < *b);
}

static bool has_failed(const struct sx_edit *edit, const struct lyd_node *node)
{
    return bsearch(&node, edit->failed, edit->failed_count, sizeof *edit->failed, by_address);
}

/* Walks a tree and its copy, and takes out of the copy what failed. */
static void take_out(const struct sx_edit *edit, const struct lyd_node *node, struct lyd_node *copy,
    struct lyd_node **first)
{
    struct lyd_node *next;

    for (; node; node = node->next, copy = next) {
        next = copy->next;
        if (has_failed(edit, node)) {
            if (first && *first == copy)
                *first = next;
            lyd_free_tree(copy);
        } else {
            take_out(edit, lyd_child(node), lyd_child(copy), NULL);
        }
    }
}

int sx_transaction_try(struct sx_transaction *transaction, const struct lyd_node *config,
    enum sx_default_operation default_operation, struct lyd_node **ret_remaining,
    struct sx_error_list *errors)
{
    struct sx_error err;
    struct sx_edit edit = {.transaction = transaction, .err = &err, .errors = errors};
    struct lyd_node *copy = NULL;
    int result;

    /* What was touched is of no interest: nothing of this is kept. */
    transaction->replaced = true;
    result = sx_edit_all(&edit, config, default_operation);
    if (result < 0) {
        sx_error_list_add(errors, &err);
    } else if (config) {
        if (lyd_dup_siblings(config, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) !=
            LY_SUCCESS)
            abort(); /* only for want of memory */
        if (edit.failed_count > 0) {
            qsort(edit.failed, edit.failed_count, sizeof *edit.failed, by_address);
            take_out(&edit, config, copy, &copy);
        }
        *ret_remaining = copy;
    }
    free(edit.failed);
    return result;
}

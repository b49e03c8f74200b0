// SPDX-License-Identifier: Apache-2.0
#include "invert.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/*
 * Steps are taken back in reverse, but for those that put an entry of a user-ordered list in its
 * former place. They come last, and each after the one that places the entry before it: entries
 * that were not placed kept their order among each other, so placing the others one behind the
 * other, in the former order, gives it back.
 */

/* A step that places an entry. */
struct placing {
    struct sx_change change; /* borrows its texts */
    bool done;
};

static struct sx_change opposite(const struct sx_change *change)
{
    static const enum sx_operation operations[] = {
        [SX_OPERATION_CREATE] = SX_OPERATION_DELETE,
        [SX_OPERATION_REPLACE] = SX_OPERATION_REPLACE,
        [SX_OPERATION_DELETE] = SX_OPERATION_CREATE,
        [SX_OPERATION_MOVE] = SX_OPERATION_MOVE,
    };
    struct sx_change inverse = *change;

    inverse.operation = operations[change->operation];
    inverse.value = change->old_value;
    inverse.old_value = change->value;
    inverse.after = change->old_after;
    inverse.old_after = change->after;
    return inverse;
}

static bool places(const struct sx_change *change)
{
    return change->operation == SX_OPERATION_MOVE ||
           (change->operation == SX_OPERATION_CREATE && change->after);
}

static int compare(const void *a, const void *b)
{
    return strcmp(
        ((const struct placing *)a)->change.path, ((const struct placing *)b)->change.path);
}

/* The step that places the entry before this one, if it is still to be done. */
static struct placing *before(struct placing *placings, size_t count, const struct placing *placing)
{
    struct placing wanted = {.change = {.path = placing->change.after}};
    struct placing *found =
        placing->change.after ? bsearch(&wanted, placings, count, sizeof *placings, compare) : NULL;

    return found && !found->done ? found : NULL;
}

static void add_placings(struct placing *placings, size_t count, struct sx_change_list *ret_inverse)
{
    struct placing **chain = sx_calloc(count, sizeof *chain);

    qsort(placings, count, sizeof *placings, compare);
    for (size_t i = 0; i < count; i++) {
        size_t length = 0;

        /* Marked before it is added, so that places that name each other end the chain, too. */
        for (struct placing *at = &placings[i]; at && !at->done; at = before(placings, count, at)) {
            at->done = true;
            chain[length++] = at;
        }
        while (length > 0)
            sx_change_list_copy(ret_inverse, &chain[--length]->change);
    }
    free(chain);
}

void sx_change_list_invert(const struct sx_change_list *changes, struct sx_change_list *ret_inverse)
{
    struct placing *placings = sx_calloc(changes->count, sizeof *placings);
    size_t count = 0;

    for (size_t i = changes->count; i > 0; i--) {
        struct sx_change inverse = opposite(&changes->items[i - 1]);

        if (places(&inverse))
            placings[count++].change = inverse;
        else
            sx_change_list_copy(ret_inverse, &inverse);
    }
    add_placings(placings, count, ret_inverse);
    free(placings);
}

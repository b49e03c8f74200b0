// SPDX-License-Identifier: Apache-2.0
#include "difference.h"

#include "sextant/memory.h"

#include <stdlib.h>

/* How many of `tails` end below a position: the row that the position belongs to. */
static size_t row_of(const size_t *was, const size_t *tails, size_t rows, size_t position)
{
    size_t low = 0, high = rows;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (was[tails[middle]] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void sx_sequence_placed(const size_t *was, size_t count, bool *ret_placed)
{
    /* The entries that stay are a longest rising run of former positions. */
    size_t *tails = sx_calloc(count, sizeof *tails);
    size_t *before = sx_calloc(count, sizeof *before);
    size_t rows = 0;

    for (size_t i = 0; i < count; i++) {
        size_t row;

        ret_placed[i] = true;
        if (was[i] == SX_ABSENT)
            continue;
        row = row_of(was, tails, rows, was[i]);
        before[i] = row > 0 ? tails[row - 1] : SX_ABSENT;
        tails[row] = i;
        if (row == rows)
            rows++;
    }
    if (rows > 0)
        for (size_t i = tails[rows - 1]; i != SX_ABSENT; i = before[i])
            ret_placed[i] = false;
    free(tails);
    free(before);
}

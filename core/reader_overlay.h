// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "sextant/error.h"
#include "sextant/reader.h"
#include "store_table.h"

#include <stdbool.h>

/*
 * Rows laid over those of the store. In a user-ordered list a row of the overlay stands behind the
 * entry that its `after` names, whether that is in the store or in the overlay, and no more where
 * the store has it.
 */

/** An overlay made ready for look-ups. Borrows the fragments. */
struct sx_overlay {
    const struct sx_fragment **by_key; /**< ordered by list, key, scope; of equals the last alone */
    size_t count;
    const struct sx_fragment **by_after; /**< those with a place, ordered by list and `after` */
    size_t placed;
};

/** Prepares an overlay of `fragments` (NULL: of none); sx_overlay_clear() releases it. */
void sx_overlay_init(struct sx_overlay *overlay, const struct sx_fragment_list *fragments);

/** Releases the overlay; harmless on a zeroed one. */
void sx_overlay_clear(struct sx_overlay *overlay);

/** Passes the rows of a list, or of one entry if `key` is not NULL, to `row`, as sx_reader_find().
 */
int sx_overlay_find(const struct sx_overlay *overlay, struct sx_table *table, const char *list,
    const char *key, sx_reader_row *row, void *context, struct sx_error *err);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/archive.h"
#include "sextant/schema.h"

/**
 * Content of a backup that is to replace that of a system: a tree of its own, built and validated
 * by whoever reads the backup, without the engine's lock. One thread at a time.
 *
 * The order of a restore: SX_EVENT_RESTORE_BEGIN; for the rows of the backup sx_restore_add(), and
 * with each list that it fills SX_EVENT_RESTORE_ROWS; sx_restore_validate(); SX_EVENT_RESTORE_END,
 * which makes the whole the present at once. What fails in between is told to the engine with
 * SX_EVENT_RESTORE_CANCEL. Until the end the present is as it was.
 */
struct sx_restore;

/** Empty content for the rows of a backup; `schema` must outlive it. The caller's, for
 * sx_restore_free() or the event. */
struct sx_restore *sx_restore_new(const struct sx_schema *schema, const struct sx_archive *archive);

/** Releases it (NULL is fine). */
void sx_restore_free(struct sx_restore *restore);

/**
 * Adds a row, in the backup's order, and a copy of it to `rows` for the engine's store. The peers
 * of a cluster are left out, of both. Fails when the row does not fit the schema; the content can
 * then only be freed.
 */
int sx_restore_add(struct sx_restore *restore, const struct sx_fragment *row,
    struct sx_fragment_list *rows, struct sx_error *err);

/** Validates the content and holds it against the digest that the backup has. */
int sx_restore_validate(struct sx_restore *restore, struct sx_error *err);

/** Address number `index` (from 0) of the peer list that was left out, or NULL past its end.
 * Borrowed. */
const char *sx_restore_left_out(const struct sx_restore *restore, size_t index);

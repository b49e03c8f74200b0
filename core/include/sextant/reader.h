// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/history.h"

#include <stdbool.h>

/**
 * A look at the store in one consistent revision, through a database connection of its own: no
 * lock of the engine, no edit held up. One thread at a time per reader.
 */
struct sx_reader;

/** Opens a reader on the database in `directory` (an engine's store folder); `vfs` names an SQLite
 * VFS or is NULL for the default. On success the caller owns *ret_reader. */
int sx_reader_open(
    const char *directory, const char *vfs, struct sx_reader **ret_reader, struct sx_error *err);

/** Ends the snapshot if one is open, and closes (NULL is fine). */
void sx_reader_close(struct sx_reader *reader);

/**
 * Starts a snapshot. Until sx_reader_end() all look-ups see the revision that is stored now, with
 * `overlay` (may be NULL; borrowed until sx_reader_end()) laid over it: its rows replace, remove or
 * add rows. That is how <candidate> is read.
 */
int sx_reader_begin(
    struct sx_reader *reader, const struct sx_fragment_list *overlay, struct sx_error *err);

/** Ends the snapshot; a reader without one is left alone. */
void sx_reader_end(struct sx_reader *reader);

/** Called for each row, in order. The fragment is valid during the call; `after` is set in
 * user-ordered lists. Return 0 to go on, 1 to stop (no error), -1 with *err filled to fail. */
typedef int sx_reader_row(void *context, const struct sx_fragment *fragment, struct sx_error *err);

/**
 * Looks up rows: of the outermost list or top-level node `list` (path without keys), and of one
 * entry alone if `key` is not NULL. Ordered by the list's order, else by key.
 */
int sx_reader_find(struct sx_reader *reader, const char *list, const char *key, sx_reader_row *row,
    void *context, struct sx_error *err);

/**
 * Reads rows of a scope in bounded pieces, for a snapshot to a peer: calls `row` for rows after
 * the position (*list, *key) — NULL, NULL to begin — until the bodies passed exceed `bytes`, and
 * moves the position (strings owned by the caller, replaced). *ret_done tells that none is left.
 * The overlay is not looked at.
 */
int sx_reader_piece(struct sx_reader *reader, enum sx_scope scope, char **list, char **key,
    size_t bytes, sx_reader_row *row, void *context, bool *ret_done, struct sx_error *err);

/** Bytes of all bodies of a scope in the snapshot, without the overlay: what sx_reader_piece() will
 * pass in all. */
int sx_reader_bytes(
    struct sx_reader *reader, enum sx_scope scope, uint64_t *ret_bytes, struct sx_error *err);

/** Revision of the snapshot, and its lineage (37 bytes with NUL). */
int sx_reader_revision(
    struct sx_reader *reader, uint64_t *ret_revision, char ret_lineage[37], struct sx_error *err);

/** Called for each row that was set aside: its path, scope, why, and when (UTC, milliseconds since
 * 1970). Return 0, or -1 with *err filled to fail. */
typedef int sx_reader_aside(void *context, const char *path, const char *scope, const char *reason,
    int64_t time_ms, struct sx_error *err);

/** Calls `item` for each row that a boot set aside because it does not fit the schema, ordered by
 * path. */
int sx_reader_set_aside(
    struct sx_reader *reader, sx_reader_aside *item, void *context, struct sx_error *err);

/** A named value of the store, for free(); NULL when there is none. */
int sx_reader_value(
    struct sx_reader *reader, const char *name, char **ret_value, struct sx_error *err);

/** The chain of lineages in the snapshot; an empty one when nothing was ever committed. */
int sx_reader_history(
    struct sx_reader *reader, struct sx_history *ret_history, struct sx_error *err);

/** Calls `row` for every row of every scope, top-level rows first, then lists, each in its order:
 * the order in which they can be loaded. The overlay is not looked at. Stops at the first -1 of
 * `row`. */
int sx_reader_all(
    struct sx_reader *reader, sx_reader_row *row, void *context, struct sx_error *err);

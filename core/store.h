// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/alarm.h"
#include "sextant/change.h"
#include "sextant/edit.h"
#include "sextant/error.h"
#include "sextant/history.h"

#include <stdbool.h>

/** Name of the database inside the store's folder. */
#define SX_STORE_FILE "sextant.db"
/** The journal keeps at most so many revisions and so many bytes of changes; the newest revision
 * is kept whatever its size. */
#define SX_JOURNAL_REVISIONS_MAX 10000
#define SX_JOURNAL_BYTES_MAX (64u << 20)

/**
 * The durable side of an engine: one SQLite file in WAL mode with synchronous=FULL. Every function
 * below but open, close, backup and the reads must stand between sx_store_begin() and
 * sx_store_commit(); what fails leaves the transaction to be rolled back.
 */
struct sx_store;

/**
 * Opens or creates the database in `directory` (which must exist), migrates an older schema version
 * (the old file is kept as sextant.db.v<N> until the new one has opened), refuses a newer one and
 * one that is damaged, and leaves the file untouched in both cases.
 * `vfs` names an SQLite VFS or is NULL. *ret_store is the caller's.
 */
int sx_store_open(
    const char *directory, const char *vfs, struct sx_store **ret_store, struct sx_error *err);

/** Rolls back what is open and closes (NULL is fine). */
void sx_store_close(struct sx_store *store);

/** True when the database was created by sx_store_open(): there is no configuration yet. */
bool sx_store_is_new(const struct sx_store *store);

int sx_store_begin(struct sx_store *store, struct sx_error *err);
/** Makes everything since begin durable. After a failure nothing of it is stored. */
int sx_store_commit(struct sx_store *store, struct sx_error *err);
/** Forgets everything since begin; harmless without one. */
void sx_store_rollback(struct sx_store *store);

/** Writes rows, or deletes those with body NULL. */
int sx_store_put(
    struct sx_store *store, const struct sx_fragment_list *fragments, struct sx_error *err);

/** Calls `row` for every row: top-level rows first, then lists, each in its order. Stops at the
 * first -1 of `row` and returns it. */
int sx_store_load(struct sx_store *store,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err);

/** Named values. `set` with NULL removes. `get` returns a copy for free(), or NULL if there is none
 * or the read failed (*err filled; err->code stays SX_OK when there simply is none). */
int sx_store_set(struct sx_store *store, const char *name, const char *value, struct sx_error *err);
char *sx_store_get(struct sx_store *store, const char *name, struct sx_error *err);

/** The history of the content: written with each revision. `digest` is the whole digest after. */
int sx_store_set_history(
    struct sx_store *store, const struct sx_history *history, struct sx_error *err);
/** Fills *ret_history; a new database gives an empty history. */
int sx_store_get_history(
    struct sx_store *store, struct sx_history *ret_history, struct sx_error *err);

/** Appends a revision to the journal and drops the oldest past the bounds. */
int sx_store_append(
    struct sx_store *store, const struct sx_revision *revision, struct sx_error *err);

/**
 * Reads revision `number` of the journal into *ret_revision (the caller clears it). Returns 0, or
 * -1; err->code is SX_E_DATA_MISSING when the journal does not hold it.
 */
int sx_store_journal(struct sx_store *store, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err);

/** Number of the oldest revision that the journal holds, 0 for none. */
int sx_store_journal_oldest(struct sx_store *store, uint64_t *ret_number, struct sx_error *err);

/** Empties the journal (a snapshot replaced the content). */
int sx_store_clear_journal(struct sx_store *store, struct sx_error *err);

/** One change of the journal, as sx_store_changes_after() reads it. */
struct sx_stored_change {
    uint64_t revision, step;
    const char *path, *value, *old_value; /**< the last two may be NULL */
};

/** Calls `row` for at most `limit` rows behind (list, key, scope), ascending by these three and not
 * in the order of the lists; "", "", "" to begin. Stops at the first answer that is not 0. Returns
 * that (1 or -1), or 0 at the end; *ret_last tells that no row is left. */
int sx_store_rows_after(struct sx_store *store, const char *list, const char *key,
    const char *scope, size_t limit,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, bool *ret_last, struct sx_error *err);
/** Gives a row that is there another body; its place stays. */
int sx_store_rewrite_row(
    struct sx_store *store, const struct sx_fragment *fragment, struct sx_error *err);
/** The same two for the journal's changes, ascending by revision and step; 0, 0 to begin. */
int sx_store_changes_after(struct sx_store *store, uint64_t revision, uint64_t step, size_t limit,
    int (*row)(void *context, const struct sx_stored_change *change, struct sx_error *err),
    void *context, bool *ret_last, struct sx_error *err);
int sx_store_rewrite_change(
    struct sx_store *store, const struct sx_stored_change *change, struct sx_error *err);

/** Shadow table in which a snapshot gathers over many transactions. */
int sx_store_stage_clear(struct sx_store *store, struct sx_error *err);
int sx_store_stage(
    struct sx_store *store, const struct sx_fragment_list *fragments, struct sx_error *err);
/** As sx_store_load(), of the staged rows. */
int sx_store_stage_load(struct sx_store *store,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err);
/** Replaces every row of `scope` by the staged ones and empties the stage. */
int sx_store_stage_swap(struct sx_store *store, enum sx_scope scope, struct sx_error *err);

/** The same for every scope: nothing of the present rows stays. */
int sx_store_stage_swap_all(struct sx_store *store, struct sx_error *err);

/** Takes a row out of the configuration and keeps it, with the reason, among those set aside. */
int sx_store_set_aside(struct sx_store *store, const struct sx_fragment *row, const char *reason,
    int64_t time_ms, struct sx_error *err);
/** How many rows are set aside. */
int sx_store_count_aside(struct sx_store *store, uint64_t *ret_count, struct sx_error *err);
/** Forgets those set aside at a path (of sx_fragment_path()), or all when it is NULL. */
int sx_store_discard_aside(struct sx_store *store, const char *path, struct sx_error *err);

/** Adds an alarm's change of state to the history (bounded by SX_ALARM_HISTORY_MAX, oldest go) and
 * to the table of active alarms. */
int sx_store_put_alarm(
    struct sx_store *store, const struct sx_alarm_event *event, struct sx_error *err);
/** Active alarms, oldest first: *ret_events is an array for free(). */
int sx_store_active_alarms(struct sx_store *store, struct sx_alarm_event **ret_events,
    size_t *ret_count, struct sx_error *err);
/** History after `sequence`, oldest first, at most `limit`: *ret_events is an array for free(). */
int sx_store_alarm_history(struct sx_store *store, uint64_t sequence, size_t limit,
    struct sx_alarm_event **ret_events, size_t *ret_count, struct sx_error *err);

/** True when the last write failed because its file system has no room. */
bool sx_store_is_full(const struct sx_store *store);

/** Pages in the write-ahead log after the last commit: the agent checkpoints when they are many. */
size_t sx_store_wal_pages(const struct sx_store *store);

/** Writes the database anew, so that no page keeps what was deleted. Not inside begin/commit. */
int sx_store_vacuum(struct sx_store *store, struct sx_error *err);

/** Writes a copy of the database to `path`, which must not exist. Not inside begin/commit. */
int sx_store_backup(struct sx_store *store, const char *path, struct sx_error *err);

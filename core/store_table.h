// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "sextant/error.h"
#include "sql.h"

#include <stdbool.h>

/*
 * Reading a table of fragments: `fragment`, or the shadow table `stage` which looks the same. The
 * store and the readers use this, each on a connection of its own.
 *
 * A row of a user-ordered list has a number `ord`; numbers are sparse, and only their order counts.
 * In all other rows `ord` is NULL. Either all rows of a list are numbered or none is.
 */

/** Statements that read a table. */
enum sx_table_read {
    SX_TABLE_NEXT_LIST, /**< first list after one */
    SX_TABLE_TOP, /**< rows of a list without a key */
    SX_TABLE_BY_KEY, /**< rows of a list after a key, ordered by key */
    SX_TABLE_BY_ORD, /**< numbered rows of a list after a number */
    SX_TABLE_ENTRY, /**< rows of a list and key */
    SX_TABLE_ORD, /**< number of a list's key */
    SX_TABLE_ORD_BEFORE, /**< the row before a number */
    SX_TABLE_ORD_AFTER, /**< the number after a number */
    SX_TABLE_READS,
};

/** A table's prepared statements. */
struct sx_table {
    sqlite3_stmt *reads[SX_TABLE_READS];
};

/** Prepares the statements for the table `name`. After a failure sx_table_close() is still due. */
int sx_table_open(struct sx_table *table, sqlite3 *db, const char *name, struct sx_error *err);

/** Finalizes the statements; harmless on a zeroed table. */
void sx_table_close(struct sx_table *table);

/** Looks for the list after `list` in the order of names: 1 with *ret_list for free(), 0 when there
 * is none, -1 with *err. */
int sx_table_next_list(
    struct sx_table *table, const char *list, char **ret_list, struct sx_error *err);

/** Number of a list's key: 1 with *ret_ord, 0 when there is no such numbered row, -1 with *err. */
int sx_table_ord(struct sx_table *table, const char *list, const char *key, int64_t *ret_ord,
    struct sx_error *err);

/** The numbered row before `ord`: 1 with *ret_key for free() and *ret_ord (either may be NULL), 0
 * when there is none, -1 with *err. */
int sx_table_before(struct sx_table *table, const char *list, int64_t ord, char **ret_key,
    int64_t *ret_ord, struct sx_error *err);

/** The number after `ord`: 1 with *ret_ord (may be NULL), 0 when there is none, -1 with *err. With
 * INT64_MIN it tells whether the list is user-ordered. */
int sx_table_after(
    struct sx_table *table, const char *list, int64_t ord, int64_t *ret_ord, struct sx_error *err);

/** Which rows of a list a cursor gives. */
enum sx_cursor_kind {
    SX_CURSOR_TOP, /**< those with key "" */
    SX_CURSOR_KEYED, /**< those with a key, in the list's order */
    SX_CURSOR_ENTRY, /**< those of one key; `after` is not set in them */
};

/** Runs over rows of one list. One cursor of a kind at a time on a table. */
struct sx_cursor {
    sqlite3_stmt *statement;
    bool ordered; /**< by number, in a user-ordered list */
    char *list; /**< a copy, since the caller's may go while the cursor runs */
    char *key; /**< the key it started with; user-ordered: key of the row given last */
    char *previous; /**< user-ordered: key of the row before that one */
};

/** Starts a cursor. `key` is the key to start after ("" for all), of SX_CURSOR_ENTRY the key
 * itself. sx_cursor_close() is due whatever the result. */
int sx_cursor_open(struct sx_cursor *cursor, struct sx_table *table, enum sx_cursor_kind kind,
    const char *list, const char *key, struct sx_error *err);

/** The next row: 1 with *ret_fragment, whose strings live until the next call on the cursor, 0 at
 * the end, -1 with *err. */
int sx_cursor_next(
    struct sx_cursor *cursor, struct sx_fragment *ret_fragment, struct sx_error *err);

/** Ends a cursor; harmless on a zeroed one. */
void sx_cursor_close(struct sx_cursor *cursor);

/** Runs over a whole table: top-level rows first, then lists, each in its order. */
struct sx_walk {
    struct sx_table *table;
    enum sx_cursor_kind phase; /**< SX_CURSOR_TOP, then SX_CURSOR_KEYED */
    char *list; /**< of the cursor, "" before the first */
    struct sx_cursor cursor;
};

/** Starts a walk after the row (list, key), or at the beginning when `list` is NULL.
 * sx_walk_close() is due whatever the result. */
int sx_walk_open(struct sx_walk *walk, struct sx_table *table, const char *list, const char *key,
    struct sx_error *err);

/** As sx_cursor_next(). */
int sx_walk_next(struct sx_walk *walk, struct sx_fragment *ret_fragment, struct sx_error *err);

/** Ends a walk; harmless on a zeroed one. */
void sx_walk_close(struct sx_walk *walk);

/** Calls `row` for every row of the table in a walk's order. Stops at the first -1 of `row` and
 * returns it. */
int sx_table_load(struct sx_table *table,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err);

/** The scope with this name. Returns 0, or -1 with *err: the database holds something else. */
int sx_scope_of(const char *name, enum sx_scope *ret_scope, struct sx_error *err);

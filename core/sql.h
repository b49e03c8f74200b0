// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the store and the reader need of SQLite, with its failures turned into errors of ours.
 * Statements are prepared once and are always left reset and without bindings, also after a
 * failure, so that none holds a lock or a pointer of a caller.
 */

/** Longest text that is stored: a body, a value, a path. In bytes. */
#define SX_SQL_TEXT_MAX (16u << 20)
/** Milliseconds to wait for a lock of another connection; writers are one, readers never block. */
#define SX_SQL_BUSY_MS 500

/**
 * Opens a connection to the file `path` for one thread at a time. `flags` are SQLITE_OPEN_…;
 * nothing is written by opening. Closing it later does not touch the file either, until
 * sx_sql_checkpoint_on_close(). *ret_db is the caller's, for sqlite3_close().
 * Returns 0, or -1 with *err filled; *ret_missing, if not NULL, then tells that there is no file.
 */
int sx_sql_open(const char *path, const char *vfs, int flags, sqlite3 **ret_db, int *ret_missing,
    struct sx_error *err);

/** Says whether closing the last connection moves the write-ahead log into the database. */
void sx_sql_checkpoint_on_close(sqlite3 *db, int wanted);

/** Fills *err from the connection's last failure: SX_E_RESOURCE_DENIED when the disk is full,
 * SX_E_TOO_BIG for SQLite's own bounds, otherwise SX_E_STORE. Returns -1. */
int sx_sql_error(sqlite3 *db, struct sx_error *err);

/** Runs statements that give no rows. */
int sx_sql_exec(sqlite3 *db, const char *sql, struct sx_error *err);

/** Runs a statement that gives one number, such as a PRAGMA. */
int sx_sql_number(sqlite3 *db, const char *sql, int64_t *ret_number, struct sx_error *err);

/**
 * Prepares `count` statements. Each text of `sql` may hold one %s, for `table` (NULL if none does).
 * `statements` has room for them; after a failure those not prepared are NULL.
 */
int sx_sql_prepare(sqlite3 *db, const char *const *sql, size_t count, const char *table,
    sqlite3_stmt **statements, struct sx_error *err);

/** Finalizes `count` statements; NULLs are fine. */
void sx_sql_finalize(sqlite3_stmt **statements, size_t count);

/**
 * Binds the parameters of a statement, in order. `types` has a letter for each: `t` a text (const
 * char *, NULL for SQL's NULL, borrowed until the statement is reset), `i` an int64_t.
 * A text longer than SX_SQL_TEXT_MAX is SX_E_TOO_BIG.
 */
int sx_sql_bind(sqlite3_stmt *statement, struct sx_error *err, const char *types, ...);

/** Takes the next row: 1 when there is one, 0 when there is none left, -1 for a failure. The
 * statement is reset in the latter two cases. */
int sx_sql_step(sqlite3_stmt *statement, struct sx_error *err);

/** Binds as sx_sql_bind(), runs to the end and resets. */
int sx_sql_run(sqlite3_stmt *statement, struct sx_error *err, const char *types, ...);

/** Ends the statement's use: no row, no binding is left. */
void sx_sql_reset(sqlite3_stmt *statement);

/** Text of a column of the present row that must not be NULL. Returns 0 with *ret_text, valid until
 * the next step or reset, or -1 with *err: the database holds something else. */
int sx_sql_text(sqlite3_stmt *statement, int column, char **ret_text, struct sx_error *err);

/** As sx_sql_text(), with a copy for free(). */
int sx_sql_copy(sqlite3_stmt *statement, int column, char **ret_text, struct sx_error *err);

/** Text of a column of the present row as a copy for free(), or NULL for SQL's NULL. */
char *sx_sql_copy_or_null(sqlite3_stmt *statement, int column);

/** As sx_sql_text(), into `ret_text` with room for `size` bytes with the NUL; what is longer is
 * refused, since nothing of that length was ever stored. */
int sx_sql_fixed(
    sqlite3_stmt *statement, int column, char *ret_text, size_t size, struct sx_error *err);

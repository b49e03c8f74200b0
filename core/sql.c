// SPDX-License-Identifier: Apache-2.0
#include "sql.h"

#include "sextant/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* After a failure to open: an empty file counts as missing here, but that one opens. */
static int is_missing(const char *path, const char *vfs_name)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
    int there = 1;

    return vfs && vfs->xAccess(vfs, path, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && !there;
}

int sx_sql_open(const char *path, const char *vfs, int flags, sqlite3 **ret_db, int *ret_missing,
    struct sx_error *err)
{
    sqlite3 *db = NULL;
    int missing = 0;
    int rc;

    rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, vfs);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, SX_SQL_BUSY_MS);
        sx_sql_checkpoint_on_close(db, 0);
        *ret_db = db;
        return 0;
    }
    missing = (rc & 0xff) == SQLITE_CANTOPEN && is_missing(path, vfs);
    if (ret_missing)
        *ret_missing = missing;
    sx_error_set(err, SX_E_STORE, "database %s cannot be opened: %s (SQLite code %d)", path,
        missing ? "no such file or folder" : sqlite3_errstr(rc), rc);
    sqlite3_close(db);
    return -1;
}

void sx_sql_checkpoint_on_close(sqlite3 *db, int wanted)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !wanted, NULL);
}

int sx_sql_error(sqlite3 *db, struct sx_error *err)
{
    int rc = sqlite3_extended_errcode(db);
    const char *path = sqlite3_db_filename(db, "main");

    switch (rc & 0xff) {
    case SQLITE_FULL:
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "database %s: %s; free some space on its file system", path, sqlite3_errmsg(db));
    case SQLITE_TOOBIG:
        return sx_error_set(err, SX_E_TOO_BIG, "database %s: %s", path, sqlite3_errmsg(db));
    default:
        return sx_error_set(
            err, SX_E_STORE, "database %s: %s (SQLite code %d)", path, sqlite3_errmsg(db), rc);
    }
}

int sx_sql_exec(sqlite3 *db, const char *sql, struct sx_error *err)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return sx_sql_error(db, err);
    return 0;
}

int sx_sql_number(sqlite3 *db, const char *sql, int64_t *ret_number, struct sx_error *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        sx_sql_error(db, err);
        goto out;
    }
    rc = sx_sql_step(statement, err);
    if (rc < 0)
        goto out;
    *ret_number = rc > 0 ? sqlite3_column_int64(statement, 0) : 0;
    rc = 0;
out:
    sqlite3_finalize(statement);
    return rc;
}

int sx_sql_prepare(sqlite3 *db, const char *const *sql, size_t count, const char *table,
    sqlite3_stmt **statements, struct sx_error *err)
{
    int rc = SQLITE_OK;

    memset(statements, 0, count * sizeof *statements);
    for (size_t i = 0; i < count && rc == SQLITE_OK; i++) {
        char *text = table ? sx_format(sql[i], table) : sx_strdup(sql[i]);

        rc = sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL);
        free(text);
    }
    return rc == SQLITE_OK ? 0 : sx_sql_error(db, err);
}

void sx_sql_finalize(sqlite3_stmt **statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_finalize(statements[i]);
        statements[i] = NULL;
    }
}

static int bind(sqlite3_stmt *statement, struct sx_error *err, const char *types, va_list arguments)
{
    int rc = SQLITE_OK;

    for (int i = 0; types[i] && rc == SQLITE_OK; i++) {
        if (types[i] == 't') {
            const char *text = va_arg(arguments, const char *);
            size_t length = text ? strlen(text) : 0;

            if (length > SX_SQL_TEXT_MAX)
                return sx_error_set(err, SX_E_TOO_BIG,
                    "a text of %zu bytes is too long for the database, which takes %u", length,
                    SX_SQL_TEXT_MAX);
            rc = sqlite3_bind_text(statement, i + 1, text, (int)length, SQLITE_STATIC);
        } else {
            rc = sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
        }
    }
    return rc == SQLITE_OK ? 0 : sx_sql_error(sqlite3_db_handle(statement), err);
}

int sx_sql_bind(sqlite3_stmt *statement, struct sx_error *err, const char *types, ...)
{
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = bind(statement, err, types, arguments);
    va_end(arguments);
    if (rc < 0)
        sx_sql_reset(statement);
    return rc;
}

int sx_sql_step(sqlite3_stmt *statement, struct sx_error *err)
{
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        sx_sql_error(sqlite3_db_handle(statement), err);
    sx_sql_reset(statement);
    return rc == SQLITE_DONE ? 0 : -1;
}

int sx_sql_run(sqlite3_stmt *statement, struct sx_error *err, const char *types, ...)
{
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = bind(statement, err, types, arguments);
    va_end(arguments);
    if (rc < 0)
        sx_sql_reset(statement);
    while (rc >= 0 && (rc = sx_sql_step(statement, err)) > 0)
        ;
    return rc;
}

void sx_sql_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

int sx_sql_text(sqlite3_stmt *statement, int column, char **ret_text, struct sx_error *err)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    if (!text)
        return sx_error_set(err, SX_E_STORE, "database %s: a row has no %s",
            sqlite3_db_filename(sqlite3_db_handle(statement), "main"),
            sqlite3_column_name(statement, column));
    /* Rows are handed on in structures whose strings are not const; nobody writes to them. */
    *ret_text = (char *)(uintptr_t)text;
    return 0;
}

int sx_sql_copy(sqlite3_stmt *statement, int column, char **ret_text, struct sx_error *err)
{
    char *text = NULL;

    if (sx_sql_text(statement, column, &text, err) < 0)
        return -1;
    *ret_text = sx_strdup(text);
    return 0;
}

char *sx_sql_copy_or_null(sqlite3_stmt *statement, int column)
{
    return sx_strdup((const char *)sqlite3_column_text(statement, column));
}

int sx_sql_fixed(
    sqlite3_stmt *statement, int column, char *ret_text, size_t size, struct sx_error *err)
{
    char *text = NULL;

    if (sx_sql_text(statement, column, &text, err) < 0)
        return -1;
    if (strlen(text) >= size)
        return sx_error_set(err, SX_E_STORE, "database %s: a row's %s is longer than %zu bytes",
            sqlite3_db_filename(sqlite3_db_handle(statement), "main"),
            sqlite3_column_name(statement, column), size - 1);
    strcpy(ret_text, text);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "store_table.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* "ord > ?" lets SQLite use the index of numbered rows, which leaves out all other lists; "+ord"
 * keeps it from doing so where the primary key finds the row at once. */
static const char *const reads[SX_TABLE_READS] = {
    [SX_TABLE_NEXT_LIST] = "SELECT list FROM %s WHERE list > ?1 ORDER BY list LIMIT 1",
    [SX_TABLE_TOP] = "SELECT key, scope, body, ord FROM %s WHERE list = ?1 AND key = '' "
                     "ORDER BY scope",
    [SX_TABLE_BY_KEY] = "SELECT key, scope, body, ord FROM %s WHERE list = ?1 AND key > ?2 "
                        "ORDER BY key, scope",
    [SX_TABLE_BY_ORD] = "SELECT key, scope, body, ord FROM %s WHERE list = ?1 AND ord > ?2 "
                        "ORDER BY ord",
    [SX_TABLE_ENTRY] = "SELECT key, scope, body, ord FROM %s WHERE list = ?1 AND key = ?2 "
                       "ORDER BY scope",
    [SX_TABLE_ORD] = "SELECT ord FROM %s WHERE list = ?1 AND key = ?2 AND +ord IS NOT NULL LIMIT 1",
    [SX_TABLE_ORD_BEFORE] = "SELECT key, ord FROM %s WHERE list = ?1 AND ord < ?2 "
                            "ORDER BY ord DESC LIMIT 1",
    [SX_TABLE_ORD_AFTER] = "SELECT ord FROM %s WHERE list = ?1 AND ord > ?2 ORDER BY ord LIMIT 1",
};

/** Columns of the rows that a cursor reads. */
enum { COLUMN_KEY, COLUMN_SCOPE, COLUMN_BODY, COLUMN_ORD };

int sx_table_open(struct sx_table *table, sqlite3 *db, const char *name, struct sx_error *err)
{
    return sx_sql_prepare(db, reads, SX_TABLE_READS, name, table->reads, err);
}

void sx_table_close(struct sx_table *table)
{
    sx_sql_finalize(table->reads, SX_TABLE_READS);
}

int sx_table_next_list(
    struct sx_table *table, const char *list, char **ret_list, struct sx_error *err)
{
    sqlite3_stmt *statement = table->reads[SX_TABLE_NEXT_LIST];
    int rc;

    if (sx_sql_bind(statement, err, "t", list) < 0)
        return -1;
    rc = sx_sql_step(statement, err);
    if (rc > 0 && sx_sql_copy(statement, 0, ret_list, err) < 0)
        rc = -1;
    sx_sql_reset(statement);
    return rc;
}

/* Takes the number in the last column of the only row, and the key in the first if wanted. */
static int take_ord(sqlite3_stmt *statement, char **ret_key, int64_t *ret_ord, struct sx_error *err)
{
    int rc = sx_sql_step(statement, err);

    if (rc > 0 && ret_key && sx_sql_copy(statement, 0, ret_key, err) < 0)
        rc = -1;
    if (rc > 0 && ret_ord)
        *ret_ord = sqlite3_column_int64(statement, sqlite3_column_count(statement) - 1);
    sx_sql_reset(statement);
    return rc;
}

int sx_table_ord(struct sx_table *table, const char *list, const char *key, int64_t *ret_ord,
    struct sx_error *err)
{
    sqlite3_stmt *statement = table->reads[SX_TABLE_ORD];

    if (sx_sql_bind(statement, err, "tt", list, key) < 0)
        return -1;
    return take_ord(statement, NULL, ret_ord, err);
}

int sx_table_before(struct sx_table *table, const char *list, int64_t ord, char **ret_key,
    int64_t *ret_ord, struct sx_error *err)
{
    sqlite3_stmt *statement = table->reads[SX_TABLE_ORD_BEFORE];

    if (sx_sql_bind(statement, err, "ti", list, ord) < 0)
        return -1;
    return take_ord(statement, ret_key, ret_ord, err);
}

int sx_table_after(
    struct sx_table *table, const char *list, int64_t ord, int64_t *ret_ord, struct sx_error *err)
{
    sqlite3_stmt *statement = table->reads[SX_TABLE_ORD_AFTER];

    if (sx_sql_bind(statement, err, "ti", list, ord) < 0)
        return -1;
    return take_ord(statement, NULL, ret_ord, err);
}

/* Keyed rows run by number when the list is user-ordered, and by key otherwise. */
static int open_keyed(struct sx_cursor *cursor, struct sx_table *table, struct sx_error *err)
{
    int64_t ord = INT64_MIN;
    int rc = sx_table_after(table, cursor->list, INT64_MIN, NULL, err);

    if (rc < 0)
        return -1;
    if (rc == 0) {
        cursor->statement = table->reads[SX_TABLE_BY_KEY];
        return sx_sql_bind(cursor->statement, err, "tt", cursor->list, cursor->key);
    }
    if (*cursor->key) {
        rc = sx_table_ord(table, cursor->list, cursor->key, &ord, err);
        if (rc == 0)
            return sx_error_set(err, SX_E_DATA_MISSING, "%s has no entry %s to go on after",
                cursor->list, cursor->key);
        if (rc < 0)
            return -1;
    }
    cursor->ordered = true;
    cursor->statement = table->reads[SX_TABLE_BY_ORD];
    return sx_sql_bind(cursor->statement, err, "ti", cursor->list, ord);
}

int sx_cursor_open(struct sx_cursor *cursor, struct sx_table *table, enum sx_cursor_kind kind,
    const char *list, const char *key, struct sx_error *err)
{
    *cursor = (struct sx_cursor){.list = sx_strdup(list), .key = sx_strdup(key)};
    switch (kind) {
    case SX_CURSOR_TOP:
        cursor->statement = table->reads[SX_TABLE_TOP];
        return sx_sql_bind(cursor->statement, err, "t", cursor->list);
    case SX_CURSOR_ENTRY:
        cursor->statement = table->reads[SX_TABLE_ENTRY];
        return sx_sql_bind(cursor->statement, err, "tt", cursor->list, cursor->key);
    case SX_CURSOR_KEYED:
        break;
    }
    return open_keyed(cursor, table, err);
}

int sx_scope_of(const char *name, enum sx_scope *ret_scope, struct sx_error *err)
{
    for (int scope = 0; scope < SX_SCOPE_COUNT; scope++)
        if (strcmp(sx_scope_name((enum sx_scope)scope), name) == 0) {
            *ret_scope = (enum sx_scope)scope;
            return 0;
        }
    return sx_error_set(
        err, SX_E_STORE, "the database holds a scope that is not known: \"%s\"", name);
}

static int read_row(
    struct sx_cursor *cursor, struct sx_fragment *ret_fragment, struct sx_error *err)
{
    struct sx_fragment fragment = {.list = cursor->list};
    char *scope = NULL;

    if (sx_sql_text(cursor->statement, COLUMN_KEY, &fragment.key, err) < 0 ||
        sx_sql_text(cursor->statement, COLUMN_SCOPE, &scope, err) < 0 ||
        sx_sql_text(cursor->statement, COLUMN_BODY, &fragment.body, err) < 0 ||
        sx_scope_of(scope, &fragment.scope, err) < 0)
        return -1;
    if (cursor->ordered) {
        free(cursor->previous);
        cursor->previous = cursor->key;
        cursor->key = sx_strdup(fragment.key);
        fragment.after = cursor->previous;
    }
    *ret_fragment = fragment;
    return 1;
}

int sx_cursor_next(struct sx_cursor *cursor, struct sx_fragment *ret_fragment, struct sx_error *err)
{
    int rc;

    if (!cursor->statement)
        return 0;
    rc = sx_sql_step(cursor->statement, err);
    if (rc > 0)
        return read_row(cursor, ret_fragment, err);
    cursor->statement = NULL;
    return rc;
}

void sx_cursor_close(struct sx_cursor *cursor)
{
    if (cursor->statement)
        sx_sql_reset(cursor->statement);
    free(cursor->list);
    free(cursor->previous);
    free(cursor->key);
    *cursor = (struct sx_cursor){0};
}

int sx_walk_open(struct sx_walk *walk, struct sx_table *table, const char *list, const char *key,
    struct sx_error *err)
{
    *walk = (struct sx_walk){.table = table, .list = sx_strdup(list ? list : "")};
    if (!list || !*key)
        return 0;
    walk->phase = SX_CURSOR_KEYED;
    return sx_cursor_open(&walk->cursor, table, SX_CURSOR_KEYED, list, key, err);
}

/* Opens the cursor on the next list of the phase, or of the next phase: 1, or 0 at the end. */
static int next_list(struct sx_walk *walk, struct sx_error *err)
{
    char *list = NULL;
    int rc = sx_table_next_list(walk->table, walk->list, &list, err);

    if (rc == 0 && walk->phase == SX_CURSOR_TOP) {
        walk->phase = SX_CURSOR_KEYED;
        rc = sx_table_next_list(walk->table, "", &list, err);
    }
    if (rc <= 0)
        return rc;
    free(walk->list);
    walk->list = list;
    return sx_cursor_open(&walk->cursor, walk->table, walk->phase, list, "", err) < 0 ? -1 : 1;
}

int sx_walk_next(struct sx_walk *walk, struct sx_fragment *ret_fragment, struct sx_error *err)
{
    int rc;

    do {
        rc = sx_cursor_next(&walk->cursor, ret_fragment, err);
        if (rc != 0)
            return rc;
        sx_cursor_close(&walk->cursor);
        rc = next_list(walk, err);
    } while (rc > 0);
    return rc;
}

void sx_walk_close(struct sx_walk *walk)
{
    sx_cursor_close(&walk->cursor);
    free(walk->list);
    *walk = (struct sx_walk){0};
}

int sx_table_load(struct sx_table *table,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err)
{
    struct sx_fragment fragment;
    struct sx_walk walk;
    int rc = sx_walk_open(&walk, table, NULL, NULL, err);

    while (rc >= 0 && (rc = sx_walk_next(&walk, &fragment, err)) > 0)
        if (row(context, &fragment, err) < 0)
            rc = -1;
    sx_walk_close(&walk);
    return rc;
}

// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/* Going over everything that is stored, part by part, to write some of it anew. */

/* Runs a statement over at most `limit` rows; `take` reads one and answers as the caller's does. */
static int go_over(sqlite3_stmt *statement, size_t limit,
    int (*take)(sqlite3_stmt *statement, void *with, struct sx_error *err), void *with,
    bool *ret_last, struct sx_error *err)
{
    size_t count = 0;
    int rc, said = 0;

    while ((rc = sx_sql_step(statement, err)) > 0) {
        count++;
        said = take(statement, with, err);
        if (said != 0)
            break;
    }
    sx_sql_reset(statement);
    if (rc < 0)
        return -1;
    *ret_last = said == 0 && count < limit;
    return said;
}

struct rows {
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err);
    void *context;
};

static int take_row(sqlite3_stmt *statement, void *with, struct sx_error *err)
{
    const struct rows *rows = with;
    struct sx_fragment fragment = {0};
    char *scope = NULL;

    if (sx_sql_text(statement, 0, &fragment.list, err) < 0 ||
        sx_sql_text(statement, 1, &fragment.key, err) < 0 ||
        sx_sql_text(statement, 2, &scope, err) < 0 ||
        sx_scope_of(scope, &fragment.scope, err) < 0 ||
        sx_sql_text(statement, 3, &fragment.body, err) < 0)
        return -1;
    return rows->row(rows->context, &fragment, err);
}

int sx_store_rows_after(struct sx_store *store, const char *list, const char *key,
    const char *scope, size_t limit,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, bool *ret_last, struct sx_error *err)
{
    sqlite3_stmt *statement = store->statements[SX_STORE_ROWS_AFTER];
    struct rows rows = {.row = row, .context = context};

    if (sx_sql_bind(statement, err, "ttti", list, key, scope, (int64_t)limit) < 0)
        return -1;
    return go_over(statement, limit, take_row, &rows, ret_last, err);
}

int sx_store_rewrite_row(
    struct sx_store *store, const struct sx_fragment *fragment, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(
        store, sx_sql_run(store->statements[SX_STORE_ROW_REWRITE], err, "tttt", fragment->list,
                   fragment->key, sx_scope_name(fragment->scope), fragment->body));
}

struct changes {
    int (*row)(void *context, const struct sx_stored_change *change, struct sx_error *err);
    void *context;
};

static int take_change(sqlite3_stmt *statement, void *with, struct sx_error *err)
{
    const struct changes *changes = with;
    char *path = NULL, *value, *old_value;
    struct sx_stored_change change;
    int said;

    if (sx_sql_text(statement, 2, &path, err) < 0)
        return -1;
    value = sx_sql_copy_or_null(statement, 3);
    old_value = sx_sql_copy_or_null(statement, 4);
    change = (struct sx_stored_change){.revision = (uint64_t)sqlite3_column_int64(statement, 0),
        .step = (uint64_t)sqlite3_column_int64(statement, 1),
        .path = path,
        .value = value,
        .old_value = old_value};
    said = changes->row(changes->context, &change, err);
    free(value);
    free(old_value);
    return said;
}

int sx_store_changes_after(struct sx_store *store, uint64_t revision, uint64_t step, size_t limit,
    int (*row)(void *context, const struct sx_stored_change *change, struct sx_error *err),
    void *context, bool *ret_last, struct sx_error *err)
{
    sqlite3_stmt *statement = store->statements[SX_STORE_CHANGES_AFTER];
    struct changes changes = {.row = row, .context = context};

    if (sx_sql_bind(statement, err, "iii", (int64_t)revision, (int64_t)step, (int64_t)limit) < 0)
        return -1;
    return go_over(statement, limit, take_change, &changes, ret_last, err);
}

int sx_store_rewrite_change(
    struct sx_store *store, const struct sx_stored_change *change, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(store,
        sx_sql_run(store->statements[SX_STORE_CHANGE_REWRITE], err, "iitt",
            (int64_t)change->revision, (int64_t)change->step, change->value, change->old_value));
}

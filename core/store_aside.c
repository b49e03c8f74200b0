// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"

#include <string.h>

/* Rows that did not fit the schema when they were loaded. They are not part of the configuration,
 * and wait for somebody to look at them. */

int sx_store_set_aside(struct sx_store *store, const struct sx_fragment *row, const char *reason,
    int64_t time_ms, struct sx_error *err)
{
    const char *scope = sx_scope_name(row->scope);
    struct sx_fragment gone = *row;
    const struct sx_fragment_list list = {.items = &gone, .count = 1};

    if (sx_store_check_writing(store, err) < 0)
        return -1;
    gone.body = NULL;
    if (sx_store_written(
            store, sx_sql_run(store->statements[SX_STORE_ASIDE_ADD], err, "tttttti", row->list,
                       row->key, scope, row->body, row->after, reason, time_ms)) < 0)
        return -1;
    return sx_store_put(store, &list, err);
}

int sx_store_count_aside(struct sx_store *store, uint64_t *ret_count, struct sx_error *err)
{
    int64_t count = 0;

    if (sx_sql_number(store->db, "SELECT count(*) FROM set_aside", &count, err) < 0)
        return -1;
    *ret_count = (uint64_t)count;
    return 0;
}

int sx_store_discard_aside(struct sx_store *store, const char *path, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(
        store, sx_sql_run(store->statements[SX_STORE_ASIDE_DISCARD], err, "t", path));
}

int sx_aside_load(
    sqlite3_stmt *statement, sx_reader_aside *item, void *context, struct sx_error *err)
{
    int rc;

    while ((rc = sx_sql_step(statement, err)) > 0) {
        char *path, *scope, *reason;

        if (sx_sql_text(statement, 0, &path, err) < 0 ||
            sx_sql_text(statement, 1, &scope, err) < 0 ||
            sx_sql_text(statement, 2, &reason, err) < 0 ||
            item(context, path, scope, reason, sqlite3_column_int64(statement, 3), err) < 0) {
            rc = -1;
            break;
        }
    }
    sx_sql_reset(statement);
    return rc;
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>

/*
 * The shadow table. Taking it into use exchanges the names of the two tables, after the few rows of
 * other scopes were copied over: moving the rows would take a second for 200,000 of them.
 */

int sx_store_stage_clear(struct sx_store *store, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(store, sx_sql_exec(store->db, "DELETE FROM stage", err));
}

int sx_store_stage(
    struct sx_store *store, const struct sx_fragment_list *fragments, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(store, sx_table_put(&store->stage, fragments, err));
}

int sx_store_stage_load(struct sx_store *store,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err)
{
    return sx_table_load(&store->stage.read, row, context, err);
}

/* The index of rows that are not replicated makes counting and copying cheap for that scope; the
 * scope stands in the text so that SQLite sees it. */
static int copy_others(struct sx_store *store, enum sx_scope scope, struct sx_error *err)
{
    const char *name = sx_scope_name(scope);
    char *count = sx_format("SELECT count(*) FROM stage WHERE scope <> '%s'", name);
    char *copy = sx_format("INSERT INTO stage SELECT * FROM fragment WHERE scope <> '%s'", name);
    int64_t others = 0;
    int rc = -1;

    if (sx_sql_number(store->db, count, &others, err) < 0)
        goto out;
    if (others > 0) {
        sx_error_set(err, SX_E_INTERNAL,
            "%lld staged rows are not %s: they cannot take the place of that scope's",
            (long long)others, name);
        goto out;
    }
    rc = sx_sql_exec(store->db, copy, err);
out:
    free(count);
    free(copy);
    return rc;
}

int sx_store_stage_swap_all(struct sx_store *store, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    if (sx_sql_exec(store->db,
            "ALTER TABLE fragment RENAME TO former;"
            "ALTER TABLE stage RENAME TO fragment;"
            "ALTER TABLE former RENAME TO stage;"
            "DELETE FROM stage",
            err) < 0)
        return sx_store_written(store, -1);
    return sx_store_note_content(store, err);
}

int sx_store_stage_swap(struct sx_store *store, enum sx_scope scope, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    if (copy_others(store, scope, err) < 0)
        return sx_store_written(store, -1);
    return sx_store_stage_swap_all(store, err);
}

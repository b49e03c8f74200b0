// SPDX-License-Identifier: Apache-2.0
#include "store.h"

#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>

/* Transactions and named values. */

void sx_store_close(struct sx_store *store)
{
    if (!store)
        return;
    sx_store_rollback(store);
    sx_store_finalize(store);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

bool sx_store_is_new(const struct sx_store *store)
{
    return store->is_new;
}

size_t sx_store_wal_pages(const struct sx_store *store)
{
    return store->wal_pages;
}

bool sx_store_is_full(const struct sx_store *store)
{
    return store->full;
}

/* After a write that failed. */
static void note_full(struct sx_store *store)
{
    if ((sqlite3_errcode(store->db) & 0xff) == SQLITE_FULL)
        store->full = true;
}

/*
 * A commit that failed may have reached the log complete: its last page was written and only the
 * wait for the disk failed. SQLite forgets it, but a crash now would bring it back. So it is
 * overwritten at once, by a small commit that counts such failures; until that succeeds, nothing
 * else is written.
 */
static int repair(struct sx_store *store, struct sx_error *err)
{
    if (sx_sql_run(store->statements[SX_STORE_REPAIR], err, "") < 0) {
        note_full(store);
        return -1;
    }
    store->suspect = false;
    return 0;
}

int sx_store_begin(struct sx_store *store, struct sx_error *err)
{
    if (store->writing)
        return sx_error_set(err, SX_E_INTERNAL, "a transaction of the store is open already");
    if (store->suspect && repair(store, err) < 0)
        return -1;
    if (sx_sql_run(store->statements[SX_STORE_BEGIN], err, "") < 0)
        return -1;
    store->writing = true;
    store->failed = false;
    store->before.journal = store->journal;
    store->before.has_content = store->has_content;
    return 0;
}

int sx_store_commit(struct sx_store *store, struct sx_error *err)
{
    struct sx_error ignored;

    if (sx_store_check_writing(store, err) < 0) {
        sx_store_rollback(store);
        return -1;
    }
    if (sx_sql_run(store->statements[SX_STORE_COMMIT], err, "") < 0) {
        note_full(store);
        sx_store_rollback(store);
        store->suspect = true;
        repair(store, &ignored);
        return -1;
    }
    store->writing = store->full = false;
    return 0;
}

void sx_store_rollback(struct sx_store *store)
{
    struct sx_error ignored;

    if (!store->writing)
        return;
    /* After some failures SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(store->db))
        sx_sql_run(store->statements[SX_STORE_ROLLBACK], &ignored, "");
    store->writing = false;
    store->history_known = false;
    store->journal = store->before.journal;
    store->has_content = store->before.has_content;
}

int sx_store_check_writing(struct sx_store *store, struct sx_error *err)
{
    if (!store->writing)
        return sx_error_set(err, SX_E_INTERNAL, "no transaction of the store is open");
    if (store->failed || sqlite3_get_autocommit(store->db))
        return sx_error_set(err, SX_E_STORE,
            "a write to the database %s failed before, and the transaction with it", store->path);
    return 0;
}

int sx_store_written(struct sx_store *store, int rc)
{
    if (rc < 0) {
        store->failed = true;
        note_full(store);
    }
    return rc;
}

int sx_store_note_content(struct sx_store *store, struct sx_error *err)
{
    if (store->has_content)
        return 0;
    store->has_content = true;
    return sx_store_set(store, "store.has-content", "1", err);
}

int sx_store_set(struct sx_store *store, const char *name, const char *value, struct sx_error *err)
{
    int rc;

    if (sx_store_check_writing(store, err) < 0)
        return -1;
    if (value)
        rc = sx_sql_run(store->statements[SX_STORE_VALUE_SET], err, "tt", name, value);
    else
        rc = sx_sql_run(store->statements[SX_STORE_VALUE_REMOVE], err, "t", name);
    return sx_store_written(store, rc);
}

char *sx_store_get(struct sx_store *store, const char *name, struct sx_error *err)
{
    sqlite3_stmt *statement = store->statements[SX_STORE_VALUE];
    char *value = NULL;

    if (sx_sql_bind(statement, err, "t", name) == 0 && sx_sql_step(statement, err) > 0)
        sx_sql_copy(statement, 0, &value, err);
    sx_sql_reset(statement);
    return value;
}

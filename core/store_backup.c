// SPDX-License-Identifier: Apache-2.0
#include "sextant/maintenance.h"
#include "store_impl.h"

#include <stdlib.h>

/* Copies of the database, and moving its write-ahead log into it. */

static int copy_pages(sqlite3 *from, sqlite3 *to, struct sx_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

    if (!backup)
        return sx_sql_error(to, err);
    sqlite3_backup_step(backup, -1);
    if (sqlite3_backup_finish(backup) != SQLITE_OK)
        return sx_sql_error(to, err);
    return 0;
}

int sx_store_copy(sqlite3 *db, const char *path, struct sx_error *err)
{
    sqlite3_vfs *vfs = sx_store_vfs(db);
    sqlite3 *to = NULL;
    int missing = 0;
    int rc;

    if (sx_sql_open(path, vfs->zName, SQLITE_OPEN_READWRITE, &to, &missing, err) == 0) {
        sqlite3_close(to);
        return sx_error_set(err, SX_E_STORE, "a file %s is there already", path);
    }
    if (!missing)
        return -1;
    rc = sx_sql_open(path, vfs->zName, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &to, NULL, err);
    /* The journal of the copy is gone for good before the copy counts: were it back after a loss of
     * power, whoever opens the copy would roll it back to nothing. */
    if (rc == 0)
        rc = sx_sql_exec(to, "PRAGMA synchronous=EXTRA", err);
    if (rc == 0)
        rc = copy_pages(db, to, err);
    sqlite3_close(to);
    if (rc < 0)
        vfs->xDelete(vfs, path, 0);
    return rc;
}

int sx_store_backup(struct sx_store *store, const char *path, struct sx_error *err)
{
    if (store->writing)
        return sx_error_set(err, SX_E_INTERNAL, "no backup within a transaction of the store");
    return sx_store_copy(store->db, path, err);
}

int sx_store_vacuum(struct sx_store *store, struct sx_error *err)
{
    if (sx_sql_exec(store->db, "VACUUM", err) < 0)
        return -1;
    return sx_sql_exec(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

int sx_store_checkpoint(const char *directory, const char *vfs, struct sx_error *err)
{
    char *path = sx_store_path(directory);
    sqlite3 *db = NULL;
    int rc = -1;

    if (sx_sql_open(path, vfs, SQLITE_OPEN_READWRITE, &db, NULL, err) < 0)
        goto out;
    if (sx_sql_exec(db, "PRAGMA synchronous=FULL", err) < 0)
        goto out;
    if (sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK) {
        sx_sql_error(db, err);
        goto out;
    }
    rc = 0;
out:
    sqlite3_close(db);
    free(path);
    return rc;
}

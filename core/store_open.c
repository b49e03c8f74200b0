// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * Opening the database. A file that is there is looked at first, and nothing is written to it
 * before it has turned out to be a sound database of a version that this release takes.
 * Files are created with the mode 0644 less the program's umask: the daemon sets it to 077.
 */

/** What makes the connection of the writer. None of these touches the file. */
static const char settings[] = "PRAGMA synchronous=FULL;"
                               "PRAGMA wal_autocheckpoint=0;"
                               "PRAGMA journal_size_limit=" SX_STORE_WAL_KEPT ";"
                               "PRAGMA foreign_keys=OFF;"
                               "PRAGMA temp_store=MEMORY;";

char *sx_store_path(const char *directory)
{
    return sx_format("%s/%s", directory, SX_STORE_FILE);
}

sqlite3_vfs *sx_store_vfs(sqlite3 *db)
{
    sqlite3_vfs *vfs = NULL;

    sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
    return vfs;
}

static int damaged(const struct sx_store *store, const char *what, struct sx_error *err)
{
    return sx_error_set(err, SX_E_STORE,
        "database %s is damaged: %s; move it away with its -wal file and put a backup in its place",
        store->path, what);
}

/* Failures that come from the file's content, not from reading it. */
static int damaged_if_corrupt(const struct sx_store *store, struct sx_error *err)
{
    char text[SX_ERROR_MESSAGE_MAX];
    int rc = sqlite3_errcode(store->db) & 0xff;

    if (rc != SQLITE_CORRUPT && rc != SQLITE_NOTADB && rc != SQLITE_ERROR)
        return -1;
    /* A copy: what SQLite says is gone with its next call, and may be long. */
    strncpy(text, sqlite3_errmsg(store->db), sizeof text - 1);
    text[sizeof text - 1] = '\0';
    return damaged(store, text, err);
}

static int look_for_size(struct sx_store *store, struct sx_error *err)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;

    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (!file || !file->pMethods || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return sx_error_set(err, SX_E_STORE, "database %s cannot be read", store->path);
    if (size == 0)
        return damaged(store, "it is empty", err);
    return 0;
}

/* SQLite's own check of the file's structure. It takes 2 ms a megabyte, less than loading does. */
static int check_structure(struct sx_store *store, struct sx_error *err)
{
    sqlite3_stmt *statement = NULL;
    const char *text, *line;
    int rc = -1;

    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        sx_sql_error(store->db, err);
        damaged_if_corrupt(store, err);
        goto out;
    }
    text = (const char *)sqlite3_column_text(statement, 0);
    if (strcmp(text, "ok") != 0) {
        /* What is wrong follows a line that names the database. */
        line = strrchr(text, '\n');
        damaged(store, line ? line + 1 : text, err);
        goto out;
    }
    rc = 0;
out:
    sqlite3_finalize(statement);
    return rc;
}

/* Looks at a file that was there, without writing to it. *ret_version is its schema's. */
static int examine(struct sx_store *store, const struct sx_store_schema *schema, int *ret_version,
    struct sx_error *err)
{
    int64_t application = 0;
    int64_t version = 0;

    if (look_for_size(store, err) < 0)
        return -1;
    if (sqlite3_db_readonly(store->db, "main"))
        return sx_error_set(err, SX_E_STORE,
            "database %s cannot be written to: its owner must be the user that runs this",
            store->path);
    if (sx_sql_number(store->db, "PRAGMA application_id", &application, err) < 0 ||
        sx_sql_number(store->db, "PRAGMA user_version", &version, err) < 0)
        return damaged_if_corrupt(store, err);
    if (application != SX_STORE_APPLICATION)
        return damaged(store, "it is not a database of Sextant", err);
    if (version > schema->version)
        return sx_error_set(err, SX_E_STORE,
            "database %s was written by a newer release (schema version %lld, this release takes "
            "%d at most); run that release, or restore a backup of this one",
            store->path, (long long)version, schema->version);
    if (version < 1)
        return damaged(store, "it has no schema version", err);
    *ret_version = (int)version;
    return check_structure(store, err);
}

static bool has_marker(sqlite3_vfs *vfs, const char *marker)
{
    int there = 0;

    return vfs->xAccess(vfs, marker, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there;
}

/* Writes the marker durably: SQLite's files of this kind are synced with their folder. */
static int put_marker(sqlite3_vfs *vfs, const char *marker, struct sx_error *err)
{
    static const char text[] = "A database is being created here.\n";
    sqlite3_file *file = sx_alloc((size_t)vfs->szOsFile);
    int rc;

    rc = vfs->xOpen(vfs, marker, file,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL, NULL);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xWrite(file, text, sizeof text - 1, 0);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (file->pMethods)
        file->pMethods->xClose(file);
    free(file);
    if (rc == SQLITE_OK)
        return 0;
    return sx_error_set(err, rc == SQLITE_FULL ? SX_E_RESOURCE_DENIED : SX_E_STORE,
        "no database can be created: %s cannot be written (%s); its folder must exist and belong "
        "to the user that runs this",
        marker, sqlite3_errstr(rc));
}

/* Opens the file, or begins to create one. *ret_empty tells that it is ours to fill. */
static int open_file(struct sx_store *store, const char *vfs_name, const char *marker,
    bool *ret_empty, struct sx_error *err)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(vfs_name);
    int64_t tables = 0;
    int missing = 0;

    if (!vfs)
        return sx_error_set(err, SX_E_STORE, "SQLite has no VFS named %s", vfs_name);
    if (sx_sql_open(store->path, vfs_name, SQLITE_OPEN_READWRITE, &store->db, &missing, err) < 0) {
        if (!missing || put_marker(vfs, marker, err) < 0)
            return -1;
        if (sx_sql_open(store->path, vfs_name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                &store->db, NULL, err) < 0)
            return -1;
    }
    *ret_empty = false;
    if (!has_marker(vfs, marker))
        return 0;
    if (sx_sql_number(store->db, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0)
        return damaged_if_corrupt(store, err);
    *ret_empty = tables == 0;
    return 0;
}

/* SQLite answers with the mode that it is in, and sees no error in another one. */
static int use_wal(struct sx_store *store, struct sx_error *err)
{
    sqlite3_stmt *statement = NULL;
    char *mode = NULL;
    int rc = -1;

    if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode=WAL", -1, &statement, NULL) !=
        SQLITE_OK) {
        sx_sql_error(store->db, err);
        goto out;
    }
    if (sx_sql_step(statement, err) < 0)
        goto out;
    if (sx_sql_text(statement, 0, &mode, err) < 0)
        goto out;
    if (strcmp(mode, "wal") != 0) {
        sx_error_set(err, SX_E_STORE,
            "database %s cannot have a write-ahead log: its file system must be a local one",
            store->path);
        goto out;
    }
    rc = 0;
out:
    sqlite3_finalize(statement);
    return rc;
}

static int count_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct sx_store *store = context;

    (void)db;
    (void)name;
    store->wal_pages = (size_t)pages;
    return SQLITE_OK;
}

/* From a file that is open to a store that works. */
static int bring_up(
    struct sx_store *store, const struct sx_store_schema *schema, bool empty, struct sx_error *err)
{
    int version = schema->version;
    int64_t number = 0;

    if (!empty && examine(store, schema, &version, err) < 0)
        return -1;
    if (sx_sql_exec(store->db, settings, err) < 0)
        return -1;
    if (empty && sx_store_create(store->db, schema, err) < 0)
        return -1;
    if (version < schema->version && sx_store_migrate(store, schema, version, err) < 0)
        return -1;
    if (sx_store_prepare(store, err) < 0)
        return damaged_if_corrupt(store, err);
    if (use_wal(store, err) < 0 || sx_store_measure_journal(store, err) < 0 ||
        sx_sql_number(store->db, "SELECT count(*) FROM value WHERE name = 'store.has-content'",
            &number, err) < 0)
        return -1;
    store->has_content = number > 0;
    store->is_new = !store->has_content;
    sqlite3_wal_hook(store->db, count_pages, store);
    sx_sql_checkpoint_on_close(store->db, 1);
    return 0;
}

int sx_store_open_schema(const char *directory, const char *vfs,
    const struct sx_store_schema *schema, struct sx_store **ret_store, struct sx_error *err)
{
    struct sx_store *store = sx_alloc(sizeof *store);
    char *marker = NULL;
    bool empty = false;
    int rc = -1;

    store->path = sx_store_path(directory);
    marker = sx_format("%s%s", store->path, SX_STORE_CREATING);
    if (open_file(store, vfs, marker, &empty, err) < 0 || bring_up(store, schema, empty, err) < 0)
        goto out;
    /* Nothing is acknowledged before the marker is gone for good. */
    if (has_marker(sx_store_vfs(store->db), marker) &&
        sx_store_vfs(store->db)->xDelete(sx_store_vfs(store->db), marker, 1) != SQLITE_OK) {
        sx_error_set(err, SX_E_STORE, "%s cannot be deleted", marker);
        goto out;
    }
    sx_store_forget_old(store, schema);
    *ret_store = store;
    store = NULL;
    rc = 0;
out:
    sx_store_close(store);
    free(marker);
    return rc;
}

int sx_store_open(
    const char *directory, const char *vfs, struct sx_store **ret_store, struct sx_error *err)
{
    return sx_store_open_schema(directory, vfs, &sx_store_schema, ret_store, err);
}

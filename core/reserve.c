// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>

/*
 * A file of SX_RESERVE_BYTES beside the database. When the file system is full it is deleted, so
 * that the alarm which says so, and what must be noted meanwhile, can still be stored.
 * Configuration is taken again when there is room for it to be written anew and as much beside it.
 */

#define RESERVE_FILE "reserve"
/** SQLite writes no more at once than its largest page. */
#define PIECE_BYTES (64 << 10)

static char *reserve_path(const struct sx_engine *engine)
{
    return sx_format("%s/" RESERVE_FILE, engine->directory);
}

/* Returns SQLITE_OK when the file is there in its full size, durably, and there is as much room
 * beside it. */
static int write_reserve(const struct sx_engine *engine)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(engine->vfs);
    sqlite3_file *file = sx_alloc((size_t)vfs->szOsFile);
    char *path = reserve_path(engine), *bytes = NULL;
    sqlite3_int64 size = 0;
    int rc = vfs->xOpen(vfs, path, file,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL |
            SQLITE_OPEN_NOFOLLOW,
        NULL);

    if (rc != SQLITE_OK)
        goto out;
    rc = file->pMethods->xFileSize(file, &size);
    if (rc != SQLITE_OK || size == SX_RESERVE_BYTES)
        goto out;
    bytes = sx_calloc(1, PIECE_BYTES);
    for (size = 0; rc == SQLITE_OK && size < 2 * SX_RESERVE_BYTES; size += PIECE_BYTES)
        rc = file->pMethods->xWrite(file, bytes, PIECE_BYTES, size);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xTruncate(file, SX_RESERVE_BYTES);
    if (rc == SQLITE_OK)
        rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
out:
    if (file->pMethods)
        file->pMethods->xClose(file);
    if (rc != SQLITE_OK)
        vfs->xDelete(vfs, path, 0);
    free(file);
    free(path);
    free(bytes);
    return rc;
}

static void delete_reserve(const struct sx_engine *engine)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(engine->vfs);
    char *path = reserve_path(engine);

    vfs->xDelete(vfs, path, 0);
    free(path);
}

/* Only want of room keeps configuration out; whatever else is wrong with the file does no harm. */
static void keep_room(struct sx_engine *engine)
{
    int rc = write_reserve(engine);

    engine->no_room = (rc & 0xff) == SQLITE_FULL;
    engine->room_at_ms = engine->monotonic_ms + SX_RESERVE_RETRY_MS;
    if (rc != SQLITE_OK && !engine->no_room)
        sx_update_log(engine->update, SX_LOG_WARNING,
            "no room is kept for a full disk: %s/" RESERVE_FILE " cannot be written: %s",
            engine->directory, sqlite3_errstr(rc));
}

void sx_reserve_open(struct sx_engine *engine)
{
    keep_room(engine);
}

void sx_reserve_settle(struct sx_engine *engine)
{
    if (!engine->no_room && sx_store_is_full(engine->store)) {
        delete_reserve(engine);
        engine->no_room = true;
        engine->room_at_ms = engine->monotonic_ms + SX_RESERVE_RETRY_MS;
        return;
    }
    if (!engine->no_room || engine->monotonic_ms < engine->room_at_ms)
        return;
    keep_room(engine);
    if (!engine->no_room)
        sx_update_log(engine->update, SX_LOG_INFO,
            "the file system of %s has room again: configuration is taken", engine->directory);
}

int sx_reserve_check(struct sx_engine *engine, struct sx_error *err)
{
    if (engine->no_room)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the file system of %s is full: free at least %u KiB there; nothing is changed",
            engine->directory, 2 * SX_RESERVE_BYTES >> 10);
    return 0;
}

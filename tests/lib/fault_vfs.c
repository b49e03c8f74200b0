// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"

#include "fault_impl.h"
#include "sextant/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum fate fault_call(struct fault_vfs *vfs, unsigned kind)
{
    for (int i = 0; i < FAULT_KINDS; i++)
        vfs->calls[i] += kind >> i & 1;
    if (vfs->crashed)
        return FAILS;
    if (vfs->crash_kinds & kind && vfs->crash_in > 0 && --vfs->crash_in == 0) {
        vfs->crashed = true;
        return DIES;
    }
    if (!(vfs->fail_kinds & kind) || vfs->fail_in == 0)
        return GOES_ON;
    if (vfs->fail_in > 1) {
        vfs->fail_in--;
        return GOES_ON;
    }
    vfs->failures++;
    if (--vfs->fail_times == 0)
        vfs->fail_in = 0;
    return FAILS;
}

int fault_code(const struct fault_vfs *vfs, int otherwise)
{
    return vfs->crashed ? otherwise : vfs->fail_code;
}

static struct fault_vfs *vfs_of(sqlite3_vfs *base)
{
    return base->pAppData;
}

static bool is_there(struct fault_vfs *vfs, const char *path)
{
    int there = 0;

    /* SQLite takes an empty file for none when asked with SQLITE_ACCESS_EXISTS. */
    return vfs->real->xAccess(vfs->real, path, SQLITE_ACCESS_READ, &there) == SQLITE_OK && there;
}

static int open_file(
    sqlite3_vfs *base, const char *path, sqlite3_file *base_file, int flags, int *ret_flags)
{
    struct fault_vfs *vfs = vfs_of(base);
    struct fault_file *file = (struct fault_file *)base_file;
    bool created;
    int rc;

    memset(file, 0, sizeof *file);
    if (fault_call(vfs, FAULT_OPEN) != GOES_ON)
        return fault_code(vfs, SQLITE_CANTOPEN);
    created = path && flags & SQLITE_OPEN_CREATE && !is_there(vfs, path);
    file->vfs = vfs;
    file->real = (sqlite3_file *)(file + 1);
    rc = vfs->real->xOpen(vfs->real, path, file->real, flags, ret_flags);
    if (rc != SQLITE_OK)
        return rc;
    if (path && !(flags & SQLITE_OPEN_DELETEONCLOSE))
        file->node = fault_disk_node(&vfs->disk, path, created);
    file->syncs_folder =
        created && flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL);
    file->base.pMethods = &fault_methods;
    vfs->open_files++;
    return SQLITE_OK;
}

/* What a file that is deleted gives up. */
static void give_room(struct fault_vfs *vfs, const char *path)
{
    struct stat status;

    if (vfs->room != FAULT_ROOM_ENDLESS && stat(path, &status) == 0)
        vfs->room += status.st_size;
}

static int delete_file(sqlite3_vfs *base, const char *path, int sync_folder)
{
    struct fault_vfs *vfs = vfs_of(base);
    int rc;

    if (fault_call(vfs, FAULT_DELETE) != GOES_ON)
        return fault_code(vfs, SQLITE_IOERR_DELETE);
    fault_disk_delete(&vfs->disk, path);
    give_room(vfs, path);
    rc = vfs->real->xDelete(vfs->real, path, 0);
    if (rc == SQLITE_OK && sync_folder)
        fault_disk_sync_folder(&vfs->disk);
    return rc;
}

static int access_file(sqlite3_vfs *base, const char *path, int flags, int *ret_result)
{
    struct fault_vfs *vfs = vfs_of(base);

    if (fault_call(vfs, FAULT_ACCESS) != GOES_ON)
        return fault_code(vfs, SQLITE_IOERR_ACCESS);
    return vfs->real->xAccess(vfs->real, path, flags, ret_result);
}

static int full_path(sqlite3_vfs *base, const char *path, int size, char *ret_path)
{
    return vfs_of(base)->real->xFullPathname(vfs_of(base)->real, path, size, ret_path);
}

static int randomness(sqlite3_vfs *base, int size, char *ret_bytes)
{
    return vfs_of(base)->real->xRandomness(vfs_of(base)->real, size, ret_bytes);
}

static int do_not_sleep(sqlite3_vfs *base, int microseconds)
{
    (void)base;
    return microseconds;
}

static int current_time(sqlite3_vfs *base, double *ret_time)
{
    return vfs_of(base)->real->xCurrentTime(vfs_of(base)->real, ret_time);
}

static int current_time_64(sqlite3_vfs *base, sqlite3_int64 *ret_time)
{
    return vfs_of(base)->real->xCurrentTimeInt64(vfs_of(base)->real, ret_time);
}

static int last_error(sqlite3_vfs *base, int size, char *ret_text)
{
    return vfs_of(base)->real->xGetLastError(vfs_of(base)->real, size, ret_text);
}

struct fault_vfs *fault_vfs_new(const char *name)
{
    struct fault_vfs *vfs = sx_alloc(sizeof *vfs);
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);

    vfs->real = real;
    vfs->room = FAULT_ROOM_ENDLESS;
    vfs->name = sx_strdup(name);
    vfs->base = (sqlite3_vfs){.iVersion = 2,
        .szOsFile = (int)sizeof(struct fault_file) + real->szOsFile,
        .mxPathname = real->mxPathname,
        .zName = vfs->name,
        .pAppData = vfs,
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_path,
        .xRandomness = randomness,
        .xSleep = do_not_sleep,
        .xCurrentTime = current_time,
        .xCurrentTimeInt64 = current_time_64,
        .xGetLastError = last_error};
    sqlite3_vfs_register(&vfs->base, 0);
    return vfs;
}

void fault_vfs_free(struct fault_vfs *vfs)
{
    if (!vfs)
        return;
    assert(vfs->open_files == 0);
    sqlite3_vfs_unregister(&vfs->base);
    fault_disk_clear(&vfs->disk);
    free(vfs->name);
    free(vfs);
}

uint64_t fault_vfs_calls(const struct fault_vfs *vfs, unsigned kinds)
{
    uint64_t calls = 0;

    for (int i = 0; i < FAULT_KINDS; i++)
        if (kinds >> i & 1)
            calls += vfs->calls[i];
    return calls;
}

void fault_vfs_fail(struct fault_vfs *vfs, unsigned kinds, uint64_t nth, uint64_t times, int result)
{
    vfs->fail_kinds = kinds;
    vfs->fail_in = times > 0 ? nth : 0;
    vfs->fail_times = times;
    vfs->fail_code = result;
    vfs->failures = 0;
}

void fault_vfs_room(struct fault_vfs *vfs, int64_t bytes)
{
    vfs->room = bytes;
}

uint64_t fault_vfs_failures(const struct fault_vfs *vfs)
{
    return vfs->failures;
}

void fault_vfs_crash_at(struct fault_vfs *vfs, unsigned kinds, uint64_t nth)
{
    vfs->crash_kinds = kinds;
    vfs->crash_in = nth;
}

bool fault_vfs_crashed(const struct fault_vfs *vfs)
{
    return vfs->crashed;
}

uint64_t fault_vfs_open_files(const struct fault_vfs *vfs)
{
    return vfs->open_files;
}

void fault_vfs_crash_recover(struct fault_vfs *vfs, uint64_t seed)
{
    assert(vfs->open_files == 0);
    fault_disk_crash(&vfs->disk, seed);
    vfs->crashed = false;
    vfs->crash_in = 0;
    vfs->fail_in = 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "fault_impl.h"
#include "sextant/memory.h"

#include <stdlib.h>

/* Methods of open files: each call is counted, may fail, and is passed on to the real file. */

static struct fault_file *file_of(sqlite3_file *file)
{
    return (struct fault_file *)file;
}

static int close_file(sqlite3_file *base)
{
    struct fault_file *file = file_of(base);

    file->vfs->open_files--;
    return file->real->pMethods->xClose(file->real);
}

static int read_file(sqlite3_file *base, void *data, int length, sqlite3_int64 offset)
{
    struct fault_file *file = file_of(base);

    if (fault_call(file->vfs, FAULT_READ) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_READ);
    return file->real->pMethods->xRead(file->real, data, length, offset);
}

/* Reads what stands between two offsets, up to the file's end; the caller frees it. */
static uint8_t *former(
    struct fault_file *file, int64_t from, int64_t to, size_t *ret_length, int64_t *ret_size)
{
    sqlite3_int64 size = 0;
    uint8_t *data;

    file->real->pMethods->xFileSize(file->real, &size);
    *ret_size = size;
    if (to > size)
        to = size;
    *ret_length = to > from ? (size_t)(to - from) : 0;
    data = sx_alloc(*ret_length + 1);
    if (*ret_length > 0 &&
        file->real->pMethods->xRead(file->real, data, (int)*ret_length, from) != SQLITE_OK)
        *ret_length = 0;
    return data;
}

/* Takes the room that a file of this size needs more, or gives back what it needs less. */
static bool take_room(struct fault_file *file, int64_t size)
{
    struct fault_vfs *vfs = file->vfs;
    sqlite3_int64 former_size = 0;

    if (vfs->room == FAULT_ROOM_ENDLESS || vfs->crashed)
        return true;
    file->real->pMethods->xFileSize(file->real, &former_size);
    if (size - former_size > vfs->room)
        return false;
    vfs->room -= size - former_size;
    return true;
}

/* The same for a write up to `end`: one inside the file needs none. */
static bool has_room(struct fault_file *file, int64_t end)
{
    sqlite3_int64 size = 0;

    file->real->pMethods->xFileSize(file->real, &size);
    return end <= size || take_room(file, end);
}

static int write_file(sqlite3_file *base, const void *data, int length, sqlite3_int64 offset)
{
    struct fault_file *file = file_of(base);
    enum fate fate = fault_call(file->vfs, FAULT_WRITE);
    size_t former_length;
    int64_t size;
    uint8_t *was;
    int failure = SQLITE_OK, rc;

    if (fate == FAILS) {
        failure = fault_code(file->vfs, SQLITE_IOERR_WRITE);
        if (file->vfs->crashed || (failure != SQLITE_FULL && failure != SQLITE_IOERR_WRITE))
            return failure;
        if (failure == SQLITE_FULL) {
            length /= 2;
        } else {
            data = (const char *)data + length / 2;
            offset += length / 2;
            length -= length / 2;
        }
    } else if (!has_room(file, offset + length)) {
        return SQLITE_FULL;
    }
    if (file->node) {
        was = former(file, offset, offset + length, &former_length, &size);
        fault_disk_write(file->node, offset, data, (size_t)length, was, former_length, size);
        free(was);
    }
    /* A write that the power fails under may yet reach the disk. */
    rc = file->real->pMethods->xWrite(file->real, data, length, offset);
    if (failure != SQLITE_OK)
        return failure;
    return fate == DIES ? SQLITE_IOERR_WRITE : rc;
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size)
{
    struct fault_file *file = file_of(base);
    enum fate fate = fault_call(file->vfs, FAULT_TRUNCATE);
    size_t former_length;
    int64_t former_size;
    uint8_t *was;
    int rc;

    if (fate == FAILS)
        return fault_code(file->vfs, SQLITE_IOERR_TRUNCATE);
    take_room(file, size);
    if (file->node) {
        was = former(file, size, INT64_MAX, &former_length, &former_size);
        fault_disk_truncate(file->node, size, was, former_length, former_size);
        free(was);
    }
    rc = file->real->pMethods->xTruncate(file->real, size);
    return fate == DIES ? SQLITE_IOERR_TRUNCATE : rc;
}

/* The real disk need not be waited for: no test takes the machine's power away. */
static int sync_file(sqlite3_file *base, int flags)
{
    struct fault_file *file = file_of(base);

    (void)flags;
    if (fault_call(file->vfs, FAULT_SYNC) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_FSYNC);
    if (file->node)
        fault_disk_sync(file->node);
    if (file->syncs_folder)
        fault_disk_sync_folder(&file->vfs->disk);
    file->syncs_folder = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct fault_file *file = file_of(base);

    if (fault_call(file->vfs, FAULT_READ) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_FSTAT);
    return file->real->pMethods->xFileSize(file->real, ret_size);
}

static int lock_file(sqlite3_file *base, int level)
{
    struct fault_file *file = file_of(base);

    if (fault_call(file->vfs, FAULT_LOCK) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_LOCK);
    return file->real->pMethods->xLock(file->real, level);
}

/* Locks are given back whatever happens: a process that loses its power holds none. */
static int unlock_file(sqlite3_file *base, int level)
{
    return file_of(base)->real->pMethods->xUnlock(file_of(base)->real, level);
}

static int check_lock(sqlite3_file *base, int *ret_locked)
{
    struct fault_file *file = file_of(base);

    if (fault_call(file->vfs, FAULT_LOCK) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_CHECKRESERVEDLOCK);
    return file->real->pMethods->xCheckReservedLock(file->real, ret_locked);
}

static int control(sqlite3_file *base, int operation, void *argument)
{
    return file_of(base)->real->pMethods->xFileControl(file_of(base)->real, operation, argument);
}

static int sector_size(sqlite3_file *base)
{
    return file_of(base)->real->pMethods->xSectorSize(file_of(base)->real);
}

static int characteristics(sqlite3_file *base)
{
    return file_of(base)->real->pMethods->xDeviceCharacteristics(file_of(base)->real);
}

static int shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_map)
{
    struct fault_file *file = file_of(base);

    if (fault_call(file->vfs, FAULT_SHM) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_SHMMAP);
    return file->real->pMethods->xShmMap(file->real, page, size, extend, ret_map);
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    struct fault_file *file = file_of(base);

    if (!(flags & SQLITE_SHM_UNLOCK) && fault_call(file->vfs, FAULT_SHM) != GOES_ON)
        return fault_code(file->vfs, SQLITE_IOERR_SHMLOCK);
    return file->real->pMethods->xShmLock(file->real, offset, count, flags);
}

static void shm_barrier(sqlite3_file *base)
{
    file_of(base)->real->pMethods->xShmBarrier(file_of(base)->real);
}

static int shm_unmap(sqlite3_file *base, int delete_it)
{
    struct fault_file *file = file_of(base);

    return file->real->pMethods->xShmUnmap(file->real, delete_it && !file->vfs->crashed);
}

/* Version 2: without memory-mapped reads, which no call would show. */
const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

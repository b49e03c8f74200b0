// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * A disk that fails: an SQLite VFS over the default one that can refuse a chosen call, and can
 * "lose power" at one. What such a crash leaves behind is what SQLite may expect of a real disk:
 * - what was synced is there;
 * - of what was written to a file since its last sync, any part, each write whole, cut or not;
 * - a file that was created may be missing, and a deleted one back, unless its folder was synced.
 * Contexts are independent of each other. Each is used by one thread at a time.
 */
struct fault_vfs;

/** Kinds of calls, to be combined. */
enum fault_call {
    FAULT_OPEN = 1 << 0,
    FAULT_READ = 1 << 1, /**< reads and sizes */
    FAULT_WRITE = 1 << 2,
    FAULT_TRUNCATE = 1 << 3,
    FAULT_SYNC = 1 << 4,
    FAULT_DELETE = 1 << 5,
    FAULT_ACCESS = 1 << 6, /**< looking whether a file is there */
    FAULT_LOCK = 1 << 7,
    FAULT_SHM = 1 << 8, /**< the index of the write-ahead log: mapping and locks */
    FAULT_ALL = (1 << 9) - 1,
};

/** Number of kinds. */
#define FAULT_KINDS 9

/** Registers a VFS under `name`. The caller releases it with fault_vfs_free(). */
struct fault_vfs *fault_vfs_new(const char *name);

/** Unregisters it; none of its files may be open (NULL is fine). */
void fault_vfs_free(struct fault_vfs *vfs);

/** Calls of these kinds since the VFS was made. */
uint64_t fault_vfs_calls(const struct fault_vfs *vfs, unsigned kinds);

/** From now on the n-th call of these kinds (1 is the next), and those after it up to `times` in
 * all, return `code`, an SQLITE_… result, without doing anything; but of a write that fails with
 * SQLITE_FULL the first half is written, and with SQLITE_IOERR_WRITE the second. `nth` 0 ends that.
 */
void fault_vfs_fail(struct fault_vfs *vfs, unsigned kinds, uint64_t nth, uint64_t times, int code);

/** No end of room, as at the start. */
#define FAULT_ROOM_ENDLESS (-1)

/** From now on the disk takes so many bytes more: a write that would make a file larger than that
 * allows returns SQLITE_FULL and does nothing. What files give up is room again. */
void fault_vfs_room(struct fault_vfs *vfs, int64_t bytes);

/** How many calls failed since the last fault_vfs_fail(). */
uint64_t fault_vfs_failures(const struct fault_vfs *vfs);

/** From now on the n-th call of these kinds (1 is the next) is the last before the power goes: it
 * and all later calls fail. `nth` 0 takes that back. */
void fault_vfs_crash_at(struct fault_vfs *vfs, unsigned kinds, uint64_t nth);

/** Whether the power is gone. */
bool fault_vfs_crashed(const struct fault_vfs *vfs);

/** Files that are open. */
uint64_t fault_vfs_open_files(const struct fault_vfs *vfs);

/**
 * Brings the power back, also when it was not gone: all files become what the disk kept, and
 * calls succeed again. The seed chooses: a multiple of 4 keeps all, 4 n + 1 only what was synced,
 * 4 n + 2 a beginning of what was written to each file, 4 n + 3 anything. All connections must be
 * closed before: that writes nothing, if the power was gone.
 */
void fault_vfs_crash_recover(struct fault_vfs *vfs, uint64_t seed);

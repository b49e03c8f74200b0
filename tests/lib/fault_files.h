// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Plain files that fail: the calls of a test program to open(), read(), write(), fsync(), rename()
 * and their like, for files below one folder, can be refused or can be the last before the power
 * goes. What such a crash leaves is what a journaling file system may leave:
 * - what fsync() was called for is there;
 * - of a file that changed since, the content of before, the new one, or a part of it;
 * - of what was created, renamed and deleted in a folder, what was done up to some moment after the
 *   folder's last fsync().
 * A program has one such disk: the calls are led here by the linker, see tests/unit/CMakeLists.txt.
 * SQLite's are not, which has fault_vfs.
 */

/** Kinds of calls, to be combined. */
enum fault_files_call {
    FAULT_FILES_OPEN = 1 << 0, /**< of files and folders, to list them too */
    FAULT_FILES_READ = 1 << 1, /**< and what kind of file it is */
    FAULT_FILES_WRITE = 1 << 2, /**< and copying in the kernel */
    FAULT_FILES_SYNC = 1 << 3,
    FAULT_FILES_RENAME = 1 << 4,
    FAULT_FILES_DELETE = 1 << 5, /**< of files and folders */
    FAULT_FILES_FOLDER = 1 << 6, /**< making a folder; it is there for good */
    FAULT_FILES_ALL = (1 << 7) - 1,
};

/** Number of kinds. */
#define FAULT_FILES_KINDS 7

/** What a call does that fails: nothing; or a write does half of its work and then says that it
 * failed, or how much it did, as it may. */
enum fault_files_way { FAULT_FILES_REFUSES, FAULT_FILES_TEARS, FAULT_FILES_SHORTENS };

/** From now on files below `folder` are on this disk, which keeps all that is there. */
void fault_files_begin(const char *folder);

/** No more; nothing fails. */
void fault_files_end(void);

/** Calls of these kinds since the beginning. */
uint64_t fault_files_calls(unsigned kinds);

/** From now on the n-th call of these kinds (1 is the next) fails with `code`, an errno. */
void fault_files_fail(unsigned kinds, uint64_t nth, int code, enum fault_files_way way);

/** From now on the n-th call of these kinds is the last before the power goes: it and all later
 * ones fail. `now`, which may be NULL, is called then. */
void fault_files_crash_at(unsigned kinds, uint64_t nth, void (*now)(void *context), void *context);

/** Whether the call that was to fail, or to be the last, has come. */
bool fault_files_happened(void);

/** Brings the power back, also when it was not gone: files become what the disk kept, see
 * fault_vfs_crash_recover() for the seed. Files must be closed. */
void fault_files_recover(uint64_t seed);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_disk.h"
#include "fault_vfs.h"

#include <sqlite3.h>

/* The inside of fault_vfs: fault_vfs.c has the VFS and what tests call, fault_file.c the methods of
 * its open files, fault_disk.c what a crash takes back. */

struct fault_vfs {
    sqlite3_vfs base;
    sqlite3_vfs *real;
    char *name;
    struct fault_disk disk;
    uint64_t calls[FAULT_KINDS];
    uint64_t open_files;
    unsigned fail_kinds, crash_kinds;
    uint64_t fail_in, fail_times, crash_in; /**< calls until then, 0: never */
    uint64_t failures;
    int64_t room; /**< bytes, FAULT_ROOM_ENDLESS for no end */
    int fail_code;
    bool crashed;
};

struct fault_file {
    sqlite3_file base;
    struct fault_vfs *vfs;
    struct fault_node *node; /**< NULL: a temporary file, which is of no interest */
    bool syncs_folder; /**< its first sync is its folder's too, as SQLite has it for journals */
    sqlite3_file *real;
};

/** What becomes of a call. */
enum fate { GOES_ON, FAILS, DIES };

/** Counts a call of one kind and tells what becomes of it. */
enum fate fault_call(struct fault_vfs *vfs, unsigned kind);

/** What a call that does not go on returns: as was asked for, or `otherwise` without power. */
int fault_code(const struct fault_vfs *vfs, int otherwise);

/** Methods of a struct fault_file. */
extern const sqlite3_io_methods fault_methods;

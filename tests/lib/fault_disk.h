// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a disk has promised to keep, and what it has not yet: the bookkeeping of fault_vfs. The
 * files themselves are always up to date; a crash takes back what was not promised. */

/** A change to a file since its last sync. */
struct fault_change {
    int64_t offset;
    size_t length; /**< 0: the file was cut to `offset` bytes */
    uint8_t *written;
    uint8_t *former; /**< what was there, up to the former end */
    size_t former_length;
    int64_t former_size;
};

/** A file that was opened. */
struct fault_node {
    char *path;
    bool gone; /**< deleted */
    bool entry_kept; /**< the folder is sure to hold it */
    struct fault_change *changes;
    size_t count;
    size_t capacity;
};

/** A deleted file that may come back. */
struct fault_ghost {
    char *path;
    uint8_t *content;
    size_t size;
};

/** A disk; zeroed at first. Its nodes stay where they are until it is cleared. */
struct fault_disk {
    struct fault_node **nodes;
    size_t node_count;
    size_t node_capacity;
    struct fault_ghost *ghosts;
    size_t ghost_count;
    size_t ghost_capacity;
};

/** The node of a file, made if there is none. `created`: the file was not there before. */
struct fault_node *fault_disk_node(struct fault_disk *disk, const char *path, bool created);

/** Notes a write that is about to be made. `former` is what stands at its place. All is copied. */
void fault_disk_write(struct fault_node *node, int64_t offset, const void *data, size_t length,
    const void *former, size_t former_length, int64_t former_size);

/** Notes that the file is about to be cut to `size` bytes; `former` is what stood behind that. */
void fault_disk_truncate(struct fault_node *node, int64_t size, const void *former,
    size_t former_length, int64_t former_size);

/** The file's content is safe now. */
void fault_disk_sync(struct fault_node *node);

/** The folder's content is safe now. (All files are taken to be in one folder.) */
void fault_disk_sync_folder(struct fault_disk *disk);

/** Notes that a file is about to be deleted; it may come back until the folder is synced. */
void fault_disk_delete(struct fault_disk *disk, const char *path);

/**
 * Turns the files into what the disk kept; it then promises all of that. The remainder of `seed` by
 * 4 says how it loses: 0 nothing, 1 all that was not synced, 2 in each file all from some write on,
 * which is cut or not, 3 anything.
 */
void fault_disk_crash(struct fault_disk *disk, uint64_t seed);

/** Forgets everything. */
void fault_disk_clear(struct fault_disk *disk);

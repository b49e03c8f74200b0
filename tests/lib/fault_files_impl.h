// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a disk of fault_files has promised to keep of names and contents: fault_names.c. The calls
 * themselves are in fault_files.c. */

/** Bytes for free(). */
struct fault_bytes {
    uint8_t *bytes;
    size_t size;
};

/** A file, whatever its name. */
struct fault_content {
    struct fault_bytes kept; /**< by its last sync */
    struct fault_bytes last; /**< when its name was lost */
};

/** A name, and where it leads. */
struct fault_name {
    char *path;
    struct fault_content *content; /**< NULL: to nothing */
};

/** A change to a folder since its last sync. */
struct fault_step {
    struct fault_name name;
    char *from; /**< of a renaming, else NULL */
};

/** Zeroed at first. Contents stay where they are until it is cleared. */
struct fault_names {
    struct fault_name *kept, *now; /**< the same paths in the same order */
    size_t count, kept_capacity, now_capacity;
    struct fault_step *steps;
    size_t step_count, step_capacity;
    struct fault_content **contents;
    size_t content_count, content_capacity;
};

/** The content that a path leads to, or NULL; a file that is there is known from then on. Called
 * before a path is used. */
struct fault_content *fault_names_look(struct fault_names *names, const char *path);

/** A file was created. */
struct fault_content *fault_names_create(struct fault_names *names, const char *path);
/** A file is about to be deleted, or renamed. */
void fault_names_delete(struct fault_names *names, const char *path);
void fault_names_rename(struct fault_names *names, const char *from, const char *to);

/** A file open as `fd` is safe now. */
void fault_names_sync(struct fault_content *content, int fd);
/** A folder is. */
void fault_names_sync_folder(struct fault_names *names, const char *folder);

/** Turns the files into what was kept, by this seed. */
void fault_names_crash(struct fault_names *names, uint64_t seed);

/** Forgets everything. */
void fault_names_clear(struct fault_names *names);

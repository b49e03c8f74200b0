// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"
#include "sextant/secret.h"

#include <stdbool.h>
#include <stdint.h>

/** Names of the key's files in the state folder. Each holds 64 hexadecimal digits and a line end,
 * has the mode 0600 and belongs to the user that the daemon runs as. */
#define AG_SYSTEM_KEY_FILE "system.key"
#define AG_SYSTEM_KEY_NEXT_FILE "system.key.next"

/** The keys as they were found. By value; ag_system_keys_wipe() it when done. */
struct ag_system_keys {
    uint8_t present[SX_SYSTEM_KEY_SIZE];
    uint8_t next[SX_SYSTEM_KEY_SIZE]; /**< while an update of the key is under way */
    bool has_next;
    bool made; /**< there was none, and a new one was made */
};

/**
 * Reads the files in `directory`. Without a key a new one is made, durably. A file that others can
 * read, that is not the user's own or holds no key is an error which says so: a wrong key is never
 * taken for the right one, and none is overwritten.
 */
int ag_system_keys_read(
    const char *directory, struct ag_system_keys *ret_keys, struct sx_error *err);

/** Overwrites the keys in memory. */
void ag_system_keys_wipe(struct ag_system_keys *keys);

/** Writes the key that is to follow beside the present one, durably. */
int ag_system_key_save(
    const char *directory, const uint8_t key[SX_SYSTEM_KEY_SIZE], struct sx_error *err);

/** Deletes the file of a key that was saved and is not used; harmless without one. */
void ag_system_key_forget(const char *directory);

/** Puts the key that was saved in the place of the present one, durably; harmless without one. */
int ag_system_key_install(const char *directory, struct sx_error *err);

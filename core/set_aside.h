// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "secret_text.h"
#include "sextant/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Secrets that are stored and cannot be decrypted, for want of their key or because they were
 * changed. They stay in the store as they are. In the tree each has a stand-in: a value that its
 * type takes and that nobody can know, so that the rest of the configuration is valid and in force.
 */

struct sx_set_aside_item {
    enum sx_scope scope;
    char *path; /**< data path of the leaf */
    char *sealed; /**< JSON token, as it is stored */
    char *stand_in; /**< JSON token, as it is in the tree */
};

/** An array that owns its strings; zeroed it is empty. */
struct sx_set_aside {
    struct sx_set_aside_item *items;
    size_t count;
    size_t capacity;
};

/** Releases the items; the list is empty and usable afterwards. */
void sx_set_aside_clear(struct sx_set_aside *aside);

/** The item of a path, or NULL. */
const struct sx_set_aside_item *sx_set_aside_find(
    const struct sx_set_aside *aside, const char *path);

/** Removes the items for which `gone` says so. */
void sx_set_aside_prune(struct sx_set_aside *aside,
    bool (*gone)(void *context, const struct sx_set_aside_item *item), void *context);

/** Adds the items of `from`, which is empty afterwards. */
void sx_set_aside_join(struct sx_set_aside *aside, struct sx_set_aside *from);

/**
 * Sets a value aside. The stand-in follows from the sealed text under `key`, so it is the same
 * wherever that key is. *ret_token is a copy of it. Fails when no value is known that the type
 * takes.
 */
int sx_set_aside_add(struct sx_set_aside *aside, const uint8_t key[SX_DIGEST_SIZE],
    enum sx_scope scope, const struct sx_secret_found *found, char **ret_token,
    struct sx_error *err);

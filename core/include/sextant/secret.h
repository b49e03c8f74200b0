// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stddef.h>
#include <stdint.h>

struct lysc_node;

/** Bytes of the system key, which secrets are encrypted with (AES-256). */
#define SX_SYSTEM_KEY_SIZE 32

/** Id of a key: digits that tell two keys apart and nothing else of them, with NUL. */
#define SX_KEY_ID_SIZE 17
/** Keys that are known at once: the present one, and those that older values may be sealed with. */
#define SX_SECRET_KEYS_MAX 3

/** A key and its id: the first 64 bits of a hash of it, which tells nothing of the key. */
struct sx_secret_key {
    uint8_t bytes[SX_SYSTEM_KEY_SIZE];
    char id[SX_KEY_ID_SIZE];
};

/** The keys that an engine knows. The first one seals, each of them opens. */
struct sx_secret_keys {
    struct sx_secret_key keys[SX_SECRET_KEYS_MAX];
    size_t count;
};

/** Overwrites the keys in memory; the set is empty afterwards. */
void sx_secret_keys_clear(struct sx_secret_keys *keys);

/** What stands in the place of a secret that is shown. */
#define SX_SECRET_MASK "********"

/**
 * Masks the secrets in a row of the store: each value becomes SX_SECRET_MASK, or is left out where
 * the leaf's type does not take that text. `schema` is the schema node that the row is of, `body`
 * its RFC 7951 JSON, sealed or not. *ret_body is for free(). Fails when the row is not JSON.
 */
int sx_secret_mask(
    const struct lysc_node *schema, const char *body, char **ret_body, struct sx_error *err);

/**
 * Opens the secrets of a row of the store, which are left out where they cannot be opened. `schema`
 * is the schema node that the row is of, `body` its RFC 7951 JSON. *ret_body is for
 * sx_secret_free(). Fails when the row is not JSON.
 */
int sx_secret_open_row(const struct sx_secret_keys *keys, const struct lysc_node *schema,
    const char *body, char **ret_body, struct sx_error *err);

/** Overwrites a text and releases it (NULL is fine). */
void sx_secret_free(char *text);

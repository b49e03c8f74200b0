// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "random.h"
#include "sextant/error.h"
#include "sextant/secret.h"

#include <stdbool.h>

/*
 * Sealing one value. A sealed value is the text `$sx1$<id of the key>$<base64>`, where base64 holds
 * a nonce of 12 bytes, the ciphertext and a tag of 16 bytes of AES-256-GCM. The place that the
 * value stands in is authenticated with it, so that no sealed value can be moved to another place.
 */

/** What every sealed value begins with. */
#define SX_SECRET_PREFIX "$sx1$"
/** Most bytes of a value that is sealed. */
#define SX_SECRET_VALUE_MAX (1u << 20)

/** Puts a key in front of the others; the last one goes when there are too many. One that is there
 * already moves to the front. */
void sx_secret_keys_add(struct sx_secret_keys *keys, const uint8_t bytes[SX_SYSTEM_KEY_SIZE]);

/** Computes the id of a key of any kind. */
void sx_secret_key_id(const uint8_t bytes[SX_SYSTEM_KEY_SIZE], char ret_id[SX_KEY_ID_SIZE]);

/** True for a text that has the form of a sealed value, up to the base64 part. */
bool sx_secret_is_sealed(const char *text);

/** True when a sealed value was sealed with the key of this id. */
bool sx_secret_is_under(const char *sealed, const char *id);

/**
 * Seals `size` bytes (at most SX_SECRET_VALUE_MAX) for a `place`, a text that is the same when it
 * is opened. `random` is moved on. The text is for free(). There must be a key.
 */
char *sx_secret_seal(const struct sx_secret_keys *keys, uint8_t random[SX_RANDOM_SIZE],
    const char *place, const void *plain, size_t size);

/**
 * Opens a sealed value: *ret_plain holds its bytes and a NUL behind them, for sx_secret_free();
 * *ret_size counts them without the NUL (NULL is fine). Fails with SX_E_MALFORMED_MESSAGE when the
 * text is not a sealed value, with SX_E_DATA_MISSING when its key is not known, and with
 * SX_E_INVALID_VALUE when it was changed or moved. No message holds the value.
 */
int sx_secret_open(const struct sx_secret_keys *keys, const char *place, const char *sealed,
    char **ret_plain, size_t *ret_size, struct sx_error *err);

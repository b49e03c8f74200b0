// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"

struct lyd_node;

/**
 * The digest of design section 1: a sum modulo 2^256 (little endian) of one SHA-256 per explicitly
 * set replicated item below and including `subtree`: SHA-256(data path NUL canonical value) for
 * leafs, leaf-list entries and anydata, SHA-256(data path NUL) for list entries and presence
 * containers; an entry of a user-ordered list or leaf-list also hashes the path of its predecessor.
 * A secret leaf counts as HMAC-SHA256 of the same bytes under `key`, the digest key, which is the
 * same on all peers that are compared: who sees digests cannot try values out.
 * Nodes with the default flag, non-presence containers and state do not count.
 */
void sx_digest_add(uint8_t digest[SX_DIGEST_SIZE], const uint8_t key[SX_DIGEST_SIZE],
    const struct lyd_node *subtree);

/** Takes the same items out again. */
void sx_digest_subtract(uint8_t digest[SX_DIGEST_SIZE], const uint8_t key[SX_DIGEST_SIZE],
    const struct lyd_node *subtree);

/** digest += delta, modulo 2^256. */
void sx_digest_sum(uint8_t digest[SX_DIGEST_SIZE], const uint8_t delta[SX_DIGEST_SIZE]);

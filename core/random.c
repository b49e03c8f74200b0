// SPDX-License-Identifier: Apache-2.0
#include "random.h"

#include "state.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

/* A hash chain over the random bytes of an event: each call gives bytes that neither the former
 * ones nor the later ones tell. */
void sx_random_take(uint8_t state[SX_RANDOM_SIZE], void *ret_bytes, size_t size)
{
    uint8_t input[SX_RANDOM_SIZE + 1], block[SHA256_DIGEST_LENGTH];
    uint8_t *to = ret_bytes;

    while (size > 0) {
        size_t part = size < sizeof block ? size : sizeof block;

        memcpy(input, state, SX_RANDOM_SIZE);
        input[SX_RANDOM_SIZE] = 1;
        SHA256(input, sizeof input, block);
        memcpy(to, block, part);
        to += part;
        size -= part;
        input[SX_RANDOM_SIZE] = 0;
        SHA256(input, sizeof input, state);
    }
    OPENSSL_cleanse(input, sizeof input);
    OPENSSL_cleanse(block, sizeof block);
}

void sx_random_uuid(struct sx_engine *engine, char ret_id[SX_UUID_SIZE])
{
    uint8_t b[16];

    sx_random_take(engine->random, b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(ret_id, SX_UUID_SIZE,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

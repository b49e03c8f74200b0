// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

void sx_random_uuid(struct sx_engine *engine, char ret_id[SX_UUID_SIZE])
{
    uint8_t *b = engine->random;
    uint8_t hash[SHA256_DIGEST_LENGTH];

    /* The next one of this step must be another one. */
    SHA256(b, sizeof engine->random, hash);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(ret_id, SX_UUID_SIZE,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    memcpy(engine->random, hash, sizeof engine->random);
}

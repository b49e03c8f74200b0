// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"

#include <openssl/evp.h>
#include <string.h>

/* AES-256-GCM of the chunks of a backup file. The key is of one file alone, as its salt is; so a
 * chunk's number can be its nonce, and no chunk can take the place of another. */

#define NONCE_BYTES 12

static void make_nonce(uint64_t number, bool last, uint8_t ret_nonce[NONCE_BYTES])
{
    memset(ret_nonce, 0, NONCE_BYTES);
    for (int i = 7; i >= 0; i--, number >>= 8)
        ret_nonce[i] = (uint8_t)number;
    ret_nonce[NONCE_BYTES - 1] = last;
}

int sx_chunk_seal(const struct sx_archive_key *key, uint64_t number, bool last,
    const uint8_t *plain, size_t size, uint8_t *ret_chunk, struct sx_error *err)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t nonce[NONCE_BYTES];
    int length = 0, rest = 0;
    bool done;

    make_nonce(number, last, nonce);
    done = context &&
           EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key->cipher, nonce, NULL) == 1 &&
           EVP_EncryptUpdate(context, ret_chunk, &length, plain, (int)size) == 1 &&
           EVP_EncryptFinal_ex(context, ret_chunk + length, &rest) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SX_CHUNK_TAG, ret_chunk + size) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done)
        return sx_error_set(err, SX_E_INTERNAL, "libcrypto cannot encrypt with AES-256-GCM");
    return 0;
}

bool sx_chunk_open(const struct sx_archive_key *key, uint64_t number, bool last,
    const uint8_t *chunk, size_t size, uint8_t *ret_plain)
{
    EVP_CIPHER_CTX *context;
    uint8_t nonce[NONCE_BYTES], tag[SX_CHUNK_TAG];
    int length = 0, rest = 0;
    bool authentic;

    if (size <= SX_CHUNK_TAG)
        return false;
    size -= SX_CHUNK_TAG;
    memcpy(tag, chunk + size, sizeof tag);
    make_nonce(number, last, nonce);
    context = EVP_CIPHER_CTX_new();
    authentic = context &&
                EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key->cipher, nonce, NULL) == 1 &&
                EVP_DecryptUpdate(context, ret_plain, &length, chunk, (int)size) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, SX_CHUNK_TAG, tag) == 1 &&
                EVP_DecryptFinal_ex(context, ret_plain + length, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    return authentic;
}

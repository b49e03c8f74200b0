// SPDX-License-Identifier: Apache-2.0
#include "secret.h"

#include "hex.h"
#include "sextant/memory.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_LENGTH (sizeof SX_SECRET_PREFIX - 1)
#define ID_LENGTH (SX_KEY_ID_SIZE - 1)
/** Where the base64 part begins: behind prefix, id and a dollar sign. */
#define DATA_AT (PREFIX_LENGTH + ID_LENGTH + 1)
#define NONCE_SIZE 12
#define TAG_SIZE 16

void sx_secret_key_id(const uint8_t bytes[SX_SYSTEM_KEY_SIZE], char ret_id[SX_KEY_ID_SIZE])
{
    static const char what[] = "sextant key id";
    uint8_t input[sizeof what + SX_SYSTEM_KEY_SIZE], hash[SHA256_DIGEST_LENGTH];

    memcpy(input, what, sizeof what);
    memcpy(input + sizeof what, bytes, SX_SYSTEM_KEY_SIZE);
    SHA256(input, sizeof input, hash);
    OPENSSL_cleanse(input, sizeof input);
    sx_hex_encode(hash, ID_LENGTH / 2, ret_id);
}

void sx_secret_keys_add(struct sx_secret_keys *keys, const uint8_t bytes[SX_SYSTEM_KEY_SIZE])
{
    struct sx_secret_key key;
    size_t at = 0;

    memcpy(key.bytes, bytes, sizeof key.bytes);
    sx_secret_key_id(bytes, key.id);
    while (at < keys->count && strcmp(keys->keys[at].id, key.id) != 0)
        at++;
    if (at == keys->count && keys->count < SX_SECRET_KEYS_MAX)
        keys->count++;
    if (at == SX_SECRET_KEYS_MAX)
        at--;
    memmove(&keys->keys[1], &keys->keys[0], at * sizeof keys->keys[0]);
    keys->keys[0] = key;
    OPENSSL_cleanse(&key, sizeof key);
}

void sx_secret_keys_clear(struct sx_secret_keys *keys)
{
    OPENSSL_cleanse(keys, sizeof *keys);
}

void sx_secret_free(char *text)
{
    if (text)
        OPENSSL_cleanse(text, strlen(text));
    free(text);
}

bool sx_secret_is_sealed(const char *text)
{
    return strncmp(text, SX_SECRET_PREFIX, PREFIX_LENGTH) == 0 &&
           strspn(text + PREFIX_LENGTH, "0123456789abcdef") == ID_LENGTH &&
           text[DATA_AT - 1] == '$';
}

bool sx_secret_is_under(const char *sealed, const char *id)
{
    return sx_secret_is_sealed(sealed) && strncmp(sealed + PREFIX_LENGTH, id, ID_LENGTH) == 0;
}

/* What is authenticated: the key's id and the place. */
static char *bound_to(const char *id, const char *place)
{
    return sx_format("%s%s$%s", SX_SECRET_PREFIX, id, place);
}

/* `to` has room for nonce, ciphertext and tag. Nothing here fails but for want of memory. */
static void encrypt(
    const struct sx_secret_key *key, const char *place, const void *plain, size_t size, uint8_t *to)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    char *bound = bound_to(key->id, place);
    int length = 0, last = 0;

    if (!context || EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, to) != 1 ||
        EVP_EncryptUpdate(context, NULL, &length, (const uint8_t *)bound, (int)strlen(bound)) !=
            1 ||
        EVP_EncryptUpdate(context, to + NONCE_SIZE, &length, plain, (int)size) != 1 ||
        EVP_EncryptFinal_ex(context, to + NONCE_SIZE + size, &last) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, to + NONCE_SIZE + size) != 1)
        abort();
    EVP_CIPHER_CTX_free(context);
    free(bound);
}

char *sx_secret_seal(const struct sx_secret_keys *keys, uint8_t random[SX_RANDOM_SIZE],
    const char *place, const void *plain, size_t size)
{
    const struct sx_secret_key *key = &keys->keys[0];
    size_t total = NONCE_SIZE + size + TAG_SIZE;
    uint8_t *bytes;
    char *text;

    if (keys->count == 0 || size > SX_SECRET_VALUE_MAX)
        abort(); /* a fault of ours */
    bytes = sx_alloc(total);
    sx_random_take(random, bytes, NONCE_SIZE);
    encrypt(key, place, plain, size, bytes);
    text = sx_alloc(DATA_AT + 4 * ((total + 2) / 3) + 1);
    memcpy(text, SX_SECRET_PREFIX, PREFIX_LENGTH);
    memcpy(text + PREFIX_LENGTH, key->id, ID_LENGTH);
    text[DATA_AT - 1] = '$';
    EVP_EncodeBlock((uint8_t *)text + DATA_AT, bytes, (int)total);
    free(bytes);
    return text;
}

/* Bytes of a base64 text; -1 when it is none. */
static int decode(const char *text, uint8_t **ret_bytes, size_t *ret_size)
{
    size_t length = strlen(text), padding = 0;
    uint8_t *bytes;

    if (length == 0 || length % 4 != 0 || length > 2 * (size_t)SX_SECRET_VALUE_MAX)
        return -1;
    while (padding < 2 && text[length - 1 - padding] == '=')
        padding++;
    bytes = sx_alloc(length / 4 * 3);
    if (EVP_DecodeBlock(bytes, (const uint8_t *)text, (int)length) < 0) {
        free(bytes);
        return -1;
    }
    *ret_bytes = bytes;
    *ret_size = length / 4 * 3 - padding;
    return 0;
}

static int decrypt(
    const struct sx_secret_key *key, const char *place, uint8_t *from, size_t size, uint8_t *to)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    char *bound = bound_to(key->id, place);
    int length = 0, last = 0, rc;

    if (!context || EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, from) != 1 ||
        EVP_DecryptUpdate(context, NULL, &length, (const uint8_t *)bound, (int)strlen(bound)) !=
            1 ||
        EVP_DecryptUpdate(context, to, &length, from + NONCE_SIZE, (int)size) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, from + NONCE_SIZE + size) != 1)
        abort();
    rc = EVP_DecryptFinal_ex(context, to + size, &last) == 1 ? 0 : -1;
    EVP_CIPHER_CTX_free(context);
    free(bound);
    return rc;
}

static const struct sx_secret_key *find(const struct sx_secret_keys *keys, const char *sealed)
{
    for (size_t i = 0; i < keys->count; i++)
        if (sx_secret_is_under(sealed, keys->keys[i].id))
            return &keys->keys[i];
    return NULL;
}

int sx_secret_open(const struct sx_secret_keys *keys, const char *place, const char *sealed,
    char **ret_plain, size_t *ret_size, struct sx_error *err)
{
    const struct sx_secret_key *key;
    uint8_t *bytes = NULL, *plain = NULL;
    size_t total = 0;
    int result = -1;

    if (!sx_secret_is_sealed(sealed))
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "%s is not encrypted", place);
    key = find(keys, sealed);
    if (!key)
        return sx_error_set(err, SX_E_DATA_MISSING,
            "%s is encrypted with the system key %.*s, which is not known here", place,
            (int)ID_LENGTH, sealed + PREFIX_LENGTH);
    if (decode(sealed + DATA_AT, &bytes, &total) < 0 || total < NONCE_SIZE + TAG_SIZE) {
        sx_error_set(err, SX_E_MALFORMED_MESSAGE, "%s is not whole", place);
        goto out;
    }
    total -= NONCE_SIZE + TAG_SIZE;
    plain = sx_alloc(total + 1);
    if (decrypt(key, place, bytes, total, plain) < 0) {
        sx_error_set(err, SX_E_INVALID_VALUE,
            "%s cannot be decrypted: it was changed, or comes from another place", place);
        goto out;
    }
    plain[total] = '\0';
    *ret_plain = (char *)plain;
    plain = NULL;
    if (ret_size)
        *ret_size = total;
    result = 0;
out:
    if (plain)
        OPENSSL_cleanse(plain, total);
    free(plain);
    free(bytes);
    return result;
}

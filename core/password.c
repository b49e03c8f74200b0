// SPDX-License-Identifier: Apache-2.0
#include "transaction_impl.h"

#include "sextant/memory.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

/** What marks a clear text (RFC 7317, typedef crypt-hash), and a SHA-512 hash. */
#define CLEAR_TEXT "$0$"
#define SHA512_PREFIX "$6$"
#define SALT_LENGTH 16

/* A salt of its own for each password of the transaction. */
static void make_salt(
    const struct sx_transaction *transaction, char ret_setting[sizeof SHA512_PREFIX + SALT_LENGTH])
{
    static const char letters[] =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint8_t seed[sizeof transaction->random + 1], hash[SHA256_DIGEST_LENGTH];
    char *end = stpcpy(ret_setting, SHA512_PREFIX);

    memcpy(seed, transaction->random, sizeof transaction->random);
    seed[sizeof transaction->random] = (uint8_t)transaction->passwords;
    SHA256(seed, sizeof seed, hash);
    for (int i = 0; i < SALT_LENGTH; i++)
        *end++ = letters[hash[i] & 0x3F];
    *end = '\0';
}

/* crypt(3) of `text`, for free(), or NULL when the setting cannot be used. */
static char *hash_of(const char *text, const char *setting)
{
    struct crypt_data *data = sx_alloc(sizeof *data);
    const char *hash = crypt_r(text, setting, data);
    char *copy = hash && hash[0] == '$' ? sx_strdup(hash) : NULL;

    OPENSSL_cleanse(data, sizeof *data);
    free(data);
    return copy;
}

int sx_transaction_password(struct sx_transaction *transaction, const char *value,
    const char *present, char **ret_value, struct sx_error *err)
{
    char setting[sizeof SHA512_PREFIX + SALT_LENGTH];
    const char *text = value + strlen(CLEAR_TEXT);
    char *hash = NULL;

    if (strncmp(value, CLEAR_TEXT, strlen(CLEAR_TEXT)) != 0) {
        *ret_value = sx_strdup(value);
        return 0;
    }
    if (transaction->passwords == SX_TRANSACTION_PASSWORDS_MAX)
        return sx_error_set(err, SX_E_TOO_BIG,
            "more than %d passwords in clear text at once: give fewer of them, or hashes",
            SX_TRANSACTION_PASSWORDS_MAX);
    make_salt(transaction, setting);
    transaction->passwords++;
    if (present && present[0] == '$')
        hash = hash_of(text, present);
    if (!hash || strcmp(hash, present) != 0) {
        free(hash);
        hash = hash_of(text, setting);
    }
    if (!hash)
        return sx_error_set(err, SX_E_OPERATION_FAILED, "the password could not be hashed");
    *ret_value = hash;
    return 0;
}

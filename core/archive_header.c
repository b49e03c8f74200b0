// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* The header of a backup file, and the keys that scrypt (RFC 7914) makes of a passphrase. */

/** Room that libcrypto needs beside 128 N r. */
#define MEMORY_SPARE (16ull << 20)

/** Places in the header. */
enum {
    AT_VERSION = 8,
    AT_LOG_N = 10,
    AT_ZERO = 11,
    AT_R = 12,
    AT_P = 16,
    AT_SALT = 20,
    AT_MAC = AT_SALT + SX_ARCHIVE_SALT,
};

static void put_32(uint8_t *at, uint32_t number)
{
    for (int i = 3; i >= 0; i--, number >>= 8)
        at[i] = (uint8_t)number;
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int sx_passphrase_check(const char *passphrase, struct sx_error *err)
{
    size_t length = strlen(passphrase);

    if (length >= SX_PASSPHRASE_MIN && length <= SX_PASSPHRASE_MAX)
        return 0;
    return sx_error_set(err, SX_E_INVALID_VALUE, "a passphrase has %d to %d bytes, not %zu",
        SX_PASSPHRASE_MIN, SX_PASSPHRASE_MAX, length);
}

static int derive(const char *passphrase, const uint8_t *salt, const struct sx_scrypt *parameters,
    struct sx_archive_key *ret_key, struct sx_error *err)
{
    uint8_t bytes[sizeof ret_key->cipher + sizeof ret_key->mac];

    if (sx_passphrase_check(passphrase, err) < 0)
        return -1;
    if (EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, SX_ARCHIVE_SALT,
            1ull << parameters->log_n, parameters->r, parameters->p,
            SX_SCRYPT_MEMORY_MAX + MEMORY_SPARE, bytes, sizeof bytes) != 1)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "no key can be made of the passphrase: scrypt needs %llu MiB of memory",
            (128ull << parameters->log_n) * parameters->r >> 20);
    memcpy(ret_key->cipher, bytes, sizeof ret_key->cipher);
    memcpy(ret_key->mac, bytes + sizeof ret_key->cipher, sizeof ret_key->mac);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return 0;
}

static int mac_of(const struct sx_archive_key *key, const uint8_t *header,
    uint8_t ret_mac[SX_ARCHIVE_MAC], struct sx_error *err)
{
    size_t size = 0;

    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key->mac, sizeof key->mac, header, AT_MAC,
            ret_mac, SX_ARCHIVE_MAC, &size) ||
        size != SX_ARCHIVE_MAC)
        return sx_error_set(err, SX_E_INTERNAL, "libcrypto has no HMAC-SHA-256");
    return 0;
}

int sx_archive_make_header(const char *passphrase, const uint8_t salt[SX_ARCHIVE_SALT],
    const struct sx_scrypt *cost, uint8_t ret_header[SX_ARCHIVE_HEADER],
    struct sx_archive_key *ret_key, struct sx_error *err)
{
    memcpy(ret_header, SX_ARCHIVE_MAGIC, AT_VERSION);
    ret_header[AT_VERSION] = SX_ARCHIVE_VERSION >> 8;
    ret_header[AT_VERSION + 1] = SX_ARCHIVE_VERSION & 0xff;
    ret_header[AT_LOG_N] = (uint8_t)cost->log_n;
    ret_header[AT_ZERO] = 0;
    put_32(ret_header + AT_R, cost->r);
    put_32(ret_header + AT_P, cost->p);
    memcpy(ret_header + AT_SALT, salt, SX_ARCHIVE_SALT);
    if (derive(passphrase, salt, cost, ret_key, err) < 0)
        return -1;
    return mac_of(ret_key, ret_header, ret_header + AT_MAC, err);
}

/* What is no backup at all, or one of a newer format, is told from one that is damaged. */
static int check_kind(const uint8_t *header, size_t size, struct sx_error *err)
{
    unsigned version;

    if (size < AT_VERSION || memcmp(header, SX_ARCHIVE_MAGIC, AT_VERSION) != 0)
        return sx_error_set(err, SX_E_INVALID_VALUE, "it is not a backup made by Sextant");
    if (size < SX_ARCHIVE_HEADER)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "the backup is cut short: it ends within its header");
    version = (unsigned)header[AT_VERSION] << 8 | header[AT_VERSION + 1];
    if (version < 1 || version > SX_ARCHIVE_VERSION)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the backup has format version %u, and this release reads version %d at most: use the "
            "release that made it, or a newer one",
            version, SX_ARCHIVE_VERSION);
    return 0;
}

/* They come from outside and say how much memory and time is spent. */
static int check_parameters(
    const uint8_t *header, struct sx_scrypt *ret_parameters, struct sx_error *err)
{
    struct sx_scrypt found = {
        .log_n = header[AT_LOG_N], .r = get_32(header + AT_R), .p = get_32(header + AT_P)};

    if (header[AT_ZERO] != 0 || found.log_n < SX_SCRYPT_LOG_N_MIN ||
        found.log_n > SX_SCRYPT_LOG_N_MAX || found.r < 1 || found.r > SX_SCRYPT_R_MAX ||
        found.p < 1 || found.p > SX_SCRYPT_P_MAX ||
        (128ull << found.log_n) * found.r > SX_SCRYPT_MEMORY_MAX)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the backup's header is damaged: its scrypt parameters (N 2^%u, r %u, p %u) are "
            "outside of what is taken, %llu MiB of memory at most",
            found.log_n, found.r, found.p, SX_SCRYPT_MEMORY_MAX >> 20);
    *ret_parameters = found;
    return 0;
}

int sx_archive_read_header(const char *passphrase, const uint8_t *header, size_t size,
    struct sx_archive_key *ret_key, struct sx_error *err)
{
    struct sx_scrypt parameters;
    uint8_t mac[SX_ARCHIVE_MAC];

    if (check_kind(header, size, err) < 0 || check_parameters(header, &parameters, err) < 0 ||
        derive(passphrase, header + AT_SALT, &parameters, ret_key, err) < 0 ||
        mac_of(ret_key, header, mac, err) < 0)
        return -1;
    if (CRYPTO_memcmp(mac, header + AT_MAC, sizeof mac) != 0)
        return sx_error_set(err, SX_E_ACCESS_DENIED,
            "the passphrase is not the one that the backup was made with, or the backup's header "
            "is damaged");
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <stdint.h>

/* Keys out of passphrases at no cost, for tests that make backups by the hundred: the linker leads
 * calls of EVP_PBE_scrypt() here, see CMakeLists.txt of tests/unit and of tests/sim. */

int __real_EVP_PBE_scrypt(const char *passphrase, size_t length, const unsigned char *salt,
    size_t salt_length, uint64_t n, uint64_t r, uint64_t p, uint64_t memory, unsigned char *key,
    size_t key_length);
int __wrap_EVP_PBE_scrypt(const char *passphrase, size_t length, const unsigned char *salt,
    size_t salt_length, uint64_t n, uint64_t r, uint64_t p, uint64_t memory, unsigned char *key,
    size_t key_length);

int __wrap_EVP_PBE_scrypt(const char *passphrase, size_t length, const unsigned char *salt,
    size_t salt_length, uint64_t n, uint64_t r, uint64_t p, uint64_t memory, unsigned char *key,
    size_t key_length)
{
    (void)n;
    (void)r;
    (void)p;
    return __real_EVP_PBE_scrypt(
        passphrase, length, salt, salt_length, 16, 1, 1, memory, key, key_length);
}

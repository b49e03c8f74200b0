// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/archive.h"

/*
 * The inside of a backup file, shared by archive_header.c (header and keys), archive_chunk.c
 * (ciphers), archive_write.c and archive_read.c.
 *
 * Integers are big-endian. The header: magic, format version (16 bits), log2 of scrypt's N (8), a
 * zero byte, r (32), p (32), salt, HMAC-SHA-256 of all before it. Then chunks: ciphertext of
 * SX_CHUNK_BYTES, fewer in the last one, and a tag of 16 bytes. In them one stream of records; a
 * text is its length (32 bits) and its bytes, without NUL:
 *   1 info: texts software version, system name; schema hash; time (64); number of lineages (32),
 *     of each a text id and its last revision (64); digest;
 *     the digest key, see digest.h
 *   2 row: scope (8), texts list, key, after (length SX_TEXT_NONE for none), body
 *   3 end: number of rows (64)
 */

/** Version of the format that is written; older ones are read too. */
#define SX_ARCHIVE_VERSION 1
#define SX_ARCHIVE_MAGIC "SXBACKUP"
#define SX_ARCHIVE_SALT 16
#define SX_ARCHIVE_MAC 32
#define SX_ARCHIVE_HEADER (8 + 2 + 1 + 1 + 4 + 4 + SX_ARCHIVE_SALT + SX_ARCHIVE_MAC)

/** Plain bytes of a chunk, and bytes of its tag. */
#define SX_CHUNK_BYTES (64u << 10)
#define SX_CHUNK_TAG 16

/** scrypt as it is written: 32 MiB, some 0.3 s. */
#define SX_SCRYPT_LOG_N 15
#define SX_SCRYPT_R 8
#define SX_SCRYPT_P 3
/** What is taken when a backup is read: bounds on log2 N and on p, and on the memory, 128 N r. */
#define SX_SCRYPT_LOG_N_MIN 10
#define SX_SCRYPT_LOG_N_MAX 20
#define SX_SCRYPT_R_MAX 32
#define SX_SCRYPT_P_MAX 16
#define SX_SCRYPT_MEMORY_MAX (128ull << 20)

/** Longest text of a record, in bytes: a row's body is the longest. */
#define SX_ARCHIVE_TEXT_MAX (4u << 20)
/** Length of a text that is not there. */
#define SX_TEXT_NONE UINT32_MAX

enum sx_record {
    SX_RECORD_INFO = 1,
    SX_RECORD_ROW,
    SX_RECORD_END,
};

/** What scrypt (RFC 7914) costs. */
struct sx_scrypt {
    unsigned log_n; /**< log2 of N */
    uint32_t r, p;
};

/** What is made of the passphrase. */
struct sx_archive_key {
    uint8_t cipher[32];
    uint8_t mac[32]; /**< of the header */
};

/** archive_header.c: refuses a passphrase that is too short or too long. */
int sx_passphrase_check(const char *passphrase, struct sx_error *err);

/** archive_header.c: makes a header with this salt and cost, and the key. */
int sx_archive_make_header(const char *passphrase, const uint8_t salt[SX_ARCHIVE_SALT],
    const struct sx_scrypt *cost, uint8_t ret_header[SX_ARCHIVE_HEADER],
    struct sx_archive_key *ret_key, struct sx_error *err);

/** archive_header.c: checks the first `size` bytes of a file, and derives the key. */
int sx_archive_read_header(const char *passphrase, const uint8_t *header, size_t size,
    struct sx_archive_key *ret_key, struct sx_error *err);

/** archive_read.c: the key that secrets count under in the digest, SX_DIGEST_SIZE bytes. Borrowed.
 */
const uint8_t *sx_archive_digest_key(const struct sx_archive *archive);

/** archive_chunk.c: encrypts `size` (1 to SX_CHUNK_BYTES) plain bytes into `ret_chunk`, which has
 * room for SX_CHUNK_TAG more. */
int sx_chunk_seal(const struct sx_archive_key *key, uint64_t number, bool last,
    const uint8_t *plain, size_t size, uint8_t *ret_chunk, struct sx_error *err);

/** archive_chunk.c: the reverse; `size` is that of the chunk with its tag. True when it is
 * authentic at this place; what is in `ret_plain` otherwise must not be used. */
bool sx_chunk_open(const struct sx_archive_key *key, uint64_t number, bool last,
    const uint8_t *chunk, size_t size, uint8_t *ret_plain);

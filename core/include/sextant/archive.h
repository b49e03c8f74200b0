// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/message.h"
#include "sextant/secret.h"

struct sx_reader;

/*
 * A backup file: the rows of every scope in one consistent revision, encrypted with a passphrase.
 * The file is a header in clear (format version, parameters of scrypt, salt; authenticated), then
 * chunks of AES-256-GCM, each bound to its number and the last one marked. Neither side holds more
 * than a chunk and a row in memory. Bytes come and go through functions of the caller's.
 */

/** Bytes of a passphrase, without the NUL. */
#define SX_PASSPHRASE_MIN 8
#define SX_PASSPHRASE_MAX 256

/** What a backup says of itself. By value. */
struct sx_archive_info {
    char software_version[SX_NAME_MAX]; /**< that it was made with */
    char system_name[SX_NAME_MAX]; /**< of the system that made it, or "" */
    uint8_t schema_hash[SX_DIGEST_SIZE];
    int64_t time_ms; /**< UTC, when it was made */
    struct sx_history history; /**< of the replicated content in it */
};

/** Takes `size` bytes of a backup that is written, all of them. Returns 0, or -1 with *err. */
typedef int sx_archive_put(void *context, const void *bytes, size_t size, struct sx_error *err);

/** Gives the next bytes of a backup that is read: *ret_size of them, fewer than `size` only at its
 * end. Returns 0, or -1 with *err. */
typedef int sx_archive_get(
    void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err);

/**
 * Writes a whole backup of what `reader`, which must have a snapshot open and no overlay, sees.
 * Secrets are opened with `keys`, asked for after the snapshot has begun, and are in clear inside
 * the encrypted file; a row that holds one that cannot be opened makes it fail.
 * `random` are fresh for each backup. Of `info` all but the history is the caller's to fill in; the
 * history is filled in here. Takes as long as scrypt (some 0.3 s) and the disk do; no lock of the
 * engine is needed. After a failure what was put is worth nothing.
 */
int sx_archive_write(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, const char *passphrase, const uint8_t random[32],
    struct sx_archive_info *info, sx_archive_put *put, void *context, struct sx_error *err);

/** A backup that is being read. */
struct sx_archive;

/**
 * Reads a backup's header and what it says of itself. Fails for what is no backup, one of a newer
 * format, parameters that would cost more than SX_SCRYPT_MEMORY_MAX, a wrong passphrase, and a
 * damaged beginning. `get` and `context` are used until sx_archive_close(). *ret_archive is the
 * caller's. Takes as long as scrypt does.
 */
int sx_archive_open(const char *passphrase, sx_archive_get *get, void *context,
    struct sx_archive **ret_archive, struct sx_error *err);

/** Ends the reading, wipes keys and buffers (NULL is fine). */
void sx_archive_close(struct sx_archive *archive);

/** What the backup says of itself. Borrowed from the archive. */
const struct sx_archive_info *sx_archive_info(const struct sx_archive *archive);

/**
 * The next row: 1 with *ret_fragment, whose strings live until the next call; 0 at the end, which
 * is reached only when the whole file is there and authentic; -1 with *err: the file is cut short
 * or damaged.
 */
int sx_archive_next(
    struct sx_archive *archive, struct sx_fragment *ret_fragment, struct sx_error *err);

// SPDX-License-Identifier: Apache-2.0
/*
 * The records inside a backup file, which whoever knows the passphrase can make up. The input is
 * encrypted with a key of ours and read; what is accepted must be the very bytes that writing what
 * was read gives.
 */
#include "archive_impl.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition) \
    do { \
        if (!(condition)) \
            abort(); \
    } while (0)

/** Longest input, in chunks. */
#define CHUNKS_MAX 3
#define PASSPHRASE "a good passphrase"

/** Bytes that grow, and how far they were read. */
struct bytes {
    uint8_t *data;
    size_t size, capacity, at;
};

/* With the cheapest parameters that are taken. Made once for all inputs. */
static uint8_t header[SX_ARCHIVE_HEADER];
static struct sx_archive_key key;

static void prepare(void)
{
    static const struct sx_scrypt cost = {.log_n = SX_SCRYPT_LOG_N_MIN, .r = 1, .p = 1};
    static const uint8_t salt[SX_ARCHIVE_SALT];
    struct sx_error err;

    REQUIRE(sx_archive_make_header(PASSPHRASE, salt, &cost, header, &key, &err) == 0);
}

static void add(struct bytes *to, const void *bytes, size_t size)
{
    to->data = sx_grow(to->data, to->size + size, &to->capacity, 1);
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
}

static void add_number(struct bytes *to, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        uint8_t byte = (uint8_t)(number >> 8 * i);

        add(to, &byte, 1);
    }
}

static void add_text(struct bytes *to, const char *text)
{
    add_number(to, text ? strlen(text) : SX_TEXT_NONE, 4);
    if (text)
        add(to, text, strlen(text));
}

static void add_info(struct bytes *to, const struct sx_archive *archive)
{
    const struct sx_archive_info *info = sx_archive_info(archive);

    add_number(to, SX_RECORD_INFO, 1);
    add_text(to, info->software_version);
    add_text(to, info->system_name);
    add(to, info->schema_hash, sizeof info->schema_hash);
    add_number(to, (uint64_t)info->time_ms, 8);
    add_number(to, info->history.count, 4);
    for (size_t i = 0; i < info->history.count; i++) {
        add_text(to, info->history.chain[i].id);
        add_number(to, info->history.chain[i].last_revision, 8);
    }
    add(to, info->history.digest, SX_DIGEST_SIZE);
    add(to, sx_archive_digest_key(archive), SX_DIGEST_SIZE);
}

static int get(void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err)
{
    struct bytes *from = context;
    size_t part = from->size - from->at;

    (void)err;
    if (part > size)
        part = size;
    memcpy(bytes, from->data + from->at, part);
    from->at += part;
    *ret_size = part;
    return 0;
}

/* A file that holds these records. */
static struct bytes make_file(const uint8_t *plain, size_t size)
{
    struct bytes file = {0};
    uint8_t sealed[SX_CHUNK_BYTES + SX_CHUNK_TAG];
    uint64_t number = 0;
    struct sx_error err;

    add(&file, header, sizeof header);
    while (size > 0) {
        size_t part = size < SX_CHUNK_BYTES ? size : SX_CHUNK_BYTES;

        REQUIRE(sx_chunk_seal(&key, number++, part == size, plain, part, sealed, &err) == 0);
        add(&file, sealed, part + SX_CHUNK_TAG);
        plain += part;
        size -= part;
    }
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct sx_archive *archive = NULL;
    struct bytes file, written = {0};
    struct sx_fragment row;
    struct sx_error err;
    uint64_t rows = 0;
    int rc = -1;

    if (!header[0])
        prepare();
    if (size == 0 || size > CHUNKS_MAX * SX_CHUNK_BYTES)
        return 0;
    file = make_file(input, size);
    if (sx_archive_open(PASSPHRASE, get, &file, &archive, &err) == 0) {
        add_info(&written, archive);
        while ((rc = sx_archive_next(archive, &row, &err)) > 0) {
            rows++;
            add_number(&written, SX_RECORD_ROW, 1);
            add_number(&written, row.scope, 1);
            add_text(&written, row.list);
            add_text(&written, row.key);
            add_text(&written, row.after);
            add_text(&written, row.body);
        }
        add_number(&written, SX_RECORD_END, 1);
        add_number(&written, rows, 8);
    }
    if (rc == 0)
        REQUIRE(written.size == size && memcmp(written.data, input, size) == 0);
    sx_archive_close(archive);
    free(written.data);
    free(file.data);
    return 0;
}

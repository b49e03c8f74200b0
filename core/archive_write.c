// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"
#include "secrets.h"
#include "sextant/memory.h"
#include "sextant/reader.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Writing a backup: records fill a chunk; a chunk that is full leaves when more comes. */

struct writer {
    struct sx_secrets secrets; /**< keys and context alone */
    sx_archive_put *put;
    void *context;
    struct sx_archive_key key;
    uint64_t chunks; /**< that have left */
    uint64_t rows;
    size_t used; /**< of `plain` */
    uint8_t plain[SX_CHUNK_BYTES];
    uint8_t sealed[SX_CHUNK_BYTES + SX_CHUNK_TAG];
};

static int leave(struct writer *writer, bool last, struct sx_error *err)
{
    if (sx_chunk_seal(&writer->key, writer->chunks, last, writer->plain, writer->used,
            writer->sealed, err) < 0)
        return -1;
    writer->chunks++;
    if (writer->put(writer->context, writer->sealed, writer->used + SX_CHUNK_TAG, err) < 0)
        return -1;
    writer->used = 0;
    return 0;
}

static int add_bytes(struct writer *writer, const void *bytes, size_t size, struct sx_error *err)
{
    const uint8_t *from = bytes;

    while (size > 0) {
        size_t part;

        if (writer->used == SX_CHUNK_BYTES && leave(writer, false, err) < 0)
            return -1;
        part = SX_CHUNK_BYTES - writer->used;
        if (part > size)
            part = size;
        memcpy(writer->plain + writer->used, from, part);
        writer->used += part;
        from += part;
        size -= part;
    }
    return 0;
}

static int add_number(struct writer *writer, uint64_t number, int bytes, struct sx_error *err)
{
    uint8_t text[8];

    for (int i = bytes - 1; i >= 0; i--, number >>= 8)
        text[i] = (uint8_t)number;
    return add_bytes(writer, text, (size_t)bytes, err);
}

static int add_text(struct writer *writer, const char *text, struct sx_error *err)
{
    size_t length = text ? strlen(text) : 0;

    if (length > SX_ARCHIVE_TEXT_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "a row has %zu bytes; a backup takes %u at most",
            length, SX_ARCHIVE_TEXT_MAX);
    if (add_number(writer, text ? length : SX_TEXT_NONE, 4, err) < 0)
        return -1;
    return add_bytes(writer, text, length, err);
}

static int add_info(struct writer *writer, const struct sx_archive_info *info, struct sx_error *err)
{
    const struct sx_history *history = &info->history;

    if (add_number(writer, SX_RECORD_INFO, 1, err) < 0 ||
        add_text(writer, info->software_version, err) < 0 ||
        add_text(writer, info->system_name, err) < 0 ||
        add_bytes(writer, info->schema_hash, sizeof info->schema_hash, err) < 0 ||
        add_number(writer, (uint64_t)info->time_ms, 8, err) < 0 ||
        add_number(writer, history->count, 4, err) < 0)
        return -1;
    for (size_t i = 0; i < history->count; i++)
        if (add_text(writer, history->chain[i].id, err) < 0 ||
            add_number(writer, history->chain[i].last_revision, 8, err) < 0)
            return -1;
    if (add_bytes(writer, history->digest, sizeof history->digest, err) < 0)
        return -1;
    return add_bytes(writer, writer->secrets.digest_key, SX_DIGEST_SIZE, err);
}

/* The text of a row in clear: *ret_body is for sx_secret_free(), NULL when no secret is in it. */
static int open_row(const struct writer *writer, const struct sx_fragment *row, char **ret_body,
    struct sx_error *err)
{
    const struct lysc_node *schema = sx_secrets_of_row(&writer->secrets, row);
    struct sx_error reason;
    bool clear = false;

    *ret_body = NULL;
    if (!schema || sx_secrets_open_row(&writer->secrets, schema, row, writer->secrets.digest_key,
                       NULL, &clear, ret_body, &reason) == 0)
        return 0;
    sx_error_set(err, reason.code,
        "%.200s%.200s holds a secret that cannot be decrypted and would be lost: check-secrets "
        "lists them, set them anew first",
        row->list, row->key);
    return sx_error_at(err, reason.path);
}

/* Where a row's text enters a backup. */
static int add_row(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    struct writer *writer = context;
    char *body = NULL;
    int result = -1;

    writer->rows++;
    if (open_row(writer, row, &body, err) == 0 && add_number(writer, SX_RECORD_ROW, 1, err) == 0 &&
        add_number(writer, (uint64_t)row->scope, 1, err) == 0 &&
        add_text(writer, row->list, err) == 0 && add_text(writer, row->key, err) == 0 &&
        add_text(writer, row->after, err) == 0)
        result = add_text(writer, body ? body : row->body, err);
    sx_secret_free(body);
    return result;
}

/* Without it the digest of what holds secrets is nobody's. */
static int take_digest_key(struct writer *writer, struct sx_reader *reader, struct sx_error *err)
{
    char *sealed = NULL, *key = NULL;
    size_t size = 0;
    int result;

    if (sx_reader_value(reader, SX_DIGEST_KEY_VALUE, &sealed, err) < 0)
        return -1;
    result = sealed ? sx_secret_open(
                          &writer->secrets.keys, SX_DIGEST_KEY_VALUE, sealed, &key, &size, err)
                    : sx_error_set(err, SX_E_STORE, "the database has no digest key");
    if (result == 0 && size != SX_DIGEST_SIZE)
        result = sx_error_set(err, SX_E_STORE, "the database's digest key has %zu bytes", size);
    if (result == 0)
        memcpy(writer->secrets.digest_key, key, SX_DIGEST_SIZE);
    if (key)
        OPENSSL_cleanse(key, size);
    free(key);
    free(sealed);
    return result;
}

int sx_archive_write(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, const char *passphrase, const uint8_t random[32],
    struct sx_archive_info *info, sx_archive_put *put, void *context, struct sx_error *err)
{
    static const struct sx_scrypt cost = {
        .log_n = SX_SCRYPT_LOG_N, .r = SX_SCRYPT_R, .p = SX_SCRYPT_P};
    struct writer *writer = sx_alloc(sizeof *writer);
    uint8_t header[SX_ARCHIVE_HEADER];
    int result = -1;

    writer->put = put;
    writer->context = context;
    writer->secrets.context = sx_schema_context(schema);
    writer->secrets.keys = *keys;
    if (sx_reader_history(reader, &info->history, err) < 0 ||
        take_digest_key(writer, reader, err) < 0 ||
        sx_archive_make_header(passphrase, random, &cost, header, &writer->key, err) < 0 ||
        put(context, header, sizeof header, err) < 0 || add_info(writer, info, err) < 0 ||
        sx_reader_all(reader, add_row, writer, err) < 0 ||
        add_number(writer, SX_RECORD_END, 1, err) < 0 ||
        add_number(writer, writer->rows, 8, err) < 0)
        goto out;
    result = leave(writer, true, err);
out:
    OPENSSL_cleanse(writer, sizeof *writer);
    free(writer);
    return result;
}

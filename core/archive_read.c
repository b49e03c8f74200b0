// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"
#include "sextant/memory.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Reading a backup. One chunk is read ahead: the last is known by nothing coming after it. */

#define SEALED_BYTES (SX_CHUNK_BYTES + SX_CHUNK_TAG)

/** The store keeps revisions as signed numbers; far fewer are ever reached. */
#define REVISION_MAX (UINT64_MAX >> 2)

/** The end of the year 9999. */
#define TIME_MAX_MS 253402300799999u

/** Texts of a row: list, key, after, body. */
enum { TEXTS = 4 };

struct sx_archive {
    sx_archive_get *get;
    void *context;
    struct sx_archive_key key;
    struct sx_archive_info info;
    uint8_t digest_key[SX_DIGEST_SIZE];
    uint64_t chunks; /**< opened so far */
    uint64_t rows;
    bool ended; /**< the last chunk was opened */
    size_t used, size; /**< of `plain` */
    size_t ahead_size; /**< of `ahead`; 0: the file is at its end */
    uint8_t plain[SX_CHUNK_BYTES];
    uint8_t ahead[SEALED_BYTES];
    char *texts[TEXTS];
    size_t capacities[TEXTS];
};

static int damaged(const char *what, struct sx_error *err)
{
    return sx_error_set(err, SX_E_INVALID_VALUE, "the backup is damaged: %s", what);
}

static int bad_chunk(const struct sx_archive *archive, const uint8_t *chunk, size_t size, bool last,
    uint8_t *plain, struct sx_error *err)
{
    if (last && sx_chunk_open(&archive->key, archive->chunks, false, chunk, size, plain))
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the backup is cut short: its end is missing after part %llu",
            (unsigned long long)archive->chunks + 1);
    return sx_error_set(err, SX_E_INVALID_VALUE,
        "the backup is damaged%s: part %llu is not authentic", last ? " or cut short" : "",
        (unsigned long long)archive->chunks + 1);
}

/* Opens the chunk that was read ahead, and reads the next one. */
static int next_chunk(struct sx_archive *archive, struct sx_error *err)
{
    uint8_t chunk[SEALED_BYTES];
    size_t size = archive->ahead_size;
    bool last;

    if (archive->ended)
        return damaged("it ends within a record", err);
    memcpy(chunk, archive->ahead, size);
    if (archive->get(archive->context, archive->ahead, SEALED_BYTES, &archive->ahead_size, err) < 0)
        return -1;
    last = archive->ahead_size == 0;
    if (!sx_chunk_open(&archive->key, archive->chunks, last, chunk, size, archive->plain))
        return bad_chunk(archive, chunk, size, last, archive->plain, err);
    archive->chunks++;
    archive->ended = last;
    archive->used = 0;
    archive->size = size - SX_CHUNK_TAG;
    return 0;
}

static int take_bytes(struct sx_archive *archive, void *bytes, size_t size, struct sx_error *err)
{
    uint8_t *to = bytes;

    while (size > 0) {
        size_t part = archive->size - archive->used;

        if (part == 0) {
            if (next_chunk(archive, err) < 0)
                return -1;
            continue;
        }
        if (part > size)
            part = size;
        memcpy(to, archive->plain + archive->used, part);
        archive->used += part;
        to += part;
        size -= part;
    }
    return 0;
}

static int take_number(
    struct sx_archive *archive, int bytes, uint64_t *ret_number, struct sx_error *err)
{
    uint8_t text[8];

    if (take_bytes(archive, text, (size_t)bytes, err) < 0)
        return -1;
    *ret_number = 0;
    for (int i = 0; i < bytes; i++)
        *ret_number = *ret_number << 8 | text[i];
    return 0;
}

/* Into the buffer `which`. Returns it, or NULL in *ret_text for a text that is not there. */
static int take_text(struct sx_archive *archive, int which, char **ret_text, struct sx_error *err)
{
    uint64_t length;

    if (take_number(archive, 4, &length, err) < 0)
        return -1;
    if (length == SX_TEXT_NONE) {
        *ret_text = NULL;
        return 0;
    }
    if (length > SX_ARCHIVE_TEXT_MAX)
        return damaged("a text is longer than any that is written", err);
    if (length >= archive->capacities[which]) {
        archive->capacities[which] = 2 * length + 64;
        archive->texts[which] = sx_realloc(archive->texts[which], archive->capacities[which]);
    }
    if (take_bytes(archive, archive->texts[which], length, err) < 0)
        return -1;
    archive->texts[which][length] = '\0';
    if (strlen(archive->texts[which]) != length)
        return damaged("a text holds a NUL byte", err);
    *ret_text = archive->texts[which];
    return 0;
}

/* It may be written to a terminal. */
static bool is_shown(const char *text)
{
    while (*text && !iscntrl((unsigned char)*text))
        text++;
    return !*text;
}

/* A text that must be there and fit. */
static int take_fixed(struct sx_archive *archive, char *ret_text, size_t size, struct sx_error *err)
{
    char *text;

    if (take_text(archive, 0, &text, err) < 0)
        return -1;
    if (!text || strlen(text) >= size || !is_shown(text))
        return damaged("what it says of itself is not right", err);
    strcpy(ret_text, text);
    return 0;
}

static bool is_uuid(const char *id)
{
    for (size_t i = 0; i < SX_UUID_SIZE - 1; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? id[i] != '-'
                                                    : !isxdigit((unsigned char)id[i]))
            return false;
    return !id[SX_UUID_SIZE - 1];
}

static int take_history(
    struct sx_archive *archive, struct sx_history *history, struct sx_error *err)
{
    uint64_t count;

    if (take_number(archive, 4, &count, err) < 0)
        return -1;
    if (count > SX_LINEAGE_MAX)
        return damaged("it has more lineages than are kept", err);
    for (history->count = 0; history->count < count; history->count++) {
        struct sx_lineage *lineage = &history->chain[history->count];

        if (take_fixed(archive, lineage->id, sizeof lineage->id, err) < 0 ||
            take_number(archive, 8, &lineage->last_revision, err) < 0)
            return -1;
        if (!is_uuid(lineage->id) || lineage->last_revision > REVISION_MAX)
            return damaged("what it says of its history is not right", err);
    }
    return take_bytes(archive, history->digest, sizeof history->digest, err);
}

static int take_info(struct sx_archive *archive, struct sx_error *err)
{
    struct sx_archive_info *info = &archive->info;
    uint64_t kind, time_ms;

    if (take_number(archive, 1, &kind, err) < 0)
        return -1;
    if (kind != SX_RECORD_INFO)
        return damaged("it does not begin with what it says of itself", err);
    if (take_fixed(archive, info->software_version, sizeof info->software_version, err) < 0 ||
        take_fixed(archive, info->system_name, sizeof info->system_name, err) < 0 ||
        take_bytes(archive, info->schema_hash, sizeof info->schema_hash, err) < 0 ||
        take_number(archive, 8, &time_ms, err) < 0)
        return -1;
    if (time_ms > TIME_MAX_MS)
        return damaged("its time is not right", err);
    info->time_ms = (int64_t)time_ms;
    if (take_history(archive, &info->history, err) < 0)
        return -1;
    return take_bytes(archive, archive->digest_key, sizeof archive->digest_key, err);
}

int sx_archive_open(const char *passphrase, sx_archive_get *get, void *context,
    struct sx_archive **ret_archive, struct sx_error *err)
{
    struct sx_archive *archive = sx_alloc(sizeof *archive);
    uint8_t header[SX_ARCHIVE_HEADER];
    size_t size = 0;

    archive->get = get;
    archive->context = context;
    if (get(context, header, sizeof header, &size, err) < 0 ||
        sx_archive_read_header(passphrase, header, size, &archive->key, err) < 0 ||
        get(context, archive->ahead, SEALED_BYTES, &archive->ahead_size, err) < 0 ||
        take_info(archive, err) < 0) {
        sx_archive_close(archive);
        return -1;
    }
    *ret_archive = archive;
    return 0;
}

void sx_archive_close(struct sx_archive *archive)
{
    if (!archive)
        return;
    for (int i = 0; i < TEXTS; i++) {
        if (archive->texts[i])
            OPENSSL_cleanse(archive->texts[i], archive->capacities[i]);
        free(archive->texts[i]);
    }
    OPENSSL_cleanse(archive, sizeof *archive);
    free(archive);
}

const struct sx_archive_info *sx_archive_info(const struct sx_archive *archive)
{
    return &archive->info;
}

const uint8_t *sx_archive_digest_key(const struct sx_archive *archive)
{
    return archive->digest_key;
}

static int take_end(struct sx_archive *archive, struct sx_error *err)
{
    uint64_t rows;

    if (take_number(archive, 8, &rows, err) < 0)
        return -1;
    if (rows != archive->rows || !archive->ended || archive->used < archive->size)
        return damaged("its end is not where it should be", err);
    return 0;
}

/* Where a row's text leaves a backup. */
int sx_archive_next(
    struct sx_archive *archive, struct sx_fragment *ret_fragment, struct sx_error *err)
{
    struct sx_fragment fragment = {0};
    uint64_t kind, scope;

    if (take_number(archive, 1, &kind, err) < 0)
        return -1;
    if (kind == SX_RECORD_END)
        return take_end(archive, err);
    if (kind != SX_RECORD_ROW)
        return damaged("it holds a record of an unknown kind", err);
    if (take_number(archive, 1, &scope, err) < 0 ||
        take_text(archive, 0, &fragment.list, err) < 0 ||
        take_text(archive, 1, &fragment.key, err) < 0 ||
        take_text(archive, 2, &fragment.after, err) < 0 ||
        take_text(archive, 3, &fragment.body, err) < 0)
        return -1;
    if (scope >= SX_SCOPE_COUNT || !fragment.list || !fragment.key || !fragment.body)
        return damaged("a row is not complete", err);
    fragment.scope = (enum sx_scope)scope;
    archive->rows++;
    *ret_fragment = fragment;
    return 1;
}

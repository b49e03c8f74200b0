// SPDX-License-Identifier: Apache-2.0
#include "test_archive.h"

#include "sextant/memory.h"
#include "sextant/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int sx_test_archive_put(void *context, const void *bytes, size_t size, struct sx_error *err)
{
    struct sx_test_archive *file = context;

    (void)err;
    if (file->size + size > file->capacity) {
        file->capacity = 2 * (file->size + size);
        file->bytes = sx_realloc(file->bytes, file->capacity);
    }
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
    return 0;
}

int sx_test_archive_get(
    void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err)
{
    struct sx_test_archive *file = context;
    size_t left = file->size - file->at;

    (void)err;
    *ret_size = size < left ? size : left;
    memcpy(bytes, file->bytes + file->at, *ret_size);
    file->at += *ret_size;
    return 0;
}

void sx_test_archive_make(const struct sx_test_engine *test, struct sx_test_archive *ret_file)
{
    struct sx_archive_info info = {.software_version = "test", .time_ms = test->now};
    struct sx_test_archive file = {0};
    struct sx_reader *reader = NULL;
    struct sx_secret_keys keys;
    uint8_t random[32];
    struct sx_error err = {0};

    sx_engine_keys(test->engine, &keys);
    memset(random, (int)test->now + 1, sizeof random);
    strcpy(info.system_name, test->status.system_name);
    memcpy(info.schema_hash, sx_schema_hash(test->schema), SX_DIGEST_SIZE);
    if (sx_reader_open(test->folder, test->vfs, &reader, &err) < 0 ||
        sx_reader_begin(reader, NULL, &err) < 0 ||
        sx_archive_write(reader, test->schema, &keys, SX_TEST_PASSPHRASE, random, &info,
            sx_test_archive_put, &file, &err) < 0)
        fail_msg("no backup: %s", err.message);
    sx_reader_close(reader);
    *ret_file = file;
}

void sx_test_archive_clear(struct sx_test_archive *file)
{
    free(file->bytes);
    memset(file, 0, sizeof *file);
}

struct sx_archive *sx_test_archive_open(struct sx_test_archive *file)
{
    struct sx_archive *archive = NULL;
    struct sx_error err = {0};

    file->at = 0;
    if (sx_archive_open(SX_TEST_PASSPHRASE, sx_test_archive_get, file, &archive, &err) < 0)
        fail_msg("the backup cannot be opened: %s", err.message);
    return archive;
}

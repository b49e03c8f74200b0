// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/archive.h"
#include "test_engine.h"

#define SX_TEST_PASSPHRASE "a good passphrase"

/** A backup file in memory, and how far it was read. */
struct sx_test_archive {
    uint8_t *bytes; /**< owned */
    size_t size, capacity;
    size_t at;
};

/** Makes a backup of the engine's store, for sx_test_archive_clear(). Ends the test when it
 * cannot. */
void sx_test_archive_make(const struct sx_test_engine *test, struct sx_test_archive *ret_file);

/** Releases the bytes. */
void sx_test_archive_clear(struct sx_test_archive *file);

/** Opens it from its beginning, for sx_archive_close(). Ends the test when it cannot. */
struct sx_archive *sx_test_archive_open(struct sx_test_archive *file);

/** The functions of sextant/archive.h; the context is the file. */
int sx_test_archive_put(void *context, const void *bytes, size_t size, struct sx_error *err);
int sx_test_archive_get(
    void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err);

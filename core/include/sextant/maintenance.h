// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

/**
 * Moves what the write-ahead log of the database in `directory` holds into the database, through a
 * connection of its own and without holding writers up (SQLite's PASSIVE checkpoint). Called by any
 * thread that may wait for the disk, never on the path of an edit.
 */
int sx_store_checkpoint(const char *directory, const char *vfs, struct sx_error *err);

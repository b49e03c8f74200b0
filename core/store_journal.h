// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/journal.h"
#include "sql.h"

/*
 * Reading the journal. The store and the readers use this, each on a connection of its own.
 */

/** Statements that read the journal. */
enum sx_journal_read {
    SX_JOURNAL_REVISION, /**< one revision without its changes */
    SX_JOURNAL_CHANGES, /**< the changes of one */
    SX_JOURNAL_LIST, /**< revisions up to one, newest first */
    SX_JOURNAL_OLDEST, /**< number of the oldest */
    SX_JOURNAL_READS,
};

/** The journal's prepared statements. */
struct sx_journal {
    sqlite3_stmt *reads[SX_JOURNAL_READS];
};

/** Prepares the statements. After a failure sx_journal_close() is still due. */
int sx_journal_open(struct sx_journal *journal, sqlite3 *db, struct sx_error *err);

/** Finalizes the statements; harmless on a zeroed journal. */
void sx_journal_close(struct sx_journal *journal);

/**
 * Reads revision `number` into *ret_revision (the caller clears it). Returns 0, or -1;
 * err->code is SX_E_DATA_MISSING when the journal does not hold it.
 */
int sx_journal_get(struct sx_journal *journal, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err);

/** Number of the oldest revision that the journal holds, 0 for none. */
int sx_journal_oldest(struct sx_journal *journal, uint64_t *ret_number, struct sx_error *err);

/** Calls `row` for at most `count` revisions up to number `newest`, newest first. */
int sx_journal_list(struct sx_journal *journal, uint64_t newest, size_t count, sx_journal_row *row,
    void *context, struct sx_error *err);

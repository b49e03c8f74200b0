// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"

#include <string.h>

/* The chain of lineages. A commit changes its last row alone, so only what differs from the stored
 * chain is written. */

/* *ret_digest tells whether the row has a digest. */
static int read_lineage(
    sqlite3_stmt *statement, struct sx_history *history, bool *ret_digest, struct sx_error *err)
{
    struct sx_lineage *lineage = &history->chain[history->count];
    const char *digest;

    if (history->count == SX_LINEAGE_MAX)
        return sx_error_set(
            err, SX_E_STORE, "the database holds more than %d lineages", SX_LINEAGE_MAX);
    if (sx_sql_fixed(statement, 0, lineage->id, sizeof lineage->id, err) < 0)
        return -1;
    lineage->last_revision = (uint64_t)sqlite3_column_int64(statement, 1);
    history->count++;
    digest = (const char *)sqlite3_column_text(statement, 2);
    *ret_digest = digest && sx_hex_decode(digest, history->digest, SX_DIGEST_SIZE) == 0;
    return 0;
}

int sx_store_read_history(
    sqlite3_stmt *statement, struct sx_history *ret_history, struct sx_error *err)
{
    struct sx_history history = {0};
    bool has_digest = true;
    int rc;

    while ((rc = sx_sql_step(statement, err)) > 0 &&
           (rc = read_lineage(statement, &history, &has_digest, err)) == 0)
        ;
    sx_sql_reset(statement);
    if (rc < 0)
        return -1;
    /* Only the present lineage must have one: a chain from a peer brings none for the others. */
    if (!has_digest)
        return sx_error_set(err, SX_E_STORE, "the database's present lineage has no valid digest");
    *ret_history = history;
    return 0;
}

int sx_store_get_history(
    struct sx_store *store, struct sx_history *ret_history, struct sx_error *err)
{
    return sx_store_read_history(store->statements[SX_STORE_LINEAGES], ret_history, err);
}

static bool same_lineage(const struct sx_lineage *a, const struct sx_lineage *b)
{
    return a->last_revision == b->last_revision && strcmp(a->id, b->id) == 0;
}

static int write_lineages(
    struct sx_store *store, const struct sx_history *history, struct sx_error *err)
{
    const struct sx_history *stored = &store->history;
    char digest[2 * SX_DIGEST_SIZE + 1];

    sx_hex_encode(history->digest, SX_DIGEST_SIZE, digest);
    for (size_t i = 0; i < history->count; i++) {
        const struct sx_lineage *lineage = &history->chain[i];
        bool last = i == history->count - 1;

        if (lineage->last_revision > INT64_MAX)
            return sx_error_set(err, SX_E_TOO_BIG, "revision %llu is above what can be stored",
                (unsigned long long)lineage->last_revision);
        if (!last && i < stored->count && same_lineage(lineage, &stored->chain[i]))
            continue;
        if (sx_sql_run(store->statements[SX_STORE_LINEAGE_SET], err, "itit", (int64_t)i,
                lineage->id, (int64_t)lineage->last_revision, last ? digest : NULL) < 0)
            return -1;
    }
    if (stored->count > history->count)
        return sx_sql_run(
            store->statements[SX_STORE_LINEAGES_CUT], err, "i", (int64_t)history->count);
    return 0;
}

int sx_store_set_history(
    struct sx_store *store, const struct sx_history *history, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    if (!store->history_known && sx_store_get_history(store, &store->history, err) < 0)
        return sx_store_written(store, -1);
    store->history_known = false;
    if (write_lineages(store, history, err) < 0)
        return sx_store_written(store, -1);
    store->history = *history;
    store->history_known = true;
    return sx_store_note_content(store, err);
}

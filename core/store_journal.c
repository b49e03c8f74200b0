// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/* The journal: what each of the last revisions changed. */

/** What a revision and each of its changes count for in the journal beside their texts, in bytes:
 * about what SQLite needs for them. */
#define ROW_BYTES 64

static const char *const operations[] = {
    [SX_OPERATION_CREATE] = "create",
    [SX_OPERATION_REPLACE] = "replace",
    [SX_OPERATION_DELETE] = "delete",
    [SX_OPERATION_MOVE] = "move",
};

static int operation_of(const char *name, enum sx_operation *ret_operation, struct sx_error *err)
{
    for (size_t i = SX_OPERATION_CREATE; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(operations[i], name) == 0) {
            *ret_operation = (enum sx_operation)i;
            return 0;
        }
    return sx_error_set(
        err, SX_E_STORE, "the journal holds an operation that is not known: \"%s\"", name);
}

int sx_store_measure_journal(struct sx_store *store, struct sx_error *err)
{
    int64_t revisions = 0;
    int64_t bytes = 0;

    if (sx_sql_number(store->db, "SELECT count(*) FROM revision", &revisions, err) < 0 ||
        sx_sql_number(store->db, "SELECT coalesce(sum(bytes), 0) FROM revision", &bytes, err) < 0)
        return -1;
    store->journal.revisions = (uint64_t)revisions;
    store->journal.bytes = (uint64_t)bytes;
    return 0;
}

static size_t length(const char *text)
{
    return text ? strlen(text) : 0;
}

static uint64_t weigh(const struct sx_revision *revision)
{
    uint64_t bytes = ROW_BYTES;

    for (size_t i = 0; i < revision->changes.count; i++) {
        const struct sx_change *change = &revision->changes.items[i];

        bytes += ROW_BYTES + length(change->path) + length(change->value) +
                 length(change->old_value) + length(change->after) + length(change->old_after);
    }
    return bytes;
}

static int add(struct sx_store *store, const struct sx_revision *revision, uint64_t bytes,
    struct sx_error *err)
{
    char digest[2 * SX_DIGEST_SIZE + 1];
    int64_t number = (int64_t)revision->number;

    if (revision->number > INT64_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "revision %llu is above what can be stored",
            (unsigned long long)revision->number);
    sx_hex_encode(revision->digest, SX_DIGEST_SIZE, digest);
    if (sx_sql_run(store->statements[SX_STORE_REVISION_ADD], err, "itittiti", number,
            revision->lineage, revision->time_ms, revision->origin.user, revision->origin.source,
            (int64_t)revision->origin.session, digest, (int64_t)bytes) < 0)
        return -1;
    for (size_t i = 0; i < revision->changes.count; i++) {
        const struct sx_change *change = &revision->changes.items[i];

        if (sx_sql_run(store->statements[SX_STORE_CHANGE_ADD], err, "iittittttt", number,
                (int64_t)i, operations[change->operation], sx_scope_name(change->scope),
                (int64_t)change->flags, change->path, change->value, change->old_value,
                change->after, change->old_after) < 0)
            return -1;
    }
    store->journal.revisions++;
    store->journal.bytes += bytes;
    return 0;
}

/* Finds the newest of the revisions that must go, and counts them off. */
static int find_last_to_drop(struct sx_store *store, int64_t *ret_last, struct sx_error *err)
{
    sqlite3_stmt *statement = store->statements[SX_STORE_REVISION_SIZES];
    struct sx_journal_size *size = &store->journal;
    int rc = 0;

    while (size->revisions > 1 &&
           (size->revisions > SX_JOURNAL_REVISIONS_MAX || size->bytes > SX_JOURNAL_BYTES_MAX)) {
        rc = sx_sql_step(statement, err);
        if (rc <= 0)
            break;
        *ret_last = sqlite3_column_int64(statement, 0);
        size->revisions--;
        size->bytes -= (uint64_t)sqlite3_column_int64(statement, 1);
    }
    sx_sql_reset(statement);
    return rc < 0 ? -1 : 0;
}

static int trim(struct sx_store *store, struct sx_error *err)
{
    int64_t last = INT64_MIN;

    if (find_last_to_drop(store, &last, err) < 0)
        return -1;
    if (last == INT64_MIN)
        return 0;
    if (sx_sql_run(store->statements[SX_STORE_CHANGES_DROP], err, "i", last) < 0)
        return -1;
    return sx_sql_run(store->statements[SX_STORE_REVISIONS_DROP], err, "i", last);
}

int sx_store_append(
    struct sx_store *store, const struct sx_revision *revision, struct sx_error *err)
{
    int rc;

    if (sx_store_check_writing(store, err) < 0)
        return -1;
    rc = add(store, revision, weigh(revision), err);
    return sx_store_written(store, rc < 0 ? -1 : trim(store, err));
}

static int read_change(sqlite3_stmt *statement, struct sx_change *ret_change, struct sx_error *err)
{
    struct sx_change change = {0};
    char *operation = NULL;
    char *scope = NULL;

    if (sx_sql_text(statement, 0, &operation, err) < 0 ||
        operation_of(operation, &change.operation, err) < 0 ||
        sx_sql_text(statement, 1, &scope, err) < 0 || sx_scope_of(scope, &change.scope, err) < 0 ||
        sx_sql_copy(statement, 3, &change.path, err) < 0)
        return -1;
    change.flags = (uint32_t)sqlite3_column_int64(statement, 2);
    change.value = sx_sql_copy_or_null(statement, 4);
    change.old_value = sx_sql_copy_or_null(statement, 5);
    change.after = sx_sql_copy_or_null(statement, 6);
    change.old_after = sx_sql_copy_or_null(statement, 7);
    *ret_change = change;
    return 0;
}

static int read_changes(
    struct sx_journal *journal, uint64_t number, struct sx_change_list *list, struct sx_error *err)
{
    sqlite3_stmt *statement = journal->reads[SX_JOURNAL_CHANGES];
    int rc;

    if (sx_sql_bind(statement, err, "i", (int64_t)number) < 0)
        return -1;
    while ((rc = sx_sql_step(statement, err)) > 0) {
        struct sx_change change;

        rc = read_change(statement, &change, err);
        if (rc < 0)
            break;
        sx_change_list_add(list, change);
    }
    sx_sql_reset(statement);
    return rc;
}

/* The present row, of a revision without its changes. */
static int read_header(
    sqlite3_stmt *statement, struct sx_revision *ret_revision, struct sx_error *err)
{
    struct sx_revision revision = {.number = (uint64_t)sqlite3_column_int64(statement, 6)};
    struct sx_origin *origin = &revision.origin;
    char digest[2 * SX_DIGEST_SIZE + 1];

    if (sx_sql_fixed(statement, 0, revision.lineage, sizeof revision.lineage, err) < 0 ||
        sx_sql_fixed(statement, 1, origin->user, sizeof origin->user, err) < 0 ||
        sx_sql_fixed(statement, 2, origin->source, sizeof origin->source, err) < 0 ||
        sx_sql_fixed(statement, 3, digest, sizeof digest, err) < 0)
        return -1;
    if (sx_hex_decode(digest, revision.digest, SX_DIGEST_SIZE) < 0)
        return sx_error_set(err, SX_E_STORE, "revision %llu of the journal has no valid digest",
            (unsigned long long)revision.number);
    revision.time_ms = sqlite3_column_int64(statement, 4);
    origin->session = (uint32_t)sqlite3_column_int64(statement, 5);
    *ret_revision = revision;
    return 0;
}

static int64_t sql_number(uint64_t number)
{
    return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

int sx_journal_get(struct sx_journal *journal, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err)
{
    sqlite3_stmt *statement = journal->reads[SX_JOURNAL_REVISION];
    struct sx_revision revision = {0};
    int rc;

    if (sx_sql_bind(statement, err, "i", sql_number(number)) < 0)
        return -1;
    rc = sx_sql_step(statement, err);
    if (rc == 0)
        rc = sx_error_set(err, SX_E_DATA_MISSING, "the journal does not hold revision %llu",
            (unsigned long long)number);
    else if (rc > 0)
        rc = read_header(statement, &revision, err);
    sx_sql_reset(statement);
    if (rc < 0)
        return -1;
    if (read_changes(journal, number, &revision.changes, err) < 0) {
        sx_revision_clear(&revision);
        return -1;
    }
    *ret_revision = revision;
    return 0;
}

int sx_journal_oldest(struct sx_journal *journal, uint64_t *ret_number, struct sx_error *err)
{
    sqlite3_stmt *statement = journal->reads[SX_JOURNAL_OLDEST];
    int rc = sx_sql_step(statement, err);

    if (rc > 0)
        *ret_number = (uint64_t)sqlite3_column_int64(statement, 0);
    sx_sql_reset(statement);
    return rc < 0 ? -1 : 0;
}

int sx_journal_list(struct sx_journal *journal, uint64_t newest, size_t count, sx_journal_row *row,
    void *context, struct sx_error *err)
{
    sqlite3_stmt *statement = journal->reads[SX_JOURNAL_LIST];
    int rc;

    if (sx_sql_bind(statement, err, "ii", sql_number(newest), (int64_t)count) < 0)
        return -1;
    while ((rc = sx_sql_step(statement, err)) > 0) {
        struct sx_revision revision;

        rc = read_header(statement, &revision, err);
        if (rc == 0)
            rc = row(context, &revision, (size_t)sqlite3_column_int64(statement, 7), err);
        if (rc < 0)
            break;
    }
    sx_sql_reset(statement);
    return rc;
}

int sx_journal_open(struct sx_journal *journal, sqlite3 *db, struct sx_error *err)
{
    static const char *const sql[SX_JOURNAL_READS] = {
        [SX_JOURNAL_REVISION] = "SELECT lineage, user, source, digest, time_ms, session, number "
                                "FROM revision WHERE number = ?1",
        [SX_JOURNAL_CHANGES] = "SELECT operation, scope, flags, path, value, old_value, after, "
                               "old_after FROM change WHERE revision = ?1 ORDER BY step",
        [SX_JOURNAL_LIST] = "SELECT lineage, user, source, digest, time_ms, session, number, "
                            "(SELECT count(*) FROM change WHERE revision = number) "
                            "FROM revision WHERE number <= ?1 ORDER BY number DESC LIMIT ?2",
        [SX_JOURNAL_OLDEST] = "SELECT coalesce(min(number), 0) FROM revision",
    };

    return sx_sql_prepare(db, sql, SX_JOURNAL_READS, NULL, journal->reads, err);
}

void sx_journal_close(struct sx_journal *journal)
{
    sx_sql_finalize(journal->reads, SX_JOURNAL_READS);
}

int sx_store_journal(
    struct sx_store *store, uint64_t number, struct sx_revision *ret_revision, struct sx_error *err)
{
    return sx_journal_get(&store->journal_reads, number, ret_revision, err);
}

int sx_store_journal_oldest(struct sx_store *store, uint64_t *ret_number, struct sx_error *err)
{
    return sx_journal_oldest(&store->journal_reads, ret_number, err);
}

int sx_store_clear_journal(struct sx_store *store, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    store->journal = (struct sx_journal_size){0};
    return sx_store_written(
        store, sx_sql_exec(store->db, "DELETE FROM change; DELETE FROM revision", err));
}

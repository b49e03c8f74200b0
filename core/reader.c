// SPDX-License-Identifier: Apache-2.0
#include "sextant/reader.h"

#include "reader_overlay.h"
#include "sextant/journal.h"
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A look at the store through a connection of its own, which never writes. SQLite still opens the
 * file for writing, as readers share the index of the write-ahead log. */

static const char settings[] = "PRAGMA query_only=ON;"
                               "PRAGMA temp_store=MEMORY;";

/** Statements of a reader beside those on the fragments. */
enum {
    READER_BEGIN,
    READER_END,
    READER_REVISION,
    READER_LINEAGES,
    READER_ASIDE,
    READER_VALUE,
    READER_STATEMENTS
};

static const char *const statements[READER_STATEMENTS] = {
    [READER_BEGIN] = "BEGIN",
    [READER_END] = "COMMIT",
    [READER_REVISION] = "SELECT id, last_revision FROM lineage ORDER BY position DESC LIMIT 1",
    [READER_LINEAGES] = SX_STORE_LINEAGES_SQL,
    [READER_ASIDE] = SX_STORE_ASIDE_SQL,
    [READER_VALUE] = "SELECT value FROM value WHERE name = ?1",
};

struct sx_reader {
    sqlite3 *db;
    struct sx_table fragments;
    struct sx_journal journal;
    sqlite3_stmt *statements[READER_STATEMENTS];
    bool open; /**< a snapshot is */
    struct sx_overlay overlay;
    uint64_t revision;
    char lineage[SX_UUID_SIZE];
};

int sx_reader_open(
    const char *directory, const char *vfs, struct sx_reader **ret_reader, struct sx_error *err)
{
    struct sx_reader *reader = sx_alloc(sizeof *reader);
    char *path = sx_store_path(directory);
    int rc = -1;

    if (sx_sql_open(path, vfs, SQLITE_OPEN_READWRITE, &reader->db, NULL, err) < 0 ||
        sx_sql_exec(reader->db, settings, err) < 0 ||
        sx_table_open(&reader->fragments, reader->db, "fragment", err) < 0 ||
        sx_journal_open(&reader->journal, reader->db, err) < 0 ||
        sx_sql_prepare(reader->db, statements, READER_STATEMENTS, NULL, reader->statements, err) <
            0)
        goto out;
    *ret_reader = reader;
    reader = NULL;
    rc = 0;
out:
    sx_reader_close(reader);
    free(path);
    return rc;
}

void sx_reader_close(struct sx_reader *reader)
{
    if (!reader)
        return;
    sx_reader_end(reader);
    sx_table_close(&reader->fragments);
    sx_journal_close(&reader->journal);
    sx_sql_finalize(reader->statements, READER_STATEMENTS);
    sqlite3_close(reader->db);
    free(reader);
}

/* The first read fixes what the snapshot sees. */
static int read_revision(struct sx_reader *reader, struct sx_error *err)
{
    sqlite3_stmt *statement = reader->statements[READER_REVISION];
    int rc = sx_sql_step(statement, err);

    reader->revision = 0;
    reader->lineage[0] = '\0';
    if (rc > 0) {
        reader->revision = (uint64_t)sqlite3_column_int64(statement, 1);
        rc = sx_sql_fixed(statement, 0, reader->lineage, sizeof reader->lineage, err);
    }
    sx_sql_reset(statement);
    return rc;
}

int sx_reader_begin(
    struct sx_reader *reader, const struct sx_fragment_list *overlay, struct sx_error *err)
{
    if (reader->open)
        return sx_error_set(err, SX_E_INTERNAL, "the reader has a snapshot open already");
    if (sx_sql_run(reader->statements[READER_BEGIN], err, "") < 0)
        return -1;
    reader->open = true;
    sx_overlay_init(&reader->overlay, overlay);
    if (read_revision(reader, err) < 0) {
        sx_reader_end(reader);
        return -1;
    }
    return 0;
}

void sx_reader_end(struct sx_reader *reader)
{
    struct sx_error ignored;

    if (!reader->open)
        return;
    if (!sqlite3_get_autocommit(reader->db))
        sx_sql_run(reader->statements[READER_END], &ignored, "");
    sx_overlay_clear(&reader->overlay);
    reader->open = false;
}

static int check_open(const struct sx_reader *reader, struct sx_error *err)
{
    if (!reader->open)
        return sx_error_set(err, SX_E_INTERNAL, "the reader has no snapshot open");
    return 0;
}

int sx_reader_find(struct sx_reader *reader, const char *list, const char *key, sx_reader_row *row,
    void *context, struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_overlay_find(&reader->overlay, &reader->fragments, list, key, row, context, err);
}

/* The next row of a scope: 1, 0 at the end, or -1. */
static int next_of_scope(struct sx_walk *walk, enum sx_scope scope,
    struct sx_fragment *ret_fragment, struct sx_error *err)
{
    int rc;

    do {
        rc = sx_walk_next(walk, ret_fragment, err);
    } while (rc > 0 && ret_fragment->scope != scope);
    return rc;
}

/* Where a piece ends. */
struct position {
    char *list;
    char *key;
};

static void move_to(struct position *position, const struct sx_fragment *fragment)
{
    if (!position->list || strcmp(position->list, fragment->list) != 0) {
        free(position->list);
        position->list = sx_strdup(fragment->list);
    }
    free(position->key);
    position->key = sx_strdup(fragment->key);
}

int sx_reader_piece(struct sx_reader *reader, enum sx_scope scope, char **list, char **key,
    size_t bytes, sx_reader_row *row, void *context, bool *ret_done, struct sx_error *err)
{
    struct position end = {0};
    struct sx_fragment fragment;
    struct sx_walk walk = {0};
    bool full = false;
    size_t passed = 0;
    int rc = -1;

    if (check_open(reader, err) < 0 ||
        sx_walk_open(&walk, &reader->fragments, *list, *key, err) < 0)
        goto out;
    while ((rc = next_of_scope(&walk, scope, &fragment, err)) > 0 && !full) {
        int said = row(context, &fragment, err);

        if (said < 0) {
            rc = -1;
            break;
        }
        move_to(&end, &fragment);
        passed += strlen(fragment.body);
        full = said > 0 || passed > bytes;
    }
    if (rc < 0)
        goto out;
    /* One row was looked ahead for, so that the caller knows when the last piece is the last. */
    *ret_done = rc == 0;
    if (end.list) {
        free(*list);
        free(*key);
        *list = end.list;
        *key = end.key;
        end = (struct position){0};
    }
    rc = 0;
out:
    sx_walk_close(&walk);
    free(end.list);
    free(end.key);
    return rc;
}

int sx_reader_bytes(
    struct sx_reader *reader, enum sx_scope scope, uint64_t *ret_bytes, struct sx_error *err)
{
    char sql[128];
    int64_t bytes = 0;

    if (check_open(reader, err) < 0)
        return -1;
    snprintf(sql, sizeof sql,
        "SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM fragment WHERE scope = '%s'",
        sx_scope_name(scope));
    if (sx_sql_number(reader->db, sql, &bytes, err) < 0)
        return -1;
    *ret_bytes = (uint64_t)bytes;
    return 0;
}

int sx_reader_revision(
    struct sx_reader *reader, uint64_t *ret_revision, char ret_lineage[37], struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    *ret_revision = reader->revision;
    memcpy(ret_lineage, reader->lineage, sizeof reader->lineage);
    return 0;
}

int sx_reader_revisions(struct sx_reader *reader, uint64_t newest, size_t count,
    sx_journal_row *row, void *context, struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_journal_list(&reader->journal, newest, count, row, context, err);
}

int sx_reader_oldest(struct sx_reader *reader, uint64_t *ret_revision, struct sx_error *err)
{
    uint64_t oldest = 0;

    if (check_open(reader, err) < 0 || sx_journal_oldest(&reader->journal, &oldest, err) < 0)
        return -1;
    *ret_revision = oldest > 0 ? oldest - 1 : reader->revision;
    return 0;
}

int sx_reader_journal(struct sx_reader *reader, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_journal_get(&reader->journal, number, ret_revision, err);
}

int sx_reader_set_aside(
    struct sx_reader *reader, sx_reader_aside *item, void *context, struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_aside_load(reader->statements[READER_ASIDE], item, context, err);
}

int sx_reader_value(
    struct sx_reader *reader, const char *name, char **ret_value, struct sx_error *err)
{
    sqlite3_stmt *statement = reader->statements[READER_VALUE];
    char *value = NULL;
    int rc = -1;

    if (check_open(reader, err) < 0)
        return -1;
    if (sx_sql_bind(statement, err, "t", name) == 0)
        rc = sx_sql_step(statement, err);
    if (rc > 0)
        rc = sx_sql_copy(statement, 0, &value, err);
    sx_sql_reset(statement);
    if (rc == 0)
        *ret_value = value;
    return rc;
}

int sx_reader_history(
    struct sx_reader *reader, struct sx_history *ret_history, struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_store_read_history(reader->statements[READER_LINEAGES], ret_history, err);
}

int sx_reader_all(struct sx_reader *reader, sx_reader_row *row, void *context, struct sx_error *err)
{
    if (check_open(reader, err) < 0)
        return -1;
    return sx_table_load(&reader->fragments, row, context, err);
}

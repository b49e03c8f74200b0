// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hex.h"
#include "sextant/reader.h"
#include "sql.h"
#include "store.h"
#include "store_journal.h"
#include "store_table.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * The inside of the store, shared by the files store*.c:
 * store.c transactions and named values · store_open.c opening · store_schema.c the tables and
 * their versions · store_migrate.c from an older version · store_fragment.c and store_order.c rows
 * of configuration · store_stage.c the shadow table · store_journal.c · store_history.c ·
 * store_aside.c · store_alarm.c · store_rewrite.c bodies and values anew · store_backup.c copies
 * and checkpoints · store_table.c reading, as readers do too.
 */

/** Marks the file as ours (PRAGMA application_id): "SXTN". */
#define SX_STORE_APPLICATION 0x5358544e
/** Beside the database while it is being created, so that an interrupted creation is told from a
 * database that lost its content. */
#define SX_STORE_CREATING ".creating"
/** The log's file is cut to this size, in bytes, when it starts over after a checkpoint. */
#define SX_STORE_WAL_KEPT "16777216"

/** From one version of the schema to the next. */
struct sx_migration {
    int from;
    const char *sql; /**< changes tables and content to version from + 1 */
};

/** What a release knows of the schema. Tests make up other ones. */
struct sx_store_schema {
    int version; /**< the one it works with (PRAGMA user_version) */
    const char *create; /**< creates its tables in an empty database */
    const struct sx_migration *migrations; /**< one for each older version that it takes */
    size_t migration_count;
};

/** The schema of this release. */
extern const struct sx_store_schema sx_store_schema;

/** Statements that the store keeps prepared, beside those of its two tables of fragments. */
enum sx_store_statement {
    SX_STORE_BEGIN,
    SX_STORE_COMMIT,
    SX_STORE_ROLLBACK,
    SX_STORE_REPAIR,
    SX_STORE_VALUE,
    SX_STORE_VALUE_SET,
    SX_STORE_VALUE_REMOVE,
    SX_STORE_LINEAGES,
    SX_STORE_LINEAGE_SET,
    SX_STORE_LINEAGES_CUT,
    SX_STORE_REVISION_ADD,
    SX_STORE_REVISION_SIZES,
    SX_STORE_REVISIONS_DROP,
    SX_STORE_CHANGE_ADD,
    SX_STORE_CHANGES_DROP,
    SX_STORE_ROWS_AFTER,
    SX_STORE_ROW_REWRITE,
    SX_STORE_CHANGES_AFTER,
    SX_STORE_CHANGE_REWRITE,
    SX_STORE_ALARM_ADD,
    SX_STORE_ALARMS_TRIM,
    SX_STORE_ALARM_HISTORY,
    SX_STORE_ACTIVE_SET,
    SX_STORE_ACTIVE_REMOVE,
    SX_STORE_ACTIVE,
    SX_STORE_ASIDE_ADD,
    SX_STORE_ASIDE_DISCARD,
    SX_STORE_STATEMENTS,
};

/** Statements that change a table of fragments. */
enum sx_table_write {
    SX_TABLE_PUT, /**< a row; a number that is NULL leaves the row's number */
    SX_TABLE_REMOVE,
    SX_TABLE_SET_ORD,
    SX_TABLE_UNNUMBER, /**< the list is not user-ordered any more */
    SX_TABLE_WRITES,
};

/** A table of fragments that is read and written. */
struct sx_fragment_table {
    struct sx_table read;
    sqlite3_stmt *writes[SX_TABLE_WRITES];
};

/** Size of the journal, kept up to date so that no commit has to count. */
struct sx_journal_size {
    uint64_t revisions;
    uint64_t bytes;
};

struct sx_store {
    sqlite3 *db;
    char *path;
    bool is_new; /**< no configuration was ever stored when it was opened */
    bool has_content; /**< the mark of that is in the database */
    bool writing; /**< between begin and commit */
    bool failed; /**< a write since begin failed: only rollback helps */
    bool suspect; /**< a commit failed and may still stand in the log, see store.c */
    bool full; /**< a write failed for want of room, and none succeeded since */
    size_t wal_pages;
    struct sx_fragment_table fragments;
    struct sx_fragment_table stage;
    sqlite3_stmt *statements[SX_STORE_STATEMENTS];
    struct sx_journal journal_reads;
    struct sx_journal_size journal;
    struct sx_history history; /**< as stored, if history_known */
    bool history_known;
    struct { /**< what a rollback restores */
        struct sx_journal_size journal;
        bool has_content;
    } before;
};

/** Opens as sx_store_open(), with a schema of the caller's. */
int sx_store_open_schema(const char *directory, const char *vfs,
    const struct sx_store_schema *schema, struct sx_store **ret_store, struct sx_error *err);

/** Path of the database in `directory`, for free(). */
char *sx_store_path(const char *directory);

/** Prepares all statements: fails when a table or a column is missing. */
int sx_store_prepare(struct sx_store *store, struct sx_error *err);

/** Finalizes all statements; harmless on a zeroed store. */
void sx_store_finalize(struct sx_store *store);

/** Creates the tables of `schema` in one transaction. */
int sx_store_create(sqlite3 *db, const struct sx_store_schema *schema, struct sx_error *err);

/**
 * Brings the database from `version` to the schema's, in one transaction. A copy of the old
 * database stays as <path>.v<version>; sx_store_forget_old() is for when the new one has opened.
 */
int sx_store_migrate(struct sx_store *store, const struct sx_store_schema *schema, int version,
    struct sx_error *err);

/** Deletes what migrations kept. A file that cannot be deleted is left. */
void sx_store_forget_old(struct sx_store *store, const struct sx_store_schema *schema);

/** Copies the database to `path`, which must not exist; nothing is left there after a failure. */
int sx_store_copy(sqlite3 *db, const char *path, struct sx_error *err);

/** The VFS of a connection. */
sqlite3_vfs *sx_store_vfs(sqlite3 *db);

/** Returns 0 when the store is between begin and commit and nothing failed since, or -1. Every
 * function that writes asks first. */
int sx_store_check_writing(struct sx_store *store, struct sx_error *err);

/** Notes that a write failed when `rc` is negative; returns `rc`. */
int sx_store_written(struct sx_store *store, int rc);

/** Notes, durably with the transaction, that a configuration was stored: the store is not new. */
int sx_store_note_content(struct sx_store *store, struct sx_error *err);

/** Counts what the journal holds, when the store is opened. */
int sx_store_measure_journal(struct sx_store *store, struct sx_error *err);

/** Writes and deletes rows of a table, as sx_store_put() says. */
int sx_table_put(struct sx_fragment_table *table, const struct sx_fragment_list *fragments,
    struct sx_error *err);

/**
 * Puts the entry of a user-ordered list in its place behind `fragment->after`, and writes its body.
 * The entry before it must be there.
 */
int sx_table_place(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err);

/** The query of the chain of lineages, which readers ask too, and reading its rows; the statement
 * is left reset. */
#define SX_STORE_LINEAGES_SQL "SELECT id, last_revision, digest FROM lineage ORDER BY position"
int sx_store_read_history(
    sqlite3_stmt *statement, struct sx_history *ret_history, struct sx_error *err);

/** store_aside.c: calls `item` for each row of the query of those set aside, and resets it. */
#define SX_STORE_ASIDE_SQL \
    "SELECT list || key, scope, reason, time_ms FROM set_aside ORDER BY list, key, scope"
int sx_aside_load(
    sqlite3_stmt *statement, sx_reader_aside *item, void *context, struct sx_error *err);

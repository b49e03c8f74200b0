// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"

/*
 * The tables, as an operator finds them with the sqlite3 shell, and all statements on them.
 *
 * `fragment` and `stage` look the same and change names with each other when a snapshot takes the
 * place of the configuration; so the names of their indexes end in a and b, not in a table's name.
 */

#define FRAGMENT_TABLE(name, letter) \
    "CREATE TABLE " name "(" \
    "list TEXT NOT NULL, -- path of the outermost list, or of the top-level node\n" \
    "key TEXT NOT NULL, -- key predicates of the entry, or empty\n" \
    "scope TEXT NOT NULL," \
    "ord INTEGER, -- place in a user-ordered list; only the order of the numbers counts\n" \
    "body TEXT NOT NULL, -- RFC 7951 JSON\n" \
    "PRIMARY KEY(list, key, scope)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX order_" letter " ON " name "(list, ord) WHERE ord IS NOT NULL;" \
    "CREATE INDEX own_" letter " ON " name "(scope) WHERE scope <> 'replicated';"

#define SET_ASIDE_TABLE \
    "CREATE TABLE set_aside(" \
    "list TEXT NOT NULL," \
    "key TEXT NOT NULL," \
    "scope TEXT NOT NULL," \
    "body TEXT NOT NULL," \
    "after TEXT, -- key of the entry before it in a user-ordered list, empty when first\n" \
    "reason TEXT NOT NULL," \
    "time_ms INTEGER NOT NULL, -- UTC, milliseconds since 1970\n" \
    "PRIMARY KEY(list, key, scope)) STRICT, WITHOUT ROWID;"

static const char create_3[] =
    FRAGMENT_TABLE("fragment", "a") FRAGMENT_TABLE("stage", "b") SET_ASIDE_TABLE
    "CREATE TABLE value("
    "name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lineage("
    "position INTEGER PRIMARY KEY, -- oldest first; the last is the present one\n"
    "id TEXT NOT NULL,"
    "last_revision INTEGER NOT NULL,"
    "digest TEXT -- of the content at that revision\n"
    ") STRICT;"
    "CREATE TABLE revision("
    "number INTEGER PRIMARY KEY,"
    "lineage TEXT NOT NULL,"
    "time_ms INTEGER NOT NULL, -- UTC, milliseconds since 1970\n"
    "user TEXT NOT NULL,"
    "source TEXT NOT NULL, -- address of the client, unix, or a peer's address\n"
    "session INTEGER NOT NULL,"
    "digest TEXT NOT NULL, -- of the content after it\n"
    "bytes INTEGER NOT NULL -- that it counts for in the journal\n"
    ") STRICT;"
    "CREATE TABLE change("
    "revision INTEGER NOT NULL,"
    "step INTEGER NOT NULL,"
    "operation TEXT NOT NULL,"
    "scope TEXT NOT NULL,"
    "flags INTEGER NOT NULL,"
    "path TEXT NOT NULL,"
    "value TEXT, -- RFC 7951 JSON\n"
    "old_value TEXT,"
    "after TEXT, -- path of the entry before it in a user-ordered list, empty when first\n"
    "old_after TEXT, -- the same of its former place\n"
    "PRIMARY KEY(revision, step)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alarm_history("
    "sequence INTEGER PRIMARY KEY,"
    "id INTEGER NOT NULL,"
    "raised INTEGER NOT NULL, -- 0: cleared\n"
    "severity TEXT NOT NULL,"
    "time_ms INTEGER NOT NULL,"
    "resource TEXT NOT NULL,"
    "text TEXT NOT NULL) STRICT;"
    "CREATE TABLE active_alarm("
    "id INTEGER NOT NULL,"
    "resource TEXT NOT NULL,"
    "sequence INTEGER NOT NULL,"
    "raised INTEGER NOT NULL,"
    "severity TEXT NOT NULL,"
    "time_ms INTEGER NOT NULL,"
    "text TEXT NOT NULL,"
    "PRIMARY KEY(id, resource)) STRICT, WITHOUT ROWID;";

/* What version 1 stored does not tell the former place of what was moved or deleted: a rollback
 * past that is refused. */
static const struct sx_migration migrations[] = {
    {.from = 1, .sql = "ALTER TABLE change ADD COLUMN old_after TEXT"},
    {.from = 2, .sql = SET_ASIDE_TABLE},
};

const struct sx_store_schema sx_store_schema = {.version = 3,
    .create = create_3,
    .migrations = migrations,
    .migration_count = sizeof migrations / sizeof *migrations};

static const char *const statements[SX_STORE_STATEMENTS] = {
    [SX_STORE_BEGIN] = "BEGIN IMMEDIATE",
    [SX_STORE_COMMIT] = "COMMIT",
    [SX_STORE_ROLLBACK] = "ROLLBACK",
    [SX_STORE_REPAIR] = "INSERT INTO value(name, value) VALUES('store.failed-commits', '1') "
                        "ON CONFLICT(name) DO UPDATE SET value = value + 1",
    [SX_STORE_VALUE] = "SELECT value FROM value WHERE name = ?1",
    [SX_STORE_VALUE_SET] = "INSERT INTO value(name, value) VALUES(?1, ?2) "
                           "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [SX_STORE_VALUE_REMOVE] = "DELETE FROM value WHERE name = ?1",
    [SX_STORE_LINEAGES] = SX_STORE_LINEAGES_SQL,
    [SX_STORE_LINEAGE_SET] = "INSERT INTO lineage(position, id, last_revision, digest) "
                             "VALUES(?1, ?2, ?3, ?4) ON CONFLICT(position) DO UPDATE SET "
                             "id = excluded.id, last_revision = excluded.last_revision, "
                             "digest = excluded.digest",
    [SX_STORE_LINEAGES_CUT] = "DELETE FROM lineage WHERE position >= ?1",
    [SX_STORE_REVISION_ADD] = "INSERT INTO revision(number, lineage, time_ms, user, source, "
                              "session, digest, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SX_STORE_REVISION_SIZES] = "SELECT number, bytes FROM revision ORDER BY number",
    [SX_STORE_REVISIONS_DROP] = "DELETE FROM revision WHERE number <= ?1",
    [SX_STORE_CHANGE_ADD] = "INSERT INTO change(revision, step, operation, scope, flags, path, "
                            "value, old_value, after, old_after) "
                            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SX_STORE_CHANGES_DROP] = "DELETE FROM change WHERE revision <= ?1",
    [SX_STORE_ROWS_AFTER] = "SELECT list, key, scope, body FROM fragment "
                            "WHERE (list, key, scope) > (?1, ?2, ?3) "
                            "ORDER BY list, key, scope LIMIT ?4",
    [SX_STORE_ROW_REWRITE] = "UPDATE fragment SET body = ?4 "
                             "WHERE list = ?1 AND key = ?2 AND scope = ?3",
    [SX_STORE_CHANGES_AFTER] = "SELECT revision, step, path, value, old_value FROM change "
                               "WHERE (revision, step) > (?1, ?2) "
                               "ORDER BY revision, step LIMIT ?3",
    [SX_STORE_CHANGE_REWRITE] = "UPDATE change SET value = ?3, old_value = ?4 "
                                "WHERE revision = ?1 AND step = ?2",
    [SX_STORE_ALARM_ADD] = "INSERT INTO alarm_history(sequence, id, raised, severity, time_ms, "
                           "resource, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SX_STORE_ALARMS_TRIM] = "DELETE FROM alarm_history WHERE sequence <= ?1",
    [SX_STORE_ALARM_HISTORY] = "SELECT sequence, id, raised, time_ms, severity, resource, text "
                               "FROM alarm_history WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    [SX_STORE_ACTIVE_SET] = "INSERT INTO active_alarm(sequence, id, raised, severity, time_ms, "
                            "resource, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                            "ON CONFLICT(id, resource) DO UPDATE SET sequence = excluded.sequence, "
                            "severity = excluded.severity, time_ms = excluded.time_ms, "
                            "text = excluded.text",
    [SX_STORE_ACTIVE_REMOVE] = "DELETE FROM active_alarm WHERE id = ?1 AND resource = ?2",
    [SX_STORE_ACTIVE] = "SELECT sequence, id, raised, time_ms, severity, resource, text "
                        "FROM active_alarm ORDER BY sequence",
    [SX_STORE_ASIDE_ADD] =
        "INSERT OR REPLACE INTO set_aside(list, key, scope, body, after, reason, "
        "time_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SX_STORE_ASIDE_DISCARD] = "DELETE FROM set_aside WHERE ?1 IS NULL OR list || key = ?1",
};

static const char *const writes[SX_TABLE_WRITES] = {
    [SX_TABLE_PUT] = "INSERT INTO %s(list, key, scope, body, ord) VALUES(?1, ?2, ?3, ?4, ?5) "
                     "ON CONFLICT(list, key, scope) DO UPDATE SET body = excluded.body, "
                     "ord = coalesce(excluded.ord, ord)",
    [SX_TABLE_REMOVE] = "DELETE FROM %s WHERE list = ?1 AND key = ?2 AND scope = ?3",
    [SX_TABLE_SET_ORD] = "UPDATE %s SET ord = ?4 WHERE list = ?1 AND key = ?2 AND scope = ?3",
    [SX_TABLE_UNNUMBER] = "UPDATE %s SET ord = NULL WHERE list = ?1 AND ord IS NOT NULL",
};

static int prepare_table(
    sqlite3 *db, struct sx_fragment_table *table, const char *name, struct sx_error *err)
{
    if (sx_table_open(&table->read, db, name, err) < 0)
        return -1;
    return sx_sql_prepare(db, writes, SX_TABLE_WRITES, name, table->writes, err);
}

int sx_store_prepare(struct sx_store *store, struct sx_error *err)
{
    if (prepare_table(store->db, &store->fragments, "fragment", err) < 0 ||
        prepare_table(store->db, &store->stage, "stage", err) < 0 ||
        sx_journal_open(&store->journal_reads, store->db, err) < 0)
        return -1;
    return sx_sql_prepare(store->db, statements, SX_STORE_STATEMENTS, NULL, store->statements, err);
}

static void finalize_table(struct sx_fragment_table *table)
{
    sx_table_close(&table->read);
    sx_sql_finalize(table->writes, SX_TABLE_WRITES);
}

void sx_store_finalize(struct sx_store *store)
{
    finalize_table(&store->fragments);
    finalize_table(&store->stage);
    sx_journal_close(&store->journal_reads);
    sx_sql_finalize(store->statements, SX_STORE_STATEMENTS);
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>

/* Creating the tables, and bringing those of an older release up to this one's. */

/* Runs `sql` and sets the version, all or nothing. *ret_unsure tells after a failure that it is
 * nevertheless done, perhaps: what failed is the last step, and the disk may have it. */
static int run_in_transaction(
    sqlite3 *db, const char *sql, int version, bool *ret_unsure, struct sx_error *err)
{
    char *versions = sx_format(
        "PRAGMA application_id=%d; PRAGMA user_version=%d", SX_STORE_APPLICATION, version);
    struct sx_error ignored;
    int rc = -1;

    *ret_unsure = false;
    if (sx_sql_exec(db, "BEGIN EXCLUSIVE", err) < 0)
        goto out;
    if (sx_sql_exec(db, sql, err) < 0 || sx_sql_exec(db, versions, err) < 0)
        goto failed;
    *ret_unsure = true;
    rc = sx_sql_exec(db, "COMMIT", err);
failed:
    if (rc < 0 && !sqlite3_get_autocommit(db))
        sx_sql_exec(db, "ROLLBACK", &ignored);
out:
    free(versions);
    return rc;
}

int sx_store_create(sqlite3 *db, const struct sx_store_schema *schema, struct sx_error *err)
{
    bool unsure;

    return run_in_transaction(db, schema->create, schema->version, &unsure, err);
}

static const struct sx_migration *find_step(const struct sx_store_schema *schema, int version)
{
    for (size_t i = 0; i < schema->migration_count; i++)
        if (schema->migrations[i].from == version)
            return &schema->migrations[i];
    return NULL;
}

static char *old_path(const struct sx_store *store, int version)
{
    return sx_format("%s.v%d", store->path, version);
}

/* Joins the steps, so that they are done in one transaction. */
static char *join_steps(const struct sx_store_schema *schema, int version)
{
    char *sql = sx_strdup("");

    for (; version < schema->version; version++) {
        const struct sx_migration *step = find_step(schema, version);
        char *longer = step ? sx_format("%s%s;\n", sql, step->sql) : NULL;

        free(sql);
        sql = longer;
        if (!sql)
            break;
    }
    return sql;
}

int sx_store_migrate(
    struct sx_store *store, const struct sx_store_schema *schema, int version, struct sx_error *err)
{
    sqlite3_vfs *vfs = sx_store_vfs(store->db);
    char *old = old_path(store, version);
    char *sql = join_steps(schema, version);
    struct sx_error cause = {0};
    bool unsure = false;
    int rc = -1;

    if (!sql) {
        sx_error_set(err, SX_E_STORE,
            "database %s has the schema version %d, which this release (version %d) does not "
            "take; run a release in between first",
            store->path, version, schema->version);
        goto out;
    }
    /* What is there is the copy of a migration that was cut off; the database is still the old
     * one. */
    vfs->xDelete(vfs, old, 1);
    if (sx_store_copy(store->db, old, err) < 0)
        goto out;
    if (run_in_transaction(store->db, sql, schema->version, &unsure, &cause) < 0) {
        sx_error_set(err, cause.code,
            "database %s could not be brought from schema version %d to %d and %s: %s", store->path,
            version, schema->version,
            unsure ? "has one or the other, as the next start shows" : "is unchanged",
            cause.message);
        goto out;
    }
    rc = 0;
out:
    free(sql);
    free(old);
    return rc;
}

void sx_store_forget_old(struct sx_store *store, const struct sx_store_schema *schema)
{
    sqlite3_vfs *vfs = sx_store_vfs(store->db);

    for (int version = 1; version < schema->version; version++) {
        char *old = old_path(store, version);
        int there = 0;

        if (vfs->xAccess(vfs, old, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there)
            vfs->xDelete(vfs, old, 0);
        free(old);
    }
}

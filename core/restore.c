// SPDX-License-Identifier: Apache-2.0
#include "restore_impl.h"

#include <stdio.h>
#include <string.h>

/* A restore gathers its rows in the store's shadow table, as a snapshot does, while its content is
 * built and validated elsewhere; the end makes both the present in one transaction, or neither. */

static int check_allowed(
    struct sx_engine *engine, const struct sx_origin *origin, struct sx_error *err)
{
    if (engine->reset.armed)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "a factory reset is armed, which would erase what is restored: restart first, or enter "
            "the peers again");
    if (engine->role != SX_ROLE_STAND_ALONE)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system is a member of a cluster (%s), where a restore would set it against its "
            "peers: take every peer out of its list and restart it, then restore, then let it join "
            "again",
            sx_role_name(engine->role));
    if (engine->applied.peer_count > 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system leaves its cluster at its next restart: restart it first, then restore");
    if (engine->configured.peer_count > 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system enters a cluster at its next restart: take every peer out of its list "
            "first, and let it join after the restore");
    return sx_lock_allows(engine, SX_DATASTORE_RUNNING, origin->session, err);
}

int sx_restore_begin(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    if (check_allowed(engine, &event->origin, err) < 0)
        return -1;
    if (engine->system_key.updating)
        return sx_error_set(err, SX_E_IN_USE,
            "an update of the system key is under way: restore when it has ended");
    if (engine->restoring.active)
        return sx_error_set(err, SX_E_IN_USE, "session %u is restoring a backup already",
            engine->restoring.session);
    if (sx_reserve_check(engine, err) < 0 || sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_stage_clear(engine->store, err) < 0 || sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    engine->restoring.active = true;
    engine->restoring.staged = false;
    engine->restoring.session = event->origin.session;
    strcpy(engine->restoring.key, engine->secrets.keys.keys[0].id);
    return 0;
}

static int check_active(
    const struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    if (engine->restoring.active && engine->restoring.session == event->origin.session)
        return 0;
    return sx_error_set(
        err, SX_E_OPERATION_FAILED, "no restore of this session is under way: it was given up");
}

/* Ends a restore without success. Before a row was taken it had not begun. */
static void fail(struct sx_engine *engine, const char *reason)
{
    bool begun = engine->restoring.staged;

    engine->restoring.active = engine->restoring.staged = false;
    if (!begun)
        return;
    snprintf(engine->restoring.failure, sizeof engine->restoring.failure, "%.*s",
        (int)sizeof engine->restoring.failure - 1, reason);
    sx_update_log(engine->update, SX_LOG_ERROR,
        "restore: it failed and the former configuration is in force: %s", reason);
}

void sx_restore_cancel(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_error ignored;

    if (check_active(engine, event, &ignored) == 0)
        fail(engine, event->reason);
}

void sx_restore_session_end(struct sx_engine *engine, uint32_t session)
{
    if (engine->restoring.active && engine->restoring.session == session)
        fail(engine, "the session that restored it ended");
}

static int stage(
    struct sx_engine *engine, const struct sx_fragment_list *rows, struct sx_error *err)
{
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_stage(engine->store, rows, err) < 0 || sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    return 0;
}

/* Where a backup's rows come into the database: their secrets are in clear until here. */
int sx_restore_rows(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_fragment_list sealed = {0};
    const struct sx_fragment_list *rows;
    struct sx_secrets secrets;
    int result = -1;

    if (check_active(engine, event, err) < 0)
        return -1;
    engine->restoring.staged = true;
    secrets = engine->secrets;
    /* What is equal to a stand-in here is a value of the backup's all the same. */
    secrets.aside = (struct sx_set_aside){0};
    rows = sx_secrets_seal_rows(&secrets, engine->random, event->rows, &sealed, err);
    sx_secrets_clear(&secrets);
    if (rows)
        result = stage(engine, rows, err);
    sx_fragment_list_clear(&sealed);
    if (result < 0)
        fail(engine, err->message);
    else if (sx_store_wal_pages(engine->store) > SX_WAL_PAGES)
        sx_update_add(engine->update, SX_ACTION_CHECKPOINT, NULL);
    return result;
}

static int store(struct sx_engine *engine, const struct sx_restore *restore,
    const struct sx_history *history, struct sx_error *err)
{
    struct sx_store *to = engine->store;

    if (sx_store_begin(to, err) < 0)
        return -1;
    if (sx_store_stage_swap_all(to, err) < 0 || sx_store_clear_journal(to, err) < 0 ||
        sx_store_set_history(to, history, err) < 0 ||
        sx_system_key_store_digest(engine, restore->tree.digest_key, err) < 0 ||
        sx_store_set(to, "take-snapshot", NULL, err) < 0 ||
        sx_store_set(to, "lineage-is-ours", "1", err) < 0 || sx_store_commit(to, err) < 0) {
        sx_store_rollback(to);
        return -1;
    }
    return 0;
}

/* The content goes on from the backup's history, in a lineage of its own: whoever went on from the
 * same revision elsewhere has diverged from it, and is told so when they meet. */
static void start_lineage(
    struct sx_engine *engine, const struct sx_restore *restore, struct sx_history *ret_history)
{
    char id[SX_UUID_SIZE];

    *ret_history = restore->info.history;
    sx_random_uuid(engine, id);
    sx_history_start(ret_history, id);
    sx_history_advance(ret_history, restore->tree.digest);
}

static void take_over(struct sx_engine *engine, struct sx_restore *restore)
{
    uint64_t whole = engine->tree.whole_validations;

    sx_tree_clear(&engine->tree);
    sx_set_aside_clear(&engine->secrets.aside);
    memcpy(engine->secrets.digest_key, restore->tree.digest_key, SX_DIGEST_SIZE);
    engine->tree = restore->tree;
    engine->tree.whole_validations += whole;
    memset(&restore->tree, 0, sizeof restore->tree);
    sx_revision_clear(&engine->latest);
    engine->lineage_is_ours = true;
    engine->take_snapshot = engine->joining = engine->digest_differs = engine->conflict = false;
    engine->last_sync_ms = engine->now_ms;
    sx_update_add(engine->update, SX_ACTION_RECONFIGURE, NULL)->top[0] = '*';
    engine->cluster_changed = engine->system_changed = engine->requirements_changed = true;
    engine->status_changed = true;
}

static int put_in_force(struct sx_engine *engine, const struct sx_event *event,
    struct sx_restore *restore, struct sx_error *err)
{
    struct sx_history history;

    if (!restore->valid)
        return sx_error_set(err, SX_E_INTERNAL, "the content to be restored was not validated");
    if (strcmp(engine->restoring.key, engine->secrets.keys.keys[0].id) != 0)
        return sx_error_set(
            err, SX_E_OPERATION_FAILED, "the system key was changed meanwhile: restore again");
    start_lineage(engine, restore, &history);
    if (check_allowed(engine, &event->origin, err) < 0 || sx_backup(engine, "restore", err) < 0 ||
        store(engine, restore, &history, err) < 0)
        return -1;
    engine->history = history;
    take_over(engine, restore);
    return 0;
}

int sx_restore_end(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_restore *restore = event->restore;
    int result = check_active(engine, event, err);

    if (result == 0 && put_in_force(engine, event, restore, err) < 0) {
        fail(engine, err->message);
        result = -1;
    } else if (result == 0) {
        engine->restoring.active = engine->restoring.staged = false;
        engine->restoring.failure[0] = '\0';
        snprintf(engine->update->backup, sizeof engine->update->backup, "%s", engine->backup);
        sx_update_log(engine->update, SX_LOG_INFO,
            "restore: revision %llu of lineage %s is in force, as revision %llu of lineage %s, by "
            "%s@%s session %u",
            (unsigned long long)sx_history_revision(&restore->info.history),
            sx_history_lineage(&restore->info.history),
            (unsigned long long)sx_history_revision(&engine->history),
            sx_history_lineage(&engine->history), event->origin.user, event->origin.source,
            event->origin.session);
    }
    sx_restore_free(restore);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include <stdlib.h>
#include <string.h>

int sx_stored_value(
    struct sx_engine *engine, const char *name, char **ret_value, struct sx_error *err)
{
    struct sx_error failure = {0};

    *ret_value = sx_store_get(engine->store, name, &failure);
    if (*ret_value || failure.code == SX_OK)
        return 0;
    *err = failure;
    return -1;
}

int sx_stored_flag(struct sx_engine *engine, const char *name, bool *ret_set, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_value(engine, name, &value, err) < 0)
        return -1;
    *ret_set = value != NULL;
    free(value);
    return 0;
}

int sx_membership_load(struct sx_engine *engine, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_flag(engine, "in-cluster", &engine->in_cluster, err) < 0 ||
        sx_stored_value(engine, "take-snapshot", &value, err) < 0)
        return -1;
    engine->take_snapshot = value != NULL;
    engine->joining = value && strcmp(value, "joining") == 0;
    free(value);
    return 0;
}

/* Who is made primary again begins a new lineage, as any new primary: that tells who was named
 * last. Should it not be stored, it is tried again with the next step. */
static void give_up_lineage(struct sx_engine *engine)
{
    struct sx_error ignored = {0};

    if (engine->role != SX_ROLE_SUBORDINATE || !engine->lineage_is_ours ||
        sx_store_begin(engine->store, &ignored) < 0)
        return;
    if (sx_store_set(engine->store, "lineage-is-ours", NULL, &ignored) < 0 ||
        sx_store_commit(engine->store, &ignored) < 0)
        sx_store_rollback(engine->store);
    else
        engine->lineage_is_ours = false;
}

/* A cluster is entered by a boot, but with names in the list the place in it is known only once
 * they resolve. */
void sx_membership_settle(struct sx_engine *engine)
{
    bool in_cluster = engine->applied.peer_count > 0;
    bool joining = in_cluster && engine->role == SX_ROLE_SUBORDINATE;
    struct sx_error err = {0};

    if (engine->role != SX_ROLE_SUBORDINATE) {
        sx_snapshot_forget(engine);
        sx_revision_forget(engine);
    }
    give_up_lineage(engine);
    /* Who was taken out of the list before its place was known has not entered. */
    if (engine->in_cluster == in_cluster ||
        (in_cluster && engine->role != SX_ROLE_PRIMARY && engine->role != SX_ROLE_SUBORDINATE))
        return;
    if (sx_store_begin(engine->store, &err) < 0 ||
        sx_store_set(engine->store, "in-cluster", in_cluster ? "1" : NULL, &err) < 0 ||
        sx_store_set(engine->store, "take-snapshot", joining ? "joining" : NULL, &err) < 0 ||
        sx_store_commit(engine->store, &err) < 0) {
        sx_store_rollback(engine->store);
        sx_update_log(engine->update, SX_LOG_ERROR,
            "cluster: this system's place in the cluster could not be stored: %s", err.message);
        return;
    }
    engine->in_cluster = in_cluster;
    engine->take_snapshot = engine->joining = joining;
    engine->status_changed = true;
}

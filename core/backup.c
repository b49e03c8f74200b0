// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <stdio.h>
#include <string.h>

int sx_backup(struct sx_engine *engine, const char *why, struct sx_error *err)
{
    char path[SX_ERROR_PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/backups/%lld-%s.db", engine->directory,
        (long long)engine->now_ms, why);

    if (length < 0 || (size_t)length >= sizeof path)
        return sx_error_set(
            err, SX_E_STORE, "the path of the store's folder is too long: %s", engine->directory);
    if (sx_store_backup(engine->store, path, err) < 0)
        return -1;
    snprintf(engine->backup, sizeof engine->backup, "%s", path);
    sx_update_log(
        engine->update, SX_LOG_INFO, "backup: the former configuration is kept in %s", path);
    return 0;
}

int sx_force_update(struct sx_engine *engine, struct sx_error *err)
{
    if (engine->role == SX_ROLE_PRIMARY)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system is the configuration primary, whose configuration counts: run it on the "
            "subordinate that is to take it");
    if (engine->role != SX_ROLE_SUBORDINATE)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system is %s and has no configuration primary to take a configuration from",
            sx_role_name(engine->role));
    if (sx_reserve_check(engine, err) < 0 || sx_backup(engine, "force-config-update", err) < 0)
        return -1;
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_set(engine->store, "take-snapshot", "forced", err) < 0 ||
        sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    engine->take_snapshot = true;
    engine->status_changed = true;
    snprintf(engine->update->backup, sizeof engine->update->backup, "%s", engine->backup);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "netconf/private.h"
#include "sextant/update.h"

#include <errno.h>
#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/** How long a system may take in a restart in sequence, where the client does not say. */
#define ROLLING_LIMIT_MS 120000

const struct lyd_node *ag_rpc_input(const struct ag_rpc *rpc, const char *name)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(rpc->operation), child)
    {
        if (child->schema && strcmp(child->schema->name, name) == 0)
            return child;
    }
    return NULL;
}

const char *ag_rpc_needed(struct ag_rpc *rpc, const char *name, struct sx_error *err)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);

    if (parameter)
        return lyd_get_value(parameter);
    rpc->info.element = name;
    sx_error_set(err, SX_E_MISSING_ELEMENT, "<%s> is missing", name);
    return NULL;
}

void ag_rpc_output(struct ag_rpc *rpc, const char *name, const char *value)
{
    if (!rpc->data &&
        lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &rpc->data) != LY_SUCCESS)
        abort(); /* only for want of memory */
    lyd_new_term(rpc->data, NULL, name, value, 1, NULL);
}

int ag_rpc_datastore(
    struct ag_rpc *rpc, const char *name, enum sx_datastore *ret_datastore, struct sx_error *err)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);
    const struct lyd_node *store = parameter ? lyd_child(parameter) : NULL;

    if (!store) {
        rpc->info.element = name;
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<%s> is missing; it names the datastore: <running/> or <candidate/>", name);
    }
    if (strcmp(LYD_NAME(store), "running") == 0) {
        *ret_datastore = SX_DATASTORE_RUNNING;
    } else if (strcmp(LYD_NAME(store), "candidate") == 0) {
        *ret_datastore = SX_DATASTORE_CANDIDATE;
    } else {
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "<%s> cannot be the %s of <%s> here; <running/> and <candidate/> can", LYD_NAME(store),
            name, LYD_NAME(rpc->operation));
    }
    return 0;
}

int ag_rpc_step(
    struct ag_rpc *rpc, struct sx_event *event, struct sx_update *update, struct sx_error *err)
{
    event->origin = rpc->origin;
    ag_host_step(rpc->netconf->host, event, update);
    if (!update->failed)
        return 0;
    *err = update->error;
    rpc->errors = update->errors;
    update->errors = (struct sx_error_list){0};
    rpc->info.lock_holder = update->lock_holder;
    return -1;
}

int ag_rpc_simple(
    struct ag_rpc *rpc, enum sx_event_type type, enum sx_datastore datastore, struct sx_error *err)
{
    struct sx_event event = {.type = type, .datastore = datastore};
    struct sx_update update = {0};
    int result = ag_rpc_step(rpc, &event, &update, err);

    sx_update_clear(&update);
    return result;
}

static int on_datastore(
    struct ag_rpc *rpc, enum sx_event_type type, const char *parameter, struct sx_error *err)
{
    enum sx_datastore datastore;

    if (ag_rpc_datastore(rpc, parameter, &datastore, err) < 0)
        return -1;
    return ag_rpc_simple(rpc, type, datastore, err);
}

static int commit(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_COMMIT, .datastore = SX_DATASTORE_CANDIDATE};

    return ag_rpc_commit_step(rpc, &event, err);
}

static int discard_changes(struct ag_rpc *rpc, struct sx_error *err)
{
    return ag_rpc_simple(rpc, SX_EVENT_DISCARD, SX_DATASTORE_CANDIDATE, err);
}

static int lock(struct ag_rpc *rpc, struct sx_error *err)
{
    return on_datastore(rpc, SX_EVENT_LOCK, "target", err);
}

static int unlock(struct ag_rpc *rpc, struct sx_error *err)
{
    return on_datastore(rpc, SX_EVENT_UNLOCK, "target", err);
}

static int close_session(struct ag_rpc *rpc, struct sx_error *err)
{
    (void)err;
    rpc->close = true;
    return 0;
}

static int kill_session(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, "session-id");
    struct sx_event event = {.type = SX_EVENT_SESSION_END};
    struct sx_update update = {0};
    uint32_t id;

    if (!parameter) {
        rpc->info.element = "session-id";
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<session-id> is missing; it is the id of the session to be ended");
    }
    id = (uint32_t)strtoul(lyd_get_value(parameter), NULL, 10);
    if (id == rpc->origin.session)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "session %u is your own; <close-session> ends it", id);
    if (!ag_sessions_kill(rpc->netconf, id, rpc->origin.session))
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "there is no session %u; /netconf-state/sessions lists them", id);
    /* Its thread will say the same, but whoever waits for its locks has them with our reply. */
    event.origin.session = id;
    ag_host_step(rpc->netconf->host, &event, &update);
    sx_update_clear(&update);
    return 0;
}

static int restart(struct ag_rpc *rpc, struct sx_error *err)
{
    return ag_rpc_simple(rpc, SX_EVENT_RESTART, SX_DATASTORE_RUNNING, err);
}

static int rolling_restart(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lyd_node *action = ag_rpc_input(rpc, "action");
    const struct lyd_node *limit = ag_rpc_input(rpc, "time-limit");
    struct sx_event event = {.type = SX_EVENT_ROLLING_RESTART};
    struct sx_update update = {0};
    int result;

    if (action && strcmp(lyd_get_value(action), "resume") == 0)
        event.rolling.action = SX_ROLLING_RESUME;
    else if (action && strcmp(lyd_get_value(action), "abandon") == 0)
        event.rolling.action = SX_ROLLING_ABANDON;
    event.rolling.limit_ms =
        limit ? strtol(lyd_get_value(limit), NULL, 10) * 1000 : ROLLING_LIMIT_MS;
    result = ag_rpc_step(rpc, &event, &update, err);
    sx_update_clear(&update);
    return result;
}

static int discard_set_aside(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lyd_node *path = ag_rpc_input(rpc, "path");
    struct sx_event event = {.type = SX_EVENT_DISCARD_SET_ASIDE};
    struct sx_update update = {0};
    int result;

    event.path = path ? lyd_get_value(path) : NULL;
    result = ag_rpc_step(rpc, &event, &update, err);
    sx_update_clear(&update);
    return result;
}

static int force_config_update(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_FORCE_UPDATE};
    struct sx_update update = {0};
    int result = ag_rpc_step(rpc, &event, &update, err);

    if (result == 0 && *update.backup)
        ag_rpc_output(rpc, "backup", update.backup);
    sx_update_clear(&update);
    return result;
}

static const struct handler {
    const char *module;
    const char *name;
    int (*run)(struct ag_rpc *rpc, struct sx_error *err);
} handlers[] = {
    {"ietf-netconf", "edit-config", ag_rpc_edit_config},
    {"ietf-netconf", "copy-config", ag_rpc_copy_config},
    {"ietf-netconf", "commit", commit},
    {"ietf-netconf", "discard-changes", discard_changes},
    {"ietf-netconf", "validate", ag_rpc_validate},
    {"ietf-netconf", "lock", lock},
    {"ietf-netconf", "unlock", unlock},
    {"ietf-netconf", "close-session", close_session},
    {"ietf-netconf", "kill-session", kill_session},
    {"ietf-netconf-monitoring", "get-schema", ag_rpc_get_schema},
    {"sextant-cluster", "restart", restart},
    {"sextant-cluster", "rolling-restart", rolling_restart},
    {"sextant-cluster", "force-config-update", force_config_update},
    {"sextant-history", "get-history", ag_rpc_get_history},
    {"sextant-history", "get-changes", ag_rpc_get_changes},
    {"sextant-history", "rollback", ag_rpc_rollback},
    {"sextant-cluster", "preview-config-update", ag_rpc_preview_config_update},
    {"sextant-cluster", "suggest-mappings", ag_rpc_suggest_mappings},
    {"sextant-cluster", "force-system-key-update", ag_rpc_force_key_update},
    {"sextant-cluster", "accept-peer-key", ag_rpc_accept_peer_key},
    {"sextant-cluster", "check-secrets", ag_rpc_check_secrets},
    {"sextant-system", "discard-set-aside", discard_set_aside},
    {"sextant-system", "backup", ag_rpc_backup},
    {"sextant-system", "restore", ag_rpc_restore},
};

int ag_rpc_run(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lysc_node *schema = rpc->operation->schema;

    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
        if (strcmp(schema->name, handlers[i].name) == 0 &&
            strcmp(schema->module->name, handlers[i].module) == 0)
            return handlers[i].run(rpc, err);
    return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
        "<%s> of module %s is known but not offered by this server", schema->name,
        schema->module->name);
}

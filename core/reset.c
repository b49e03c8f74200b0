// SPDX-License-Identifier: Apache-2.0
#include "reset_impl.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The factory reset. A commit of this system's own that empties the list of peers arms it, durably
 * with that commit. The next boot finds it armed, says so to the NMS (15009) while the SNMP
 * settings are still there, and then exchanges all configuration for what survives, and the mark
 * with it, in one transaction. Whatever ends the process before, the next boot begins anew.
 */

/** The list whose end arms it. */
#define PEERS "/sextant-cluster:cluster/peers"
/** Names of stored values: the list of peers as it was, while a reset is armed, and the note that
 * nothing was configured since a reset. */
#define ARMED "factory-reset"
#define FRESH "factory-fresh"

/* The list as one line: addresses hold no blanks. */
static void join(const struct sx_cluster_config *config, char ret_list[SX_PEER_LIST_MAX])
{
    char *end = ret_list;

    *end = '\0';
    for (size_t i = 0; i < config->peer_count; i++) {
        if (i > 0)
            *end++ = ' ';
        end = stpcpy(end, config->peers[i]);
    }
}

const char *sx_reset_arm(
    struct sx_engine *engine, const struct sx_change_list *changes, char ret_list[SX_PEER_LIST_MAX])
{
    struct sx_cluster_config after;
    bool peers = false;

    for (size_t i = 0; i < changes->count; i++)
        peers |= strncmp(changes->items[i].path, PEERS, strlen(PEERS)) == 0;
    if (!peers)
        return engine->reset.list;
    sx_config_read(&engine->tree, &after);
    join(&after, ret_list);
    if (engine->reset.armed)
        return strcmp(ret_list, engine->reset.list) == 0 ? "" : engine->reset.list;
    if (!engine->in_cluster || engine->configured.peer_count == 0 || after.peer_count > 0)
        return "";
    join(&engine->configured, ret_list);
    return ret_list;
}

int sx_reset_store(struct sx_engine *engine, const char *list, struct sx_error *err)
{
    if (strcmp(list, engine->reset.list) != 0 &&
        sx_store_set(engine->store, ARMED, *list ? list : NULL, err) < 0)
        return -1;
    if (engine->reset.fresh && sx_store_set(engine->store, FRESH, NULL, err) < 0)
        return -1;
    return 0;
}

void sx_reset_stored(struct sx_engine *engine, const char *list)
{
    engine->reset.fresh = false;
    if (strcmp(list, engine->reset.list) == 0)
        return;
    engine->reset.armed = *list != '\0';
    snprintf(engine->reset.list, sizeof engine->reset.list, "%s", list);
    sx_update_log(engine->update, SX_LOG_WARNING, "factory reset: %s",
        engine->reset.armed ? "armed: the next restart erases the configuration, unless the same "
                              "peers are entered again in the same order"
                            : "disarmed: the same peers are in the list again");
}

int sx_reset_load(struct sx_engine *engine, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_value(engine, ARMED, &value, err) < 0)
        return -1;
    engine->reset.armed = engine->reset.due = value != NULL;
    snprintf(engine->reset.list, sizeof engine->reset.list, "%s", value ? value : "");
    free(value);
    if (sx_stored_value(engine, FRESH, &value, err) < 0)
        return -1;
    engine->reset.fresh = value != NULL;
    free(value);
    engine->reset.at_ms = engine->monotonic_ms + SX_RESET_WAIT_MS;
    return 0;
}

bool sx_reset_is_due(const struct sx_engine *engine)
{
    return engine->reset.due && !*engine->reset.failure;
}

/* The rows of what survives, valid by itself. *ret_history is that of its replicated part. */
static int make_content(struct sx_engine *engine, struct sx_tree *fresh,
    struct sx_transaction **ret_transaction, struct sx_history *ret_history, struct sx_error *err)
{
    struct lyd_node *survivors = sx_reset_survivors(&engine->tree);
    struct sx_transaction *transaction = sx_transaction_begin(fresh, engine->random);
    const struct sx_fragment_list *rows;
    bool replicated = false;
    int result = 0;

    if (survivors)
        result = sx_transaction_edit(transaction, survivors, SX_DEFAULT_MERGE, err);
    lyd_free_all(survivors);
    if (result < 0 || sx_transaction_validate(transaction, err) < 0) {
        sx_transaction_undo(transaction);
        return -1;
    }
    rows = sx_transaction_fragments(transaction);
    for (size_t i = 0; i < rows->count; i++)
        replicated |= rows->items[i].scope == SX_SCOPE_REPLICATED;
    memset(ret_history, 0, sizeof *ret_history);
    if (replicated) {
        char id[SX_UUID_SIZE];

        sx_random_uuid(engine, id);
        sx_history_start(ret_history, id);
        sx_history_advance(ret_history, sx_transaction_digest(transaction));
    }
    *ret_transaction = transaction;
    return 0;
}

static int store(struct sx_engine *engine, const struct sx_fragment_list *rows,
    const struct sx_history *history, struct sx_error *err)
{
    static const char *const forgotten[] = {
        ARMED, "in-cluster", "take-snapshot", "local-address", "lineage-is-ours"};
    struct sx_store *to = engine->store;

    if (sx_store_begin(to, err) < 0)
        return -1;
    if (sx_store_stage_clear(to, err) < 0 || sx_store_stage(to, rows, err) < 0 ||
        sx_store_stage_swap_all(to, err) < 0 || sx_store_clear_journal(to, err) < 0 ||
        sx_store_discard_aside(to, NULL, err) < 0 || sx_store_set_history(to, history, err) < 0 ||
        sx_store_set(to, FRESH, "1", err) < 0)
        goto failed;
    for (size_t i = 0; i < sizeof forgotten / sizeof forgotten[0]; i++)
        if (sx_store_set(to, forgotten[i], NULL, err) < 0)
            goto failed;
    if (history->count > 0 && sx_store_set(to, "lineage-is-ours", "1", err) < 0)
        goto failed;
    if (sx_store_commit(to, err) == 0)
        return 0;
failed:
    sx_store_rollback(to);
    return -1;
}

static int perform(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_tree fresh = {.schema = engine->schema};
    struct sx_fragment_list sealed = {0};
    struct sx_transaction *transaction = NULL;
    const struct sx_fragment_list *rows;
    struct sx_history history;
    int result = -1;

    memcpy(fresh.digest_key, engine->secrets.digest_key, SX_DIGEST_SIZE);
    if (sx_backup(engine, "factory-reset", err) < 0 ||
        make_content(engine, &fresh, &transaction, &history, err) < 0)
        goto out;
    rows = sx_secrets_seal_rows(
        &engine->secrets, engine->random, sx_transaction_fragments(transaction), &sealed, err);
    if (rows)
        result = store(engine, rows, &history, err);
    sx_fragment_list_clear(&sealed);
    sx_transaction_undo(transaction);
out:
    sx_tree_clear(&fresh);
    return result;
}

/* True once the alarm that announces the reset was handed to the network. */
static bool is_announced(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->alarms.count; i++)
        if (engine->alarms.active[i].id == SX_ALARM_RESET_STARTED)
            return engine->alarms.active[i].sequence <= engine->alarms.notified;
    return false;
}

void sx_reset_settle(struct sx_engine *engine)
{
    struct sx_error err = {0};

    if (!sx_reset_is_due(engine) || engine->reset.done ||
        (!is_announced(engine) && engine->monotonic_ms < engine->reset.at_ms))
        return;
    if (perform(engine, &err) < 0) {
        snprintf(engine->reset.failure, sizeof engine->reset.failure, "%.*s",
            (int)sizeof engine->reset.failure - 1, err.message);
        sx_update_log(engine->update, SX_LOG_ERROR,
            "factory reset: it failed and the configuration is as it was: %s", err.message);
        sx_alarms_settle(engine);
        return;
    }
    engine->reset.done = true;
    sx_update_log(engine->update, SX_LOG_WARNING,
        "factory reset: the configuration was erased but for what survives; restarting");
    sx_update_add(engine->update, SX_ACTION_RESTART, NULL);
}

int64_t sx_reset_deadline(const struct sx_engine *engine)
{
    return sx_reset_is_due(engine) && !engine->reset.done ? engine->reset.at_ms : INT64_MAX;
}

int sx_reset_check(const struct sx_engine *engine, struct sx_error *err)
{
    if (!sx_reset_is_due(engine))
        return 0;
    return sx_error_set(err, SX_E_IN_USE,
        "this system is being reset to its factory state: edit it when it has restarted");
}

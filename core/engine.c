// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include "salvage.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opening, closing and stepping an engine. A step lets its event happen and then settles: peers,
 * links, replication and alarms follow from what is true now, whatever the event was. */

static int load_values(struct sx_engine *engine, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_flag(engine, "lineage-is-ours", &engine->lineage_is_ours, err) < 0 ||
        sx_stored_value(engine, "local-address", &value, err) < 0)
        return -1;
    snprintf(engine->local_address, sizeof engine->local_address, "%s", value ? value : "");
    free(value);
    if (sx_upgrade_load(engine, err) < 0)
        return -1;
    return sx_membership_load(engine, err);
}

static int load(
    struct sx_engine *engine, const struct sx_engine_options *options, struct sx_error *err)
{
    struct sx_salvage *salvage = sx_alloc(sizeof *salvage);
    int result = -1;

    engine->tree.schema = engine->schema;
    engine->secrets.context = sx_schema_context(engine->schema);
    if (sx_system_key_load(engine, options, err) < 0 || sx_salvage_load(engine, salvage, err) < 0 ||
        sx_store_get_history(engine->store, &engine->history, err) < 0)
        goto out;
    /* Without the rows that are set aside the content is another one. */
    if (salvage->rows.count > 0)
        memcpy(engine->history.digest, engine->tree.digest, SX_DIGEST_SIZE);
    if (sx_secrets_loaded(engine, salvage->clear, err) < 0 || load_values(engine, err) < 0 ||
        sx_salvage_store(engine, salvage, err) < 0 ||
        sx_store_count_aside(engine->store, &engine->set_aside, err) < 0 ||
        sx_reset_load(engine, err) < 0)
        goto out;
    if (sx_rolling_load(engine, err) < 0)
        goto out;
    result = sx_alarms_load(engine, err);
out:
    sx_salvage_clear(salvage);
    free(salvage);
    return result;
}

/* A boot puts what was configured in force. */
static void boot(struct sx_engine *engine)
{
    sx_config_read(&engine->tree, &engine->configured);
    sx_apply_now(engine);
    engine->system_changed = engine->requirements_changed = engine->status_changed = true;
}

static void save_notified(struct sx_engine *engine)
{
    struct sx_alarms *alarms = &engine->alarms;
    struct sx_error err = {0};
    char value[24];

    if (alarms->notified == alarms->notified_saved)
        return;
    snprintf(value, sizeof value, "%llu", (unsigned long long)alarms->notified);
    if (sx_store_begin(engine->store, &err) < 0 ||
        sx_store_set(engine->store, "notified", value, &err) < 0 ||
        sx_store_commit(engine->store, &err) < 0) {
        sx_store_rollback(engine->store);
        return;
    }
    alarms->notified_saved = alarms->notified;
}

static int64_t next_deadline(const struct sx_engine *engine)
{
    int64_t deadline = sx_reset_deadline(engine), certificate = sx_certificate_deadline(engine);

    if (sx_rolling_deadline(engine) < deadline)
        deadline = sx_rolling_deadline(engine);
    if (sx_facts_deadline(engine) < deadline)
        deadline = sx_facts_deadline(engine);
    if (certificate < deadline)
        deadline = certificate;
    if (engine->peer_count > 0 && engine->sync_at_ms < deadline)
        deadline = engine->sync_at_ms;
    if (engine->no_room && engine->room_at_ms < deadline)
        deadline = engine->room_at_ms;
    /* At once: the next part of a key update. */
    if (engine->system_key.updating && engine->system_key.retry_at_ms < deadline)
        deadline = engine->system_key.retry_at_ms > 0 ? engine->system_key.retry_at_ms
                                                      : engine->monotonic_ms;
    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (!sx_config_is_literal(peer->address) && !peer->asked &&
            (peer->unresolved || peer->failed) && peer->ask_at_ms < deadline)
            deadline = peer->ask_at_ms;
        if (peer->key_offer_at_ms > engine->monotonic_ms && peer->key_offer_at_ms < deadline)
            deadline = peer->key_offer_at_ms;
        if (peer->key_until_ms > engine->monotonic_ms && peer->key_until_ms < deadline)
            deadline = peer->key_until_ms;
        /* One that has passed waits for another event, such as an obstacle's end. */
        if (peer->retry_at_ms > engine->monotonic_ms && peer->retry_at_ms < deadline)
            deadline = peer->retry_at_ms;
        if (peer->out.reader && peer->out.moved_ms + SX_SNAPSHOT_STALL_MS < deadline)
            deadline = peer->out.moved_ms + SX_SNAPSHOT_STALL_MS;
    }
    return deadline;
}

static void settle(struct sx_engine *engine)
{
    bool cluster_changed = engine->cluster_changed;

    if (engine->system_changed)
        snprintf(engine->system_name, sizeof engine->system_name, "%s",
            sx_config_leaf(&engine->tree, "/sextant-system:system/name"));
    sx_cluster_settle(engine);
    if (cluster_changed)
        sx_apply_settle(engine);
    sx_requirements_settle(engine, cluster_changed);
    sx_membership_settle(engine);
    sx_upgrade_settle(engine);
    sx_facts_settle(engine);
    sx_hello_settle(engine, NULL);
    sx_replicate_settle(engine);
    sx_rolling_settle(engine);
    sx_reserve_settle(engine);
    sx_alarms_settle(engine);
    sx_reset_settle(engine);
    if (engine->status_changed)
        sx_update_add(engine->update, SX_ACTION_STATUS, NULL);
    engine->status_changed = false;
    engine->update->deadline_ms = next_deadline(engine);
    engine->update->revision = sx_history_revision(&engine->history);
}

static void start_step(struct sx_engine *engine, int64_t time_ms, int64_t monotonic_ms,
    const uint8_t random[32], struct sx_update *update)
{
    engine->now_ms = time_ms;
    engine->monotonic_ms = monotonic_ms;
    memcpy(engine->random, random, sizeof engine->random);
    engine->update = update;
    engine->steps++;
}

/* After a crash this tells which of the last edits is there. */
static void say_position(struct sx_engine *engine)
{
    if (engine->history.count == 0)
        sx_update_log(engine->update, SX_LOG_INFO, "database: no revision yet");
    else
        sx_update_log(engine->update, SX_LOG_INFO, "database: revision %llu of lineage %s",
            (unsigned long long)sx_history_revision(&engine->history),
            sx_history_lineage(&engine->history));
}

int sx_engine_open(const struct sx_engine_options *options, struct sx_update *update,
    struct sx_engine **ret_engine, struct sx_error *err)
{
    struct sx_engine *engine = sx_alloc(sizeof *engine);

    engine->schema = options->schema;
    engine->directory = sx_strdup(options->directory);
    engine->vfs = sx_strdup(options->vfs);
    snprintf(
        engine->software_version, sizeof engine->software_version, "%s", options->software_version);
    for (size_t i = 0; options->own_addresses[i] && i < SX_OWN_ADDRESSES_MAX; i++) {
        snprintf(engine->own_addresses[i], sizeof engine->own_addresses[i], "%s",
            options->own_addresses[i]);
        engine->own_address_count++;
    }
    snprintf(engine->database_failure, sizeof engine->database_failure, "%s",
        options->database_failure ? options->database_failure : "");
    snprintf(engine->last_backup, sizeof engine->last_backup, "%s",
        options->last_backup ? options->last_backup : "");
    start_step(engine, options->time_ms, options->monotonic_ms, options->random, update);
    if (sx_store_open(engine->directory, engine->vfs, &engine->store, err) < 0 ||
        load(engine, options, err) < 0) {
        sx_engine_close(engine);
        sx_update_clear(update);
        return -1;
    }
    if (*engine->database_failure)
        sx_update_log(update, SX_LOG_ERROR,
            "the database cannot be used: %s; to recover, stop sextantd, run sextantctl "
            "purge-database, start it and restore a backup%s%s",
            engine->database_failure, *engine->last_backup ? ", the newest is " : "",
            engine->last_backup);
    boot(engine);
    sx_reserve_open(engine);
    sx_cluster_settle(engine);
    sx_replicate_recall(engine);
    settle(engine);
    say_position(engine);
    engine->update = NULL;
    *ret_engine = engine;
    return 0;
}

void sx_engine_close(struct sx_engine *engine)
{
    if (!engine)
        return;
    sx_candidate_discard(engine);
    sx_snapshot_forget(engine);
    sx_revision_forget(engine);
    sx_preview_forget(engine);
    for (size_t i = 0; i < SX_PEERS_MAX; i++) {
        sx_snapshot_drop(&engine->peers[i].out);
        free(engine->peers[i].link_sent);
    }
    sx_revision_clear(&engine->latest);
    sx_change_list_clear(&engine->applied_values);
    sx_tree_clear(&engine->tree);
    sx_key_update_forget(engine);
    sx_requirements_clear(engine);
    sx_secrets_clear(&engine->secrets);
    OPENSSL_cleanse(&engine->system_key, sizeof engine->system_key);
    sx_store_close(engine->store);
    free(engine->directory);
    free(engine->vfs);
    free(engine);
}

static int validate(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    /* Running is valid at all times. */
    return event->datastore == SX_DATASTORE_CANDIDATE ? sx_candidate_validate(engine, err) : 0;
}

/* News of the world, which cannot be refused. */
static void hear(struct sx_engine *engine, const struct sx_event *event)
{
    switch (event->type) {
    case SX_EVENT_LINK_UP:
        sx_cluster_link_up(engine, event);
        break;
    case SX_EVENT_LINK_DOWN:
        sx_cluster_link_down(engine, event);
        break;
    case SX_EVENT_MESSAGE:
        sx_replicate_message(engine, event->message.peer, event->message.message);
        break;
    case SX_EVENT_RESOLVED:
        sx_cluster_resolved(engine, event);
        break;
    case SX_EVENT_CERTIFICATE:
        sx_certificate_again(engine, event);
        break;
    case SX_EVENT_OWN_CERTIFICATE:
        sx_certificate_own(engine, event);
        break;
    case SX_EVENT_ROUND_TRIP:
        sx_requirements_round_trip(engine, event);
        break;
    case SX_EVENT_USAGE:
        sx_facts_usage(engine, &event->usage);
        break;
    case SX_EVENT_KEY_SAVED:
        sx_system_key_saved(engine, event);
        break;
    case SX_EVENT_NOTIFIED:
        if (event->notified > engine->alarms.notified)
            engine->alarms.notified = event->notified;
        save_notified(engine);
        break;
    case SX_EVENT_SESSION_END:
        sx_lock_session_end(engine, event->origin.session);
        sx_restore_session_end(engine, event->origin.session);
        break;
    case SX_EVENT_TICK:
        sx_key_update_step(engine);
        break;
    default:
        break;
    }
}

static int discard(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    if (sx_lock_allows(engine, SX_DATASTORE_CANDIDATE, event->origin.session, err) < 0)
        return -1;
    sx_candidate_discard(engine);
    return 0;
}

/* What somebody asks for, or news. The compiler tells of an event that is not named here. */
static int happen(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    switch (event->type) {
    case SX_EVENT_EDIT:
        return event->edit.target == SX_DATASTORE_CANDIDATE ? sx_candidate_edit(engine, event, err)
                                                            : sx_commit_edit(engine, event, err);
    case SX_EVENT_COMMIT:
        return sx_candidate_commit(engine, event, err);
    case SX_EVENT_DISCARD:
        return discard(engine, event, err);
    case SX_EVENT_VALIDATE:
        return validate(engine, event, err);
    case SX_EVENT_VALIDATE_CONFIG:
        return sx_commit_validate(engine, event, err);
    case SX_EVENT_LOCK:
        return sx_lock(engine, event, err);
    case SX_EVENT_UNLOCK:
        return sx_unlock(engine, event, err);
    case SX_EVENT_ROLLBACK:
        return sx_rollback(engine, event, err);
    case SX_EVENT_RESTART:
        sx_update_add(engine->update, SX_ACTION_RESTART, NULL);
        return 0;
    case SX_EVENT_ROLLING_RESTART:
        return sx_rolling_request(engine, event, err);
    case SX_EVENT_FORCE_UPDATE:
        return sx_force_update(engine, err);
    case SX_EVENT_PREVIEW:
        return sx_preview_request(engine, err);
    case SX_EVENT_FORCE_KEY_UPDATE:
        return sx_system_key_force(engine, err);
    case SX_EVENT_ACCEPT_KEY:
        return sx_certificate_accept(engine, event, err);
    case SX_EVENT_DISCARD_SET_ASIDE:
        return sx_set_aside_discard(engine, event, err);
    case SX_EVENT_RESTORE_BEGIN:
        return sx_restore_begin(engine, event, err);
    case SX_EVENT_RESTORE_ROWS:
        return sx_restore_rows(engine, event, err);
    case SX_EVENT_RESTORE_END:
        return sx_restore_end(engine, event, err);
    case SX_EVENT_RESTORE_CANCEL:
        sx_restore_cancel(engine, event);
        return 0;
    case SX_EVENT_LINK_UP:
    case SX_EVENT_LINK_DOWN:
    case SX_EVENT_MESSAGE:
    case SX_EVENT_RESOLVED:
    case SX_EVENT_CERTIFICATE:
    case SX_EVENT_OWN_CERTIFICATE:
    case SX_EVENT_ROUND_TRIP:
    case SX_EVENT_USAGE:
    case SX_EVENT_KEY_SAVED:
    case SX_EVENT_NOTIFIED:
    case SX_EVENT_SESSION_END:
    case SX_EVENT_TICK:
        hear(engine, event);
        return 0;
    }
    return sx_error_set(err, SX_E_INTERNAL, "no such event: %d", (int)event->type);
}

void sx_engine_step(
    struct sx_engine *engine, const struct sx_event *event, struct sx_update *update)
{
    start_step(engine, event->time_ms, event->monotonic_ms, event->random, update);
    update->failed = happen(engine, event, &update->error) < 0;
    settle(engine);
    engine->update = NULL;
}

bool sx_engine_is_new(const struct sx_engine *engine)
{
    return !*engine->database_failure && (engine->rows_at_boot == 0 || engine->reset.fresh);
}

void sx_engine_keys(const struct sx_engine *engine, struct sx_secret_keys *ret_keys)
{
    *ret_keys = engine->secrets.keys;
}

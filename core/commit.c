// SPDX-License-Identifier: Apache-2.0
#include "commit_impl.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/** Changes of one commit that are written to the log, each a line. */
#define LOGGED_CHANGES_MAX 20

/* Gives what this system commits itself its place in the history. *ret_revision is the caller's;
 * its number stays 0 when no replicated content changes. */
static int number_own(struct sx_commit *commit, const struct sx_origin *origin,
    struct sx_revision *ret_revision, struct sx_error *err)
{
    struct sx_engine *engine = commit->engine;
    struct sx_revision *revision = ret_revision;

    for (size_t i = 0; i < commit->changes->count; i++)
        if (commit->changes->items[i].scope == SX_SCOPE_REPLICATED)
            sx_change_list_copy(&revision->changes, &commit->changes->items[i]);
    if (revision->changes.count == 0)
        return 0;
    if (sx_secrets_seal_changes(&engine->secrets, engine->random, &revision->changes, err) < 0)
        return -1;
    if (!engine->lineage_is_ours || engine->history.count == 0) {
        char id[SX_UUID_SIZE];

        sx_random_uuid(engine, id);
        sx_history_start(&commit->history, id);
        commit->lineage_is_ours = true;
    }
    sx_history_advance(&commit->history, sx_transaction_digest(commit->transaction));
    revision->number = sx_history_revision(&commit->history);
    strcpy(revision->lineage, sx_history_lineage(&commit->history));
    revision->time_ms = engine->now_ms;
    revision->origin = *origin;
    memcpy(revision->digest, sx_transaction_digest(commit->transaction), SX_DIGEST_SIZE);
    commit->ends_wait = engine->take_snapshot;
    return 0;
}

/* What does not fit an envelope could never be replicated. */
static int check_sizes(struct sx_transaction *transaction, struct sx_error *err)
{
    const struct sx_fragment_list *fragments = sx_transaction_fragments(transaction);

    for (size_t i = 0; i < fragments->count; i++) {
        const struct sx_fragment *fragment = &fragments->items[i];

        if (!fragment->body || strlen(fragment->body) <= SX_FRAGMENT_BYTES_MAX)
            continue;
        sx_error_set(err, SX_E_TOO_BIG, "%.200s%.200s would be larger than %u bytes",
            fragment->list, fragment->key, SX_FRAGMENT_BYTES_MAX);
        return sx_error_at(err, fragment->list);
    }
    return 0;
}

static int store(struct sx_commit *commit, struct sx_error *err)
{
    struct sx_engine *engine = commit->engine;
    struct sx_store *to = engine->store;
    struct sx_fragment_list sealed = {0};
    const struct sx_fragment_list *rows = sx_secrets_seal_rows(&engine->secrets, engine->random,
        sx_transaction_fragments(commit->transaction), &sealed, err);
    int result = -1;

    if (!rows || sx_reserve_check(engine, err) < 0 || sx_store_begin(to, err) < 0)
        goto out;
    if (sx_store_put(to, rows, err) < 0)
        goto failed;
    for (size_t i = 0; i < commit->revision_count; i++)
        if (sx_store_append(to, commit->revisions[i], err) < 0)
            goto failed;
    if (commit->revision_count > 0 && sx_store_set_history(to, &commit->history, err) < 0)
        goto failed;
    if (commit->lineage_is_ours != engine->lineage_is_ours &&
        sx_store_set(to, "lineage-is-ours", commit->lineage_is_ours ? "1" : NULL, err) < 0)
        goto failed;
    if (commit->ends_wait && sx_store_set(to, "take-snapshot", NULL, err) < 0)
        goto failed;
    if (sx_upgrade_is_due(engine) && sx_upgrade_note(engine, err) < 0)
        goto failed;
    if (commit->reset_list && sx_reset_store(engine, commit->reset_list, err) < 0)
        goto failed;
    if (sx_store_commit(to, err) < 0)
        goto failed;
    result = 0;
    goto out;
failed:
    sx_store_rollback(to);
out:
    sx_fragment_list_clear(&sealed);
    return result;
}

/** Bytes of a value that a line of the log shows. */
#define LOGGED_VALUE_MAX 200

/* The value alone, of {"module:name":value}, cut to what a line shows. NULL unless it is a single
 * one: what is below other nodes may hold secrets. */
static const char *bare(const char *json, int *ret_length)
{
    const char *value = json ? strstr(json, "\":") : NULL;
    size_t length;

    if (!value || value[2] == '{' || value[2] == '[')
        return NULL;
    length = strlen(value + 2) - 1;
    *ret_length = length < LOGGED_VALUE_MAX ? (int)length : LOGGED_VALUE_MAX;
    return value + 2;
}

static void log_change(
    struct sx_engine *engine, const struct sx_change *change, const struct sx_origin *origin)
{
    static const char *const words[] = {"", "create", "replace", "delete", "move"};
    bool secret = change->flags & SX_NODE_SECRET;
    int from_length = 0, to_length = 0;
    const char *from = secret ? NULL : bare(change->old_value, &from_length);
    const char *to = secret ? NULL : bare(change->value, &to_length);

    sx_update_log(engine->update, SX_LOG_INFO,
        "configuration: %s %s%s%.*s%s%.*s by %s@%s session %u", words[change->operation],
        change->path, from ? " from " : "", from_length, from ? from : "", to ? " to " : "",
        to_length, to ? to : "", origin->user, origin->source, origin->session);
}

static void log_changes(
    struct sx_engine *engine, const struct sx_change_list *changes, const struct sx_origin *origin)
{
    for (size_t i = 0; i < changes->count && i < LOGGED_CHANGES_MAX; i++)
        log_change(engine, &changes->items[i], origin);
    if (changes->count > LOGGED_CHANGES_MAX)
        sx_update_log(engine->update, SX_LOG_INFO, "configuration: and %zu changes more",
            changes->count - LOGGED_CHANGES_MAX);
}

/* Those who work with the configuration read it again: one call for each top-level node. */
static void tell_reconfigured(struct sx_engine *engine, const struct sx_change_list *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const char *path = changes->items[i].path + 1;
        size_t length = strcspn(path, "/[");
        bool told = false;

        for (size_t j = 0; j < engine->update->count && !told; j++) {
            const struct sx_action *action = &engine->update->actions[j];

            told = action->type == SX_ACTION_RECONFIGURE &&
                   strncmp(action->top, path, length) == 0 && !action->top[length];
        }
        if (!told && length < sizeof engine->update->actions->top) {
            struct sx_action *action = sx_update_add(engine->update, SX_ACTION_RECONFIGURE, NULL);

            memcpy(action->top, path, length);
        }
        if (strncmp(path, "sextant-cluster:cluster", length) == 0)
            engine->cluster_changed = true;
        if (changes->items[i].scope == SX_SCOPE_PEER_SPECIFIC)
            engine->system_changed = true;
        sx_requirements_note(engine, &changes->items[i]);
    }
}

static void send_copied(struct sx_engine *engine, const struct sx_change_list *changes)
{
    struct sx_error err = {0};

    if (engine->role != SX_ROLE_PRIMARY)
        return;
    for (size_t p = 0; p < engine->peer_count; p++) {
        struct sx_message *message = NULL;

        if (!engine->peers[p].up)
            continue;
        for (size_t i = 0; i < changes->count; i++) {
            if (changes->items[i].scope != SX_SCOPE_AGREED_COPIED)
                continue;
            if (!message)
                message = sx_message_new(SX_MESSAGE_COPIED);
            sx_change_list_copy(&message->changes, &changes->items[i]);
        }
        if (message && sx_secrets_seal_changes(
                           &engine->secrets, engine->random, &message->changes, &err) < 0) {
            sx_update_log(engine->update, SX_LOG_ERROR, "cluster: %s", err.message);
            sx_message_free(message);
        } else if (message)
            sx_update_add(engine->update, SX_ACTION_SEND, engine->peers[p].address)->message =
                message;
    }
}

int sx_commit_finish(struct sx_commit *commit, const struct sx_origin *origin, struct sx_error *err)
{
    struct sx_engine *engine = commit->engine;

    if (store(commit, err) < 0) {
        sx_transaction_undo(commit->transaction);
        return -1;
    }
    log_changes(engine, commit->changes, origin);
    tell_reconfigured(engine, commit->changes);
    send_copied(engine, commit->changes);
    sx_transaction_keep(commit->transaction);
    sx_secrets_settle(engine);
    if (commit->reset_list)
        sx_reset_stored(engine, commit->reset_list);
    if (sx_upgrade_is_due(engine))
        engine->schema_noted = true;
    engine->status_changed = true;
    if (commit->revision_count > 0) {
        engine->history = commit->history;
        engine->lineage_is_ours = commit->lineage_is_ours;
        engine->last_sync_ms = engine->now_ms;
        if (commit->ends_wait)
            engine->take_snapshot = engine->joining = false;
    }
    if (sx_store_wal_pages(engine->store) > SX_WAL_PAGES)
        sx_update_add(engine->update, SX_ACTION_CHECKPOINT, NULL);
    return 0;
}

int sx_commit(struct sx_engine *engine, struct sx_transaction *transaction,
    const struct sx_origin *origin, struct sx_error *err)
{
    struct sx_revision revision = {0};
    const struct sx_revision *stored = &revision;
    char reset_list[SX_PEER_LIST_MAX];
    struct sx_commit commit = {.engine = engine,
        .transaction = transaction,
        .history = engine->history,
        .lineage_is_ours = engine->lineage_is_ours,
        .revisions = &stored};

    if (sx_transaction_validate(transaction, err) < 0)
        goto undo;
    commit.changes = sx_transaction_changes(transaction);
    if (commit.changes->count == 0) {
        sx_transaction_keep(transaction);
        return 0;
    }
    if (sx_rules_check(engine, commit.changes, err) < 0 || check_sizes(transaction, err) < 0)
        goto undo;
    if (number_own(&commit, origin, &revision, err) < 0) {
        sx_revision_clear(&revision);
        goto undo;
    }
    commit.revision_count = revision.number > 0;
    commit.reset_list = sx_reset_arm(engine, commit.changes, reset_list);
    if (sx_commit_finish(&commit, origin, err) < 0) {
        sx_revision_clear(&revision);
        return -1;
    }
    if (revision.number > 0) {
        sx_revision_clear(&engine->latest);
        engine->latest = revision;
    }
    return 0;
undo:
    sx_transaction_undo(transaction);
    return -1;
}

static int edit(struct sx_engine *engine, const struct sx_event *event,
    const struct lyd_node *config, struct sx_error *err)
{
    struct sx_transaction *transaction = sx_transaction_begin(&engine->tree, engine->random);
    int result = sx_transaction_edit(transaction, config, event->edit.default_operation, err);

    if (result == 0 && !event->edit.test_only)
        return sx_commit(engine, transaction, &event->origin, err);
    if (result == 0)
        result = sx_transaction_validate(transaction, err);
    if (result == 0)
        result = sx_rules_check(engine, sx_transaction_changes(transaction), err);
    if (result == 0)
        result = check_sizes(transaction, err);
    sx_transaction_undo(transaction);
    return result;
}

int sx_commit_continue(struct sx_engine *engine, const struct sx_event *event,
    struct sx_transaction *transaction, sx_commit_editor *editor, struct sx_error *err)
{
    struct sx_error_list *errors = &engine->update->errors;
    struct lyd_node *remaining = NULL;
    int result = sx_transaction_try(
        transaction, event->edit.config, event->edit.default_operation, &remaining, errors);

    sx_transaction_undo(transaction);
    if (result == 0 && editor(engine, event, remaining, err) < 0)
        sx_error_list_add(errors, err);
    lyd_free_all(remaining);
    if (errors->count == 0)
        return 0;
    *err = errors->items[0];
    return -1;
}

int sx_commit_edit(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    if (sx_lock_allows(engine, SX_DATASTORE_RUNNING, event->origin.session, err) < 0)
        return -1;
    if (event->edit.continue_on_error)
        return sx_commit_continue(
            engine, event, sx_transaction_begin(&engine->tree, engine->random), edit, err);
    if (event->edit.initial) {
        struct lyd_node *rest = sx_reset_without_survivors(&engine->tree, event->edit.config);
        int result = edit(engine, event, rest, err);

        lyd_free_all(rest);
        return result;
    }
    return edit(engine, event, event->edit.config, err);
}

int sx_commit_validate(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_transaction *transaction = sx_transaction_begin(&engine->tree, engine->random);
    int result = sx_transaction_edit(transaction, event->edit.config, SX_DEFAULT_REPLACE, err);

    if (result == 0)
        result = sx_transaction_validate(transaction, err);
    sx_transaction_undo(transaction);
    return result;
}

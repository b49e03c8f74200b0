// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include <stdio.h>
#include <string.h>

/* A snapshot gathers in the store's shadow table and in a tree of its own, piece by piece; the last
 * message makes both the present in one transaction, or neither. */

void sx_snapshot_forget(struct sx_engine *engine)
{
    sx_loader_end(&engine->in.loader);
    sx_tree_clear(&engine->in.tree);
    sx_set_aside_clear(&engine->in.aside);
    memset(&engine->in, 0, sizeof engine->in);
    engine->preview.asked = false;
}

static int clear_stage(struct sx_engine *engine, struct sx_error *err)
{
    if (sx_reserve_check(engine, err) < 0 || sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_stage_clear(engine->store, err) == 0 && sx_store_commit(engine->store, err) == 0)
        return 0;
    sx_store_rollback(engine->store);
    return -1;
}

int sx_snapshot_begin(struct sx_engine *engine, struct sx_peer *peer,
    const struct sx_message *message, struct sx_error *err)
{
    uint8_t digest_key[SX_DIGEST_SIZE];

    sx_snapshot_forget(engine);
    /* Its rows are stored as they come, and nothing is under a former key after the next boot. */
    if (!sx_secret_is_under(message->digest_key, engine->secrets.keys.keys[0].id))
        return sx_error_set(err, SX_E_DATA_MISSING,
            "the snapshot is encrypted with another system key than the present one");
    if (sx_system_key_open_digest(engine, message->digest_key, digest_key, err) < 0)
        return -1;
    if (!message->compare && !engine->take_snapshot &&
        !sx_history_holds(message->history, sx_history_lineage(&engine->history),
            sx_history_revision(&engine->history)))
        return sx_error_set(err, SX_E_ACCESS_DENIED,
            "the configurations have diverged: run force-config-update on the subordinate");
    if (!message->compare && clear_stage(engine, err) < 0)
        return -1;
    /* What it stands for is at least what the primary has. */
    peer->hello.history = *message->history;
    engine->in.active = true;
    engine->in.compare = message->compare;
    snprintf(engine->in.from, sizeof engine->in.from, "%s", peer->address);
    engine->in.history = *message->history;
    engine->in.total = message->total;
    engine->in.tree.schema = engine->schema;
    memcpy(engine->in.tree.digest_key, digest_key, sizeof digest_key);
    sx_loader_begin(
        &engine->in.loader, &engine->in.tree, &engine->secrets, &engine->in.aside, NULL);
    if (!message->compare)
        sx_update_log(engine->update, SX_LOG_INFO,
            "cluster: taking a snapshot of revision %llu from peer %u (%s)",
            (unsigned long long)sx_history_revision(message->history), peer->index, peer->address);
    return 0;
}

static bool is_expected(const struct sx_engine *engine, const struct sx_peer *peer)
{
    return engine->in.active && strcasecmp(engine->in.from, peer->address) == 0;
}

static int stage(
    struct sx_engine *engine, const struct sx_fragment_list *fragments, struct sx_error *err)
{
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_stage(engine->store, fragments, err) == 0 &&
        sx_store_commit(engine->store, err) == 0)
        return 0;
    sx_store_rollback(engine->store);
    return -1;
}

static int take_row(
    struct sx_engine *engine, const struct sx_fragment *fragment, struct sx_error *err)
{
    if (fragment->scope != SX_SCOPE_REPLICATED || !fragment->body)
        return sx_error_set(err, SX_E_ACCESS_DENIED, "%s%s is not a replicated item",
            fragment->list, fragment->key);
    engine->in.taken += strlen(fragment->list) + strlen(fragment->key) + strlen(fragment->body);
    if (engine->in.taken > SX_SNAPSHOT_BYTES_MAX)
        return sx_error_set(
            err, SX_E_TOO_BIG, "a snapshot of more than %llu MiB", SX_SNAPSHOT_BYTES_MAX >> 20);
    return sx_load_row(&engine->in.loader, fragment, err);
}

int sx_snapshot_piece(struct sx_engine *engine, struct sx_peer *peer,
    const struct sx_message *message, struct sx_error *err)
{
    if (!is_expected(engine, peer))
        return 0;
    for (size_t i = 0; i < message->fragments.count && !engine->in.invalid; i++)
        engine->in.invalid = take_row(engine, &message->fragments.items[i], err) < 0;
    if (engine->in.invalid)
        return -1;
    if (!engine->in.compare && stage(engine, &message->fragments, err) < 0)
        return -1;
    engine->in.bytes = message->total;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message =
        sx_message_new(SX_MESSAGE_SNAPSHOT_NEXT);
    if (sx_store_wal_pages(engine->store) > SX_WAL_PAGES)
        sx_update_add(engine->update, SX_ACTION_CHECKPOINT, NULL);
    return 0;
}

static int store_snapshot(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_store *store = engine->store;

    if (sx_store_begin(store, err) < 0)
        return -1;
    if (sx_store_stage_swap(store, SX_SCOPE_REPLICATED, err) < 0 ||
        sx_store_clear_journal(store, err) < 0 ||
        sx_store_set_history(store, &engine->in.history, err) < 0 ||
        sx_system_key_store_digest(engine, engine->in.tree.digest_key, err) < 0 ||
        sx_store_set(store, "take-snapshot", NULL, err) < 0 || sx_upgrade_note(engine, err) < 0 ||
        sx_store_set(store, "lineage-is-ours", NULL, err) < 0 || sx_store_commit(store, err) < 0) {
        sx_store_rollback(store);
        return -1;
    }
    return 0;
}

/* Whoever works with replicated content reads all of it again. */
static void tell_reconfigured(struct sx_engine *engine)
{
    sx_update_add(engine->update, SX_ACTION_RECONFIGURE, NULL)->top[0] = '*';
    engine->cluster_changed = engine->requirements_changed = true;
    engine->status_changed = true;
}

static bool is_replicated(void *context, const struct sx_set_aside_item *item)
{
    (void)context;
    return item->scope == SX_SCOPE_REPLICATED;
}

/* What could not be decrypted is what comes with the snapshot now. */
static void take_aside(struct sx_engine *engine)
{
    sx_set_aside_prune(&engine->secrets.aside, is_replicated, NULL);
    sx_set_aside_join(&engine->secrets.aside, &engine->in.aside);
}

/* Puts what came in the place of what is there, as far as memory goes. */
static int fit(struct sx_engine *engine, struct sx_transaction *transaction, struct sx_error *err)
{
    struct lyd_node *incoming = engine->in.tree.root;

    engine->in.tree.root = NULL;
    if (sx_transaction_replace_scope(transaction, SX_SCOPE_REPLICATED, incoming, err) < 0 ||
        sx_transaction_validate(transaction, err) < 0)
        return -1;
    if (engine->in.history.count > 0 &&
        memcmp(sx_transaction_digest(transaction), engine->in.history.digest, SX_DIGEST_SIZE) != 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the snapshot gives another digest here than on the primary");
    return 0;
}

int sx_snapshot_end(struct sx_engine *engine, struct sx_peer *peer, struct sx_error *err)
{
    struct sx_transaction *transaction;
    uint8_t *digest_key = engine->secrets.digest_key;

    if (!is_expected(engine, peer))
        return 0;
    if (engine->in.compare) {
        int result = sx_preview_take(engine, err);

        sx_snapshot_forget(engine);
        return result;
    }
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    memcpy(engine->tree.digest_key, engine->in.tree.digest_key, SX_DIGEST_SIZE);
    if (fit(engine, transaction, err) < 0) {
        engine->in.invalid = true;
        goto undo;
    }
    if ((engine->joining && sx_backup(engine, "join", err) < 0) || store_snapshot(engine, err) < 0)
        goto undo;
    sx_transaction_keep(transaction);
    memcpy(digest_key, engine->tree.digest_key, SX_DIGEST_SIZE);
    take_aside(engine);
    engine->history = engine->in.history;
    engine->lineage_is_ours = false;
    engine->take_snapshot = engine->joining = engine->digest_differs = false;
    engine->new_schema = false;
    engine->schema_noted = true;
    sx_revision_clear(&engine->latest);
    sx_replicate_accepted(peer);
    engine->last_sync_ms = engine->now_ms;
    sx_snapshot_forget(engine);
    tell_reconfigured(engine);
    sx_update_log(engine->update, SX_LOG_INFO, "cluster: the snapshot of revision %llu is in force",
        (unsigned long long)sx_history_revision(&engine->history));
    sx_replicate_position(engine, peer);
    return 0;
undo:
    memcpy(engine->tree.digest_key, digest_key, SX_DIGEST_SIZE);
    sx_transaction_undo(transaction);
    return -1;
}

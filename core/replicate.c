// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The primary knows where each subordinate stands (hello, position) and sends what it lacks: from
 * the journal where that reaches back far enough, else a snapshot. A subordinate takes revisions
 * one after the other, from the peer that it holds for the primary and from no other. */

void sx_replicate_reset(struct sx_engine *engine, struct sx_peer *peer)
{
    peer->sending = false;
    peer->skipping = peer->key_offered = false;
    peer->retry_at_ms = 0;
    sx_snapshot_drop(&peer->out);
    if (strcasecmp(engine->pending_from, peer->address) == 0)
        sx_revision_forget(engine);
    if (engine->in.active && strcasecmp(engine->in.from, peer->address) == 0)
        sx_snapshot_forget(engine);
}

static size_t bytes_of(const struct sx_revision *revision)
{
    size_t bytes = 0;

    for (size_t i = 0; i < revision->changes.count; i++) {
        const struct sx_change *change = &revision->changes.items[i];

        bytes += 64 + strlen(change->path) + (change->value ? strlen(change->value) : 0) +
                 (change->old_value ? strlen(change->old_value) : 0) +
                 (change->after ? strlen(change->after) : 0) +
                 (change->old_after ? strlen(change->old_after) : 0);
    }
    return bytes;
}

static void copy_revision(const struct sx_revision *from, struct sx_revision *ret_copy)
{
    struct sx_change_list changes = {0};

    for (size_t i = 0; i < from->changes.count; i++)
        sx_change_list_copy(&changes, &from->changes.items[i]);
    *ret_copy = *from;
    ret_copy->changes = changes;
}

/* The newest revision is at hand; older ones are in the journal. */
static int read_revision(struct sx_engine *engine, uint64_t number, struct sx_revision *ret)
{
    struct sx_error err = {0};

    if (engine->latest.number == number)
        copy_revision(&engine->latest, ret);
    else if (sx_store_journal(engine->store, number, ret, &err) < 0)
        return -1;
    /* The peer has the present key alone; a value may still be under the former one. */
    return sx_secrets_reseal_changes(&engine->secrets, engine->random, &ret->changes, &err);
}

static void send_revisions(struct sx_engine *engine, struct sx_peer *peer)
{
    uint64_t newest = sx_history_revision(&engine->history);
    struct sx_message *previous = NULL;

    while (peer->sent < newest && peer->sent - peer->acknowledged < SX_WINDOW_REVISIONS &&
           peer->window_bytes < SX_WINDOW_BYTES) {
        struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);
        size_t bytes;

        if (read_revision(engine, peer->sent + 1, message->revision) < 0 ||
            (bytes = bytes_of(message->revision)) > SX_REVISION_BYTES_MAX) {
            sx_message_free(message);
            /* What was sent before must have arrived: its answers would confuse a snapshot. */
            if (peer->sent == peer->acknowledged)
                sx_snapshot_send(engine, peer);
            return;
        }
        sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
        if (previous)
            previous->more = true;
        previous = message;
        peer->sent++;
        peer->window[peer->sent % SX_WINDOW_REVISIONS] = bytes;
        peer->window_bytes += bytes;
    }
}

bool sx_replicate_diverged(const struct sx_history *history, const struct sx_history *other)
{
    return !sx_history_holds(history, sx_history_lineage(other), sx_history_revision(other));
}

static bool wants_snapshot(const struct sx_hello *hello)
{
    return hello->take_snapshot || hello->new_schema;
}

/* With another digest key it could compare nothing. */
static bool needs_snapshot(const struct sx_engine *engine, const struct sx_peer *peer)
{
    return wants_snapshot(&peer->hello) ||
           strcmp(peer->hello.digest_key, engine->hello_sent.digest_key) != 0;
}

static void serve(struct sx_engine *engine, struct sx_peer *peer)
{
    const struct sx_history *theirs = &peer->hello.history;

    if (peer->out.reader || sx_hello_obstacle(engine, peer, true) ||
        engine->monotonic_ms < peer->retry_at_ms)
        return;
    if (peer->retry_at_ms > 0)
        peer->sending = false;
    peer->retry_at_ms = 0;
    if (needs_snapshot(engine, peer)) {
        sx_snapshot_send(engine, peer);
        return;
    }
    if (!peer->sending) {
        peer->sending = true;
        peer->sent = peer->acknowledged = sx_history_revision(theirs);
        peer->window_bytes = 0;
    }
    /* A peer that lags gets rows, which it takes at once, not one revision for each answer. */
    if (peer->sent - peer->acknowledged <= SX_WINDOW_REVISIONS / 2)
        send_revisions(engine, peer);
}

/* At each interval the primary tells its digest to be compared, and all tell where they stand. */
static void sync(struct sx_engine *engine)
{
    engine->sync_at_ms = engine->monotonic_ms + engine->configured.sync_interval_s * 1000ll;
    for (size_t i = 0; i < engine->peer_count; i++) {
        struct sx_peer *peer = &engine->peers[i];
        struct sx_message *message;

        if (!peer->up)
            continue;
        if (engine->role != SX_ROLE_PRIMARY || sx_hello_obstacle(engine, peer, true)) {
            sx_replicate_position(engine, peer);
            continue;
        }
        message = sx_message_new(SX_MESSAGE_SYNC);
        *message->history = engine->history;
        sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
    }
    if (engine->role == SX_ROLE_PRIMARY)
        engine->last_sync_ms = engine->now_ms;
}

/* A peer that neither stores the pieces of its snapshot nor refuses them would hold the database's
 * log for ever. */
static void watch_snapshot(struct sx_engine *engine, struct sx_peer *peer)
{
    if (!peer->out.reader || engine->monotonic_ms < peer->out.moved_ms + SX_SNAPSHOT_STALL_MS)
        return;
    sx_snapshot_drop(&peer->out);
    sx_replicate_refused(engine, peer, 0, "it does not take the snapshot");
    sx_cluster_end_link(engine, peer, peer->refusal);
}

static void judge_conflict(struct sx_engine *engine)
{
    struct sx_peer *primary = sx_cluster_primary(engine);

    if (engine->role != SX_ROLE_SUBORDINATE) {
        engine->conflict = false;
        return;
    }
    /* Without word from the primary the last judgement stands. */
    if (!primary || !primary->up || !primary->heard || sx_hello_obstacle(engine, primary, false))
        return;
    engine->conflict = !engine->take_snapshot &&
                       (engine->digest_differs ||
                           sx_replicate_diverged(&primary->hello.history, &engine->history));
}

/* Who is not primary any more sends nothing, and tries nothing again. */
static void stop_serving(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++) {
        sx_snapshot_drop(&engine->peers[i].out);
        engine->peers[i].sending = false;
        engine->peers[i].retry_at_ms = 0;
    }
}

void sx_replicate_settle(struct sx_engine *engine)
{
    judge_conflict(engine);
    sx_preview_settle(engine);
    if (engine->role != SX_ROLE_PRIMARY)
        stop_serving(engine);
    if (engine->role == SX_ROLE_PRIMARY)
        for (size_t i = 0; i < engine->peer_count; i++)
            if (engine->peers[i].up && engine->peers[i].heard) {
                sx_system_key_offer(engine, &engine->peers[i]);
                watch_snapshot(engine, &engine->peers[i]);
                serve(engine, &engine->peers[i]);
            }
    if (engine->peer_count > 0 &&
        (engine->sync_at_ms == 0 || engine->monotonic_ms >= engine->sync_at_ms))
        sync(engine);
}

void sx_replicate_position(struct sx_engine *engine, struct sx_peer *peer)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_POSITION);

    *message->history = engine->history;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
}

/* Why configuration from this peer is not taken, or NULL. */
const char *sx_replicate_not_from(struct sx_engine *engine, const struct sx_peer *peer)
{
    if (engine->role != SX_ROLE_SUBORDINATE || sx_cluster_primary(engine) != peer)
        return "it is not the configuration primary here";
    /* What is in the memory of this process is not what is stored any more. */
    if (engine->reset.done)
        return "it was reset to its factory state and restarts";
    return sx_hello_obstacle(engine, peer, false);
}

/* What a peer says of itself may tell that it took its snapshot, or what it refused. The revision
 * alone does not: who is to take a snapshot may have had the same before. */
static void judge_taken(struct sx_engine *engine, struct sx_peer *peer)
{
    const struct sx_history *told = &peer->hello.history;
    uint64_t revision = sx_history_revision(told);

    if (engine->role != SX_ROLE_PRIMARY || needs_snapshot(engine, peer) ||
        sx_replicate_diverged(&engine->history, told))
        return;
    if (peer->out.all_sent && revision == sx_history_revision(&peer->out.history)) {
        sx_snapshot_drop(&peer->out);
        peer->sending = false;
        sx_replicate_accepted(peer);
    }
    if (revision >= peer->refused_number || revision == sx_history_revision(&engine->history))
        sx_replicate_accepted(peer);
}

static void take_position(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_history *history)
{
    uint64_t revision = sx_history_revision(history);

    /* Said before its hello: what takes a peer back is a snapshot, after which it says hello. */
    if (revision < sx_history_revision(&peer->hello.history) &&
        strcmp(sx_history_lineage(history), sx_history_lineage(&peer->hello.history)) == 0)
        return;
    peer->hello.history = *history;
    if (engine->role != SX_ROLE_PRIMARY)
        return;
    judge_taken(engine, peer);
    while (peer->sending && peer->acknowledged < revision && peer->acknowledged < peer->sent) {
        peer->acknowledged++;
        peer->window_bytes -= peer->window[peer->acknowledged % SX_WINDOW_REVISIONS];
    }
}

static void compare_digests(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_history *primary)
{
    if (sx_history_revision(primary) != sx_history_revision(&engine->history) ||
        strcmp(sx_history_lineage(primary), sx_history_lineage(&engine->history)) != 0 ||
        strcmp(peer->hello.digest_key, engine->hello_sent.digest_key) != 0)
        return;
    engine->digest_differs = memcmp(primary->digest, engine->history.digest, SX_DIGEST_SIZE) != 0;
    /* Who is level has taken what it refused before. */
    if (!engine->take_snapshot)
        sx_replicate_accepted(peer);
}

/* Who says that it is another entry of this list is not let to say more. */
static bool is_impostor(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_hello *hello)
{
    const char *claimed = hello->local_index ? hello->peers[hello->local_index - 1] : "";
    const struct sx_peer *other = *claimed ? sx_cluster_peer(engine, claimed) : NULL;
    char reason[SX_REASON_MAX];

    if (!other || other == peer)
        return false;
    snprintf(
        reason, sizeof reason, "it says that it is peer %u (%.150s)", other->index, other->address);
    sx_cluster_end_link(engine, peer, reason);
    return true;
}

static void take_hello(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message)
{
    bool wanted = peer->heard && wants_snapshot(&peer->hello);

    if (is_impostor(engine, peer, message->hello))
        return;
    peer->hello = *message->hello;
    peer->heard = true;
    if (peer->refusals == 0)
        peer->ended = false;
    /* A primary that has another key gives it to who joins; a moment is left for that. */
    peer->key_until_ms = peer->hello.key_busy || sx_hello_key_differs(engine, peer, false)
                             ? engine->monotonic_ms + SX_KEY_GRACE_MS
                             : 0;
    peer->key_offered = false;
    peer->retry_at_ms = 0;
    judge_taken(engine, peer);
    /* A peer that has just asked for a snapshot, or no longer does, starts from the beginning. */
    if (wanted != wants_snapshot(&peer->hello))
        sx_replicate_reset(engine, peer);
    peer->sending = false;
    if (!sx_replicate_not_from(engine, peer))
        compare_digests(engine, peer, &peer->hello.history);
}

static void take_sync(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_history *history)
{
    if (sx_replicate_not_from(engine, peer))
        return;
    peer->hello.history = *history;
    engine->last_sync_ms = engine->now_ms;
    compare_digests(engine, peer, history);
    sx_replicate_position(engine, peer);
}

static void take_snapshot(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message)
{
    const char *obstacle = sx_replicate_not_from(engine, peer);
    bool compare =
        message->type == SX_MESSAGE_SNAPSHOT_BEGIN ? message->compare : engine->in.compare;
    struct sx_error err = {0};
    bool invalid;
    int result;

    if (obstacle && compare)
        return;
    if (obstacle) {
        sx_replicate_refuse(engine, peer, 0, obstacle);
        return;
    }
    if (message->type == SX_MESSAGE_SNAPSHOT_BEGIN)
        result = sx_snapshot_begin(engine, peer, message, &err);
    else if (message->type == SX_MESSAGE_SNAPSHOT_PIECE)
        result = sx_snapshot_piece(engine, peer, message, &err);
    else
        result = sx_snapshot_end(engine, peer, &err);
    if (result == 0)
        return;
    invalid = engine->in.invalid;
    sx_snapshot_forget(engine);
    if (compare)
        sx_update_log(engine->update, SX_LOG_WARNING,
            "cluster: the configuration of peer %u (%s) cannot be compared: %s", peer->index,
            peer->address, err.message);
    else if (invalid) /* it comes again with the next link; the pauses between links grow */
        sx_replicate_reject(engine, peer, 0, err.message);
    else
        sx_replicate_refuse(engine, peer, 0, err.message);
}

void sx_replicate_message(struct sx_engine *engine, const char *address, struct sx_message *message)
{
    struct sx_peer *peer = sx_cluster_peer(engine, address);
    struct sx_error err = {0};

    if (!peer || !peer->up || (!peer->heard && message->type != SX_MESSAGE_HELLO))
        goto out;
    engine->status_changed = true;
    switch (message->type) {
    case SX_MESSAGE_HELLO:
        take_hello(engine, peer, message);
        break;
    case SX_MESSAGE_REVISION:
        sx_revision_take(engine, peer, message);
        break;
    case SX_MESSAGE_POSITION:
        take_position(engine, peer, message->history);
        break;
    case SX_MESSAGE_REFUSAL:
        sx_replicate_take_refusal(engine, peer, message);
        break;
    case SX_MESSAGE_SNAPSHOT_BEGIN:
    case SX_MESSAGE_SNAPSHOT_PIECE:
    case SX_MESSAGE_SNAPSHOT_END:
        take_snapshot(engine, peer, message);
        break;
    case SX_MESSAGE_SNAPSHOT_NEXT:
        sx_snapshot_continue(engine, peer);
        break;
    case SX_MESSAGE_COPIED:
        if (!sx_replicate_not_from(engine, peer) &&
            sx_commit_copied(engine, &message->changes, peer->address, &err) < 0)
            sx_update_log(engine->update, SX_LOG_WARNING,
                "cluster: items copied by peer %u (%s) were not taken: %s", peer->index,
                peer->address, err.message);
        break;
    case SX_MESSAGE_SYSTEM_KEY:
        sx_system_key_take(engine, peer, message);
        break;
    case SX_MESSAGE_FACTS:
        sx_facts_take(engine, peer, message->facts);
        break;
    case SX_MESSAGE_COMPARE:
        sx_preview_serve(engine, peer);
        break;
    case SX_MESSAGE_RESTART:
        sx_rolling_take(engine, peer, message);
        break;
    case SX_MESSAGE_ROLLING:
        sx_rolling_hear(engine, peer, message->rolling);
        break;
    case SX_MESSAGE_SYNC:
        take_sync(engine, peer, message->history);
        break;
    }
out:
    sx_message_free(message);
}

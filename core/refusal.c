// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include <stdio.h>
#include <string.h>

/* A subordinate tells the primary what it cannot take. Both note it, which raises 20009, and the
 * primary tries again, until it is taken. */

void sx_replicate_refused(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason)
{
    peer->sending = false;
    /* Trying again is the primary's part. */
    if (engine->role == SX_ROLE_PRIMARY)
        peer->retry_at_ms =
            engine->monotonic_ms + (number ? SX_REFUSED_RETRY_MS : SX_REFUSED_SNAPSHOT_RETRY_MS);
    if (peer->refusals < SX_REFUSALS_MAX)
        peer->refusals++;
    peer->refused_number = number ? number : UINT64_MAX;
    snprintf(peer->refusal, sizeof peer->refusal, "%s", reason);
}

void sx_replicate_refuse(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REFUSAL);

    message->refusal.number = number;
    snprintf(message->refusal.reason, sizeof message->refusal.reason, "%s", reason);
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
    peer->skipping = number > 0;
    /* What another than the primary sends is never taken: nothing would end it. */
    if (sx_cluster_primary(engine) == peer)
        sx_replicate_refused(engine, peer, number, reason);
    sx_update_log(engine->update, SX_LOG_WARNING, "cluster: refused %s %llu of peer %u (%s): %s",
        number ? "revision" : "the snapshot, revision", (unsigned long long)number, peer->index,
        peer->address, reason);
}

void sx_replicate_reject(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason)
{
    sx_replicate_refuse(engine, peer, number, reason);
    if (peer->rejected < SX_REFUSALS_MAX)
        peer->rejected++;
    sx_cluster_end_link(engine, peer, reason);
}

void sx_replicate_take_refusal(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message)
{
    bool tried = peer->sending || peer->out.reader;

    sx_snapshot_drop(&peer->out);
    /* The first of a row says why, and counts. */
    if (!tried)
        return;
    sx_replicate_refused(engine, peer, message->refusal.number, message->refusal.reason);
    sx_update_log(engine->update, SX_LOG_WARNING, "cluster: peer %u (%s) refused revision %llu: %s",
        peer->index, peer->address, (unsigned long long)message->refusal.number,
        message->refusal.reason);
}

void sx_replicate_accepted(struct sx_peer *peer)
{
    peer->refusals = peer->rejected = 0;
    peer->ended = false;
}

static struct sx_peer *peer_of(struct sx_engine *engine, const struct sx_alarm_event *alarm)
{
    char resource[SX_ALARM_RESOURCE_MAX];

    for (size_t i = 0; i < engine->peer_count; i++) {
        sx_alarm_resource(&engine->peers[i], resource);
        if (strcmp(resource, alarm->resource) == 0)
            return &engine->peers[i];
    }
    return NULL;
}

/* The alarm was raised before the restart, so its cause still stands: it ends as any refusal does,
 * when what was refused is taken. */
static void recall_refusal(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_alarm_event *alarm)
{
    const char *reason = strstr(alarm->text, "): ");

    if (peer->refusals == 0)
        peer->refusals = 1;
    peer->refused_number = sx_history_revision(&engine->history);
    snprintf(peer->refusal, sizeof peer->refusal, "%.255s", reason ? reason + 3 : alarm->text);
}

void sx_replicate_recall(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->alarms.count; i++) {
        const struct sx_alarm_event *alarm = &engine->alarms.active[i];
        struct sx_peer *peer = peer_of(engine, alarm);

        if (!peer)
            continue;
        if (alarm->id == 20009)
            recall_refusal(engine, peer, alarm);
        if (alarm->id == 20024) {
            peer->rejected = SX_REFUSALS_MAX;
            peer->ended = true;
        }
        if (alarm->id == 20025)
            peer->refusals = SX_REFUSALS_MAX;
    }
}

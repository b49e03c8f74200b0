// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The restart in sequence. The primary restarts first, then it asks one peer after the other to.
 * Each is told the boot that is to end, so nothing restarts twice, and is back when it says hello
 * from another boot and all peers are linked and level again. Each step is stored before it is
 * taken: whoever runs it may restart or crash at any point.
 */

/** Name of the stored value: three lines, of numbers, addresses and the reason of a stop. */
#define STORED "rolling-restart"
/** A step that could not be stored is tried again after so long. */
#define RETRY_MS 1000

int sx_rolling_load(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_rolling *rolling = &engine->rolling;
    unsigned state = 0;
    char *value = NULL, *lines, *line;

    sx_random_take(engine->random, &engine->boot, sizeof engine->boot);
    if (sx_stored_value(engine, STORED, &value, err) < 0)
        return -1;
    if (!value)
        return 0;
    lines = value;
    line = strsep(&lines, "\n");
    sscanf(line, "%u %zu %llx %lld %lld", &state, &rolling->at, &rolling->boot, &rolling->limit_ms,
        &rolling->time_ms);
    line = strsep(&lines, "\n");
    for (char *address; line && rolling->count < SX_PEERS_MAX && (address = strsep(&line, " "));)
        snprintf(rolling->order[rolling->count++], SX_ADDRESS_MAX, "%s", address);
    snprintf(rolling->reason, sizeof rolling->reason, "%s", lines ? lines : "");
    if (rolling->at < rolling->count || state == SX_ROLLING_COMPLETED)
        rolling->state = (enum sx_rolling_state)state;
    rolling->until_ms = engine->monotonic_ms + rolling->limit_ms;
    free(value);
    return 0;
}

/* Stores the next step, and only then makes it the present one. */
static int save(struct sx_engine *engine, struct sx_rolling *next, struct sx_error *err)
{
    char text[SX_PEER_LIST_MAX + SX_REASON_MAX + 96];
    int used;

    next->time_ms = engine->now_ms;
    next->until_ms = engine->monotonic_ms + next->limit_ms;
    next->retry_at_ms = 0;
    used = snprintf(text, sizeof text, "%u %zu %llx %lld %lld\n", (unsigned)next->state, next->at,
        next->boot, next->limit_ms, next->time_ms);
    for (size_t i = 0; i < next->count; i++)
        used += snprintf(
            text + used, sizeof text - (size_t)used, "%s%s", i > 0 ? " " : "", next->order[i]);
    snprintf(text + used, sizeof text - (size_t)used, "\n%s", next->reason);
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_set(engine->store, STORED, next->state == SX_ROLLING_IDLE ? NULL : text, err) <
            0 ||
        sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    engine->rolling = *next;
    engine->status_changed = true;
    sx_rolling_stepped(engine);
    return 0;
}

/* Outside a request nobody can be told: it is tried again later. */
static bool saved(struct sx_engine *engine, struct sx_rolling *next)
{
    struct sx_error err = {0};

    if (save(engine, next, &err) == 0)
        return true;
    engine->rolling.retry_at_ms = engine->monotonic_ms + RETRY_MS;
    sx_update_log(
        engine->update, SX_LOG_ERROR, "rolling restart: it could not be stored: %s", err.message);
    return false;
}

/* Linked, and level as far as anything is replicated to it. The reason when it is not. */
static const char *not_active(const struct sx_engine *engine, const struct sx_peer *peer)
{
    if (!peer->up)
        return *peer->failure ? peer->failure : "there is no link";
    if (!peer->heard)
        return "it has not said hello";
    if (!sx_hello_obstacle(engine, peer, true) &&
        sx_history_revision(&peer->hello.history) != sx_history_revision(&engine->history))
        return "it does not have the newest revision";
    return NULL;
}

/* The first peer that is not active, with the reason; NULL when all are. */
static const struct sx_peer *missing(const struct sx_engine *engine, const char **ret_reason)
{
    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (peer->index != engine->local_index && (*ret_reason = not_active(engine, peer)))
            return peer;
    }
    return NULL;
}

static bool is_back(struct sx_engine *engine)
{
    const struct sx_rolling *rolling = &engine->rolling;
    const struct sx_peer *peer = sx_cluster_peer(engine, rolling->order[rolling->at]);
    const char *reason;

    if (rolling->at == 0 && engine->boot == rolling->boot)
        return false;
    /* Who was taken out of the list meanwhile is not waited for. */
    if (rolling->at > 0 && peer && (!peer->up || !peer->heard || peer->hello.boot == rolling->boot))
        return false;
    return engine->role == SX_ROLE_PRIMARY && !missing(engine, &reason);
}

static void stop(struct sx_engine *engine, const char *reason)
{
    struct sx_rolling next = engine->rolling;

    next.state = SX_ROLLING_STOPPED;
    snprintf(next.reason, sizeof next.reason, "%s", reason);
    if (saved(engine, &next))
        sx_update_log(engine->update, SX_LOG_WARNING,
            "rolling restart: stopped at %s, %zu of %zu done: %s", next.order[next.at], next.at,
            next.count, reason);
}

static void time_out(struct sx_engine *engine)
{
    const struct sx_rolling *rolling = &engine->rolling;
    char reason[SX_REASON_MAX];
    const char *why = NULL;
    const struct sx_peer *peer = missing(engine, &why);

    if (peer)
        snprintf(reason, sizeof reason, "peer %u is not Active again after %lld s: %.180s",
            peer->index, rolling->limit_ms / 1000, why);
    else
        snprintf(reason, sizeof reason, "it has not restarted in %lld s", rolling->limit_ms / 1000);
    stop(engine, reason);
}

static void advance(struct sx_engine *engine)
{
    struct sx_rolling next = engine->rolling;
    const struct sx_peer *peer = NULL;

    do
        next.at++;
    while (next.at < next.count && !(peer = sx_cluster_peer(engine, next.order[next.at])));
    next.boot = peer ? peer->hello.boot : 0;
    if (next.at == next.count)
        next.state = SX_ROLLING_COMPLETED;
    if (!saved(engine, &next))
        return;
    if (next.state == SX_ROLLING_COMPLETED)
        sx_update_log(engine->update, SX_LOG_INFO,
            "rolling restart: completed, all %zu systems are back", next.count);
    else
        sx_update_log(engine->update, SX_LOG_INFO, "rolling restart: %s restarts, %zu of %zu done",
            next.order[next.at], next.at, next.count);
}

/* Once a link: a request that was lost with one is made again on the next. */
static void ask(struct sx_engine *engine)
{
    const struct sx_rolling *rolling = &engine->rolling;
    struct sx_peer *peer = sx_cluster_peer(engine, rolling->order[rolling->at]);
    struct sx_message *message;

    if (rolling->at == 0 || !peer || !peer->up || !peer->heard || peer->restart_asked ||
        peer->hello.boot != rolling->boot)
        return;
    message = sx_message_new(SX_MESSAGE_RESTART);
    message->restart.boot = rolling->boot;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
    peer->restart_asked = true;
}

static void take_step(struct sx_engine *engine)
{
    if (engine->role == SX_ROLE_SUBORDINATE || engine->role == SX_ROLE_STAND_ALONE)
        stop(engine, "this system is no longer the configuration primary");
    else if (is_back(engine))
        advance(engine);
    else if (engine->monotonic_ms >= engine->rolling.until_ms)
        time_out(engine);
    if (engine->rolling.state == SX_ROLLING_RUNNING)
        ask(engine);
}

void sx_rolling_settle(struct sx_engine *engine)
{
    if (engine->rolling.state == SX_ROLLING_RUNNING &&
        engine->monotonic_ms >= engine->rolling.retry_at_ms)
        take_step(engine);
    sx_rolling_tell(engine);
}

int64_t sx_rolling_deadline(const struct sx_engine *engine)
{
    if (engine->rolling.state != SX_ROLLING_RUNNING)
        return INT64_MAX;
    return engine->rolling.retry_at_ms > engine->monotonic_ms ? engine->rolling.retry_at_ms
                                                              : engine->rolling.until_ms;
}

static int start(struct sx_engine *engine, int64_t limit_ms, struct sx_error *err)
{
    struct sx_rolling next = {.state = SX_ROLLING_RUNNING, .limit_ms = limit_ms};
    const char *reason;
    const struct sx_peer *peer = missing(engine, &reason);

    if (peer)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "peer %u (%s) is not Active: %s; nothing is restarted while a peer is missing",
            peer->index, peer->address, reason);
    if (engine->reset.armed)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "a factory reset is armed: the restart would erase the configuration");
    strcpy(next.order[next.count++], engine->peers[engine->local_index - 1].address);
    for (size_t i = 0; i < engine->peer_count; i++)
        if (engine->peers[i].index != engine->local_index)
            strcpy(next.order[next.count++], engine->peers[i].address);
    next.boot = engine->boot;
    if (save(engine, &next, err) < 0)
        return -1;
    sx_update_log(engine->update, SX_LOG_INFO, "rolling restart: %s restarts, 0 of %zu done",
        next.order[0], next.count);
    sx_update_add(engine->update, SX_ACTION_RESTART, NULL);
    return 0;
}

/* Goes on where it stopped; who has restarted meanwhile is not asked to again. */
static int resume(struct sx_engine *engine, int64_t limit_ms, struct sx_error *err)
{
    struct sx_rolling next = engine->rolling;
    struct sx_peer *peer;

    if (engine->rolling.state != SX_ROLLING_STOPPED)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "no rolling restart has stopped here: leave the action out to begin one");
    next.state = SX_ROLLING_RUNNING;
    next.reason[0] = '\0';
    next.limit_ms = limit_ms;
    if (save(engine, &next, err) < 0)
        return -1;
    peer = sx_cluster_peer(engine, next.order[next.at]);
    if (peer)
        peer->restart_asked = false;
    if (next.at == 0 && engine->boot == next.boot)
        sx_update_add(engine->update, SX_ACTION_RESTART, NULL);
    return 0;
}

static int check_role(const struct sx_engine *engine, struct sx_error *err)
{
    if (engine->role == SX_ROLE_PRIMARY)
        return 0;
    if (engine->role == SX_ROLE_STAND_ALONE)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system stands alone: the operation 'restart' restarts it");
    sx_error_set(err, SX_E_OPERATION_FAILED,
        "a rolling restart is run on the configuration primary, %s",
        engine->configured.peers[engine->configured.primary - 1]);
    sx_error_tag(err, "not-primary");
    return -1;
}

int sx_rolling_request(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_rolling none = {0};

    if (event->rolling.action == SX_ROLLING_ABANDON)
        return save(engine, &none, err);
    if (check_role(engine, err) < 0)
        return -1;
    if (engine->rolling.state == SX_ROLLING_RUNNING)
        return sx_error_set(err, SX_E_IN_USE,
            "a rolling restart is under way: cluster/rolling-restart tells how far it is");
    if (event->rolling.action == SX_ROLLING_RESUME)
        return resume(engine, event->rolling.limit_ms, err);
    return start(engine, event->rolling.limit_ms, err);
}

static void refuse(struct sx_engine *engine, const struct sx_peer *peer, const char *reason)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_RESTART);

    message->restart.boot = engine->boot;
    snprintf(message->restart.refusal, sizeof message->restart.refusal, "%s", reason);
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
}

void sx_rolling_take(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message)
{
    const struct sx_rolling *rolling = &engine->rolling;

    if (*message->restart.refusal) {
        if (rolling->state == SX_ROLLING_RUNNING && message->restart.boot == rolling->boot &&
            strcasecmp(rolling->order[rolling->at], peer->address) == 0)
            stop(engine, message->restart.refusal);
    } else if (message->restart.boot != engine->boot) {
        /* It was for the boot before this one, which has ended. */
    } else if (sx_cluster_primary(engine) != peer) {
        refuse(engine, peer, "it holds another system for the configuration primary");
    } else if (engine->reset.armed) {
        refuse(engine, peer,
            "a factory reset is armed there: a restart would erase its "
            "configuration");
    } else {
        sx_update_log(engine->update, SX_LOG_INFO, "rolling restart: peer %u (%s) asks for it",
            peer->index, peer->address);
        sx_update_add(engine->update, SX_ACTION_RESTART, NULL);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "peer/table.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>

/** Weight of a new round trip in the smoothed one, as TCP's: an eighth. */
#define SMOOTHING 8
/** Longest round trip that counts; anything above is not an answer but a mistake. */
#define ROUND_TRIP_MAX_US 60000000u

static struct ag_times_slot *slot(struct ag_link *link)
{
    return &link->peer->links->times[link->peer->slot];
}

static struct ag_beat own_beat(struct ag_links *links)
{
    uint64_t progress = ag_host_progress(links->host);

    return (struct ag_beat){.progress = progress,
        .busy = !ag_host_has_room(links->host) ||
                (links->posted && progress == links->posted_progress)};
}

/** Sends a heartbeat; the link is gone when this returns false. */
static bool beat(struct ag_link *link, enum ag_envelope_type type, const struct ag_beat *values)
{
    const struct ag_envelope envelope = {.type = type, .beat = *values};
    struct sx_error err;

    if (ag_connection_send(link->connection, &envelope, &err) == 0)
        return true;
    ag_link_refuse(link, err.message, false);
    return false;
}

static void tell_round_trip(struct ag_link *link, uint32_t smoothed_us)
{
    struct sx_event event = {.type = SX_EVENT_ROUND_TRIP};

    event.link.peer = link->peer->address;
    event.link.round_trip_us = smoothed_us;
    ag_links_post(link->peer->links, &event);
}

void ag_heartbeat_start(struct ag_link *link)
{
    /* Only this thread writes it. */
    uint32_t smoothed_us = slot(link)->times.round_trip_us;

    link->life_ms = link->progress_ms = ag_now_ms();
    link->ping_ms = link->life_ms;
    /* At once: what it was judged by may have changed while the connection waited. */
    link->judge_ms = link->life_ms;
    ag_heartbeat_alive(link);
    link->peer->slow = link->peer->slow && smoothed_us > SX_ROUND_TRIP_MAX_US;
    if (link->peer->slow)
        tell_round_trip(link, smoothed_us);
    ag_links_wake(link->peer->links, link->ping_ms);
}

void ag_heartbeat_alive(struct ag_link *link)
{
    struct ag_links *links = link->peer->links;

    link->life_ms = ag_now_ms();
    pthread_mutex_lock(&links->times_lock);
    slot(link)->times.last_seen_ms = ag_utc_ms();
    pthread_mutex_unlock(&links->times_lock);
}

/** Tells the engine when round trips are too long for some time, and when they are no longer. */
static void judge_round_trip(struct ag_link *link, uint32_t smoothed_us)
{
    uint32_t bound_us = link->peer->slow ? AG_ROUND_TRIP_GOOD_US : SX_ROUND_TRIP_MAX_US;
    bool slow = smoothed_us > bound_us;

    link->slow_answers = slow == link->peer->slow ? 0 : link->slow_answers + 1;
    if (link->slow_answers < AG_SLOW_ANSWERS)
        return;
    link->peer->slow = slow;
    link->slow_answers = 0;
    tell_round_trip(link, smoothed_us);
}

static void measure(struct ag_link *link, const struct ag_beat *pong)
{
    struct ag_links *links = link->peer->links;
    uint64_t now_us = ag_now_us();
    uint32_t trip, *smoothed = &slot(link)->times.round_trip_us;

    if (pong->time_us > now_us || now_us - pong->time_us > ROUND_TRIP_MAX_US)
        return;
    /* 0 stands for "not measured". */
    trip = (uint32_t)(now_us - pong->time_us) + 1;
    pthread_mutex_lock(&links->times_lock);
    *smoothed = *smoothed == 0 ? trip : *smoothed - *smoothed / SMOOTHING + trip / SMOOTHING;
    trip = *smoothed;
    pthread_mutex_unlock(&links->times_lock);
    judge_round_trip(link, trip);
}

/** Watches whether the other side's engine gets on with its work. It cannot be helped from here,
 * and its agent is alive: the log is told, the link stays. */
static void watch(struct ag_link *link, const struct ag_beat *values)
{
    int64_t now_ms = ag_now_ms();

    if (values->progress != link->progress || !values->busy) {
        if (link->stuck)
            ag_log(SX_LOG_WARNING, "the engine of peer '%s' goes on", link->peer->address);
        link->stuck = false;
        link->progress = values->progress;
        link->progress_ms = now_ms;
    } else if (!link->stuck && now_ms - link->progress_ms >= AG_STUCK_MS) {
        link->stuck = true;
        ag_log(SX_LOG_WARNING, "the engine of peer '%s' has made no step for %d s",
            link->peer->address, AG_STUCK_MS / 1000);
    }
}

static void deliver(struct ag_link *link, struct sx_message *message)
{
    struct sx_event event = {.type = SX_EVENT_MESSAGE};

    event.message.peer = link->peer->address;
    event.message.message = message;
    ag_links_post(link->peer->links, &event);
}

/** Delivers a message, or keeps it while the host has no room. */
static void take_message(struct ag_link *link, struct sx_message *message, size_t bytes)
{
    struct ag_held *held;
    char reason[SX_REASON_MAX];

    if (STAILQ_EMPTY(&link->held) && ag_host_has_room(link->peer->links->host)) {
        deliver(link, message);
        return;
    }
    if (link->held_bytes + bytes > AG_HELD_MAX) {
        sx_message_free(message);
        snprintf(reason, sizeof reason,
            "this system's engine is behind: more than %u MiB of messages wait for it",
            AG_HELD_MAX >> 20);
        ag_link_refuse(link, reason, false);
        return;
    }
    held = sx_alloc(sizeof *held);
    held->message = message;
    held->bytes = bytes;
    link->held_bytes += bytes;
    STAILQ_INSERT_TAIL(&link->held, held, entry);
    ag_links_wake(link->peer->links, ag_now_ms() + AG_HELD_RETRY_MS);
}

void ag_heartbeat_envelope(struct ag_link *link, struct ag_envelope *envelope, size_t bytes)
{
    struct ag_beat pong;

    switch (envelope->type) {
    case AG_ENVELOPE_PING:
        watch(link, &envelope->beat);
        pong = own_beat(link->peer->links);
        pong.counter = envelope->beat.counter;
        pong.time_us = envelope->beat.time_us;
        beat(link, AG_ENVELOPE_PONG, &pong);
        break;
    case AG_ENVELOPE_PONG:
        watch(link, &envelope->beat);
        if (envelope->beat.counter <= link->pings)
            measure(link, &envelope->beat);
        break;
    case AG_ENVELOPE_MESSAGE:
        take_message(link, envelope->message, bytes);
        break;
    default:
        ag_link_refuse(link, "it sent what belongs on the recovery port", false);
        break;
    }
}

static void deliver_held(struct ag_link *link)
{
    struct ag_held *held;

    while ((held = STAILQ_FIRST(&link->held)) && ag_host_has_room(link->peer->links->host)) {
        STAILQ_REMOVE_HEAD(&link->held, entry);
        link->held_bytes -= held->bytes;
        deliver(link, held->message);
        free(held);
    }
}

void ag_heartbeat_tick(struct ag_link *link, int64_t now_ms, bool late)
{
    struct ag_peer *peer = link->peer;
    struct ag_beat ping;
    char reason[64];

    if (late)
        link->life_ms = now_ms;
    if (now_ms - link->life_ms >= peer->timeout_ms) {
        snprintf(reason, sizeof reason, "no answer for %u ms", peer->timeout_ms);
        ag_link_refuse(link, reason, false);
        return;
    }
    if (now_ms >= link->judge_ms) {
        link->judge_ms = now_ms + AG_JUDGE_MS;
        if (!ag_link_judge(link))
            return;
    }
    if (now_ms >= link->ping_ms) {
        ping = own_beat(peer->links);
        ping.counter = ++link->pings;
        ping.time_us = ag_now_us();
        /* At round times, so that one wake-up serves all links. */
        link->ping_ms = (now_ms / peer->interval_ms + 1) * peer->interval_ms;
        if (!beat(link, AG_ENVELOPE_PING, &ping))
            return;
    }
    deliver_held(link);
    ag_links_wake(peer->links, link->ping_ms);
    ag_links_wake(peer->links, link->life_ms + peer->timeout_ms);
    if (!STAILQ_EMPTY(&link->held))
        ag_links_wake(peer->links, now_ms + AG_HELD_RETRY_MS);
}

// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include "dispatch.h"
#include "host_private.h"
#include "log.h"
#include "netconf/event_stream.h"
#include "sextant/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/** How long one turn of the engine's own thread at the lock may go on taking new events. */
#define TURN_MS 20

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

void ag_host_stamp(int64_t *ret_time_ms, int64_t *ret_monotonic_ms, uint8_t ret_random[32])
{
    size_t got = 0;

    *ret_time_ms = clock_ms(CLOCK_REALTIME);
    *ret_monotonic_ms = clock_ms(CLOCK_MONOTONIC);
    while (got < 32) {
        ssize_t n = getrandom(ret_random + got, 32 - got, 0);

        /* Without randomness no lineage, salt or key would be what it claims to be. */
        if (n < 0 && errno != EINTR)
            abort();
        got += n > 0 ? (size_t)n : 0;
    }
}

static void add_times(struct ag_host *host, struct sx_status *status)
{
    for (size_t i = 0; host->parts.links && i < status->peer_count; i++) {
        struct sx_peer_status *peer = &status->peers[i];
        struct ag_link_times times = ag_links_times(host->parts.links, peer->address);

        peer->round_trip_us = times.round_trip_us;
        peer->last_seen_ms = times.last_seen_ms;
    }
}

/* What others read without the engine's lock: made under it, swapped in under a short one. */
static void publish(struct ag_host *host)
{
    struct sx_status fresh, old;

    sx_engine_status(host->engine, &fresh);
    pthread_mutex_lock(&host->status_lock);
    old = host->status;
    host->status = fresh;
    sx_engine_keys(host->engine, &host->secret_keys);
    pthread_cond_broadcast(&host->published);
    pthread_mutex_unlock(&host->status_lock);
    sx_status_clear(&old);
    if (host->parts.snmp) {
        struct sx_status copy;

        sx_engine_status(host->engine, &copy);
        add_times(host, &copy);
        ag_snmp_publish(host->parts.snmp, &copy);
    }
}

static bool has_action(const struct sx_update *update, enum sx_action_type type)
{
    for (size_t i = 0; i < update->count; i++)
        if (update->actions[i].type == type)
            return true;
    return false;
}

/* Called under the engine's lock, so that what two steps want done is done in their order. */
static void carry_out(struct ag_host *host, const struct sx_event *event, struct sx_update *update)
{
    if (has_action(update, SX_ACTION_STATUS))
        publish(host);
    if (host->parts.netconf)
        ag_event_stream_step(host->parts.netconf, event, update);
    ag_dispatch(host, update);
    pthread_mutex_lock(&host->queue_lock);
    if (host->deadline_ms != update->deadline_ms) {
        host->deadline_ms = update->deadline_ms;
        pthread_cond_signal(&host->queue_filled);
    }
    pthread_mutex_unlock(&host->queue_lock);
}

void ag_host_step_alone(struct ag_host *host, struct sx_event *event, struct sx_update *update)
{
    ag_host_stamp(&event->time_ms, &event->monotonic_ms, event->random);
    sx_engine_step(host->engine, event, update);
}

static void step_locked(struct ag_host *host, struct sx_event *event, struct sx_update *update)
{
    ag_host_step_alone(host, event, update);
    carry_out(host, event, update);
    atomic_fetch_add(&host->progress, 1);
}

void ag_host_step(struct ag_host *host, struct sx_event *event, struct sx_update *update)
{
    ag_fair_lock_take(&host->engine_lock);
    step_locked(host, event, update);
    ag_fair_lock_give(&host->engine_lock);
}

void ag_host_post(struct ag_host *host, const struct sx_event *event)
{
    struct ag_host_event *item = sx_alloc(sizeof *item);

    item->event = *event;
    if (event->type == SX_EVENT_LINK_UP || event->type == SX_EVENT_LINK_DOWN ||
        event->type == SX_EVENT_CERTIFICATE || event->type == SX_EVENT_ROUND_TRIP)
        item->event.link.peer = item->text = sx_strdup(event->link.peer);
    else if (event->type == SX_EVENT_MESSAGE)
        item->event.message.peer = item->text = sx_strdup(event->message.peer);
    else if (event->type == SX_EVENT_RESOLVED)
        item->event.resolved.name = item->text = sx_strdup(event->resolved.name);
    pthread_mutex_lock(&host->queue_lock);
    if (host->queue_last)
        host->queue_last->next = item;
    else
        host->queue_first = item;
    host->queue_last = item;
    atomic_fetch_add(&host->queued, 1);
    pthread_cond_signal(&host->queue_filled);
    pthread_mutex_unlock(&host->queue_lock);
}

bool ag_host_has_room(const struct ag_host *host)
{
    return atomic_load(&host->queued) < AG_HOST_QUEUE_MAX;
}

static struct ag_host_event *take_first(struct ag_host *host)
{
    struct ag_host_event *item = host->queue_first;

    if (!item || host->stopping)
        return NULL;
    host->queue_first = item->next;
    if (!host->queue_first)
        host->queue_last = NULL;
    atomic_fetch_sub(&host->queued, 1);
    return item;
}

/* The next event if one waits. */
static struct ag_host_event *waiting_event(struct ag_host *host)
{
    struct ag_host_event *item;

    pthread_mutex_lock(&host->queue_lock);
    item = take_first(host);
    pthread_mutex_unlock(&host->queue_lock);
    return item;
}

/* The next event, a tick when the deadline passes first, or NULL at the end. */
static struct ag_host_event *next_event(struct ag_host *host)
{
    struct ag_host_event *item = NULL;

    pthread_mutex_lock(&host->queue_lock);
    while (!host->stopping && !host->queue_first) {
        struct timespec until = {
            .tv_sec = host->deadline_ms / 1000, .tv_nsec = host->deadline_ms % 1000 * 1000000};

        if (host->deadline_ms == INT64_MAX) {
            pthread_cond_wait(&host->queue_filled, &host->queue_lock);
        } else if (clock_ms(CLOCK_MONOTONIC) >= host->deadline_ms) {
            item = sx_alloc(sizeof *item);
            item->event.type = SX_EVENT_TICK;
            break;
        } else {
            pthread_cond_timedwait(&host->queue_filled, &host->queue_lock, &until);
        }
    }
    if (!item)
        item = take_first(host);
    pthread_mutex_unlock(&host->queue_lock);
    return item;
}

/* Peers' messages are many and small: one turn at the lock takes those that wait, for a while. */
static void step_waiting(struct ag_host *host, struct ag_host_event *item)
{
    int64_t end = clock_ms(CLOCK_MONOTONIC) + TURN_MS;

    ag_fair_lock_take(&host->engine_lock);
    do {
        struct sx_update update = {0};

        step_locked(host, &item->event, &update);
        sx_update_clear(&update);
        free(item->text);
        free(item);
    } while (clock_ms(CLOCK_MONOTONIC) < end && (item = waiting_event(host)));
    ag_fair_lock_give(&host->engine_lock);
}

static void *engine_thread(void *argument)
{
    struct ag_host *host = argument;
    struct ag_host_event *item;

    while ((item = next_event(host)))
        step_waiting(host, item);
    return NULL;
}

int ag_host_start(struct ag_host *host, const struct ag_host_parts *parts, struct sx_error *err)
{
    host->parts = *parts;
    if (ag_maintenance_start(host, err) < 0)
        return -1;
    if (host->made_key)
        ag_log(SX_LOG_INFO, "system key: a new one was made in %s/%s", host->store_directory,
            AG_SYSTEM_KEY_FILE);
    publish(host);
    carry_out(host, NULL, &host->first);
    sx_update_clear(&host->first);
    if (pthread_create(&host->thread, NULL, engine_thread, host) != 0)
        return sx_error_set(err, SX_E_INTERNAL, "the engine's thread cannot be started");
    host->started = true;
    return 0;
}

void ag_host_stop(struct ag_host *host)
{
    pthread_mutex_lock(&host->queue_lock);
    host->stopping = true;
    pthread_cond_signal(&host->queue_filled);
    pthread_mutex_unlock(&host->queue_lock);
    if (host->started)
        pthread_join(host->thread, NULL);
    host->started = false;
    ag_maintenance_stop(host);
}

void ag_host_leave_netconf(struct ag_host *host)
{
    ag_fair_lock_take(&host->engine_lock);
    host->parts.netconf = NULL;
    ag_fair_lock_give(&host->engine_lock);
}

uint64_t ag_host_progress(const struct ag_host *host)
{
    return atomic_load(&host->progress);
}

const struct sx_schema *ag_host_schema(const struct ag_host *host)
{
    return host->schema;
}

int ag_host_reader(struct ag_host *host, struct sx_reader **ret_reader, struct sx_error *err)
{
    return sx_reader_open(host->store_directory, NULL, ret_reader, err);
}

void ag_host_status(struct ag_host *host, struct sx_status *ret_status)
{
    struct sx_alarm_event *alarms;

    pthread_mutex_lock(&host->status_lock);
    *ret_status = host->status;
    alarms = sx_calloc(host->status.alarm_count + 1, sizeof *alarms);
    if (host->status.alarm_count > 0)
        memcpy(alarms, host->status.alarms, host->status.alarm_count * sizeof *alarms);
    pthread_mutex_unlock(&host->status_lock);
    ret_status->alarms = alarms;
    add_times(host, ret_status);
}

void ag_host_keys(struct ag_host *host, struct sx_secret_keys *ret_keys)
{
    pthread_mutex_lock(&host->status_lock);
    *ret_keys = host->secret_keys;
    pthread_mutex_unlock(&host->status_lock);
}

void ag_host_unreadable(struct ag_host *host, char ***ret_paths, size_t *ret_count)
{
    ag_fair_lock_take(&host->engine_lock);
    sx_engine_unreadable(host->engine, ret_paths, ret_count);
    ag_fair_lock_give(&host->engine_lock);
}

void ag_host_preview(struct ag_host *host, struct sx_change_list *ret_changes,
    uint64_t *ret_revision, bool *ret_more)
{
    ag_fair_lock_take(&host->engine_lock);
    sx_engine_preview(host->engine, ret_changes, ret_revision, ret_more);
    ag_fair_lock_give(&host->engine_lock);
}

int ag_host_candidate(
    struct ag_host *host, struct sx_fragment_list *ret_overlay, struct sx_error *err)
{
    int result;

    ag_fair_lock_take(&host->engine_lock);
    result = sx_engine_candidate(host->engine, ret_overlay, err);
    ag_fair_lock_give(&host->engine_lock);
    return result;
}

int ag_host_claim_backups(struct ag_host *host, struct sx_error *err)
{
    if (!atomic_exchange(&host->backups_claimed, true))
        return 0;
    return sx_error_set(err, SX_E_IN_USE, "a backup is being made or restored: try again after it");
}

void ag_host_release_backups(struct ag_host *host)
{
    atomic_store(&host->backups_claimed, false);
}

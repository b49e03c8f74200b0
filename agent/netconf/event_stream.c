// SPDX-License-Identifier: Apache-2.0
#include "netconf/event_stream.h"

#include "log.h"
#include "netconf/private.h"
#include "netconf/subscription.h"

#include <string.h>
#include <time.h>

/* True when the session is to be ended: it has not taken what waits for it. */
static bool give(struct ag_session *session, struct ag_event *event)
{
    bool full = false;

    pthread_mutex_lock(&session->lock);
    if (session->subscription && !session->stop) {
        full = !ag_subscription_push(session->subscription, event);
        if (!full)
            atomic_fetch_add(&session->undelivered, 1);
        pthread_cond_signal(&session->filled);
    }
    pthread_mutex_unlock(&session->lock);
    return full;
}

/* Gives an event, whose reference passes, to all that are subscribed. */
static void publish(struct ag_netconf *netconf, struct ag_event *event)
{
    pthread_mutex_lock(&netconf->lock);
    for (struct ag_session *session = netconf->first; session; session = session->next) {
        if (!give(session, event))
            continue;
        ag_log(SX_LOG_WARNING,
            "session %u of %s@%s ends: %d notifications wait, and the client does not take them",
            atomic_load(&session->id), session->user, session->source, AG_SUBSCRIPTION_EVENTS_MAX);
        atomic_fetch_add(&netconf->dropped_sessions, 1);
        ag_session_stop(session, true);
    }
    pthread_mutex_unlock(&netconf->lock);
    ag_event_unref(event);
}

/* The top-level nodes that a step has changed; false when running is as it was. */
static bool find_tops(const struct sx_update *update, struct ag_event *event)
{
    bool changed = false, all = true;
    size_t count = 0;

    for (size_t i = 0; i < update->count; i++) {
        const struct sx_action *action = &update->actions[i];

        if (action->type != SX_ACTION_RECONFIGURE)
            continue;
        changed = true;
        all = all && count < AG_EVENT_TOPS_MAX && strcmp(action->top, "*") != 0;
        if (all)
            memcpy(event->change.tops[count++], action->top, sizeof action->top);
    }
    event->change.top_count = all ? count : 0;
    return changed;
}

static void tell_change(
    struct ag_netconf *netconf, const struct sx_event *cause, const struct sx_update *update)
{
    struct ag_event *event = ag_event_new(AG_EVENT_CHANGE, cause->time_ms);

    event->origin = cause->origin;
    if (find_tops(update, event))
        publish(netconf, event);
    else
        ag_event_unref(event);
}

void ag_event_stream_step(
    struct ag_netconf *netconf, const struct sx_event *event, const struct sx_update *update)
{
    struct ag_event *told;

    if (atomic_load(&netconf->subscribers) == 0 || !event)
        return;
    tell_change(netconf, event, update);
    for (size_t i = 0; i < update->count; i++) {
        const struct sx_action *action = &update->actions[i];

        if (action->type == SX_ACTION_ALARM) {
            told = ag_event_new(AG_EVENT_ALARM, action->alarm.event.time_ms);
            told->alarm = action->alarm.event;
        } else if (action->type == SX_ACTION_ROLLING) {
            told = ag_event_new(AG_EVENT_ROLLING, event->time_ms);
            told->rolling = action->rolling;
        } else {
            continue;
        }
        publish(netconf, told);
    }
}

void ag_event_stream_session(struct ag_session *session, enum ag_event_type type)
{
    struct ag_event *event;
    struct timespec now;

    if (atomic_load(&session->netconf->subscribers) == 0)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    event = ag_event_new(type, now.tv_sec * 1000ll + now.tv_nsec / 1000000);
    memcpy(event->origin.user, session->user, sizeof event->origin.user);
    memcpy(event->origin.source, session->source, sizeof event->origin.source);
    event->origin.session = atomic_load(&session->id);
    if (type == AG_EVENT_SESSION_END) {
        event->end.reason = (enum ag_session_end)atomic_load(&session->end_reason);
        event->end.killed_by = atomic_load(&session->killed_by);
    }
    publish(session->netconf, event);
}

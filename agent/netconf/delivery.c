// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "netconf/alarm_control.h"
#include "netconf/event_stream.h"
#include "netconf/notification.h"
#include "netconf/private.h"
#include "netconf/subscription.h"

#include <libyang/libyang.h>
#include <stdlib.h>

/* Notifications on their way out, in the thread of the session that is subscribed. */

static int deliver(struct ag_session *session, const struct ag_event *event, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(ag_host_schema(session->netconf->host));
    struct lyd_node *tree = NULL;
    struct sx_error why = {0};
    char *message = NULL;
    int result = 0;

    if (ag_notification_tree(context, event, &tree, &why) < 0) {
        ag_log(SX_LOG_ERROR, "session %u: %s", atomic_load(&session->id), why.message);
        return 0;
    }
    /* The filter says which events are wanted, not which parts: it may cut what was printed. */
    message = ag_notification_xml(event, tree);
    if (ag_subscription_selects(session->subscription, tree) &&
        (event->type != AG_EVENT_ALARM ||
            ag_alarm_control_sends(session->netconf, &event->alarm))) {
        result = ag_stream_put(&session->stream, message, err);
        if (result == 0)
            result = ag_stream_end(&session->stream, err);
        atomic_fetch_add(&session->counters.out_notifications, 1);
        atomic_fetch_add(&session->netconf->counters.out_notifications, 1);
    }
    free(message);
    lyd_free_all(tree);
    return result;
}

static struct ag_event *next_event(struct ag_session *session)
{
    struct ag_event *event;

    pthread_mutex_lock(&session->lock);
    event = session->stop ? NULL : ag_subscription_take(session->subscription);
    pthread_mutex_unlock(&session->lock);
    return event;
}

int ag_session_deliver(struct ag_session *session, struct sx_error *err)
{
    size_t count;
    int result = 0;

    if (!session->subscription)
        return 0;
    /* No more than wait now: requests have their turn, too. */
    pthread_mutex_lock(&session->lock);
    count = session->subscription->count;
    pthread_mutex_unlock(&session->lock);
    for (; count > 0 && result == 0; count--) {
        struct ag_event *event = next_event(session);

        if (!event)
            break;
        result = deliver(session, event, err);
        ag_event_unref(event);
        atomic_fetch_sub(&session->undelivered, 1);
    }
    return result;
}

void ag_session_subscribe(struct ag_session *session, struct ag_subscription *subscription)
{
    pthread_mutex_lock(&session->lock);
    session->subscription = subscription;
    pthread_mutex_unlock(&session->lock);
    atomic_fetch_add(&session->netconf->subscribers, 1);
}

void ag_session_unsubscribe(struct ag_session *session)
{
    struct ag_subscription *subscription = session->subscription;

    if (!subscription)
        return;
    atomic_fetch_sub(&session->netconf->subscribers, 1);
    pthread_mutex_lock(&session->lock);
    session->subscription = NULL;
    atomic_store(&session->undelivered, 0);
    pthread_mutex_unlock(&session->lock);
    ag_subscription_free(subscription);
}

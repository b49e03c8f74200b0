// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/errors.h"
#include "netconf/event.h"
#include "netconf/filter_element.h"
#include "netconf/request.h"

/** Events that wait for one subscriber at most: 1.2 MB, shared with others who wait for the same.
 * A client that lets more wait loses its session: one that silently missed some could not know. */
#define AG_SUBSCRIPTION_EVENTS_MAX 1000

/** Longest <create-subscription> message, in bytes: its filter is kept as long as the session. */
#define AG_SUBSCRIPTION_REQUEST_MAX (64u << 10)

/** Namespace of RFC 5277's operation and of <notification>. */
#define AG_NOTIFICATION_NS "urn:ietf:params:xml:ns:netconf:notification:1.0"

/** What a session is subscribed to, and what waits for it. The queue is under the session's lock,
 * the filter is its thread's. */
struct ag_subscription {
    struct ag_request request; /**< the <create-subscription>: the filter points into it */
    struct ag_element_filter filter;
    struct ag_event *waiting[AG_SUBSCRIPTION_EVENTS_MAX]; /**< a ring */
    size_t first, count;
};

/** A subscription with the filter of a <create-subscription>, `element`, or none (NULL). On success
 * the request that it is of passes on. `context` has the schema. *ret_subscription is the
 * caller's. */
int ag_subscription_new(const struct ly_ctx *context, struct ag_request *request,
    const struct lyd_node_opaq *element, struct ag_subscription **ret_subscription,
    struct ag_error_info *info, struct sx_error *err);

/** Releases it, with what waits (NULL is fine). */
void ag_subscription_free(struct ag_subscription *subscription);

/** Queues an event and takes a reference; false when there is no room. */
bool ag_subscription_push(struct ag_subscription *subscription, struct ag_event *event);

/** The oldest event that waits, with its reference, or NULL. */
struct ag_event *ag_subscription_take(struct ag_subscription *subscription);

/** Whether the filter selects anything of a notification, which it may cut. An expression that
 * cannot be evaluated selects nothing. */
bool ag_subscription_selects(struct ag_subscription *subscription, struct lyd_node *tree);

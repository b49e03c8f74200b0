// SPDX-License-Identifier: Apache-2.0
#include "netconf/subscription.h"

#include "netconf/notification.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* An expression that gives no nodes is told at once, not with the first event. */
static int try_filter(
    const struct ly_ctx *context, const struct ag_element_filter *filter, struct sx_error *err)
{
    struct ag_event sample = {.type = AG_EVENT_SESSION_START,
        .origin = {.user = "admin", .source = "127.0.0.1", .session = 1}};
    struct lyd_node *tree = NULL;
    int result;

    if (!filter->xpath)
        return 0;
    result = ag_notification_tree(context, &sample, &tree, err);
    if (result == 0)
        result = ag_xpath_mark(filter->xpath, tree, err);
    lyd_free_all(tree);
    return result;
}

int ag_subscription_new(const struct ly_ctx *context, struct ag_request *request,
    const struct lyd_node_opaq *element, struct ag_subscription **ret_subscription,
    struct ag_error_info *info, struct sx_error *err)
{
    struct ag_subscription *subscription = sx_alloc(sizeof *subscription);

    if (element &&
        (ag_element_filter_read(context, element, &subscription->filter, info, err) < 0 ||
            try_filter(context, &subscription->filter, err) < 0)) {
        ag_subscription_free(subscription);
        return -1;
    }
    subscription->request = *request;
    *request = (struct ag_request){0};
    *ret_subscription = subscription;
    return 0;
}

void ag_subscription_free(struct ag_subscription *subscription)
{
    struct ag_event *event;

    if (!subscription)
        return;
    while ((event = ag_subscription_take(subscription)))
        ag_event_unref(event);
    ag_element_filter_clear(&subscription->filter);
    ag_request_clear(&subscription->request);
    free(subscription);
}

bool ag_subscription_push(struct ag_subscription *subscription, struct ag_event *event)
{
    size_t at = (subscription->first + subscription->count) % AG_SUBSCRIPTION_EVENTS_MAX;

    if (subscription->count == AG_SUBSCRIPTION_EVENTS_MAX)
        return false;
    subscription->waiting[at] = ag_event_ref(event);
    subscription->count++;
    return true;
}

struct ag_event *ag_subscription_take(struct ag_subscription *subscription)
{
    struct ag_event *event;

    if (subscription->count == 0)
        return NULL;
    event = subscription->waiting[subscription->first];
    subscription->first = (subscription->first + 1) % AG_SUBSCRIPTION_EVENTS_MAX;
    subscription->count--;
    return event;
}

bool ag_subscription_selects(struct ag_subscription *subscription, struct lyd_node *tree)
{
    struct ag_element_filter *filter = &subscription->filter;
    struct ag_filter_set set;
    struct sx_error err = {0};
    bool selects;

    if (filter->xpath)
        return ag_xpath_mark(filter->xpath, tree, &err) == 0 &&
               (filter->xpath->everything || ag_xpath_mark_of(tree) != AG_MARK_NONE);
    if (!filter->subtree)
        return true;
    set = ag_filter_top(filter->subtree, tree->schema);
    selects = set.count > 0 && ag_filter_prune(&set, tree);
    ag_filter_set_clear(&set);
    return selects;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/subscribe.h"

#include "netconf/private.h"
#include "netconf/reply.h"
#include "netconf/subscription.h"

#include <libyang/libyang.h>
#include <string.h>

/** What a request asks for; NULL where it says nothing. */
struct wanted {
    const struct lyd_node_opaq *stream, *filter, *start, *stop;
};

static int read_parameters(const struct lyd_node_opaq *operation, struct wanted *wanted,
    struct ag_error_info *info, struct sx_error *err)
{
    for (const struct lyd_node_opaq *child = ag_request_first(operation); child;
         child = ag_request_next(child)) {
        const struct lyd_node_opaq **parameter = NULL;

        /* ncclient writes <filter> in the base namespace, as in <get>. */
        if (ag_request_is(child, AG_NOTIFICATION_NS, "stream"))
            parameter = &wanted->stream;
        else if (ag_request_is(child, AG_NOTIFICATION_NS, "filter") ||
                 ag_request_is(child, AG_BASE_NS, "filter"))
            parameter = &wanted->filter;
        else if (ag_request_is(child, AG_NOTIFICATION_NS, "startTime"))
            parameter = &wanted->start;
        else if (ag_request_is(child, AG_NOTIFICATION_NS, "stopTime"))
            parameter = &wanted->stop;
        if (!parameter || *parameter) {
            info->element = child->name.name;
            return sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
                "<%.64s> cannot stand here in <create-subscription>, which takes <stream> and "
                "<filter>",
                child->name.name);
        }
        *parameter = child;
    }
    return 0;
}

/* RFC 5277 section 2.1.1: these errors are of type "protocol". */
static int check_times(
    const struct wanted *wanted, struct ag_error_info *info, struct sx_error *err)
{
    if (wanted->start || wanted->stop)
        info->type = "protocol";
    if (wanted->start)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "<startTime> asks for a replay, which the stream does not support; without it "
            "notifications begin now");
    if (wanted->stop) {
        info->element = "startTime";
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<startTime> is missing: <stopTime> belongs to a replay, which is not supported");
    }
    return 0;
}

static int check(const struct ag_session *session, const struct ag_request *request, size_t length,
    struct wanted *wanted, struct ag_error_info *info, struct sx_error *err)
{
    if (length > AG_SUBSCRIPTION_REQUEST_MAX)
        return sx_error_set(err, SX_E_TOO_BIG,
            "a <create-subscription> may have %u bytes, with its filter",
            AG_SUBSCRIPTION_REQUEST_MAX);
    if (read_parameters(request->operation, wanted, info, err) < 0)
        return -1;
    if (wanted->stream && strcmp(wanted->stream->value, "NETCONF") != 0)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "there is no stream \"%.64s\"; /netconf/streams lists them: NETCONF",
            wanted->stream->value);
    if (check_times(wanted, info, err) < 0)
        return -1;
    if (session->subscription)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the session has a subscription, which ends with it; another session can have another");
    return 0;
}

int ag_subscribe(struct ag_session *session, struct ag_request *request, size_t length,
    bool *ret_error, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(ag_host_schema(session->netconf->host));
    struct ag_subscription *subscription = NULL;
    struct wanted wanted = {0};
    struct ag_error_info info = {0};
    struct sx_error why = {0};

    *ret_error =
        check(session, request, length, &wanted, &info, &why) < 0 ||
        ag_subscription_new(context, request, wanted.filter, &subscription, &info, &why) < 0;
    if (*ret_error)
        return ag_reply_error(&session->stream, request, context, &why, 1, &info, err);
    ag_session_subscribe(session, subscription);
    /* What happens from now on waits until this has left. */
    return ag_reply_ok(&session->stream, &subscription->request, err);
}

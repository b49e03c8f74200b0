// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "netconf/subscription.h"

#include <libyang/libyang.h>
#include <string.h>

/* RFC 5277 section 2.1.1: these errors are of type "protocol". */
static int check_times(struct ag_rpc *rpc, struct sx_error *err)
{
    rpc->info.type = "protocol";
    if (ag_rpc_input(rpc, "startTime"))
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "<startTime> asks for a replay, which the stream does not support; without it "
            "notifications begin now");
    if (ag_rpc_input(rpc, "stopTime")) {
        rpc->info.element = "startTime";
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<startTime> is missing: <stopTime> belongs to a replay, which is not supported");
    }
    rpc->info.type = NULL;
    return 0;
}

int ag_rpc_create_subscription(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lyd_node *stream = ag_rpc_input(rpc, "stream");
    struct ag_subscription *subscription = NULL;
    struct ag_session *session = rpc->session;

    if (stream && strcmp(lyd_get_value(stream), "NETCONF") != 0)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "there is no stream \"%.64s\"; /netconf/streams lists them: NETCONF",
            lyd_get_value(stream));
    if (check_times(rpc, err) < 0)
        return -1;
    if (session->subscription)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the session has a subscription; it ends with the session, and another session can "
            "have "
            "another one");
    if (ag_subscription_new(rpc->netconf->requests, LYD_CTX(rpc->operation), rpc->body,
            &subscription, &rpc->info, err) < 0)
        return -1;
    ag_session_subscribe(session, subscription);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/changes.h"
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "sextant/update.h"
#include "waiters.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>

/** How long the primary may take to show its configuration. */
#define TIMEOUT_MS 50000
/** Bytes of paths and values after which a reply takes no further change. */
#define REPLY_BYTES_MAX (4u << 20)

static void put(struct lyd_node *output, const char *name, const char *value)
{
    if (lyd_new_term(output, NULL, name, value, 1, NULL) != LY_SUCCESS)
        abort(); /* only for want of memory: the values fit their types */
}

static void answer(struct ag_rpc *rpc)
{
    const struct sx_schema *schema = ag_host_schema(rpc->netconf->host);
    struct sx_change_list changes = {0};
    uint64_t revision = 0;
    size_t bytes = 0, i;
    bool more = false;
    char number[24];

    ag_host_preview(rpc->netconf->host, &changes, &revision, &more);
    if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &rpc->data) != LY_SUCCESS)
        abort();
    snprintf(number, sizeof number, "%llu", (unsigned long long)revision);
    put(rpc->data, "revision", number);
    for (i = 0; i < changes.count && bytes < REPLY_BYTES_MAX; i++)
        bytes += ag_changes_put(schema, rpc->data, i + 1, &changes.items[i]);
    put(rpc->data, "more", more || i < changes.count ? "true" : "false");
    sx_change_list_clear(&changes);
}

int ag_rpc_preview_config_update(struct ag_rpc *rpc, struct sx_error *err)
{
    struct ag_host *host = rpc->netconf->host;
    struct sx_event event = {.type = SX_EVENT_PREVIEW};
    struct sx_update update = {0};
    struct sx_status before;
    bool made = false;
    int result;

    if (ag_waiters_enter(host, err) < 0)
        return -1;
    ag_host_status(host, &before);
    result = ag_rpc_step(rpc, &event, &update, err);
    sx_update_clear(&update);
    if (result == 0)
        made = ag_waiters_wait_preview(
            host, before.previews, TIMEOUT_MS, ag_rpc_is_over, rpc->session);
    ag_waiters_leave(host);
    if (made)
        answer(rpc);
    else if (result == 0)
        result = sx_error_set(err, SX_E_OPERATION_FAILED,
            "the primary has not shown its configuration in time; the log of either may tell why");
    sx_status_clear(&before);
    return result;
}

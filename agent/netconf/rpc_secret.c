// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "sextant/update.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>

int ag_rpc_force_key_update(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_FORCE_KEY_UPDATE};
    struct sx_update update = {0};
    int result = ag_rpc_step(rpc, &event, &update, err);

    sx_update_clear(&update);
    return result;
}

int ag_rpc_accept_peer_key(struct ag_rpc *rpc, struct sx_error *err)
{
    const char *index = ag_rpc_needed(rpc, "index", err);
    struct sx_event event = {.type = SX_EVENT_ACCEPT_KEY};
    struct sx_update update = {0};
    int result;

    if (!index)
        return -1;
    event.index = (uint8_t)strtoul(index, NULL, 10);
    result = ag_rpc_step(rpc, &event, &update, err);
    sx_update_clear(&update);
    return result;
}

static int put_paths(struct lyd_node *output, char *const *paths, size_t count)
{
    char number[24];

    snprintf(number, sizeof number, "%zu", count);
    if (lyd_new_term(output, NULL, "count", number, 1, NULL) != LY_SUCCESS)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (lyd_new_term(output, NULL, "unreadable", paths[i], 1, NULL) != LY_SUCCESS)
            return -1;
    return 0;
}

int ag_rpc_check_secrets(struct ag_rpc *rpc, struct sx_error *err)
{
    struct lyd_node *output = NULL;
    char **paths = NULL;
    size_t count = 0;
    int result = 0;

    ag_host_unreadable(rpc->netconf->host, &paths, &count);
    if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &output) == LY_SUCCESS &&
        put_paths(output, paths, count) == 0)
        rpc->data = output;
    else
        result = sx_error_set(err, SX_E_INTERNAL, "the list of secrets cannot be made");
    if (result < 0)
        lyd_free_tree(output);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free(paths);
    return result;
}

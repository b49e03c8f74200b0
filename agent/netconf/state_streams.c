// SPDX-License-Identifier: Apache-2.0
#include "netconf/state_parts.h"

#include <libyang/libyang.h>

int ag_state_streams(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    struct lyd_node *streams, *entry = NULL;

    (void)state;
    if (lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS)
        return -1;
    streams = ag_state_container(*ret_tree, "streams");
    if (!streams || lyd_new_list(streams, NULL, "stream", 0, &entry, "NETCONF") != LY_SUCCESS ||
        ag_state_leaf(entry, "description",
            "Alarms that are raised and cleared, the progress of restarts in sequence, changes of "
            "the configuration, and sessions.") < 0)
        return -1;
    return ag_state_leaf(entry, "replaySupport", "false");
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/state_parts.h"

#include "sextant/reader.h"

#include <libyang/libyang.h>

static int put_item(void *context, const char *path, const char *scope, const char *reason,
    int64_t time_ms, struct sx_error *err)
{
    struct lyd_node *item = NULL;

    if (lyd_new_list(context, NULL, "item", 0, &item, path, scope) != LY_SUCCESS ||
        ag_state_leaf(item, "reason", reason) < 0 || ag_state_time(item, "time", time_ms) < 0)
        return sx_error_set(err, SX_E_INTERNAL, "%s cannot be shown", path);
    return 0;
}

int ag_state_set_aside(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};
    struct lyd_node *all;
    int result = -1;

    if (lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS)
        return -1;
    all = ag_state_container(*ret_tree, "set-aside");
    if (all && ag_host_reader(state->host, &reader, &err) == 0 &&
        sx_reader_begin(reader, NULL, &err) == 0)
        result = sx_reader_set_aside(reader, put_item, all, &err);
    sx_reader_close(reader);
    return result;
}

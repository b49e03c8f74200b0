// SPDX-License-Identifier: Apache-2.0
#include "netconf/state_parts.h"

#include <libyang/libyang.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int ag_state_system(struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    struct lyd_node *platform, *clock;
    struct utsname names;
    int64_t now = clock_ms(CLOCK_REALTIME);

    (void)state;
    if (uname(&names) < 0 || lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS)
        return -1;
    platform = ag_state_container(*ret_tree, "platform");
    clock = ag_state_container(*ret_tree, "clock");
    if (!platform || !clock || ag_state_leaf(platform, "os-name", names.sysname) < 0 ||
        ag_state_leaf(platform, "os-release", names.release) < 0 ||
        ag_state_leaf(platform, "os-version", names.version) < 0 ||
        ag_state_leaf(platform, "machine", names.machine) < 0 ||
        ag_state_time(clock, "current-datetime", now) < 0)
        return -1;
    return ag_state_time(clock, "boot-datetime", now - clock_ms(CLOCK_BOOTTIME));
}

int ag_state_yang_library(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    const struct ly_ctx *context = sx_schema_context(state->schema);
    struct lyd_node *all = NULL, *node;
    char id[SX_SCHEMA_HASH_TEXT];

    sx_schema_hash_text(state->schema, id);
    if (ly_ctx_get_yanglib_data(context, &all, "%s", id) != LY_SUCCESS)
        return -1;
    for (node = all; node && node->schema != top;)
        node = node->next;
    if (node && node == all)
        all = all->next;
    if (node)
        lyd_unlink_tree(node);
    lyd_free_all(all);
    *ret_tree = node;
    return 0;
}

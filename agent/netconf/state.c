// SPDX-License-Identifier: Apache-2.0
#include "netconf/state.h"

#include "netconf/state_parts.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct part {
    const char *module;
    const char *name;
    ag_state_part *build;
} parts[] = {
    {"sextant-cluster", "cluster", ag_state_cluster},
    {"sextant-system", "system", ag_state_set_aside},
    {"ietf-alarms", "alarms", ag_state_alarms},
    {"ietf-netconf-monitoring", "netconf-state", ag_state_monitoring},
    {"nc-notifications", "netconf", ag_state_streams},
    {"ietf-system", "system-state", ag_state_system},
    {"ietf-yang-library", "yang-library", ag_state_yang_library},
    {"ietf-yang-library", "modules-state", ag_state_yang_library},
};

void ag_state_clear(struct ag_state *state)
{
    if (state->has_status)
        sx_status_clear(&state->status);
    state->has_status = false;
}

const struct sx_status *ag_state_status(struct ag_state *state)
{
    if (!state->has_status)
        ag_host_status(state->host, &state->status);
    state->has_status = true;
    return &state->status;
}

int ag_state_build(struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree,
    struct sx_error *err)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct lyd_node *tree = NULL;

        if (strcmp(parts[i].module, top->module->name) != 0 ||
            strcmp(parts[i].name, top->name) != 0)
            continue;
        if (parts[i].build(state, top, &tree) < 0) {
            const char *text = ly_errmsg(sx_schema_context(state->schema));

            lyd_free_all(tree);
            return sx_error_set(err, SX_E_INTERNAL, "the state of %s cannot be shown: %s",
                top->name, text ? text : "it does not fit the schema");
        }
        *ret_tree = tree;
    }
    return 0;
}

int ag_state_leaf(struct lyd_node *parent, const char *name, const char *value)
{
    return lyd_new_term(parent, NULL, name, value, 0, NULL) == LY_SUCCESS ? 0 : -1;
}

int ag_state_number(struct lyd_node *parent, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return ag_state_leaf(parent, name, text);
}

void ag_state_time_text(int64_t time_ms, char ret_text[AG_STATE_TIME_MAX])
{
    time_t seconds = time_ms / 1000;
    struct tm utc;
    size_t used;

    if (!gmtime_r(&seconds, &utc))
        memset(&utc, 0, sizeof utc);
    used = strftime(ret_text, AG_STATE_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(ret_text + used, AG_STATE_TIME_MAX - used, ".%03dZ", (int)(time_ms % 1000));
}

int ag_state_time(struct lyd_node *parent, const char *name, int64_t time_ms)
{
    char text[AG_STATE_TIME_MAX];

    ag_state_time_text(time_ms, text);
    return ag_state_leaf(parent, name, text);
}

struct lyd_node *ag_state_container(struct lyd_node *parent, const char *name)
{
    struct lyd_node *node = NULL;

    return lyd_new_inner(parent, NULL, name, 0, &node) == LY_SUCCESS ? node : NULL;
}

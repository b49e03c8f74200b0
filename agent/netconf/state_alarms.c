// SPDX-License-Identifier: Apache-2.0
#include "netconf/alarm_model.h"
#include "netconf/state_parts.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_inventory(struct ag_state *state, struct lyd_node *alarms)
{
    struct lyd_node *inventory = ag_state_container(alarms, "alarm-inventory"), *entry;
    const struct sx_alarm_type *types;
    size_t count;
    char name[AG_ALARM_IDENTITY_MAX], text[1024];

    if (!inventory)
        return -1;
    types = sx_alarm_catalogue(&count);
    for (size_t i = 0; i < count; i++) {
        if (ag_alarm_identity(sx_schema_context(state->schema), types[i].id, name, sizeof name) < 0)
            continue;
        if (lyd_new_list(inventory, NULL, "alarm-type", 0, &entry, name, "") != LY_SUCCESS)
            return -1;
        snprintf(text, sizeof text, "%s: %s Raised when %s; cleared when %s. Remedy: %s",
            types[i].title, types[i].text, types[i].raised, types[i].cleared, types[i].remedy);
        if (ag_state_leaf(entry, "will-clear", "true") < 0 ||
            ag_state_leaf(entry, "severity-level", ag_alarm_severity(types[i].severity)) < 0 ||
            ag_state_leaf(entry, "description", text) < 0)
            return -1;
    }
    return 0;
}

static int put_summary(struct lyd_node *alarms, const struct sx_status *status)
{
    static const enum sx_severity severities[] = {
        SX_SEVERITY_CRITICAL, SX_SEVERITY_ALERT, SX_SEVERITY_ERROR, SX_SEVERITY_WARNING};
    struct lyd_node *summary = ag_state_container(alarms, "summary"), *entry;

    /* It is behind a feature of the module. */
    if (!summary)
        return 0;
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++) {
        const char *name = ag_alarm_severity(severities[i]);
        unsigned count = 0;

        for (size_t j = 0; j < status->alarm_count; j++)
            count += strcmp(ag_alarm_severity(status->alarms[j].severity), name) == 0;
        if (lyd_new_list(summary, NULL, "alarm-summary", 0, &entry, name) != LY_SUCCESS ||
            ag_state_number(entry, "total", count) < 0 ||
            ag_state_number(entry, "not-cleared", count) < 0 ||
            ag_state_number(entry, "cleared", 0) < 0)
            return -1;
    }
    return 0;
}

static int put_alarm(
    struct ag_state *state, struct lyd_node *list, const struct sx_alarm_event *alarm)
{
    struct lyd_node *entry = NULL;
    char name[AG_ALARM_IDENTITY_MAX];

    if (ag_alarm_identity(sx_schema_context(state->schema), alarm->id, name, sizeof name) < 0)
        return 0;
    if (lyd_new_list(list, NULL, "alarm", 0, &entry, ag_alarm_resource(alarm), name, "") !=
            LY_SUCCESS ||
        ag_state_leaf(entry, "is-cleared", "false") < 0 ||
        ag_state_time(entry, "last-raised", alarm->time_ms) < 0 ||
        ag_state_time(entry, "last-changed", alarm->time_ms) < 0 ||
        ag_state_leaf(entry, "perceived-severity", ag_alarm_severity(alarm->severity)) < 0 ||
        ag_state_leaf(entry, "alarm-text", alarm->text) < 0 ||
        ag_state_time(entry, "time-created", alarm->time_ms) < 0)
        return -1;
    return 0;
}

int ag_state_alarms(struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    const struct sx_status *status = ag_state_status(state);
    struct lyd_node *list;
    int64_t last = 0;

    if (lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS ||
        put_inventory(state, *ret_tree) < 0 || put_summary(*ret_tree, status) < 0)
        return -1;
    list = ag_state_container(*ret_tree, "alarm-list");
    if (!list || ag_state_number(list, "number-of-alarms", status->alarm_count) < 0)
        return -1;
    for (size_t i = 0; i < status->alarm_count; i++)
        if (status->alarms[i].time_ms > last)
            last = status->alarms[i].time_ms;
    if (last > 0 && ag_state_time(list, "last-changed", last) < 0)
        return -1;
    for (size_t i = 0; i < status->alarm_count; i++)
        if (put_alarm(state, list, &status->alarms[i]) < 0)
            return -1;
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/alarm_control.h"

#include "log.h"
#include "netconf/alarm_model.h"
#include "netconf/private.h"
#include "tree.h"

#include <libyang/libyang.h>
#include <string.h>

#define LEVEL "/ietf-alarms:alarms/control/notify-severity-level"

/* The words of RFC 8632, from the least to the most. */
static int rank(const char *severity)
{
    static const char *const words[] = {"indeterminate", "warning", "minor", "major", "critical"};
    int count = (int)(sizeof words / sizeof words[0]);

    for (int i = 0; i < count; i++)
        if (strcmp(words[i], severity) == 0)
            return i;
    return count;
}

static int read_alarms(struct ag_netconf *netconf, struct lyd_node **ret_tree, struct sx_error *err)
{
    struct sx_secret_keys none = {0};
    struct sx_reader *reader = NULL;
    int result;

    if (ag_readers_take(&netconf->readers, netconf->host, &reader, err) < 0)
        return -1;
    result = ag_tree_read(
        reader, ag_host_schema(netconf->host), &none, "/ietf-alarms:alarms", ret_tree, err);
    ag_readers_give(&netconf->readers, reader, result == 0);
    return result;
}

bool ag_alarm_control_sends(struct ag_netconf *netconf, const struct sx_alarm_event *alarm)
{
    struct lyd_node *tree = NULL, *level = NULL;
    struct sx_error err = {0};
    bool sends = true;

    if (!alarm->raised)
        return true;
    if (read_alarms(netconf, &tree, &err) < 0)
        ag_log(
            SX_LOG_WARNING, "alarms are notified whatever /alarms/control says: %s", err.message);
    /* It is there when notify-status-changes is severity-level, and only then. */
    if (tree && lyd_find_path(tree, LEVEL, 0, &level) == LY_SUCCESS)
        sends = rank(ag_alarm_severity(alarm->severity)) >= rank(lyd_get_value(level));
    lyd_free_all(tree);
    return sends;
}

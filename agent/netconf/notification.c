// SPDX-License-Identifier: Apache-2.0
#include "netconf/notification.h"

#include "netconf/alarm_model.h"
#include "netconf/state_parts.h"
#include "netconf/subscription.h"
#include "sextant/memory.h"

#include <arpa/inet.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct kind {
    const char *module;
    const char *name;
} kinds[] = {
    [AG_EVENT_ALARM] = {"ietf-alarms", "alarm-notification"},
    [AG_EVENT_ROLLING] = {"sextant-cluster", "rolling-restart-progress"},
    [AG_EVENT_CHANGE] = {"ietf-netconf-notifications", "netconf-config-change"},
    [AG_EVENT_SESSION_START] = {"ietf-netconf-notifications", "netconf-session-start"},
    [AG_EVENT_SESSION_END] = {"ietf-netconf-notifications", "netconf-session-end"},
};

static int put_alarm(struct lyd_node *tree, const struct sx_alarm_event *alarm)
{
    char identity[AG_ALARM_IDENTITY_MAX];

    if (ag_alarm_identity(LYD_CTX(tree), alarm->id, identity, sizeof identity) < 0 ||
        ag_state_leaf(tree, "resource", ag_alarm_resource(alarm)) < 0 ||
        ag_state_leaf(tree, "alarm-type-id", identity) < 0 ||
        ag_state_leaf(tree, "alarm-type-qualifier", "") < 0 ||
        ag_state_time(tree, "time", alarm->time_ms) < 0 ||
        ag_state_leaf(tree, "perceived-severity",
            alarm->raised ? ag_alarm_severity(alarm->severity) : "cleared") < 0)
        return -1;
    return ag_state_leaf(tree, "alarm-text", alarm->text);
}

static int put_user(struct lyd_node *tree, const struct sx_origin *origin)
{
    struct in6_addr address;

    if (ag_state_leaf(tree, "username", origin->user) < 0 ||
        ag_state_number(tree, "session-id", origin->session) < 0)
        return -1;
    /* A local socket has none. */
    if (inet_pton(AF_INET, origin->source, &address) != 1 &&
        inet_pton(AF_INET6, origin->source, &address) != 1)
        return 0;
    return ag_state_leaf(tree, "source-host", origin->source);
}

static int put_edit(struct lyd_node *tree, const char *top)
{
    struct lyd_node *edit = NULL;
    char path[sizeof((struct ag_event *)0)->change.tops[0] + 1];

    snprintf(path, sizeof path, "/%s", top);
    if (lyd_new_list(tree, NULL, "edit", 0, &edit) != LY_SUCCESS)
        return -1;
    /* An entry of a list at the top would need its keys, which are not told. */
    if (ag_state_leaf(edit, "target", path) < 0) {
        lyd_free_tree(edit);
        return 0;
    }
    return ag_state_leaf(edit, "operation", "merge");
}

static int put_change(struct lyd_node *tree, const struct ag_event *event)
{
    struct lyd_node *by = ag_state_container(tree, "changed-by");
    int result;

    if (!by)
        return -1;
    result = event->origin.session > 0 ? put_user(by, &event->origin)
                                       : ag_state_leaf(by, "server", NULL);
    if (result == 0)
        result = ag_state_leaf(tree, "datastore", "running");
    for (size_t i = 0; i < event->change.top_count && result == 0; i++)
        result = put_edit(tree, event->change.tops[i]);
    return result;
}

static int put_end(struct lyd_node *tree, const struct ag_event *event)
{
    static const char *const reasons[] = {[AG_END_OTHER] = "other",
        [AG_END_CLOSED] = "closed",
        [AG_END_KILLED] = "killed",
        [AG_END_DROPPED] = "dropped"};

    if (put_user(tree, &event->origin) < 0 ||
        (event->end.killed_by > 0 && ag_state_number(tree, "killed-by", event->end.killed_by) < 0))
        return -1;
    return ag_state_leaf(tree, "termination-reason", reasons[event->end.reason]);
}

static int put_content(struct lyd_node *tree, const struct ag_event *event)
{
    switch (event->type) {
    case AG_EVENT_ALARM:
        return put_alarm(tree, &event->alarm);
    case AG_EVENT_ROLLING:
        return ag_state_put_rolling(tree, &event->rolling);
    case AG_EVENT_CHANGE:
        return put_change(tree, event);
    case AG_EVENT_SESSION_START:
        return put_user(tree, &event->origin);
    case AG_EVENT_SESSION_END:
        return put_end(tree, event);
    }
    return -1;
}

int ag_notification_tree(const struct ly_ctx *context, const struct ag_event *event,
    struct lyd_node **ret_tree, struct sx_error *err)
{
    const struct kind *kind = &kinds[event->type];
    const struct lys_module *module = ly_ctx_get_module_implemented(context, kind->module);
    struct lyd_node *tree = NULL;
    const char *text;

    ly_err_clean((struct ly_ctx *)(size_t)context, NULL);
    if (module && lyd_new_inner(NULL, module, kind->name, 0, &tree) == LY_SUCCESS &&
        put_content(tree, event) == 0) {
        *ret_tree = tree;
        return 0;
    }
    text = ly_errmsg(context);
    lyd_free_all(tree);
    return sx_error_set(err, SX_E_INTERNAL, "a notification %s of %s cannot be made: %s",
        kind->name, kind->module, text ? text : "the module is not there");
}

char *ag_notification_xml(const struct ag_event *event, const struct lyd_node *tree)
{
    char time[AG_STATE_TIME_MAX];
    char *content = NULL, *message;

    if (lyd_print_mem(&content, tree, LYD_XML, LYD_PRINT_SHRINK) != LY_SUCCESS)
        abort(); /* only for want of memory */
    ag_state_time_text(event->time_ms, time);
    message = sx_format("<notification xmlns=\"" AG_NOTIFICATION_NS "\"><eventTime>%s</eventTime>"
                        "%s</notification>",
        time, content);
    free(content);
    return message;
}

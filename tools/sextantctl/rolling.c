// SPDX-License-Identifier: Apache-2.0
#include "rolling.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define REQUEST \
    "<get><filter type=\"subtree\"><cluster xmlns=\"" NS \
    "\"><rolling-restart/></cluster></filter>" \
    "</get>"
/** Pause between two looks. */
#define LOOK_NS (50 * 1000 * 1000)
/** Longest line of progress, with NUL. */
#define LINE_MAX_BYTES 1024

bool ctl_rolling_progress(const struct lyd_node *now, char *last, size_t size, FILE *out)
{
    const char *status = ctl_text(now, "status");
    const char *address = ctl_text(now, "address");
    char line[LINE_MAX_BYTES];

    if (strcmp(status, "running") == 0)
        snprintf(line, sizeof line, "[%s/%s] %s restarts", ctl_text(now, "done"),
            ctl_text(now, "total"), address);
    else if (strcmp(status, "completed") == 0)
        snprintf(line, sizeof line, "[%s/%s] all systems have restarted", ctl_text(now, "done"),
            ctl_text(now, "total"));
    else if (strcmp(status, "stopped") == 0)
        snprintf(line, sizeof line, "[%s/%s] stopped at %s: %s", ctl_text(now, "done"),
            ctl_text(now, "total"), address, ctl_text(now, "reason"));
    else
        snprintf(line, sizeof line, "no rolling restart is under way");
    if (strcmp(line, last) != 0)
        fprintf(out, "%s\n", line);
    fflush(out);
    snprintf(last, size, "%s", line);
    return strcmp(status, "running") != 0;
}

/* The daemon restarts while it is watched: a session that ends is opened anew. */
static int look(struct ctl_call *call, struct lyd_node **ret_reply, struct ctl_fault *fault)
{
    if (ctl_session_call(&call->session, REQUEST, ret_reply, fault) == 0)
        return 0;
    if (fault->status != CTL_EXIT_UNREACHABLE || ctl_come_back(call, fault) < 0)
        return -1;
    return ctl_session_call(&call->session, REQUEST, ret_reply, fault);
}

static int watch(struct ctl_call *call, struct ctl_fault *fault)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    char last[LINE_MAX_BYTES] = "";

    for (;;) {
        struct lyd_node *reply = NULL;
        const struct lyd_node *state;
        bool over, stopped;

        if (look(call, &reply, fault) < 0)
            return -1;
        state = ctl_child(ctl_child(ctl_child(reply, "data"), "cluster"), "rolling-restart");
        over = ctl_rolling_progress(state, last, sizeof last, stdout);
        stopped = strcmp(ctl_text(state, "status"), "stopped") == 0;
        lyd_free_all(reply);
        if (stopped)
            return ctl_fail(fault, CTL_EXIT_REFUSED,
                "the rolling restart has stopped; bring that system back and run "
                "'sextantctl rolling-restart resume', or 'sextantctl rolling-restart abandon'");
        if (over)
            return 0;
        nanosleep(&pause, NULL);
    }
}

int ctl_rolling_restart(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *action = call->count > 0 ? call->arguments[0] : "start";
    struct lyd_node *reply = NULL;
    char *request;
    int result;

    if (call->count > 0 && strcmp(action, "resume") != 0 && strcmp(action, "abandon") != 0)
        return ctl_fail(fault, CTL_EXIT_USAGE,
            "rolling-restart: %s is neither resume nor abandon; without either it begins", action);
    request = sx_format(
        "<rolling-restart xmlns=\"" NS "\"><action>%s</action></rolling-restart>", action);
    result = ctl_session_call(&call->session, request, &reply, fault);
    free(request);
    lyd_free_all(reply);
    return result < 0 ? -1 : watch(call, fault);
}

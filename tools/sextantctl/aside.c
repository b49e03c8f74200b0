// SPDX-License-Identifier: Apache-2.0
#include "aside.h"

#include "request.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>

#define SYSTEM "urn:sextant:params:xml:ns:yang:sextant-system"

int ctl_set_aside(struct ctl_call *call, struct ctl_fault *fault)
{
    const struct lyd_node *all, *item;
    struct lyd_node *reply = NULL;

    if (ctl_session_call(&call->session,
            "<get><filter type=\"subtree\"><system xmlns=\"" SYSTEM "\"><set-aside/></system>"
            "</filter></get>",
            &reply, fault) < 0)
        return -1;
    all = ctl_child(ctl_child(ctl_child(reply, "data"), "system"), "set-aside");
    item = ctl_child(all, "item");
    if (!item)
        puts("Nothing is set aside.");
    for (; item; item = ctl_next(item))
        printf("%s\n  %s, set aside %s: %s\n", ctl_text(item, "path"), ctl_text(item, "scope"),
            ctl_text(item, "time"), ctl_text(item, "reason"));
    lyd_free_all(reply);
    return 0;
}

int ctl_discard_set_aside(struct ctl_call *call, struct ctl_fault *fault)
{
    char *path = call->count > 0 ? ctl_request_leaf("path", call->arguments[0]) : sx_strdup("");
    char *request =
        sx_format("<discard-set-aside xmlns=\"" SYSTEM "\">%s</discard-set-aside>", path);
    struct lyd_node *reply = NULL;
    int result = ctl_session_call(&call->session, request, &reply, fault);

    if (result == 0)
        printf("%s is forgotten.\n", call->count > 0 ? call->arguments[0] : "What was set aside");
    lyd_free_all(reply);
    free(request);
    free(path);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "path.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ctl_session_open(const char *socket, struct ctl_session *session, struct ctl_fault *fault)
{
    memset(session, 0, sizeof *session);
    if (ctl_client_open(socket, &session->client, fault) < 0)
        return -1;
    ly_log_options(LY_LOSTORE_LAST);
    if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &session->plain))
        return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "libyang cannot be used");
    return 0;
}

void ctl_session_close(struct ctl_session *session)
{
    ctl_client_close(session->client);
    ly_ctx_destroy(session->plain);
    memset(session, 0, sizeof *session);
}

const struct lyd_node *ctl_child(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *child;

    LY_LIST_FOR(parent ? lyd_child(parent) : NULL, child)
    if (strcmp(LYD_NAME(child), name) == 0)
        return child;
    return NULL;
}

const struct lyd_node *ctl_next(const struct lyd_node *node)
{
    const struct lyd_node *next;

    LY_LIST_FOR(node->next, next)
    if (strcmp(LYD_NAME(next), LYD_NAME(node)) == 0)
        return next;
    return NULL;
}

const char *ctl_text(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *child = ctl_child(parent, name);
    const char *value = child ? lyd_get_value(child) : NULL;

    return value ? value : "";
}

/* One line: where, what and why, and the words for a script. A message that begins with the path
 * says it in full. */
static void describe_error(const struct lyd_node *error, FILE *out)
{
    const char *message = ctl_text(error, "error-message");
    char *path = ctl_path_plain(*message == '/' ? "" : ctl_text(error, "error-path"));
    const char *tag = ctl_text(error, "error-tag");
    const char *app_tag = ctl_text(error, "error-app-tag");

    fprintf(out, "%s%s%s [%s%s%s]", path, *path ? ": " : "", *message ? message : "refused", tag,
        *app_tag ? ", " : "", app_tag);
    free(path);
}

static int take_errors(const struct lyd_node *reply, struct ctl_fault *fault)
{
    const struct lyd_node *error = ctl_child(reply, "rpc-error");
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    if (!error)
        return 0;
    out = open_memstream(&text, &size);
    if (!out)
        abort();
    for (; error; error = ctl_next(error)) {
        describe_error(error, out);
        if (ctl_next(error))
            fputc('\n', out);
    }
    fclose(out);
    ctl_fail(fault, CTL_EXIT_REFUSED, "%s", text);
    free(text);
    return -1;
}

int ctl_session_call(struct ctl_session *session, const char *operation,
    struct lyd_node **ret_reply, struct ctl_fault *fault)
{
    struct lyd_node *reply = NULL;
    char *text = NULL;
    int result = -1;

    if (ctl_client_call(session->client, operation, &text, fault) < 0)
        goto out;
    if (lyd_parse_data_mem(
            session->plain, text, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &reply) ||
        !reply || strcmp(LYD_NAME(reply), "rpc-reply") != 0) {
        ctl_fail(fault, CTL_EXIT_UNREACHABLE, "the answer of sextantd is not an <rpc-reply>");
        goto out;
    }
    if (take_errors(reply, fault) < 0)
        goto out;
    *ret_reply = reply;
    reply = NULL;
    result = 0;
out:
    lyd_free_all(reply);
    free(text);
    return result;
}

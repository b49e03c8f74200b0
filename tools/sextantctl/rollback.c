// SPDX-License-Identifier: Apache-2.0
#include "diff.h"
#include "sextant/memory.h"
#include "status.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The newest revision, for free(). */
static int present(struct ctl_session *session, char **ret_revision, struct ctl_fault *fault)
{
    struct lyd_node *reply = NULL;

    if (ctl_session_call(session,
            "<get-history xmlns=\"" CTL_HISTORY_NS "\"><count>1</count></get-history>", &reply,
            fault) < 0)
        return -1;
    *ret_revision = sx_strdup(ctl_text(reply, "present-revision"));
    lyd_free_all(reply);
    return 0;
}

static int ask(const char *revision, FILE *out, struct ctl_fault *fault)
{
    char answer[16] = "";

    if (!isatty(STDIN_FILENO))
        return ctl_fail(fault, CTL_EXIT_USAGE,
            "rollback: there is nobody to ask; --yes rolls back without asking");
    fprintf(out, "\nRoll back to revision %s? [y/N] ", revision);
    fflush(out);
    if (fgets(answer, sizeof answer, stdin) &&
        (strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0))
        return 0;
    return ctl_fail(fault, CTL_EXIT_REFUSED, "not rolled back");
}

static int roll_back(struct ctl_session *session, const char *revision, const char *newest,
    FILE *out, struct ctl_fault *fault)
{
    char *operation = sx_format("<rollback xmlns=\"" CTL_HISTORY_NS "\"><revision>%s</revision>"
                                "<present-revision>%s</present-revision></rollback>",
        revision, newest);
    struct lyd_node *before = NULL, *now = NULL, *reply = NULL;
    int result = -1;

    if (ctl_status_fetch(session, &before, fault) < 0 ||
        ctl_session_call(session, operation, &reply, fault) < 0 ||
        ctl_status_fetch(session, &now, fault) < 0)
        goto out;
    fprintf(out, "\nRolled back to revision %s, which makes revision %s.\n", revision,
        ctl_text(reply, "revision"));
    ctl_status_news(before, now, out);
    result = 0;
out:
    lyd_free_all(before);
    lyd_free_all(now);
    lyd_free_all(reply);
    free(operation);
    return result;
}

int ctl_rollback(struct ctl_session *session, const char *revision, bool sure, bool colour,
    FILE *out, struct ctl_fault *fault)
{
    char *newest = NULL;
    size_t count = 0;
    int result = -1;

    if (present(session, &newest, fault) < 0 ||
        ctl_diff(session, newest, revision, false, colour, out, &count, fault) < 0)
        goto out;
    if (count == 0)
        result = 0;
    else if (sure || ask(revision, out, fault) == 0)
        result = roll_back(session, revision, newest, out, fault);
out:
    free(newest);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "diff.h"
#include "diff_text.h"
#include "json.h"
#include "revision_json.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* Revisions asked for at a time: the most that <get-history> takes. */
#define PAGE 1000

/* A list that is being written. */
struct writer {
    FILE *out;
    struct ctl_json *json; /* NULL: for a person */
    char lineage[64]; /* of the row above */
    unsigned left;
    unsigned long long from; /* the next revision, if `next` */
    bool next;
};

static void put_row(struct writer *writer, const struct lyd_node *revision)
{
    const char *lineage = ctl_text(revision, "lineage");
    const char *session = ctl_text(revision, "session-id");

    if (strcmp(lineage, writer->lineage) != 0) {
        fprintf(writer->out, "lineage %s\n", lineage);
        snprintf(writer->lineage, sizeof writer->lineage, "%s", lineage);
    }
    fprintf(writer->out, "%8s  %-29s  %7s  ", ctl_text(revision, "number"),
        ctl_text(revision, "time"), ctl_text(revision, "changes"));
    ctl_print_plain(ctl_text(revision, "user"), writer->out);
    fputc('@', writer->out);
    ctl_print_plain(ctl_text(revision, "source"), writer->out);
    fprintf(writer->out, "%s%s\n", *session ? " session " : "", session);
}

static void begin(struct writer *writer, const struct lyd_node *reply)
{
    if (writer->json) {
        ctl_json_open(writer->json, NULL, '{');
        ctl_json_number(writer->json, "present-revision", ctl_text(reply, "present-revision"));
        ctl_json_number(writer->json, "oldest-reachable", ctl_text(reply, "oldest-reachable"));
        ctl_json_open(writer->json, "revisions", '[');
    } else if (ctl_child(reply, "revision")) {
        fprintf(writer->out, "%8s  %-29s  %7s  %s\n", "revision", "time", "changes", "by");
    } else {
        fputs("The journal holds no revision.\n", writer->out);
    }
}

static void put_page(struct writer *writer, const struct lyd_node *reply)
{
    const struct lyd_node *revision = ctl_child(reply, "revision");

    writer->next = strcmp(ctl_text(reply, "more"), "true") == 0;
    if (!revision)
        writer->next = false;
    for (; revision && writer->left > 0; revision = ctl_next(revision), writer->left--) {
        if (writer->json)
            ctl_revision_json(revision, writer->json);
        else
            put_row(writer, revision);
        writer->from = strtoull(ctl_text(revision, "number"), NULL, 10) - 1;
    }
}

static void end(struct writer *writer, const char *oldest)
{
    if (writer->json) {
        ctl_json_close(writer->json, ']');
        ctl_json_bool(writer->json, "more", writer->next);
        ctl_json_close(writer->json, '}');
        return;
    }
    if (writer->next)
        fputs("There are older ones; -n shows more.\n", writer->out);
    fprintf(writer->out, "A rollback reaches back to revision %s.\n", oldest);
}

int ctl_history(
    struct ctl_session *session, unsigned count, bool json, FILE *out, struct ctl_fault *fault)
{
    struct ctl_json object = {.out = out};
    struct writer writer = {.out = out, .json = json ? &object : NULL, .left = count};
    char oldest[24] = "";
    bool first = true;

    do {
        char *from = first ? sx_strdup("") : sx_format("<from>%llu</from>", writer.from);
        char *operation = sx_format("<get-history xmlns=\"" CTL_HISTORY_NS "\">%s<count>%u</count>"
                                    "</get-history>",
            from, writer.left < PAGE ? writer.left : PAGE);
        struct lyd_node *reply = NULL;
        int result = ctl_session_call(session, operation, &reply, fault);

        free(from);
        free(operation);
        if (result < 0)
            return -1;
        if (first)
            begin(&writer, reply);
        first = false;
        snprintf(oldest, sizeof oldest, "%s", ctl_text(reply, "oldest-reachable"));
        put_page(&writer, reply);
        lyd_free_all(reply);
    } while (writer.next && writer.left > 0);
    end(&writer, oldest);
    return 0;
}

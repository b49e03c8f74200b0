// SPDX-License-Identifier: Apache-2.0
#include "diff.h"

#include "diff_text.h"
#include "json.h"
#include "revision_json.h"
#include "schema.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* A difference that is being written: replies come in pages. */
struct writer {
    bool json;
    struct ctl_diff_text text;
    struct ctl_json object;
    struct ly_ctx *context; /* the daemon's modules, for JSON */
    size_t count;
    char *revision; /* that the first page told of, or NULL */
};

int ctl_check_revision(const char *text, struct ctl_fault *fault)
{
    size_t length = strlen(text);

    if (length > 0 && length < 19 && strspn(text, "0123456789") == length)
        return 0;
    return ctl_fail(fault, CTL_EXIT_USAGE, "%s is not the number of a revision", text);
}

static char *request(const char *from, const char *to, size_t offset)
{
    char *what = from ? sx_format("<from>%s</from><to>%s</to>", from, to)
                 : to ? sx_format("<revision>%s</revision>", to)
                      : sx_strdup("");
    char *text = sx_format("<get-changes xmlns=\"" CTL_HISTORY_NS "\">%s<offset>%zu</offset>"
                           "</get-changes>",
        what, offset);

    free(what);
    return text;
}

static void begin(struct writer *writer, const struct lyd_node *reply)
{
    const struct lyd_node *revision = ctl_child(reply, "revision");

    if (!writer->json) {
        ctl_diff_text_begin(&writer->text, reply);
        return;
    }
    ctl_json_open(&writer->object, NULL, '{');
    ctl_json_number(&writer->object, "from", ctl_text(reply, "from"));
    ctl_json_number(&writer->object, "to", ctl_text(reply, "to"));
    ctl_json_open(&writer->object, "revisions", '[');
    for (; revision; revision = ctl_next(revision))
        ctl_revision_json(revision, &writer->object);
    ctl_json_close(&writer->object, ']');
    ctl_json_open(&writer->object, "changes", '[');
}

static size_t put_page(struct writer *writer, const struct lyd_node *reply)
{
    const struct lyd_node *change = ctl_child(reply, "change");
    size_t count = 0;

    if (!writer->json)
        ctl_diff_text_changes(&writer->text, reply);
    for (; change; change = ctl_next(change), count++)
        if (writer->json)
            ctl_change_json(writer->context, change, &writer->object);
    return count;
}

static void end(struct writer *writer)
{
    if (!writer->json) {
        ctl_diff_text_end(&writer->text);
        return;
    }
    ctl_json_close(&writer->object, ']');
    ctl_json_close(&writer->object, '}');
}

/* One page; *ret_more tells whether there are others. */
static int next(struct ctl_session *session, struct writer *writer, const char *from,
    const char *to, bool *ret_more, struct ctl_fault *fault)
{
    char *operation = request(from, to ? to : writer->revision, writer->count);
    struct lyd_node *reply = NULL;
    int result = ctl_session_call(session, operation, &reply, fault);
    size_t count;

    free(operation);
    if (result < 0)
        return -1;
    if (writer->count == 0) {
        begin(writer, reply);
        /* The present revision may be another one when the next page is asked for. */
        writer->revision = sx_strdup(ctl_text(reply, "to"));
    }
    count = put_page(writer, reply);
    writer->count += count;
    *ret_more = count > 0 && strcmp(ctl_text(reply, "more"), "true") == 0;
    lyd_free_all(reply);
    return 0;
}

int ctl_diff(struct ctl_session *session, const char *from, const char *to, bool json, bool colour,
    FILE *out, size_t *ret_count, struct ctl_fault *fault)
{
    struct writer writer = {
        .json = json, .text = {.out = out, .colour = colour}, .object = {.out = out}};
    bool more = true;
    int result = 0;

    if (json && ctl_schema_load(session, &writer.context, fault) < 0)
        return -1;
    while (result == 0 && more)
        result = next(session, &writer, from, to, &more, fault);
    if (result == 0)
        end(&writer);
    else
        free(writer.text.head);
    free(writer.revision);
    ly_ctx_destroy(writer.context);
    if (result == 0)
        *ret_count = writer.count;
    return result;
}

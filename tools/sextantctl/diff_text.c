// SPDX-License-Identifier: Apache-2.0
#include "diff_text.h"

#include "path.h"
#include "session.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

void ctl_print_plain(const char *text, FILE *out)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '\n')
            fputs("\\n", out);
        else if (byte == '\t')
            fputs("\\t", out);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(out, "\\x%02x", byte);
        else
            fputc(byte, out);
    }
}

static const char *paint(const struct ctl_diff_text *text, const char *code)
{
    return text->colour ? code : "";
}

static void print_revision(
    const struct ctl_diff_text *text, const struct lyd_node *revision, const char *indent)
{
    const char *session = ctl_text(revision, "session-id");
    const char *changes = ctl_text(revision, "changes");

    fprintf(text->out, "%srevision %s  %s  ", indent, ctl_text(revision, "number"),
        ctl_text(revision, "time"));
    ctl_print_plain(ctl_text(revision, "user"), text->out);
    fputc('@', text->out);
    ctl_print_plain(ctl_text(revision, "source"), text->out);
    if (*session)
        fprintf(text->out, " session %s", session);
    fprintf(text->out, "  %s change%s\n", changes, strcmp(changes, "1") == 0 ? "" : "s");
}

void ctl_diff_text_begin(struct ctl_diff_text *text, const struct lyd_node *reply)
{
    const struct lyd_node *revision = ctl_child(reply, "revision");
    const char *from = ctl_text(reply, "from"), *to = ctl_text(reply, "to");
    unsigned long long first = strtoull(from, NULL, 10), last = strtoull(to, NULL, 10);

    fputs(paint(text, BOLD), text->out);
    if (revision && last == first + 1) {
        print_revision(text, revision, "");
    } else {
        fprintf(text->out, "from revision %s to revision %s\n", from, to);
        for (; revision; revision = ctl_next(revision))
            print_revision(text, revision, "  ");
    }
    fputs(paint(text, PLAIN), text->out);
}

/* The line that the next ones stand below, unless it is there already. */
static void put_head(struct ctl_diff_text *text, const char *path, size_t length)
{
    if (text->head && strncmp(text->head, path, length) == 0 && !text->head[length])
        return;
    free(text->head);
    text->head = sx_strndup(path, length);
    fprintf(text->out, "\n%s", paint(text, BOLD));
    ctl_print_plain(length > 0 ? text->head : "/", text->out);
    fprintf(text->out, "%s\n", paint(text, PLAIN));
}

static void put_line(
    const struct ctl_diff_text *text, char sign, int depth, const struct lyd_node *node)
{
    const char *value = lyd_child(node) ? "" : lyd_get_value(node);

    fprintf(text->out, "%s%c %*s%s%s", paint(text, sign == '-' ? RED : GREEN), sign, 2 * depth, "",
        LYD_NAME(node), lyd_child(node) || (value && *value) ? ":" : "");
    if (value && *value) {
        fputc(' ', text->out);
        ctl_print_plain(value, text->out);
    }
    fprintf(text->out, "%s\n", paint(text, PLAIN));
}

static void put_below(
    const struct ctl_diff_text *text, char sign, int depth, const struct lyd_node *parent)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(parent), child)
    {
        put_line(text, sign, depth, child);
        put_below(text, sign, depth + 1, child);
    }
}

/* One side of a change: a leaf below its parent's path, all else below its own. */
static void put_value(
    struct ctl_diff_text *text, char sign, const char *path, const struct lyd_node *change)
{
    const struct lyd_node *any = ctl_child(change, sign == '-' ? "old-value" : "new-value");
    const struct lyd_node *node = any ? lyd_child(any) : NULL;

    if (node && lyd_child(node)) {
        put_head(text, path, strlen(path));
        put_below(text, sign, 0, node);
    } else if (node) {
        put_head(text, path, ctl_parent_length(path));
        put_line(text, sign, 0, node);
    }
}

static void put_place(FILE *out, const char *path)
{
    if (!*path) {
        fputs("first", out);
        return;
    }
    fputs("after ", out);
    ctl_print_plain(path + ctl_parent_length(path) + 1, out);
}

/* Where an entry of a user-ordered list stands. */
static void put_places(struct ctl_diff_text *text, const char *path, const struct lyd_node *change)
{
    const struct lyd_node *old = ctl_child(change, "old-after"), *now = ctl_child(change, "after");

    if (!now)
        return;
    if (old)
        put_head(text, path, strlen(path));
    fprintf(text->out, "%s~ placed ", paint(text, CYAN));
    put_place(text->out, ctl_text(change, "after"));
    if (old) {
        fputs(", was ", text->out);
        put_place(text->out, ctl_text(change, "old-after"));
    }
    fprintf(text->out, "%s\n", paint(text, PLAIN));
}

void ctl_diff_text_changes(struct ctl_diff_text *text, const struct lyd_node *reply)
{
    const struct lyd_node *change = ctl_child(reply, "change");

    for (; change; change = ctl_next(change)) {
        const char *operation = ctl_text(change, "operation"), *path = ctl_text(change, "path");
        bool is_move = strcmp(operation, "move") == 0;

        text->count++;
        if (!is_move && !ctl_child(change, "old-value") && !ctl_child(change, "new-value")) {
            put_head(text, path, strlen(path));
            fprintf(text->out, "  (%s; its value cannot be shown)\n", operation);
            continue;
        }
        put_value(text, '-', path, change);
        put_value(text, '+', path, change);
        put_places(text, path, change);
    }
}

void ctl_diff_text_end(struct ctl_diff_text *text)
{
    if (text->count == 0)
        fputs("no difference\n", text->out);
    free(text->head);
    text->head = NULL;
}

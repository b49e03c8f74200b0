// SPDX-License-Identifier: Apache-2.0
#include "path.h"

#include "sextant/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is left of a path while it is taken apart. */
struct scan {
    const char *text; /* all of it, for messages */
    const char *at;
    struct ctl_fault *fault;
};

static int expected(const struct scan *scan, const char *what)
{
    if (!*scan->at)
        return ctl_fail(
            scan->fault, CTL_EXIT_USAGE, "path %s: ends where %s is expected", scan->text, what);
    return ctl_fail(scan->fault, CTL_EXIT_USAGE, "path %s: %s is expected at \"%s\"", scan->text,
        what, scan->at);
}

static void skip_spaces(struct scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\t')
        scan->at++;
}

static bool starts_name(char byte)
{
    return isalpha((unsigned char)byte) || byte == '_';
}

/* An identifier of RFC 7950 section 6.2. */
static char *take_name(struct scan *scan)
{
    const char *start = scan->at;

    if (!starts_name(*start))
        return NULL;
    while (starts_name(*scan->at) || isdigit((unsigned char)*scan->at) || *scan->at == '-' ||
           *scan->at == '.')
        scan->at++;
    return sx_strndup(start, (size_t)(scan->at - start));
}

/* [module:]name */
static int take_node(struct scan *scan, char **ret_module, char **ret_name)
{
    char *first = take_name(scan);

    if (!first)
        return expected(scan, "the name of a node");
    if (*scan->at != ':') {
        *ret_name = first;
        return 0;
    }
    scan->at++;
    *ret_name = take_name(scan);
    if (!*ret_name) {
        free(first);
        return expected(scan, "the name of a node");
    }
    *ret_module = first;
    return 0;
}

/* 'value' or "value"; there are no escapes, as in XPath. */
static int take_value(struct scan *scan, char **ret_value)
{
    char quote = *scan->at;
    const char *end;

    if (quote != '\'' && quote != '"')
        return expected(scan, "a value in quotes");
    end = strchr(scan->at + 1, quote);
    if (!end)
        return ctl_fail(scan->fault, CTL_EXIT_USAGE,
            "path %s: the value that begins at %s has no closing quote", scan->text, scan->at);
    *ret_value = sx_strndup(scan->at + 1, (size_t)(end - scan->at - 1));
    scan->at = end + 1;
    return 0;
}

/* What follows "[". */
static int take_predicate(struct scan *scan, struct ctl_step *step)
{
    struct ctl_predicate *predicate = &step->predicates[step->predicate_count];

    if (step->predicate_count == CTL_PATH_PREDICATES_MAX)
        return ctl_fail(scan->fault, CTL_EXIT_USAGE, "path %s: %s has more than %d keys",
            scan->text, step->name, CTL_PATH_PREDICATES_MAX);
    step->predicate_count++;
    skip_spaces(scan);
    if (*scan->at == '.') {
        scan->at++;
        predicate->name = sx_strdup(".");
    } else if (take_node(scan, &predicate->module, &predicate->name) < 0) {
        return -1;
    }
    skip_spaces(scan);
    if (*scan->at != '=')
        return expected(scan, "=");
    scan->at++;
    skip_spaces(scan);
    if (take_value(scan, &predicate->value) < 0)
        return -1;
    skip_spaces(scan);
    if (*scan->at != ']')
        return expected(scan, "]");
    scan->at++;
    return 0;
}

static int take_step(struct scan *scan, struct ctl_path *path)
{
    struct ctl_step *step = &path->steps[path->step_count];

    if (path->step_count == CTL_PATH_STEPS_MAX)
        return ctl_fail(scan->fault, CTL_EXIT_USAGE, "path %s: more than %d nodes deep", scan->text,
            CTL_PATH_STEPS_MAX);
    path->step_count++;
    if (take_node(scan, &step->module, &step->name) < 0)
        return -1;
    while (*scan->at == '[') {
        scan->at++;
        if (take_predicate(scan, step) < 0)
            return -1;
    }
    return 0;
}

int ctl_path_parse(const char *text, struct ctl_path *ret_path, struct ctl_fault *fault)
{
    struct ctl_path path = {0};
    struct scan scan = {.text = text, .at = text, .fault = fault};

    do {
        if (*scan.at != '/') {
            expected(&scan, "/");
            goto out;
        }
        scan.at++;
        if (take_step(&scan, &path) < 0)
            goto out;
    } while (*scan.at);
    *ret_path = path;
    return 0;
out:
    ctl_path_clear(&path);
    return -1;
}

void ctl_path_clear(struct ctl_path *path)
{
    for (size_t i = 0; i < path->step_count; i++) {
        struct ctl_step *step = &path->steps[i];

        free(step->module);
        free(step->name);
        for (size_t j = 0; j < step->predicate_count; j++) {
            free(step->predicates[j].module);
            free(step->predicates[j].name);
            free(step->predicates[j].value);
        }
    }
    memset(path, 0, sizeof *path);
}

char *ctl_path_print(const struct ctl_path *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    for (size_t i = 0; i < path->step_count; i++) {
        const struct ctl_step *step = &path->steps[i];

        fprintf(
            out, "/%s%s%s", step->module ? step->module : "", step->module ? ":" : "", step->name);
        for (size_t j = 0; j < step->predicate_count; j++) {
            const struct ctl_predicate *predicate = &step->predicates[j];
            /* A value that was in quotes cannot hold both kinds of them. */
            char quote = strchr(predicate->value, '\'') ? '"' : '\'';

            fprintf(out, "[%s%s%s=%c%s%c]", predicate->module ? predicate->module : "",
                predicate->module ? ":" : "", predicate->name, quote, predicate->value, quote);
        }
    }
    fclose(out);
    return text;
}

char *ctl_path_plain(const char *text)
{
    struct ctl_fault ignored;
    struct ctl_path path;
    char *plain;

    if (ctl_path_parse(text, &path, &ignored) < 0)
        return sx_strdup(text);
    for (size_t i = 0; i < path.step_count; i++) {
        struct ctl_step *step = &path.steps[i];

        free(step->module);
        step->module = NULL;
        for (size_t j = 0; j < step->predicate_count; j++) {
            free(step->predicates[j].module);
            step->predicates[j].module = NULL;
        }
    }
    plain = ctl_path_print(&path);
    ctl_path_clear(&path);
    return plain;
}

size_t ctl_parent_length(const char *path)
{
    size_t length = 0;
    char quote = '\0';

    for (size_t i = 0; path[i]; i++) {
        if (quote)
            quote = path[i] == quote ? '\0' : quote;
        else if (path[i] == '\'' || path[i] == '"')
            quote = path[i];
        else if (path[i] == '/')
            length = i;
    }
    return length;
}

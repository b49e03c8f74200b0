// SPDX-License-Identifier: Apache-2.0
#include "edit.h"

#include "request.h"
#include "schema.h"
#include "status.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* One line of standard input, without its end, for free(). */
static int read_value(char **ret_value, struct ctl_fault *fault)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);

    if (length < 0) {
        free(line);
        return ctl_fail(fault, CTL_EXIT_USAGE, "standard input holds no value");
    }
    line[strcspn(line, "\n")] = '\0';
    *ret_value = line;
    return 0;
}

static int add_pair(const struct ly_ctx *context, const struct ctl_path *path, const char *value,
    struct lyd_node **tree, struct ctl_fault *fault)
{
    char *line = NULL;
    int result = -1;

    if (strcmp(value, "-") != 0 || read_value(&line, fault) == 0)
        result = ctl_request_add(context, path, line ? line : value, tree, fault);
    free(line);
    return result;
}

static int build(const struct ly_ctx *context, enum ctl_edit kind, char **arguments, int count,
    struct lyd_node **tree, struct ctl_fault *fault)
{
    int step = kind == CTL_EDIT_SET ? 2 : 1;
    int result = 0;

    for (int i = 0; i < count && result == 0; i += step) {
        const struct lysc_node *node;
        struct ctl_path path;

        if (ctl_path_parse(arguments[i], &path, fault) < 0)
            return -1;
        result = ctl_schema_resolve(context, &path, CTL_KEYS_NEEDED, &node, fault);
        if (result == 0 && kind == CTL_EDIT_SET)
            result = add_pair(context, &path, arguments[i + 1], tree, fault);
        else if (result == 0)
            result = ctl_request_remove(context, &path, tree, fault);
        ctl_path_clear(&path);
    }
    return result;
}

int ctl_check_wait(const char *wait, struct ctl_fault *fault)
{
    if (strcmp(wait, "majority") == 0 || strcmp(wait, "all") == 0)
        return 0;
    return ctl_fail(fault, CTL_EXIT_USAGE, "--wait: %s is neither majority nor all", wait);
}

int ctl_edit(struct ctl_session *session, enum ctl_edit kind, char **arguments, int count,
    const char *wait, FILE *out, struct ctl_fault *fault)
{
    struct ly_ctx *context = NULL;
    struct lyd_node *tree = NULL;
    struct lyd_node *before = NULL;
    struct lyd_node *now = NULL;
    struct lyd_node *reply = NULL;
    char *request = NULL;
    int items = kind == CTL_EDIT_SET ? count / 2 : count;
    int result = -1;

    if (ctl_schema_load(session, &context, fault) < 0 ||
        build(context, kind, arguments, count, &tree, fault) < 0)
        goto out;
    /* "none" keeps a deletion below an entry that does not exist from making the entry. */
    request = ctl_request_edit(tree, kind == CTL_EDIT_SET ? "merge" : "none", wait);
    if (ctl_status_fetch(session, &before, fault) < 0 ||
        ctl_session_call(session, request, &reply, fault) < 0 ||
        ctl_status_fetch(session, &now, fault) < 0)
        goto out;
    if (items == 1)
        fprintf(out, "%s %s\n", kind == CTL_EDIT_SET ? "set" : "deleted", arguments[0]);
    else
        fprintf(out, "%s %d items\n", kind == CTL_EDIT_SET ? "set" : "deleted", items);
    if (*ctl_text(ctl_child(reply, "committed"), "message"))
        fprintf(out, "warning: %s\n", ctl_text(ctl_child(reply, "committed"), "message"));
    ctl_status_news(before, now, out);
    result = 0;
out:
    free(request);
    lyd_free_all(reply);
    lyd_free_all(now);
    lyd_free_all(before);
    lyd_free_all(tree);
    ly_ctx_destroy(context);
    return result;
}

/* What the reply holds, parsed with the daemon's schema. */
static int read_data(const struct ly_ctx *context, const struct lyd_node *reply,
    struct lyd_node **ret_tree, struct ctl_fault *fault)
{
    const struct lyd_node *data = ctl_child(reply, "data");
    char *text = NULL;
    LY_ERR failed;

    *ret_tree = NULL;
    if (!data || !lyd_child(data))
        return 0;
    if (lyd_print_mem(&text, lyd_child(data), LYD_XML, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK))
        return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "the answer of sextantd cannot be read");
    failed = lyd_parse_data_mem(context, text, LYD_XML, LYD_PARSE_ONLY, 0, ret_tree);
    free(text);
    if (!failed)
        return 0;
    return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "the answer of sextantd cannot be read: %s",
        ly_errmsg(context) ? ly_errmsg(context) : "no reason given");
}

static int print_data(const struct lyd_node *tree, const struct ctl_path *path, bool values,
    FILE *out, struct ctl_fault *fault)
{
    char *text = ctl_path_print(path);
    struct ly_set *found = NULL;
    char *json = NULL;
    int result = -1;

    if (!tree || lyd_find_xpath(tree, text, &found) || found->count == 0) {
        ctl_fail(fault, CTL_EXIT_REFUSED, "there is nothing at %s", text);
        goto out;
    }
    if (values) {
        for (uint32_t i = 0; i < found->count; i++)
            fprintf(out, "%s\n", lyd_get_value(found->dnodes[i]));
    } else {
        if (lyd_print_mem(&json, tree, LYD_JSON, LYD_PRINT_WITHSIBLINGS))
            abort();
        fputs(json, out);
    }
    result = 0;
out:
    free(json);
    ly_set_free(found, NULL);
    free(text);
    return result;
}

int ctl_get(
    struct ctl_session *session, const char *text, bool json, FILE *out, struct ctl_fault *fault)
{
    struct ctl_path path = {0};
    struct ly_ctx *context = NULL;
    struct lyd_node *reply = NULL;
    struct lyd_node *tree = NULL;
    const struct lysc_node *node;
    char *request = NULL;
    bool values;
    int result = -1;

    if (ctl_path_parse(text, &path, fault) < 0 || ctl_schema_load(session, &context, fault) < 0 ||
        ctl_schema_resolve(context, &path, CTL_KEYS_OPTIONAL, &node, fault) < 0)
        goto out;
    values = !json && (node->nodetype & (LYS_LEAF | LYS_LEAFLIST)) != 0;
    request = ctl_request_get(context, &path);
    if (ctl_session_call(session, request, &reply, fault) < 0 ||
        read_data(context, reply, &tree, fault) < 0)
        goto out;
    result = print_data(tree, &path, values, out, fault);
out:
    free(request);
    lyd_free_all(tree);
    lyd_free_all(reply);
    ly_ctx_destroy(context);
    ctl_path_clear(&path);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text of an element, with what XML reserves written as entities. */
static void print_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else
            fputc(*text, out);
    }
}

char *ctl_request_leaf(const char *name, const char *value)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    fprintf(out, "<%s>", name);
    print_text(out, value);
    fprintf(out, "</%s>", name);
    fclose(out);
    return text;
}

static const char *namespace_of(const struct ly_ctx *context, const char *name)
{
    const struct lys_module *module = ly_ctx_get_module_implemented(context, name);

    return module ? module->ns : "";
}

/* A value may begin with a module's name, as those of identities do: XML wants it declared. */
static void declare_value(FILE *out, const struct ly_ctx *context, const char *value)
{
    const char *colon = strchr(value, ':');
    char *prefix = colon ? sx_strndup(value, (size_t)(colon - value)) : NULL;

    if (prefix && *namespace_of(context, prefix))
        fprintf(out, " xmlns:%s=\"%s\"", prefix, namespace_of(context, prefix));
    free(prefix);
}

static void print_match(FILE *out, const struct ly_ctx *context, const char *name,
    const struct ctl_predicate *predicate)
{
    fprintf(out, "<%s", name);
    declare_value(out, context, predicate->value);
    fputc('>', out);
    print_text(out, predicate->value);
    fprintf(out, "</%s>", name);
}

char *ctl_request_get(const struct ly_ctx *context, const struct ctl_path *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    fputs("<get><filter type=\"subtree\">", out);
    for (size_t i = 0; i < path->step_count; i++) {
        const struct ctl_step *step = &path->steps[i];

        fprintf(out, "<%s", step->name);
        if (step->module)
            fprintf(out, " xmlns=\"%s\"", namespace_of(context, step->module));
        if (step->predicate_count == 1 && strcmp(step->predicates[0].name, ".") == 0) {
            declare_value(out, context, step->predicates[0].value);
            fputc('>', out);
            print_text(out, step->predicates[0].value);
            continue;
        }
        fputc('>', out);
        for (size_t j = 0; j < step->predicate_count; j++)
            print_match(out, context, step->predicates[j].name, &step->predicates[j]);
    }
    for (size_t i = path->step_count; i-- > 0;)
        fprintf(out, "</%s>", path->steps[i].name);
    fputs("</filter></get>", out);
    fclose(out);
    return text;
}

/* Makes the path's nodes; *ret_node is the last one, or NULL if it was there already. */
static int add_node(const struct ly_ctx *context, const struct ctl_path *path, const char *value,
    struct lyd_node **tree, struct lyd_node **ret_node, struct ctl_fault *fault)
{
    char *text = ctl_path_print(path);
    struct lyd_node *top = NULL;
    struct lyd_node *node = NULL;
    int result = 0;

    if (lyd_new_path2(*tree, context, text, value, strlen(value), LYD_ANYDATA_STRING,
            LYD_NEW_PATH_UPDATE | LYD_NEW_PATH_OPAQ, &top, &node)) {
        result = ctl_fail(fault, CTL_EXIT_USAGE, "%s: %s", text,
            ly_errmsg(context) ? ly_errmsg(context) : "this cannot be set");
        goto out;
    }
    if (!*tree)
        *tree = top;
    else if (top && !top->parent && top->prev == top && top != *tree)
        lyd_insert_sibling(*tree, top, tree);
    *ret_node = node;
out:
    free(text);
    return result;
}

/* libyang 2.1 makes a node that does not fit its type without a value: puts one with the value in
 * its place, so that the daemon judges it. */
static int keep_value(const struct ly_ctx *context, struct lyd_node *node, const char *value,
    struct lyd_node **tree, struct ctl_fault *fault)
{
    const struct lyd_node_opaq *unfit = (const struct lyd_node_opaq *)node;
    struct lyd_node *parent = lyd_parent(node);
    struct lyd_node *filled = NULL;

    if (lyd_new_opaq2(parent, parent ? NULL : context, unfit->name.name, value, NULL,
            namespace_of(context, unfit->name.module_name), &filled))
        return ctl_fail(fault, CTL_EXIT_USAGE, "%s: this cannot be set", unfit->name.name);
    if (!parent && *tree != node)
        lyd_insert_sibling(*tree, filled, tree);
    else if (!parent)
        *tree = filled;
    lyd_free_tree(node);
    return 0;
}

int ctl_request_add(const struct ly_ctx *context, const struct ctl_path *path, const char *value,
    struct lyd_node **tree, struct ctl_fault *fault)
{
    struct lyd_node *node = NULL;

    if (add_node(context, path, value, tree, &node, fault) < 0)
        return -1;
    if (!node || node->schema || !*value)
        return 0;
    return keep_value(context, node, value, tree, fault);
}

int ctl_request_remove(const struct ly_ctx *context, const struct ctl_path *path,
    struct lyd_node **tree, struct ctl_fault *fault)
{
    const struct ctl_step *last = &path->steps[path->step_count - 1];
    const char *value = last->predicate_count > 0 && strcmp(last->predicates[0].name, ".") == 0
                            ? last->predicates[0].value
                            : "";
    struct lyd_node *node = NULL;
    LY_ERR failed;

    if (add_node(context, path, value, tree, &node, fault) < 0)
        return -1;
    if (!node)
        return 0;
    if (node->schema)
        failed = lyd_new_meta(context, node, NULL, "ietf-netconf:operation", "delete", 0, NULL);
    else
        failed = lyd_new_attr(node, NULL, "ietf-netconf:operation", "delete", NULL);
    if (failed)
        return ctl_fail(fault, CTL_EXIT_USAGE, "%s cannot be deleted: %s", last->name,
            ly_errmsg(context) ? ly_errmsg(context) : "no reason given");
    return 0;
}

char *ctl_request_edit(const struct lyd_node *tree, const char *default_operation, const char *wait)
{
    char *config = NULL;
    char *wish = wait ? sx_format("<wait xmlns=\"urn:sextant:params:xml:ns:yang:sextant-netconf\">"
                                  "<for>%s</for></wait>",
                            wait)
                      : sx_strdup("");
    char *text;

    /* A container that is to be deleted is empty here. */
    if (lyd_print_mem(&config, lyd_first_sibling(tree), LYD_XML,
            LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK | LYD_PRINT_KEEPEMPTYCONT))
        abort();
    text = sx_format("<edit-config><target><running/></target><default-operation>%s"
                     "</default-operation><config>%s</config>%s</edit-config>",
        default_operation, config, wish);
    free(wish);
    free(config);
    return text;
}

// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include "libyang_error.h"
#include "path.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The schema node that a data path leads to, or NULL. */
static const struct lysc_node *schema_of(const struct ly_ctx *context, const char *path)
{
    struct sx_text plain = {0};
    const struct lysc_node *schema;
    const char *at = path;

    /* Without predicates, whose values may hold anything. */
    while (*at) {
        char quote = '\0';

        if (*at != '[') {
            sx_text_add(&plain, at++, 1);
            continue;
        }
        for (; *at && (quote || *at != ']'); at++) {
            if (quote)
                quote = *at == quote ? '\0' : quote;
            else if (*at == '\'' || *at == '"')
                quote = *at;
        }
        at += *at == ']';
    }
    schema = plain.data ? lys_find_path(context, NULL, plain.data, 0) : NULL;
    free(plain.data);
    return schema;
}

static void say_count(
    const struct lysc_node *schema, const char *tag, const char *path, struct sx_error *err)
{
    bool too_many = strcmp(tag, "too-many-elements") == 0;
    uint32_t limit = 0;

    if (schema && schema->nodetype == LYS_LIST)
        limit = too_many ? ((const struct lysc_node_list *)schema)->max
                         : ((const struct lysc_node_list *)schema)->min;
    else if (schema && schema->nodetype == LYS_LEAFLIST)
        limit = too_many ? ((const struct lysc_node_leaflist *)schema)->max
                         : ((const struct lysc_node_leaflist *)schema)->min;
    sx_error_set(err, SX_E_OPERATION_FAILED, "%.250s: too %s entries: %s %u can be there", path,
        too_many ? "many" : "few", too_many ? "at most" : "no fewer than", limit);
}

/* Whether a child of `node` is an instance of the step `name` below it: a node, or a case of a
 * choice. */
static bool is_of(const struct lyd_node *child, const struct lyd_node *node, const char *name)
{
    const struct lysc_node *schema = child->schema;

    for (; schema && schema != node->schema; schema = schema->parent)
        if (strcmp(schema->name, name) == 0)
            return true;
    return false;
}

/* The first instance of `parent` that has fewer than `least` of the step `name`, or NULL. */
static const struct lyd_node *incomplete(
    const struct sx_tree *tree, const struct lysc_node *parent, const char *name, uint32_t least)
{
    const struct lyd_node *top, *node, *child;

    LY_LIST_FOR(tree->root, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            uint32_t count = 0;

            if (node->schema == parent) {
                LY_LIST_FOR(lyd_child(node), child)
                count += is_of(child, node, name) ? 1 : 0;
                if (count < least)
                    return node;
            }
            LYD_TREE_DFS_END(top, node);
        }
    }
    return NULL;
}

/* Where nothing is there to name, libyang names the schema node, without the keys of the entries
 * above it. Finds the instance that lacks something. A choice that lacks is no data node: RFC 7950
 * section 15.6 wants the path of its parent. */
static void complete_path(const struct sx_tree *tree, const char *tag, char path[SX_ERROR_PATH_MAX])
{
    const struct ly_ctx *context = sx_schema_context(tree->schema);
    const char *step = path + sx_path_parent_length(path);
    const struct lysc_node *schema = schema_of(context, path), *parent;
    const struct lyd_node *node;
    char above[SX_ERROR_PATH_MAX], name[SX_ERROR_NAME_MAX];
    const char *colon;
    uint32_t least = 1;

    if (step == path || strlen(step) >= sizeof name || (schema && lysc_has_when(schema)))
        return;
    snprintf(name, sizeof name, "%s", step + 1);
    colon = strchr(name, ':');
    snprintf(above, sizeof above, "%.*s", (int)(step - path), path);
    parent = schema_of(context, above);
    if (schema && schema->nodetype == LYS_LIST)
        least = ((const struct lysc_node_list *)schema)->min;
    else if (schema && schema->nodetype == LYS_LEAFLIST)
        least = ((const struct lysc_node_leaflist *)schema)->min;
    node = parent ? incomplete(tree, parent, colon ? colon + 1 : name, least) : NULL;
    if (!node || !lyd_path(node, LYD_PATH_STD, path, SX_ERROR_PATH_MAX))
        return;
    if (strcmp(tag, "missing-choice") != 0 && strlen(path) + strlen(name) + 2 < SX_ERROR_PATH_MAX) {
        strcat(path, "/");
        strcat(path, name);
    }
}

static enum sx_error_code code_of(const char *tag, const char *message)
{
    if (strcmp(tag, "instance-required") == 0 || strcmp(tag, "missing-choice") == 0 ||
        strncmp(message, "Mandatory node", 14) == 0)
        return SX_E_DATA_MISSING;
    return SX_E_OPERATION_FAILED;
}

int sx_validate_error(const struct sx_tree *tree, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(tree->schema);
    const char *message = ly_errmsg(context), *app_tag = ly_errapptag(context);
    char tag[SX_ERROR_TAG_MAX], path[SX_ERROR_PATH_MAX];
    struct sx_error cause;

    sx_error_tag(&cause, app_tag ? app_tag : "");
    strcpy(tag, cause.app_tag);
    sx_libyang_error_path(context, path);
    sx_libyang_error(context, code_of(tag, message ? message : ""), NULL, &cause);
    /* After the message was copied: a search may leave another. */
    if (strcmp(tag, "missing-choice") == 0 || strcmp(tag, "too-few-elements") == 0 ||
        strncmp(cause.message, "Mandatory node", 14) == 0)
        complete_path(tree, tag, path);

    if (strcmp(tag, "too-many-elements") == 0 || strcmp(tag, "too-few-elements") == 0)
        say_count(schema_of(context, path), tag, path, err);
    else if (strncmp(cause.message, "Mandatory node", 14) == 0)
        sx_error_set(err, cause.code, "%.250s: it is missing, but must be given", path);
    else if (strncmp(cause.message, "Must condition", 14) == 0)
        sx_error_set(err, cause.code, "%.150s: this condition must hold: %.300s", path,
            cause.message + strlen("Must condition "));
    else
        sx_error_set(err, cause.code, "%.150s%s%.340s", path, path[0] ? ": " : "", cause.message);
    sx_error_at(err, path);
    return sx_error_tag(err, tag);
}

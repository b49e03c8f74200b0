// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include "libyang_error.h"
#include "path.h"
#include "secret_text.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int say_missing(const char *path, struct sx_error *err)
{
    sx_error_set(err, SX_E_DATA_MISSING, "%.250s: it is missing, but must be given", path);
    return sx_error_at(err, path);
}

static int say_must(const char *path, const char *condition, struct sx_error *err)
{
    sx_error_set(
        err, SX_E_OPERATION_FAILED, "%.150s: this condition must hold: %.300s", path, condition);
    return sx_error_at(err, path);
}

static int say(enum sx_error_code code, const char *path, const char *message, const char *tag,
    struct sx_error *err)
{
    size_t length = strlen(message);

    if (length > 0 && message[length - 1] == '.')
        length--;
    sx_error_set(err, code, "%.150s%s%.*s", path, path[0] ? ": " : "",
        (int)(length < 340 ? length : 340), message);
    sx_error_at(err, path);
    return sx_error_tag(err, tag);
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
    const struct lysc_node *schema = sx_path_schema(context, path), *parent;
    const struct lyd_node *node;
    char above[SX_ERROR_PATH_MAX], name[SX_ERROR_NAME_MAX];
    const char *colon;
    uint32_t least = 1;

    if (step == path || strlen(step) >= sizeof name || (schema && lysc_has_when(schema)))
        return;
    snprintf(name, sizeof name, "%s", step + 1);
    colon = strchr(name, ':');
    snprintf(above, sizeof above, "%.*s", (int)(step - path), path);
    parent = sx_path_schema(context, above);
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
        say_count(sx_path_schema(context, path), tag, path, err);
    else if (strncmp(cause.message, "Mandatory node", 14) == 0)
        say_missing(path, err);
    else if (strncmp(cause.message, "Must condition", 14) == 0)
        say_must(path, cause.message + strlen("Must condition "), err);
    else
        say(cause.code, path, cause.message, tag, err);
    sx_error_at(err, path);
    return sx_error_tag(err, tag);
}

int sx_violation_must(
    const struct lyd_node *node, const struct lysc_must *must, struct sx_error *err)
{
    const char *tag = must->eapptag ? must->eapptag : "must-violation";
    char *path = sx_path_of(node), *condition;

    if (must->emsg) {
        say(SX_E_OPERATION_FAILED, path, must->emsg, tag, err);
    } else {
        condition = sx_format("\"%s\" not satisfied", lyxp_get_expr(must->cond));
        say_must(path, condition, err);
        free(condition);
    }
    free(path);
    return sx_error_tag(err, tag);
}

int sx_violation_reference(const struct lyd_node *reader, struct sx_error *err)
{
    const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)reader->schema;
    const struct lysc_type_leafref *type = (const struct lysc_type_leafref *)leaf->type;
    char *path = sx_path_of(reader);
    char *message =
        sx_format("Invalid leafref value \"%s\" - no target instance \"%s\" with the same value",
            sx_secret_shown(reader->schema, lyd_get_value(reader)), lyxp_get_expr(type->path));

    say(SX_E_DATA_MISSING, path, message, "instance-required", err);
    free(path);
    free(message);
    return -1;
}

int sx_violation_type(const struct lyd_node *node, struct sx_error *err)
{
    const struct ly_ctx *context = node->schema->module->ctx;
    const char *message = ly_errmsg(context), *app_tag = ly_errapptag(context);
    bool secret = sx_schema_class(node->schema)->flags & SX_NODE_SECRET;
    char *path = sx_path_of(node);

    say(app_tag ? code_of(app_tag, "") : SX_E_OPERATION_FAILED, path,
        message && !secret ? message : "the value leads nowhere", app_tag ? app_tag : "", err);
    free(path);
    return -1;
}

/* The path of a schema node below another, such as `c/d`. */
static void add_relative(
    struct sx_text *text, const struct lysc_node *node, const struct lysc_node *above)
{
    if (lysc_data_parent(node) != above) {
        add_relative(text, lysc_data_parent(node), above);
        sx_text_add(text, "/", 1);
    }
    sx_text_add(text, node->name, strlen(node->name));
}

int sx_violation_unique(struct lysc_node_leaf *const *leafs, const struct lyd_node *other,
    const struct lyd_node *entry, struct sx_error *err)
{
    char *path = sx_path_of(entry), *other_path = sx_path_of(other), *message;
    struct sx_text names = {0};
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(leafs, i)
    {
        if (i > 0)
            sx_text_add(&names, " ", 1);
        add_relative(&names, &leafs[i]->node, entry->schema);
    }
    message =
        sx_format("\"%s\" must be unique, and is the same in \"%.250s\"", names.data, other_path);
    say(SX_E_OPERATION_FAILED, path, message, "data-not-unique", err);
    free(names.data);
    free(message);
    free(other_path);
    free(path);
    return -1;
}

int sx_violation_missing(
    const struct lyd_node *parent, const struct lysc_node *schema, struct sx_error *err)
{
    char *above = sx_path_of_any(parent), *message;
    struct sx_text path = {0};

    sx_text_add(&path, above, strlen(above));
    if (!parent || schema->nodetype != LYS_CHOICE)
        sx_path_add_name(&path, schema, false);
    if (schema->nodetype == LYS_CHOICE) {
        message = sx_format("Mandatory choice \"%s\" data do not exist", schema->name);
        say(SX_E_DATA_MISSING, path.data, message, "missing-choice", err);
        free(message);
    } else {
        say_missing(path.data, err);
    }
    free(path.data);
    free(above);
    return -1;
}

int sx_violation_count(const struct lyd_node *parent, const struct lysc_node *schema,
    const struct lyd_node *too_many, struct sx_error *err)
{
    const char *tag = too_many ? "too-many-elements" : "too-few-elements";
    char *above = sx_path_of_any(parent);
    struct sx_text path = {0};

    sx_text_add(&path, above, strlen(above));
    sx_path_add_name(&path, schema, false);
    if (too_many)
        sx_path_add_key(&path, too_many);
    say_count(schema, tag, path.data, err);
    sx_error_at(err, path.data);
    free(path.data);
    free(above);
    return sx_error_tag(err, tag);
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"
#include "sextant/secret.h"

#include <libyang/libyang.h>
#include <string.h>

/** Most operations of one request: list entries, leaf-list entries, and other elements that have an
 * operation of their own. A client that has more to do sends it in parts. */
#define OPERATIONS_MAX 65536
/** Deepest nesting below <config>: no schema comes near it. */
#define DEPTH_MAX 64
/** Longest value of a leaf, in bytes. */
#define VALUE_MAX ((size_t)512 << 10)

/* Names the node in the error. */
static int fail_at(const struct lyd_node *node, struct sx_error *err)
{
    char path[SX_ERROR_PATH_MAX] = "";

    if (node->schema)
        lyd_path(node, LYD_PATH_STD, path, sizeof path);
    else
        sx_error_element(err, LYD_NAME(node), "");
    return sx_error_at(err, path);
}

/* True for a secret whose value is what stands in its place when it is read. A value that the
 * leaf's type does not take is not a leaf yet. */
static bool is_mask(const struct lyd_node *node)
{
    const struct sx_node_class *class = NULL;

    if (!node->schema)
        return strcmp(lyd_get_value(node), SX_SECRET_MASK) == 0;
    if (node->schema->nodetype & LYD_NODE_TERM)
        class = sx_schema_class(node->schema);
    return class && class->flags & SX_NODE_SECRET &&
           strcmp(lyd_get_value(node), SX_SECRET_MASK) == 0;
}

/* Whoever writes back what was read would make the mask the secret. */
static int check_mask(const struct lyd_node *node, bool plain, struct sx_error *err)
{
    if (!is_mask(node))
        return 0;
    sx_error_set(err, SX_E_INVALID_VALUE,
        "\"" SX_SECRET_MASK "\" stands in the place of a secret when it is read and cannot be a "
        "value of %s; %s",
        LYD_NAME(node),
        plain ? "give the secret itself"
              : "leave the leaf out to keep the secret, or give the new one");
    return fail_at(node, err);
}

static int check_depth(const struct lyd_node *node, struct sx_error *err)
{
    unsigned depth = 0;

    if (lyd_child(node))
        return 0; /* it is counted with what is below it */
    for (const struct lyd_node *above = node; above; above = lyd_parent(above))
        depth++;
    if (depth <= DEPTH_MAX)
        return 0;
    sx_error_set(err, SX_E_TOO_BIG,
        "%s: it is nested %u levels deep below <config>, where %d is the most", LYD_NAME(node),
        depth, DEPTH_MAX);
    return fail_at(node, err);
}

static int check_value(const struct lyd_node *node, struct sx_error *err)
{
    if ((node->schema && !(node->schema->nodetype & LYD_NODE_TERM)) ||
        strnlen(lyd_get_value(node), VALUE_MAX + 1) <= VALUE_MAX)
        return 0;
    sx_error_set(err, SX_E_TOO_BIG, "%s: the value is longer than %zu bytes, which is the most",
        LYD_NAME(node), VALUE_MAX);
    return fail_at(node, err);
}

/* The first attribute of an edit that the node has, or NULL. */
static const char *edit_attribute(const struct lyd_node *node)
{
    const struct lyd_attr *attr = node->schema ? NULL : ((const struct lyd_node_opaq *)node)->attr;

    for (const struct lyd_meta *meta = node->schema ? node->meta : NULL; meta; meta = meta->next)
        if (strcmp(meta->annotation->module->name, "ietf-netconf") == 0 ||
            strcmp(meta->annotation->module->name, "yang") == 0)
            return meta->name;
    return attr ? attr->name.name : NULL;
}

static int check_plain(const struct lyd_node *node, struct sx_error *err)
{
    const char *attribute = edit_attribute(node);

    if (!attribute)
        return 0;
    sx_error_set(err, SX_E_UNKNOWN_ATTRIBUTE,
        "%s: the attribute %s belongs to <edit-config>; this is a whole configuration",
        LYD_NAME(node), attribute);
    fail_at(node, err);
    return sx_error_element(err, LYD_NAME(node), attribute);
}

/* Counts the node if it is an operation. */
static int count(const struct lyd_node *node, size_t *counter, struct sx_error *err)
{
    bool entry = node->schema && node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST);

    if (!entry && !edit_attribute(node))
        return 0;
    if (++*counter <= OPERATIONS_MAX)
        return 0;
    return sx_error_set(err, SX_E_TOO_BIG,
        "there are more than %d operations (list entries, leaf-list entries and elements with an "
        "operation of their own) in one request, which is the most: send it in parts",
        OPERATIONS_MAX);
}

static int check(const struct lyd_node *first, bool plain, struct sx_error *err)
{
    const struct lyd_node *top, *node;
    size_t operations = 0;

    LY_LIST_FOR(first, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if (count(node, &operations, err) < 0 || check_depth(node, err) < 0 ||
                check_value(node, err) < 0 || check_mask(node, plain, err) < 0 ||
                (plain && check_plain(node, err) < 0))
                return -1;
            LYD_TREE_DFS_END(top, node);
        }
    }
    return 0;
}

int ag_rpc_config(struct ag_rpc *rpc, const struct lyd_node *parent, bool plain,
    const struct lyd_node **ret_config, struct sx_error *err)
{
    const struct lyd_node *config = lyd_child(parent), *content = NULL;
    const struct lyd_node_any *any;

    while (config && strcmp(LYD_NAME(config), "config") != 0)
        config = config->next;
    if (!config || !config->schema || !(config->schema->nodetype & LYD_NODE_ANY)) {
        rpc->info.element = "config";
        return sx_error_set(
            err, SX_E_MISSING_ELEMENT, "<config> is missing; it holds the configuration");
    }
    any = (const struct lyd_node_any *)config;
    if (any->value_type == LYD_ANYDATA_DATATREE)
        content = any->value.tree;
    else if (any->value.str && any->value.str[strspn(any->value.str, " \t\r\n")]) {
        rpc->info.element = "config";
        return sx_error_set(err, SX_E_BAD_ELEMENT,
            "<config> holds text; it must hold elements of the configuration");
    }
    if (check(content, plain, err) < 0)
        return -1;
    *ret_config = content;
    return 0;
}

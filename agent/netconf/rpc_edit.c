// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"
#include "netconf/rows.h"
#include "netconf/rpc.h"
#include "sextant/update.h"

#include <libyang/libyang.h>
#include <string.h>

/* The value of an enumeration among the parameters, or what it is without it. */
static const char *choice(const struct ag_rpc *rpc, const char *name, const char *otherwise)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);

    return parameter ? lyd_get_value(parameter) : otherwise;
}

static int read_options(struct ag_rpc *rpc, struct sx_event *event, struct sx_error *err)
{
    const char *operation = choice(rpc, "default-operation", "merge");
    const char *on_error = choice(rpc, "error-option", "rollback-on-error");

    event->edit.default_operation = SX_DEFAULT_MERGE;
    if (strcmp(operation, "replace") == 0)
        event->edit.default_operation = SX_DEFAULT_REPLACE;
    else if (strcmp(operation, "none") == 0)
        event->edit.default_operation = SX_DEFAULT_NONE;
    /* An edit is taken whole or not at all, so that "set" is validated too; "stop-on-error" has
     * then nothing to leave behind and is the same as "rollback-on-error". */
    event->edit.test_only = strcmp(choice(rpc, "test-option", "test-then-set"), "test-only") == 0;
    if (strcmp(on_error, "continue-on-error") == 0)
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "error-option continue-on-error is not offered: an edit is taken whole or not at all; "
            "use rollback-on-error");
    return 0;
}

/* True for a secret whose value is what stands in its place when it is read. A value that the
 * leaf's type does not take is not a leaf yet. */
static bool is_mask(const struct lyd_node *node)
{
    const struct sx_node_class *class = NULL;

    if (!node->schema)
        return strcmp(lyd_get_value(node), AG_ROWS_MASK) == 0;
    if (node->schema->nodetype & LYD_NODE_TERM)
        class = sx_schema_class(node->schema);
    return class && class->flags & SX_NODE_SECRET && strcmp(lyd_get_value(node), AG_ROWS_MASK) == 0;
}

/* Whoever writes back what was read would make the mask the secret. */
static int check_masks(const struct lyd_node *first, struct sx_error *err)
{
    const struct lyd_node *top, *node;

    LY_LIST_FOR(first, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if (is_mask(node)) {
                char path[SX_ERROR_PATH_MAX] = "";

                sx_error_set(err, SX_E_INVALID_VALUE,
                    "\"" AG_ROWS_MASK "\" stands in the place of a secret when it is read and "
                    "cannot be a value of %s; leave the leaf out to keep the secret, or give the "
                    "new one",
                    LYD_NAME(node));
                if (node->schema)
                    lyd_path(node, LYD_PATH_STD, path, sizeof path);
                return sx_error_at(err, path);
            }
            LYD_TREE_DFS_END(top, node);
        }
    }
    return 0;
}

static int read_config(struct ag_rpc *rpc, struct sx_event *event, struct sx_error *err)
{
    const struct lyd_node *config = ag_rpc_input(rpc, "config");
    const struct lyd_node_any *any = (const struct lyd_node_any *)config;

    if (!config && ag_rpc_input(rpc, "url"))
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "<url> is not offered; put the configuration into <config>");
    if (!config || !config->schema || !(config->schema->nodetype & LYD_NODE_ANY)) {
        rpc->info.element = "config";
        return sx_error_set(
            err, SX_E_MISSING_ELEMENT, "<config> is missing; it holds the configuration to edit");
    }
    if (any->value_type == LYD_ANYDATA_DATATREE)
        event->edit.config = any->value.tree;
    else if (any->value.str && any->value.str[strspn(any->value.str, " \t\r\n")]) {
        rpc->info.element = "config";
        return sx_error_set(err, SX_E_BAD_ELEMENT,
            "<config> holds text; it must hold elements of the configuration");
    }
    return check_masks(event->edit.config, err);
}

int ag_rpc_edit_config(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_EDIT};
    struct sx_update update = {0};
    int result;

    if (ag_rpc_datastore(rpc, "target", &event.edit.target, err) < 0 ||
        read_options(rpc, &event, err) < 0 || read_config(rpc, &event, err) < 0)
        return -1;
    result = ag_rpc_step(rpc, &event, &update, err);
    sx_update_clear(&update);
    return result;
}

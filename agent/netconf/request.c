// SPDX-License-Identifier: Apache-2.0
#include "netconf/request.h"

#include <libyang/libyang.h>
#include <string.h>

int ag_request_context(struct ly_ctx **ret_context, struct sx_error *err)
{
    if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD, ret_context) !=
        LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "libyang gives no context for requests");
    return 0;
}

int ag_request_parse(
    struct ly_ctx *context, const char *body, struct ag_request *ret_request, struct sx_error *err)
{
    struct lyd_node *tree = NULL;
    struct ag_request request = {0};

    if (lyd_parse_data_mem(context, body, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &tree) !=
            LY_SUCCESS ||
        !tree || tree->schema) {
        const char *text = ly_errmsg(context);

        lyd_free_all(tree);
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "the message cannot be parsed: %s",
            text ? text : "it holds no element");
    }
    request.tree = tree;
    request.rpc = (const struct lyd_node_opaq *)tree;
    request.operation = ag_request_first(request.rpc);
    *ret_request = request;
    return 0;
}

void ag_request_clear(struct ag_request *request)
{
    lyd_free_all(request->tree);
    *request = (struct ag_request){0};
}

const struct lyd_node_opaq *ag_request_first(const struct lyd_node_opaq *element)
{
    return (const struct lyd_node_opaq *)element->child;
}

const struct lyd_node_opaq *ag_request_next(const struct lyd_node_opaq *element)
{
    return (const struct lyd_node_opaq *)element->next;
}

bool ag_request_is(const struct lyd_node_opaq *element, const char *name_space, const char *name)
{
    return strcmp(element->name.name, name) == 0 && element->name.module_ns &&
           strcmp(element->name.module_ns, name_space) == 0;
}

const struct lyd_node_opaq *ag_request_child(
    const struct lyd_node_opaq *element, const char *name_space, const char *name)
{
    for (const struct lyd_node_opaq *child = ag_request_first(element); child;
         child = ag_request_next(child))
        if (ag_request_is(child, name_space, name))
            return child;
    return NULL;
}

const char *ag_request_attribute(const struct lyd_node_opaq *element, const char *name)
{
    for (const struct lyd_attr *attribute = element->attr; attribute; attribute = attribute->next)
        if (!attribute->name.prefix && strcmp(attribute->name.name, name) == 0)
            return attribute->value;
    return NULL;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/diagnose.h"

#include <libyang/libyang.h>
#include <string.h>

static const struct lysc_node *input_of(const struct lysc_node *operation)
{
    const struct lysc_node_action *rpc = (const struct lysc_node_action *)operation;

    return rpc->input.child;
}

/* A choice of the parameters that may stand in an operation, as a hint. */
static void list_parameters(const struct lysc_node *operation, char *ret_text, size_t size)
{
    const struct lysc_node *child = NULL;
    size_t used = 0;

    *ret_text = '\0';
    while ((child = lys_getnext(child, operation, NULL, 0))) {
        int added =
            snprintf(ret_text + used, size - used, "%s<%s>", used > 0 ? ", " : "", child->name);

        if (added < 0 || (size_t)added >= size - used)
            break;
        used += (size_t)added;
    }
}

/* The first parameter that the operation does not have; NULL when all are known. */
static const struct lyd_node_opaq *unknown_parameter(const struct ly_ctx *context,
    const struct lysc_node *operation, const struct ag_request *request)
{
    const struct lyd_node_opaq *child = ag_request_first(request->operation);

    for (; child; child = ag_request_next(child)) {
        const struct lys_module *module =
            child->name.module_ns ? ly_ctx_get_module_implemented_ns(context, child->name.module_ns)
                                  : NULL;
        const struct lysc_node *known = NULL;
        bool found = false;

        while (!found && (known = lys_getnext(known, operation, NULL, 0)))
            found = known->module == module && strcmp(known->name, child->name.name) == 0;
        if (!found)
            return child;
    }
    return NULL;
}

/* The first element, in the order of the document, whose operation (RFC 6241 section 7.2) is no
 * word for one. The guard has bounded the depth. */
static const struct lyd_node_opaq *bad_operation(
    const struct lyd_node_opaq *first, const char **ret_value)
{
    static const char *const words[] = {"merge", "replace", "create", "delete", "remove"};

    for (const struct lyd_node_opaq *node = first; node; node = ag_request_next(node)) {
        const struct lyd_node_opaq *below;

        for (const struct lyd_attr *attribute = node->attr; attribute;
             attribute = attribute->next) {
            size_t word = 0;

            if (strcmp(attribute->name.name, "operation") != 0 || !attribute->name.module_ns ||
                strcmp(attribute->name.module_ns, AG_BASE_NS) != 0)
                continue;
            while (
                word < sizeof words / sizeof *words && strcmp(words[word], attribute->value) != 0)
                word++;
            *ret_value = attribute->value;
            if (word == sizeof words / sizeof *words)
                return node;
        }
        below = bad_operation(ag_request_first(node), ret_value);
        if (below)
            return below;
    }
    return NULL;
}

/* The first parameter, or datastore in one, that stands for a capability which is not offered. */
static const struct lyd_node_opaq *not_offered(const struct lyd_node_opaq *operation)
{
    const struct lyd_node_opaq *child = ag_request_first(operation), *store;

    for (; child; child = ag_request_next(child)) {
        bool names_store = ag_request_is(child, AG_BASE_NS, "target") ||
                           ag_request_is(child, AG_BASE_NS, "source");

        store = names_store ? ag_request_first(child) : child;
        if (store && (ag_request_is(store, AG_BASE_NS, "startup") ||
                         ag_request_is(store, AG_BASE_NS, "url")))
            return store;
    }
    return NULL;
}

static int refuse_capability(const struct lyd_node_opaq *store, struct sx_error *err)
{
    if (strcmp(store->name.name, "url") == 0)
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "<url> is not offered; put the configuration into <config>");
    return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
        "there is no datastore <startup>: <running> is durable and is what a restart begins with");
}

/* All that RFC 6241 section 7.4 lets a client delete are datastores that are not offered. */
static int refuse_delete(const struct ag_request *request, struct sx_error *err)
{
    const struct lyd_node_opaq *target = ag_request_child(request->operation, AG_BASE_NS, "target");
    const struct lyd_node_opaq *store = target ? ag_request_first(target) : NULL;

    if (store && ag_request_is(store, AG_BASE_NS, "candidate"))
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "<candidate> cannot be deleted; <discard-changes/> makes it equal to <running>");
    return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
        "<running> cannot be deleted, and there is no other datastore to delete; <copy-config> or "
        "<edit-config> with operation replace can empty it");
}

/* Parses the message once more for libyang's own words. */
static int parse_again(const struct ly_ctx *context, const char *body, struct sx_error *err)
{
    struct lyd_node *envelope = NULL, *operation = NULL;
    struct ly_in *in = NULL;
    const struct ly_err_item *item;

    ly_err_clean((struct ly_ctx *)(size_t)context, NULL);
    if (ly_in_new_memory(body, &in) == LY_SUCCESS)
        lyd_parse_op(context, NULL, in, LYD_XML, LYD_TYPE_RPC_NETCONF, &envelope, &operation);
    ly_in_free(in, 0);
    lyd_free_all(envelope);
    lyd_free_all(operation);
    item = ly_err_first(context);
    if (!item || !item->msg)
        return sx_error_set(err, SX_E_OPERATION_FAILED, "the operation cannot be understood");
    item = item->prev;
    sx_error_set(err,
        item->vecode == LYVE_DATA        ? SX_E_INVALID_VALUE
        : item->vecode == LYVE_SYNTAX    ? SX_E_BAD_ELEMENT
        : item->vecode == LYVE_REFERENCE ? SX_E_UNKNOWN_ELEMENT
                                         : SX_E_OPERATION_FAILED,
        "%.480s", item->msg);
    return -1;
}

int ag_diagnose(const struct ly_ctx *context, const struct ag_request *request, const char *body,
    struct ag_error_info *ret_info, struct sx_error *err)
{
    const struct lyd_node_opaq *operation = request->operation, *parameter;
    const char *space = operation && operation->name.module_ns ? operation->name.module_ns : "";
    const struct lys_module *module = ly_ctx_get_module_implemented_ns(context, space);
    const struct lysc_node *schema = NULL;
    const char *value = NULL;
    char hint[256];

    *ret_info = (struct ag_error_info){0};
    if (!operation)
        return sx_error_set(err, SX_E_MISSING_ELEMENT, "an <rpc> must hold an operation");
    ret_info->element = operation->name.name;
    ret_info->name_space = space;
    if (!module)
        return sx_error_set(err, SX_E_UNKNOWN_NAMESPACE,
            "<%.64s> is in the namespace \"%.200s\", which belongs to no module here",
            operation->name.name, space);
    schema = lys_find_child(NULL, module, operation->name.name, 0, LYS_RPC, 0);
    if (!schema)
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "module %s has no operation <%.64s>, or it needs a capability that is not offered",
            module->name, operation->name.name);
    parameter = not_offered(operation);
    if (parameter) {
        ret_info->element = parameter->name.name;
        return refuse_capability(parameter, err);
    }
    if (ag_request_is(operation, AG_BASE_NS, "delete-config"))
        return refuse_delete(request, err);
    parameter = input_of(schema) ? unknown_parameter(context, schema, request)
                                 : ag_request_first(operation);
    if (!parameter && (parameter = bad_operation(ag_request_first(operation), &value))) {
        ret_info->element = parameter->name.name;
        ret_info->attribute = "operation";
        return sx_error_set(err, SX_E_BAD_ATTRIBUTE,
            "%.64s: the operation \"%.64s\" is none; it must be merge, replace, create, delete or "
            "remove",
            parameter->name.name, value);
    }
    if (!parameter)
        return parse_again(context, body, err);
    ret_info->element = parameter->name.name;
    list_parameters(schema, hint, sizeof hint);
    return sx_error_set(err, SX_E_UNKNOWN_ELEMENT, "<%.64s> is no parameter of <%.64s>%s%s",
        parameter->name.name, operation->name.name, *hint ? ", which has " : ", which has none",
        hint);
}

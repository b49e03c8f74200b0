// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include "libyang_error.h"
#include "secret_text.h"
#include "sextant/memory.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>

static const struct lys_module *module_of(
    const struct sx_edit *edit, const struct lyd_node_opaq *node)
{
    const struct ly_ctx *context = sx_schema_context(edit->transaction->tree->schema);

    if (!node->name.module_ns)
        return NULL;
    /* Of XML it is the namespace, of JSON the module's name: one member of a union. */
    return node->format == LY_VALUE_XML
               ? ly_ctx_get_module_implemented_ns(context, node->name.module_ns)
               : ly_ctx_get_module_implemented(context, node->name.module_name);
}

/* True when it is the value that is wrong; libyang's newest error tells why. */
static bool is_wrong_value(const struct lysc_node *schema, const struct lyd_node *node)
{
    const char *value = ((const struct lyd_node_opaq *)node)->value;

    /* Below a node that libyang could not take either, it does not tell by itself. */
    if (lyd_parent(node) && !lyd_parent(node)->schema)
        return lyd_value_validate(schema->module->ctx, schema, value, strlen(value), NULL, NULL,
                   NULL) == LY_EVALID;
    return lyd_parse_opaq_error(node) == LY_EVALID;
}

/* libyang says why it could not take a leaf's value: in the model's own words where it has some. */
static int refuse_value(struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *node)
{
    const struct ly_ctx *context = schema->module->ctx;
    const char *value = ((const struct lyd_node_opaq *)node)->value;
    char *expected = sx_type_text(schema);
    struct sx_error cause;

    if (is_wrong_value(schema, node)) {
        char *tag = sx_strdup(ly_errapptag(context));
        const char *message = ly_errmsg(context), *shown = sx_secret_shown(schema, value);
        bool own = message && !sx_libyang_error_is_generated(message) && (tag || shown == value);

        sx_libyang_error(context, SX_E_INVALID_VALUE, NULL, &cause);
        /* A text of the model's own says it better than the type. */
        if (own)
            sx_error_set(edit->err, SX_E_INVALID_VALUE,
                "%s: the value \"%.100s\" cannot be used: %s", schema->name, shown, cause.message);
        else
            sx_error_set(edit->err, SX_E_INVALID_VALUE,
                "%s: the value \"%.100s\" cannot be used; right is %s", schema->name, shown,
                expected);
        sx_error_tag(edit->err, tag ? tag : "");
        free(tag);
    } else {
        sx_error_set(edit->err, SX_E_BAD_ELEMENT,
            "%s: an attribute or content of the element is not right", schema->name);
    }
    free(expected);
    return sx_edit_fail_at(edit, place, schema, NULL);
}

static int refuse(struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *node)
{
    const struct lysc_node *key = NULL;

    if (schema->nodetype & (LYS_LEAF | LYS_LEAFLIST))
        return refuse_value(edit, place, schema, node);
    if (schema->nodetype == LYS_LIST) {
        while ((key = lys_getnext(key, schema, NULL, 0)) && lysc_is_key(key)) {
            const struct lyd_node *child = lyd_child(node);

            while (child && strcmp(LYD_NAME(child), key->name) != 0)
                child = child->next;
            if (!child) {
                sx_error_set(edit->err, SX_E_MISSING_ELEMENT,
                    "%s: the key %s is missing: an entry needs all of its keys", schema->name,
                    key->name);
                return sx_edit_fail_at(edit, place, schema, NULL);
            }
            if (!child->schema && is_wrong_value(key, child)) {
                struct sx_edit_place inside = {
                    .above = (struct sx_edit_place *)place, .schema = schema};

                return refuse_value(edit, &inside, key, child);
            }
        }
    }
    sx_error_set(edit->err, SX_E_BAD_ELEMENT,
        "%s: the content of the element is not what a %s can hold", schema->name,
        lys_nodetype2str(schema->nodetype));
    return sx_edit_fail_at(edit, place, schema, NULL);
}

int sx_edit_opaque(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation inherited)
{
    const struct lyd_node_opaq *opaque = (const struct lyd_node_opaq *)node;
    const struct lys_module *module = module_of(edit, opaque);
    const struct lysc_node *schema;
    enum sx_edit_operation operation;

    if (!module) {
        sx_error_set(edit->err, SX_E_UNKNOWN_NAMESPACE,
            "%.200s: there is no YANG module \"%.200s\" here", opaque->name.name,
            opaque->name.module_ns ? opaque->name.module_ns : "");
        sx_error_element(
            edit->err, opaque->name.name, opaque->name.module_ns ? opaque->name.module_ns : "");
        return sx_edit_fail_at(edit, place, NULL, NULL);
    }
    schema = lys_find_child(place->schema, module, opaque->name.name, 0, 0, 0);
    if (!schema) {
        sx_error_set(edit->err, SX_E_UNKNOWN_ELEMENT, "%.200s: there is no such node in %s%s",
            opaque->name.name, place->schema ? "" : "module ",
            place->schema ? place->schema->name : module->name);
        sx_error_element(edit->err, opaque->name.name, "");
        return sx_edit_fail_at(edit, place, NULL, NULL);
    }
    operation = sx_edit_operation_of(node, inherited);
    if (sx_edit_check_operation(edit, node) < 0)
        return sx_edit_fail_at(edit, place, schema, NULL);
    if (!sx_schema_class(schema)) {
        sx_error_set(edit->err, SX_E_UNKNOWN_ELEMENT,
            "%s: this is not configuration and cannot be edited", schema->name);
        return sx_edit_fail_at(edit, place, schema, NULL);
    }
    /* A delete may leave out the value of a leaf. */
    if ((operation == SX_EDIT_DELETE || operation == SX_EDIT_REMOVE) &&
        !(schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) && !lysc_is_key(schema))
        return sx_edit_delete(
            edit, place, schema, sx_edit_child(edit, place, schema), operation == SX_EDIT_DELETE);
    return refuse(edit, place, schema, node);
}

// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "path.h"
#include "sextant/memory.h"

#include <libyang/plugins_types.h>
#include <stdlib.h>
#include <string.h>

/* RFC 7950 section 9.9: some node that the path leads to has the same value. */
static bool is_referred(const struct lyd_node *node, const struct lysc_type_leafref *type)
{
    /* As strings: libyang 2.1.30 leaks when it compares nodes of a union. */
    char *same = sx_format("%s[string(.) = string(current())]", lyxp_get_expr(type->path));
    ly_bool result = 0;

    if (lyd_eval_xpath3(node, node->schema->module, same, LY_VALUE_SCHEMA_RESOLVED, type->prefixes,
            NULL, &result) != LY_SUCCESS)
        abort(); /* the schema was compiled */
    free(same);
    return result;
}

/* RFC 7950 section 9.13. The canonical value is a path that libyang reads. */
static bool is_there(const struct lyd_node *root, const struct lyd_node *node)
{
    struct lyd_node *found = NULL;

    return lyd_find_path(root, lyd_get_value(node), 0, &found) == LY_SUCCESS;
}

/* Whether the text of a value is one of the type. */
static bool is_of_type(const struct lyd_node *node, const struct lysc_type *type)
{
    const char *text = lyd_get_value(node);
    const struct ly_ctx *context = LYD_CTX(node);
    struct lyd_value value = {0};
    struct ly_err_item *error = NULL;
    LY_ERR result = type->plugin->store(context, type, text, strlen(text), 0, LY_VALUE_JSON, NULL,
        LYD_HINT_DATA, node->schema, &value, NULL, &error);

    ly_err_free(error);
    if (result != LY_SUCCESS && result != LY_EINCOMPLETE)
        return false;
    type->plugin->free(context, &value);
    return true;
}

static bool fits(
    const struct lyd_node *root, const struct lyd_node *node, const struct lysc_type *type)
{
    const struct lysc_type_leafref *reference = (const struct lysc_type_leafref *)type;

    if (type->basetype == LY_TYPE_LEAFREF && reference->require_instance)
        return is_referred(node, reference);
    if (type->basetype == LY_TYPE_INST &&
        ((const struct lysc_type_instanceid *)type)->require_instance)
        return is_there(root, node);
    return is_of_type(node, type);
}

static bool fits_any(
    const struct lyd_node *root, const struct lyd_node *node, struct lysc_type **types)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(types, i)
    if (fits(root, node, types[i]))
        return true;
    return false;
}

static void violate(struct oracle_violations *violations, const struct lyd_node *node,
    enum sx_error_code code, const char *app_tag)
{
    bool is_path = ((const struct lysc_node_leaf *)node->schema)->type->basetype == LY_TYPE_INST;

    oracle_violate(
        violations, (struct oracle_violation){.kind = is_path ? ORACLE_INSTANCE : ORACLE_REFERENCE,
                        .what = node->schema,
                        .code = code,
                        .app_tag = app_tag,
                        .path = sx_path_of(node)});
}

void oracle_check_value(
    const struct lyd_node *root, const struct lyd_node *node, struct oracle_violations *violations)
{
    struct lysc_type *type = ((const struct lysc_node_leaf *)node->schema)->type;
    bool right = true;

    if (type->basetype == LY_TYPE_UNION)
        right = fits_any(root, node, ((const struct lysc_type_union *)type)->types);
    else if (type->basetype == LY_TYPE_LEAFREF || type->basetype == LY_TYPE_INST)
        right = fits(root, node, type);
    if (right)
        return;
    violate(violations, node, SX_E_DATA_MISSING, "instance-required");
    /* RFC 7950 has no words for a value that is none of a union any more. */
    if (type->basetype == LY_TYPE_UNION)
        violate(violations, node, SX_E_OPERATION_FAILED, "");
}

// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include <string.h>

/* A compiled type forgets the typedef that it came from, but keeps its patterns. */
static const char *crypt_hash_pattern(const struct ly_ctx *context)
{
    const struct lys_module *module = ly_ctx_get_module_latest(context, "iana-crypt-hash");
    LY_ARRAY_COUNT_TYPE i;

    if (!module)
        return NULL;
    LY_ARRAY_FOR(module->parsed->typedefs, i)
    {
        const struct lysp_tpdf *definition = &module->parsed->typedefs[i];

        /* The first byte of a parsed pattern tells only whether it is inverted. */
        if (strcmp(definition->name, "crypt-hash") == 0 && definition->type.patterns)
            return definition->type.patterns[0].arg.str + 1;
    }
    return NULL;
}

bool sx_schema_is_crypt_hash(const struct lysc_node *node)
{
    const struct lysc_type *type;
    const char *pattern;
    LY_ARRAY_COUNT_TYPE i;

    if (!(node->nodetype & (LYS_LEAF | LYS_LEAFLIST)))
        return false;
    type = ((const struct lysc_node_leaf *)node)->type;
    if (type->basetype != LY_TYPE_STRING)
        return false;
    pattern = crypt_hash_pattern(node->module->ctx);
    if (!pattern)
        return false;
    LY_ARRAY_FOR(((const struct lysc_type_str *)type)->patterns, i)
    if (strcmp(((const struct lysc_type_str *)type)->patterns[i]->expr, pattern) == 0)
        return true;
    return false;
}

// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>

const char *sx_scope_name(enum sx_scope scope)
{
    switch (scope) {
    case SX_SCOPE_REPLICATED:
        return "replicated";
    case SX_SCOPE_AGREED:
        return "agreed";
    case SX_SCOPE_AGREED_COPIED:
        return "agreed-copied";
    case SX_SCOPE_PEER_SPECIFIC:
        return "peer-specific";
    }
    return "unknown";
}

int sx_schema_load(
    const struct sx_schema_options *options, struct sx_schema **ret_schema, struct sx_error *err)
{
    struct sx_schema *schema = sx_alloc(sizeof *schema);

    if (sx_schema_open(options, &schema->context, err) < 0 ||
        sx_schema_annotations(schema, err) < 0 || sx_schema_classify(schema, err) < 0 ||
        sx_schema_constraints(schema, err) < 0) {
        sx_schema_free(schema);
        return -1;
    }
    sx_schema_compute_hash(schema);
    *ret_schema = schema;
    return 0;
}

void sx_schema_free(struct sx_schema *schema)
{
    if (!schema)
        return;
    ly_ctx_destroy(schema->context);
    free(schema->annotations);
    sx_schema_free_effects(schema);
    free(schema->classes);
    free(schema->conditional);
    free(schema);
}

struct ly_ctx *sx_schema_context(const struct sx_schema *schema)
{
    return schema->context;
}

const struct sx_node_class *sx_schema_class(const struct lysc_node *node)
{
    return node ? node->priv : NULL;
}

const uint8_t *sx_schema_hash(const struct sx_schema *schema)
{
    return schema->hash;
}

char *sx_schema_path(const struct lysc_node *node)
{
    char *path = lysc_path(node, LYSC_PATH_DATA, NULL, 0);

    if (!path)
        abort();
    return path;
}

static int walk_below(const struct lysc_node *first,
    int (*visit)(void *with, const struct lysc_node *node, struct sx_error *err), void *with,
    struct sx_error *err)
{
    for (const struct lysc_node *node = first; node; node = node->next)
        if (visit(with, node, err) < 0 || walk_below(lysc_node_child(node), visit, with, err) < 0)
            return -1;
    return 0;
}

int sx_schema_walk(const struct ly_ctx *context,
    int (*visit)(void *with, const struct lysc_node *node, struct sx_error *err), void *with,
    struct sx_error *err)
{
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented && module->compiled &&
            walk_below(module->compiled->data, visit, with, err) < 0)
            return -1;
    return 0;
}

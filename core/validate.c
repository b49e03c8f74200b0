// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include "transaction_impl.h"

#include <stdlib.h>

int sx_validate_all(struct sx_tree *tree, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(tree->schema);

    if (lyd_validate_all(&tree->root, context, LYD_VALIDATE_NO_STATE, NULL) == LY_SUCCESS)
        return 0;
    return sx_validate_error(tree, err);
}

/* The module whose tree a node stands in. */
static const struct lys_module *owner(const struct lysc_node *node)
{
    while (node->parent)
        node = node->parent;
    return node->module;
}

static void add(struct ly_set *set, const void *item)
{
    if (ly_set_add(set, (void *)item, 0, NULL) != LY_SUCCESS)
        abort(); /* only for want of memory */
}

static struct ly_set *affected_modules(const struct sx_schema *schema, const struct ly_set *changed)
{
    struct ly_set *own = NULL, *all = NULL;

    if (ly_set_new(&own) != LY_SUCCESS || ly_set_new(&all) != LY_SUCCESS)
        abort();
    for (uint32_t i = 0; i < changed->count; i++) {
        add(own, owner(changed->snodes[i]));
        add(all, owner(changed->snodes[i]));
    }
    for (size_t i = 0; i < schema->dependency_count; i++)
        if (ly_set_contains(own, (void *)owner(schema->dependencies[i].read), NULL))
            add(all, owner(schema->dependencies[i].reader));
    ly_set_free(own, NULL);
    return all;
}

int sx_validate_modules(struct sx_tree *tree, const struct ly_set *changed, struct sx_error *err)
{
    struct ly_set *modules = affected_modules(tree->schema, changed);
    int result = 0;

    for (uint32_t i = 0; i < modules->count && result == 0; i++) {
        tree->whole_validations++;
        if (lyd_validate_module(&tree->root, modules->objs[i], LYD_VALIDATE_NO_STATE, NULL) !=
            LY_SUCCESS)
            result = sx_validate_error(tree, err);
    }
    ly_set_free(modules, NULL);
    return result;
}

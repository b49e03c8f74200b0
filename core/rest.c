// SPDX-License-Identifier: Apache-2.0
#include "touch.h"

#include <stdlib.h>

static bool is_explicit(const struct lyd_node *node)
{
    return !(node->flags & LYD_DEFAULT);
}

static struct lyd_node *copy_single(const struct lyd_node *node, struct lyd_node *parent)
{
    struct lyd_node *copy = NULL;

    if (lyd_dup_single(node, (struct lyd_node_inner *)parent, LYD_DUP_NO_META, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory: the node is of the same schema */
    return copy;
}

/* Copies of all explicit entries of a leaf-list, below `parent` or as siblings of *first. */
static void copy_leaf_list(
    const struct lyd_node *instance, struct lyd_node *parent, struct lyd_node **first)
{
    const struct lysc_node *schema = instance->schema;

    for (; instance && instance->schema == schema; instance = instance->next) {
        struct lyd_node *copy;

        if (!is_explicit(instance))
            continue;
        copy = copy_single(instance, parent);
        if (!parent && lyd_insert_sibling(*first, copy, first) != LY_SUCCESS)
            abort();
    }
}

static bool wanted(const struct lysc_node *schema, unsigned scopes)
{
    const struct sx_node_class *class = sx_schema_class(schema);

    return class && ((1u << class->scope) & scopes);
}

/* Children are found one by one from the schema, so that the entries of a list cost nothing. */
static struct lyd_node *copy_container(const struct lyd_node *node, unsigned scopes)
{
    const struct lysc_node *schema = NULL;
    struct lyd_node *copy;

    if (!is_explicit(node) || (!lysc_is_np_cont(node->schema) && !wanted(node->schema, scopes)))
        return NULL;
    copy = copy_single(node, NULL);
    while ((schema = lys_getnext(schema, node->schema, NULL, 0))) {
        struct lyd_node *child = NULL, *below;

        if (!sx_schema_class(schema) || schema->nodetype == LYS_LIST ||
            lyd_find_sibling_val(lyd_child(node), schema, NULL, 0, &child) != LY_SUCCESS)
            continue;
        if (schema->nodetype == LYS_CONTAINER) {
            below = copy_container(child, scopes);
            if (below && lyd_insert_child(copy, below) != LY_SUCCESS)
                abort();
        } else if (schema->nodetype == LYS_LEAFLIST) {
            if (wanted(schema, scopes))
                copy_leaf_list(child, copy, NULL);
        } else if (is_explicit(child) && wanted(schema, scopes)) {
            copy_single(child, copy);
        }
    }
    if (lysc_is_np_cont(node->schema) && !lyd_child(copy)) {
        lyd_free_tree(copy);
        copy = NULL;
    }
    return copy;
}

struct lyd_node *sx_rest_find(struct lyd_node *root, const struct lysc_node *schema)
{
    const struct lysc_node *above = lysc_data_parent(schema);
    struct lyd_node *siblings = root, *node = NULL;

    if (above) {
        struct lyd_node *parent = sx_rest_find(root, above);

        siblings = parent ? lyd_child(parent) : NULL;
    }
    if (lyd_find_sibling_val(siblings, schema, NULL, 0, &node) != LY_SUCCESS)
        return NULL;
    return node;
}

struct lyd_node *sx_rest_copy(
    struct lyd_node *root, const struct lysc_node *schema, unsigned scopes)
{
    struct lyd_node *node = NULL, *first = NULL;

    if (schema->nodetype == LYS_LIST ||
        lyd_find_sibling_val(root, schema, NULL, 0, &node) != LY_SUCCESS)
        return NULL;
    if (schema->nodetype == LYS_CONTAINER)
        return copy_container(node, scopes);
    if (!wanted(schema, scopes))
        return NULL;
    if (schema->nodetype == LYS_LEAFLIST)
        copy_leaf_list(node, NULL, &first);
    else if (is_explicit(node))
        first = copy_single(node, NULL);
    return first;
}

// SPDX-License-Identifier: Apache-2.0
#include "reset_impl.h"

#include "survivors.h"

#include <libyang/libyang.h>
#include <stdlib.h>

/* What a factory reset leaves, as the schema says it. */

static struct lyd_node *copy_alone(const struct lyd_node *node)
{
    struct lyd_node *copy = NULL;

    /* With the keys of a list entry. */
    if (lyd_dup_single(node, NULL, LYD_DUP_NO_META, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory */
    return copy;
}

/* True when nodes of this schema node survive, and this one with them. */
static bool survives(const struct lyd_node *node)
{
    const struct sx_node_class *class = sx_schema_class(node->schema);

    return class->survives && (!class->survivors || sx_survivors_hold(class->survivors, node));
}

static bool is_left_out(const struct lyd_node *node)
{
    const struct sx_node_class *class = sx_schema_class(node->schema);

    return (node->flags & LYD_DEFAULT) || (class->survivors && !survives(node));
}

/* A copy of what survives at and below a node, or NULL. */
static struct lyd_node *copy_survivors(const struct lyd_node *node)
{
    bool stays = survives(node) && !lysc_is_np_cont(node->schema);
    struct lyd_node *copy = NULL;

    if (is_left_out(node))
        return NULL;
    if (stays)
        copy = copy_alone(node);
    for (const struct lyd_node *child = lyd_child_no_keys(node); child; child = child->next) {
        struct lyd_node *below = copy_survivors(child);

        if (!below)
            continue;
        if (!copy)
            copy = copy_alone(node);
        if (lyd_insert_child(copy, below) != LY_SUCCESS)
            abort();
    }
    return copy;
}

struct lyd_node *sx_reset_survivors(const struct sx_tree *tree)
{
    struct lyd_node *first = NULL;

    for (const struct lyd_node *node = tree->root; node; node = node->next) {
        struct lyd_node *copy = copy_survivors(node);

        if (copy && lyd_insert_sibling(first, copy, &first) != LY_SUCCESS)
            abort();
    }
    return first;
}

/* The node of the tree that `node` would change, or NULL. */
static struct lyd_node *counterpart(const struct lyd_node *siblings, const struct lyd_node *node)
{
    struct lyd_node *found = NULL;

    if (!siblings)
        return NULL;
    if (node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST))
        lyd_find_sibling_first(siblings, node, &found);
    else
        lyd_find_sibling_val(siblings, node->schema, NULL, 0, &found);
    return found && !(found->flags & LYD_DEFAULT) ? found : NULL;
}

static void remove_survivors(struct lyd_node *first, const struct lyd_node *siblings)
{
    struct lyd_node *next;

    for (struct lyd_node *node = first; node; node = next) {
        const struct lyd_node *there;

        next = node->next;
        /* Nodes that the schema does not know are refused later. */
        there = node->schema ? counterpart(siblings, node) : NULL;
        if (!there)
            continue;
        if (survives(there) && !lysc_is_np_cont(there->schema))
            lyd_free_tree(node);
        else
            remove_survivors(lyd_child_no_keys(node), lyd_child(there));
    }
}

struct lyd_node *sx_reset_without_survivors(
    const struct sx_tree *tree, const struct lyd_node *config)
{
    struct lyd_node *first = NULL, *next, *copy;

    if (!config)
        return NULL;
    if (lyd_dup_siblings(config, NULL, LYD_DUP_RECURSIVE, &copy) != LY_SUCCESS)
        abort();
    first = copy;
    for (struct lyd_node *node = copy; node; node = next) {
        struct lyd_node *there = node->schema ? counterpart(tree->root, node) : NULL;

        next = node->next;
        if (there && survives(there) && !lysc_is_np_cont(there->schema)) {
            if (first == node)
                first = next;
            lyd_free_tree(node);
        } else if (there) {
            remove_survivors(lyd_child_no_keys(node), lyd_child(there));
        }
    }
    return first;
}

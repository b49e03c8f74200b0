// SPDX-License-Identifier: Apache-2.0
#include "item.h"

#include "libyang_error.h"
#include "path.h"
#include "sextant/schema.h"

#include <stdlib.h>
#include <string.h>

static int check_node(const struct lyd_node *node, struct sx_error *err)
{
    if (!sx_schema_class(node->schema))
        return sx_error_set(
            err, SX_E_UNKNOWN_ELEMENT, "%s: this is not configuration", node->schema->name);
    if (node->meta || ((node->schema->nodetype & LYD_NODE_TERM) && (node->flags & LYD_DEFAULT)))
        return sx_error_set(
            err, SX_E_BAD_ATTRIBUTE, "%s: metadata cannot stand here", node->schema->name);
    return sx_path_check_key(node, err);
}

/* The case of a choice that a node stands in, or NULL. */
static const struct lysc_node *case_of(const struct lyd_node *node, const struct lysc_node *choice)
{
    const struct lysc_node *schema = node->schema->parent;

    while (schema && (schema->nodetype & (LYS_CASE | LYS_CHOICE)) && schema->parent != choice)
        schema = schema->parent;
    return schema && schema->parent == choice ? schema : NULL;
}

/* A node twice, or nodes of two cases. The parser takes them, so that it would be left to chance
 * which one counts. Siblings stand in the schema's order: what belongs together is side by side. */
static int check_beside(
    const struct lyd_node *first, const struct lyd_node *node, struct sx_error *err)
{
    const struct lyd_node *before = node->prev->next ? node->prev : NULL;
    const struct lysc_node *schema = node->schema;
    struct lyd_node *found = NULL;

    if (schema->nodetype & (LYS_LIST | LYS_LEAFLIST)
            ? lyd_find_sibling_first(first, node, &found) == LY_SUCCESS && found != node
            : before && before->schema == schema)
        return sx_error_set(err, SX_E_BAD_ELEMENT, "%s: it is given twice", schema->name);
    for (schema = schema->parent; before && schema && schema->nodetype == LYS_CASE;
         schema = schema->parent->parent) {
        const struct lysc_node *other = case_of(before, schema->parent);

        if (other && other != schema)
            return sx_error_set(err, SX_E_BAD_ELEMENT,
                "%s and %s are of different cases of the choice %s", before->schema->name,
                node->schema->name, schema->parent->name);
    }
    return 0;
}

/* Checks siblings and what is below them, and drops empty containers. */
static int tidy(struct lyd_node **first, struct sx_error *err)
{
    struct lyd_node *next;

    for (struct lyd_node *node = *first; node; node = next) {
        next = node->next;
        if (check_node(node, err) < 0 || check_beside(*first, node, err) < 0)
            return -1;
        if (node->schema->nodetype & LYD_NODE_INNER) {
            struct lyd_node *child = lyd_child(node);

            if (tidy(&child, err) < 0)
                return -1;
        }
        if (lysc_is_np_cont(node->schema) && !lyd_child(node)) {
            if (*first == node)
                *first = next;
            lyd_free_tree(node);
        }
    }
    return 0;
}

/* A parent of the same kind for the parser, which links what it reads at once. */
static struct lyd_node *stand_in(const struct lyd_node *parent)
{
    struct lyd_node *copy = NULL;

    if (parent && lyd_dup_single(parent, NULL, LYD_DUP_NO_META, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory */
    return copy;
}

static struct lyd_node *first_item(const struct lyd_node *parent)
{
    struct lyd_node *node = lyd_child(parent);

    while (node && lysc_is_key(node->schema))
        node = node->next;
    return node;
}

/* Bytes up to the last that is not white space; at least 1. */
static size_t length_of(const char *json)
{
    size_t length = strlen(json);

    while (length > 1 && strchr(" \t\r\n", json[length - 1]))
        length--;
    return length > 0 ? length : 1;
}

static int parse(struct ly_ctx *context, struct lyd_node *parent, const char *json,
    struct lyd_node **first, struct sx_error *err)
{
    struct ly_in *in = NULL;
    size_t parsed;
    LY_ERR result;

    if (ly_in_new_memory(json, &in) != LY_SUCCESS)
        abort(); /* only for want of memory */
    result = lyd_parse_data(context, parent, in, LYD_JSON,
        LYD_PARSE_ONLY | LYD_PARSE_STRICT | LYD_PARSE_NO_STATE, 0, first);
    parsed = ly_in_parsed(in);
    ly_in_free(in, 0);
    if (result != LY_SUCCESS)
        return sx_libyang_error(context, SX_E_INVALID_VALUE, NULL, err);
    /* libyang 2.1.30 takes a text that ends early for an empty one, and does not look at what comes
     * after the object. */
    if (json[length_of(json) - 1] != '}' || parsed < length_of(json))
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "a value is not one whole JSON object");
    return 0;
}

int sx_item_parse(struct ly_ctx *context, const struct lyd_node *parent, const char *json,
    struct lyd_node **ret_first, struct sx_error *err)
{
    struct lyd_node *above = stand_in(parent), *first = NULL;
    int result = parse(context, above, json, &first, err);

    if (above) {
        first = first_item(above);
        if (first)
            lyd_unlink_siblings(first);
    }
    if (result == 0)
        result = tidy(&first, err);
    if (result < 0)
        lyd_free_siblings(first);
    else
        *ret_first = first;
    lyd_free_tree(above);
    return result;
}

static char *text_of(const struct lyd_node *node)
{
    char *text = NULL;

    if (lyd_print_mem(&text, node, LYD_JSON, LYD_PRINT_SHRINK) != LY_SUCCESS)
        abort(); /* it was parsed before, so only memory can be the reason */
    return text;
}

bool sx_item_equal(const struct lyd_node *a, const struct lyd_node *b)
{
    char *first, *second;
    bool equal;

    if (a->schema->nodetype & LYD_NODE_TERM)
        return lyd_compare_single(a, b, 0) == LY_SUCCESS;
    /* libyang 2.1.30 compares the values of unknown elements and not their names. */
    first = text_of(a);
    second = text_of(b);
    equal = strcmp(first, second) == 0;
    free(first);
    free(second);
    return equal;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/filter.h"

#include "netconf/keys.h"
#include "netconf/request.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

#define SPACE " \t\r\n"

struct ag_filter_node {
    const char *name; /**< borrowed from the request's context */
    const struct lys_module *module; /**< NULL: any */
    bool never; /**< an attribute or a namespace that no data has */
    char *value; /**< content match: text without space around it; else NULL */
    const struct lyd_node_opaq *element; /**< to resolve prefixes in the value; borrowed */
    const struct lysc_node *compared; /**< the leaf to which `canonical` belongs */
    char *canonical; /**< the value in that leaf's form; NULL: it is no value of that leaf */
    struct ag_filter_node *first; /**< children */
    struct ag_filter_node *next; /**< sibling */
};

struct ag_filter {
    const struct ly_ctx *context;
    struct ag_filter_node *first;
    size_t count;
};

static void free_nodes(struct ag_filter_node *node)
{
    while (node) {
        struct ag_filter_node *next = node->next;

        free_nodes(node->first);
        free(node->value);
        free(node->canonical);
        free(node);
        node = next;
    }
}

static struct ag_filter_node *new_node(
    struct ag_filter *filter, const struct lyd_node_opaq *element)
{
    struct ag_filter_node *node = sx_alloc(sizeof *node);
    const char *space = element->name.module_ns;
    const char *text = element->value + strspn(element->value, SPACE);
    size_t length = strlen(text);

    node->name = element->name.name;
    node->element = element;
    if (space && *space && strcmp(space, AG_BASE_NS) != 0) {
        node->module = ly_ctx_get_module_implemented_ns(filter->context, space);
        node->never = !node->module;
    }
    /* Section 6.2.2: configuration and state carry no attributes, so no test of one holds. */
    if (element->attr)
        node->never = true;
    while (length > 0 && strchr(SPACE, text[length - 1]))
        length--;
    if (length > 0 && !element->child)
        node->value = sx_strndup(text, length);
    return node;
}

static int compile(struct ag_filter *filter, const struct lyd_node_opaq *element,
    struct ag_filter_node **link, struct sx_error *err)
{
    for (; element; element = ag_request_next(element)) {
        if (++filter->count > AG_FILTER_NODES_MAX)
            return sx_error_set(err, SX_E_RESOURCE_DENIED,
                "the filter has more than %d elements; ask in several requests",
                AG_FILTER_NODES_MAX);
        *link = new_node(filter, element);
        if (compile(filter, ag_request_first(element), &(*link)->first, err) < 0)
            return -1;
        link = &(*link)->next;
    }
    return 0;
}

int ag_filter_new(const struct ly_ctx *context, const struct lyd_node_opaq *element,
    struct ag_filter **ret_filter, struct sx_error *err)
{
    struct ag_filter *filter = sx_alloc(sizeof *filter);

    filter->context = context;
    if (compile(filter, ag_request_first(element), &filter->first, err) < 0) {
        ag_filter_free(filter);
        return -1;
    }
    *ret_filter = filter;
    return 0;
}

void ag_filter_free(struct ag_filter *filter)
{
    if (!filter)
        return;
    free_nodes(filter->first);
    free(filter);
}

void ag_filter_set_clear(struct ag_filter_set *set)
{
    free(set->items);
    *set = (struct ag_filter_set){0};
}

static void add(struct ag_filter_set *set, struct ag_filter_node *node)
{
    set->items = sx_grow(set->items, set->count, &set->capacity, sizeof *set->items);
    set->items[set->count++] = node;
}

static bool matches(const struct ag_filter_node *node, const struct lysc_node *schema)
{
    return !node->never && (!node->module || node->module == schema->module) &&
           strcmp(node->name, schema->name) == 0;
}

static bool is_selection(const struct ag_filter_node *node)
{
    return !node->first && !node->value;
}

/* Compares with a leaf: the text as it is, then in the form that the leaf's type gives it. */
static bool equals(struct ag_filter_node *node, const struct lyd_node *leaf)
{
    const char *value;

    if (!leaf->schema || !(leaf->schema->nodetype & LYD_NODE_TERM))
        return false;
    value = lyd_get_value(leaf);
    if (strcmp(node->value, value) == 0)
        return true;
    if (node->compared != leaf->schema) {
        free(node->canonical);
        node->canonical = ag_keys_canonical(leaf->schema, node->value, node->element);
        node->compared = leaf->schema;
    }
    return node->canonical && strcmp(node->canonical, value) == 0;
}

struct ag_filter_set ag_filter_top(struct ag_filter *filter, const struct lysc_node *schema)
{
    struct ag_filter_set set = {0};

    for (struct ag_filter_node *node = filter->first; node; node = node->next)
        if (matches(node, schema))
            add(&set, node);
    return set;
}

/* True when a child of `data` has the value that a content match node asks for. */
static bool test(struct ag_filter_node *node, const struct lyd_node *data)
{
    const struct lyd_node *child;

    LY_LIST_FOR(data ? lyd_child(data) : NULL, child)
    {
        if (child->schema && matches(node, child->schema) && equals(node, child))
            return true;
    }
    return false;
}

/* Section 6.2.5: all tests among siblings must hold; tests alone select everything beside them. */
static bool enter_one(struct ag_filter_node *node, const struct lyd_node *data, bool *ret_whole)
{
    bool others = false;

    for (struct ag_filter_node *child = node->first; child; child = child->next) {
        if (!child->value)
            others = true;
        else if (!test(child, data))
            return false;
    }
    *ret_whole = !others;
    return true;
}

bool ag_filter_enter(
    const struct ag_filter_set *set, const struct lyd_node *data, struct ag_filter_set *ret_active)
{
    for (size_t i = 0; i < set->count; i++) {
        struct ag_filter_node *node = set->items[i];
        bool whole = false;

        /* A text has no place at an inner node. */
        if (node->value)
            continue;
        if (is_selection(node))
            return true;
        if (!enter_one(node, data, &whole))
            continue;
        if (whole)
            return true;
        add(ret_active, node);
    }
    return false;
}

struct ag_filter_set ag_filter_children(
    const struct ag_filter_set *active, const struct lysc_node *child)
{
    struct ag_filter_set set = {0};

    for (size_t i = 0; i < active->count; i++)
        for (struct ag_filter_node *node = active->items[i]->first; node; node = node->next)
            if (matches(node, child))
                add(&set, node);
    return set;
}

bool ag_filter_selects(const struct ag_filter_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_selection(set->items[i]))
            return true;
    return false;
}

static bool prune_leaf(const struct ag_filter_set *set, const struct lyd_node *leaf)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_selection(set->items[i]) || (set->items[i]->value && equals(set->items[i], leaf)))
            return true;
    return false;
}

bool ag_filter_prune(const struct ag_filter_set *set, struct lyd_node *data)
{
    struct ag_filter_set active = {0};
    struct lyd_node *child, *next;
    bool keep;

    if (!data->schema || !(data->schema->nodetype & LYD_NODE_INNER))
        return data->schema && prune_leaf(set, data);
    keep = ag_filter_enter(set, data, &active);
    if (!keep && active.count > 0) {
        LY_LIST_FOR_SAFE(lyd_child(data), next, child)
        {
            struct ag_filter_set below = {0};
            bool selected = false;

            if (child->schema)
                below = ag_filter_children(&active, child->schema);
            if (below.count > 0)
                selected = ag_filter_prune(&below, child);
            if (selected)
                keep = true;
            else if (!child->schema || !lysc_is_key(child->schema))
                lyd_free_tree(child);
            ag_filter_set_clear(&below);
        }
    }
    ag_filter_set_clear(&active);
    return keep;
}

char *ag_filter_key(struct ag_filter_node *node, const struct lysc_node *list)
{
    const struct lysc_node *key = lysc_node_child(list);
    struct ag_keys keys = {0};

    for (; key && lysc_is_key(key); key = key->next) {
        struct ag_filter_node *child = node->first;
        char *value;

        while (child && !(child->value && matches(child, key)))
            child = child->next;
        value = child ? ag_keys_canonical(key, child->value, child->element) : NULL;
        if (!value) {
            ag_keys_clear(&keys);
            return NULL;
        }
        ag_keys_add(&keys, key->name, value);
        free(value);
    }
    return ag_keys_take(&keys);
}

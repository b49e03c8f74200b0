// SPDX-License-Identifier: Apache-2.0
#include "netconf/walk.h"

#include "netconf/selection.h"
#include "netconf/tags.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const struct ag_walk *walk;
    struct ag_tags tags;
    struct lyd_node *forest; /**< what an XPath expression had to see at once; owned */
};

/** A list on its way out, entry by entry. */
struct list {
    struct work *work;
    const struct lysc_node *schema;
    const struct ag_selection *selection;
};

static int walk_container(struct work *work, const struct lysc_node *schema,
    struct lyd_node *parent, struct lyd_node *data, const struct ag_selection *selection,
    struct sx_error *err);

/* The next data node of the schema below `parent`, or at the top of `module`. */
static const struct lysc_node *next_child(
    const struct lysc_node *last, const struct lysc_node *parent, const struct lys_module *module)
{
    do {
        last = lys_getnext(last, parent, parent ? NULL : module->compiled, 0);
    } while (last && !(last->nodetype & (LYS_CONTAINER | LYS_LIST | LYD_NODE_TERM | LYD_NODE_ANY)));
    return last;
}

/* Writes a node that is in memory, with all below it, as far as it is selected. Takes parts of it
 * away that are not. */
static int put_node(struct work *work, struct lyd_node *node, const struct ag_selection *selection,
    struct sx_error *err)
{
    if (!ag_selection_prune(work->walk, selection, node))
        return 0;
    return ag_tags_put(&work->tags, node, err);
}

/* One entry of a list that is judged entry by entry. */
static int put_entry(void *context, struct lyd_node *entry, struct sx_error *err)
{
    struct list *list = context;
    const struct ag_xpath *xpath = list->work->walk->xpath;

    if (xpath && !list->selection->whole) {
        struct lyd_node *forest = entry;

        while (lyd_parent(forest))
            forest = lyd_parent(forest);
        if (ag_xpath_mark(xpath, lyd_first_sibling(forest), err) < 0)
            return -1;
    }
    return put_node(list->work, entry, list->selection, err);
}

static int put_rows(
    struct list *list, const char *key, struct lyd_node *parent, struct sx_error *err)
{
    return ag_rows_each(
        list->work->walk->rows, list->schema, key, parent, false, put_entry, list, err);
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Looks up the entries that a subtree filter names by all of their keys. Returns 1 when it names
 * some in another way. */
static int put_named(struct list *list, struct lyd_node *parent, struct sx_error *err)
{
    const struct ag_filter_set *set = &list->selection->set;
    char **keys = sx_calloc(set->count, sizeof *keys);
    size_t count = 0;
    int result = 0;

    while (count < set->count && (keys[count] = ag_filter_key(set->items[count], list->schema)))
        count++;
    /* Several entries of a list that users order must come in that order. */
    if (count < set->count || (count > 1 && lysc_is_userordered(list->schema))) {
        result = 1;
        goto out;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count && result == 0; i++)
        if (i == 0 || strcmp(keys[i], keys[i - 1]) != 0)
            result = put_rows(list, keys[i], parent, err);
out:
    for (size_t i = 0; i < count; i++)
        free(keys[i]);
    free(keys);
    return result;
}

/* A list whose entries are rows of the store. */
static int walk_rows(struct work *work, const struct lysc_node *schema, struct lyd_node *parent,
    const struct ag_selection *selection, struct sx_error *err)
{
    const struct ag_walk *walk = work->walk;
    struct list list = {.work = work, .schema = schema, .selection = selection};

    if (!selection->whole && walk->filter) {
        int result = 1;

        if (!ag_filter_selects(&selection->set))
            result = put_named(&list, parent, err);
        return result <= 0 ? result : put_rows(&list, NULL, parent, err);
    }
    if (!selection->whole && walk->xpath->list == schema)
        return put_rows(&list, walk->xpath->key, parent, err);
    return selection->whole ? put_rows(&list, NULL, parent, err) : 0;
}

/* The nodes of one schema node that are in memory. */
static int walk_nodes(struct work *work, const struct lysc_node *schema, struct lyd_node *first,
    const struct ag_selection *selection, struct sx_error *err)
{
    struct lyd_node *node, *next;

    LY_LIST_FOR_SAFE(first, next, node)
    {
        if (node->schema == schema && put_node(work, node, selection, err) < 0)
            return -1;
    }
    return 0;
}

static struct lyd_node *instance(struct lyd_node *first, const struct lysc_node *schema)
{
    while (first && first->schema != schema)
        first = first->next;
    return first;
}

/* One child of a container, or a top-level node. `first` is the first node in memory of its
 * siblings. */
static int walk_child(struct work *work, const struct lysc_node *schema, struct lyd_node *parent,
    struct lyd_node *first, const struct ag_selection *selection, struct sx_error *err)
{
    const struct ag_xpath *xpath = work->walk->xpath;

    if (schema->nodetype == LYS_CONTAINER)
        return walk_container(work, schema, parent, instance(first, schema), selection, err);
    /* Entries are in memory when an XPath expression had to see them all. */
    if (!ag_rows_is_list(schema) || (xpath && ag_xpath_touches_list(xpath, schema)) ||
        (xpath && !selection->whole && xpath->list != schema))
        return walk_nodes(work, schema, first, selection, err);
    return walk_rows(work, schema, parent, selection, err);
}

static int walk_children(struct work *work, const struct lysc_node *schema, struct lyd_node *data,
    const struct ag_selection *active, struct sx_error *err)
{
    const struct lysc_node *child = NULL;
    int result = 0;

    while (result == 0 && (child = next_child(child, schema, schema->module))) {
        struct ag_selection below;

        if (ag_selection_child(work->walk, active, child, &below))
            result = walk_child(work, child, data, lyd_child(data), &below, err);
        ag_selection_clear(&below);
    }
    return result;
}

static int walk_container(struct work *work, const struct lysc_node *schema,
    struct lyd_node *parent, struct lyd_node *data, const struct ag_selection *selection,
    struct sx_error *err)
{
    struct lyd_node *made = NULL;
    struct ag_selection active = {0};
    int result = 0;

    /* Rows may hang below a container of which nothing else is stored; one with presence is always
     * stored when it is there. */
    if (!data && (schema->flags & LYS_PRESENCE || schema->flags & LYS_CONFIG_R))
        return 0;
    if (!data) {
        if (lyd_new_inner(parent, schema->module, schema->name, 0, &made) != LY_SUCCESS)
            return sx_error_set(err, SX_E_INTERNAL, "no memory for a container %s", schema->name);
        data = made;
    }
    if (!ag_selection_enter(work->walk, selection, data, &active))
        goto out;
    ag_tags_open(&work->tags, schema);
    if (active.whole && schema->flags & LYS_PRESENCE)
        result = ag_tags_need(&work->tags, err);
    if (result == 0)
        result = walk_children(work, schema, data, &active, err);
    if (result == 0)
        result = ag_tags_close(&work->tags, err);
out:
    ag_selection_clear(&active);
    lyd_free_tree(made);
    return result;
}

/* Calls `call` for each top-level node of the schema that the filter may select from. */
static int each_top(struct work *work,
    int (*call)(struct work *work, const struct lysc_node *top,
        const struct ag_selection *selection, struct sx_error *err),
    struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(work->walk->rows->schema);
    const struct lys_module *module;
    uint32_t index = 0;
    int result = 0;

    while (result == 0 && (module = ly_ctx_get_module_iter(context, &index))) {
        const struct lysc_node *top = NULL;

        while (module->implemented && result == 0 && (top = next_child(top, NULL, module))) {
            struct ag_selection selection;

            if (ag_selection_top(work->walk, top, &selection))
                result = call(work, top, &selection, err);
            ag_selection_clear(&selection);
        }
    }
    return result;
}

static int walk_top(struct work *work, const struct lysc_node *top,
    const struct ag_selection *selection, struct sx_error *err)
{
    struct lyd_node *tree = NULL;
    int result = ag_rows_top(work->walk->rows, top, &tree, err);

    if (result == 0)
        result = walk_child(work, top, NULL, tree, selection, err);
    lyd_free_all(tree);
    ag_rows_clear(work->walk->rows);
    return result;
}

static int keep_entry(void *context, struct lyd_node *entry, struct sx_error *err)
{
    struct work *work = context;

    if (!lyd_parent(entry))
        lyd_insert_sibling(work->forest, entry, &work->forest);
    if (work->walk->rows->count > AG_XPATH_ROWS_MAX)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the XPath filter needs more than %d list entries in memory; ask for one list by a "
            "path from the root whose predicates stay in the entry, or with a subtree filter",
            AG_XPATH_ROWS_MAX);
    return 0;
}

/* Loads the entries of the lists below a container that the expression reads. */
static int load_lists(struct work *work, const struct lysc_node *schema, struct lyd_node *parent,
    struct lyd_node *data, struct sx_error *err)
{
    const struct lysc_node *child = NULL;

    if (ag_rows_is_list(schema)) {
        if (!ag_xpath_touches_list(work->walk->xpath, schema))
            return 0;
        return ag_rows_each(work->walk->rows, schema, NULL, parent, true, keep_entry, work, err);
    }
    if (schema->nodetype != LYS_CONTAINER || !(schema->flags & LYS_CONFIG_W))
        return 0;
    if (!data) {
        if (schema->flags & LYS_PRESENCE)
            return 0;
        if (lyd_new_inner(parent, schema->module, schema->name, 0, &data) != LY_SUCCESS)
            return sx_error_set(err, SX_E_INTERNAL, "no memory for a container %s", schema->name);
        if (!parent)
            lyd_insert_sibling(work->forest, data, &work->forest);
    }
    while ((child = next_child(child, schema, schema->module)))
        if (load_lists(work, child, data, instance(lyd_child(data), child), err) < 0)
            return -1;
    return 0;
}

static int load_top(struct work *work, const struct lysc_node *top,
    const struct ag_selection *selection, struct sx_error *err)
{
    struct lyd_node *tree = NULL;

    (void)selection;
    if (ag_rows_top(work->walk->rows, top, &tree, err) < 0)
        return -1;
    if (tree)
        lyd_insert_sibling(work->forest, tree, &work->forest);
    return load_lists(work, top, NULL, tree, err);
}

static int walk_loaded(struct work *work, const struct lysc_node *top,
    const struct ag_selection *selection, struct sx_error *err)
{
    return walk_child(work, top, NULL, work->forest, selection, err);
}

int ag_walk_write(struct ag_walk *walk, struct sx_error *err)
{
    struct work work = {.walk = walk};
    int result = -1;

    ag_tags_init(&work.tags, walk->stream, walk->rows->defaults);
    if (!walk->xpath || walk->xpath->everything || walk->xpath->list)
        result = each_top(&work, walk_top, err);
    else if (each_top(&work, load_top, err) == 0 &&
             ag_xpath_mark(walk->xpath, work.forest, err) == 0)
        result = each_top(&work, walk_loaded, err);
    lyd_free_all(work.forest);
    ag_rows_clear(walk->rows);
    ag_tags_clear(&work.tags);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/rows.h"

#include "netconf/keys.h"
#include "netconf/state.h"
#include "sextant/memory.h"
#include "sextant/secret.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

bool ag_rows_is_list(const struct lysc_node *node)
{
    if (node->nodetype != LYS_LIST || !(node->flags & LYS_CONFIG_W))
        return false;
    for (node = node->parent; node; node = node->parent)
        if (node->nodetype == LYS_LIST)
            return false;
    return true;
}

void ag_rows_clear(struct ag_rows *rows)
{
    for (size_t i = 0; i < rows->held_count; i++)
        lyd_free_tree(rows->held[i]);
    free(rows->held);
    rows->held = NULL;
    rows->held_count = rows->held_capacity = 0;
}

static bool has_secrets(const struct lysc_node *node)
{
    const struct sx_node_class *class = sx_schema_class(node);

    return class && class->flags & SX_NODE_SECRETS;
}

static int parse(struct ag_rows *rows, const struct lysc_node *schema, struct lyd_node *parent,
    const char *body, struct lyd_node **ret_tree, struct sx_error *err)
{
    struct ly_ctx *context = sx_schema_context(rows->schema);
    struct ly_in *in = NULL;
    char *masked = NULL;
    LY_ERR result;

    /* Before anything can be compared with them, so that a filter cannot guess secrets. */
    if (has_secrets(schema) && sx_secret_mask(schema, body, &masked, err) < 0)
        return -1;
    if (ly_in_new_memory(masked ? masked : body, &in) != LY_SUCCESS) {
        free(masked);
        return sx_error_set(err, SX_E_INTERNAL, "no memory for a row of %s", schema->name);
    }
    result = lyd_parse_data(
        context, parent, in, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, ret_tree);
    ly_in_free(in, 0);
    free(masked);
    if (result != LY_SUCCESS || !*ret_tree)
        return sx_error_set(err, SX_E_STORE, "a stored row of %s does not fit the schema: %s",
            schema->name, ly_errmsg(context) ? ly_errmsg(context) : "it is empty");
    return 0;
}

static bool wants_defaults(const struct ag_rows *rows)
{
    return rows->defaults == AG_DEFAULTS_ALL || rows->defaults == AG_DEFAULTS_TAGGED;
}

/* Top-level nodes of a module that exist by default alone; gives the one asked for. */
static struct lyd_node *default_top(const struct lysc_node *top)
{
    struct lyd_node *all = NULL, *found = NULL;

    if (lyd_new_implicit_module(&all, top->module, LYD_IMPLICIT_NO_STATE, NULL) == LY_SUCCESS &&
        lyd_find_sibling_val(all, top, NULL, 0, &found) == LY_SUCCESS) {
        if (found == all)
            all = all->next;
        lyd_unlink_tree(found);
    } else {
        found = NULL;
    }
    lyd_free_all(all);
    return found;
}

static void add_defaults(struct ag_rows *rows, const struct lysc_node *top, struct lyd_node **tree)
{
    if (!wants_defaults(rows) || !(top->flags & LYS_CONFIG_W))
        return;
    if (!*tree)
        *tree = default_top(top);
    else if ((*tree)->schema->nodetype & LYD_NODE_INNER)
        lyd_new_implicit_tree(*tree, LYD_IMPLICIT_NO_STATE, NULL);
}

/* Rows hold list entries; what state says of them must wait until the row is there. */
static void hold_entries(struct ag_rows *rows, struct lyd_node *node)
{
    struct lyd_node *child, *next;

    if (!node->schema)
        return;
    if (ag_rows_is_list(node->schema)) {
        lyd_unlink_tree(node);
        rows->held =
            sx_grow(rows->held, rows->held_count, &rows->held_capacity, sizeof rows->held[0]);
        rows->held[rows->held_count++] = node;
    } else if (node->schema->nodetype == LYS_CONTAINER) {
        LY_LIST_FOR_SAFE(lyd_child(node), next, child)
        {
            hold_entries(rows, child);
        }
    }
}

static int add_state(
    struct ag_rows *rows, const struct lysc_node *top, struct lyd_node **tree, struct sx_error *err)
{
    struct lyd_node *state = NULL, *node, *next;

    if (!rows->state)
        return 0;
    if (ag_state_build(rows->state, top, &state, err) < 0)
        return -1;
    if (state && ag_rows_is_list(top)) {
        LY_LIST_FOR_SAFE(state, next, node)
        {
            hold_entries(rows, node);
        }
        return 0;
    }
    if (state)
        hold_entries(rows, state);
    if (state && lyd_merge_siblings(tree, state, LYD_MERGE_DESTRUCT) != LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "the state of %s cannot be shown: %s", top->name,
            ly_errmsg(sx_schema_context(rows->schema)));
    return 0;
}

struct top {
    struct ag_rows *rows;
    const struct lysc_node *schema;
    struct lyd_node *tree;
};

/* Each scope has a row of its own of what stands outside of lists. */
static int merge_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct top *top = context;
    struct lyd_node *part = NULL;

    if (*fragment->key)
        return 1;
    if (parse(top->rows, top->schema, NULL, fragment->body, &part, err) < 0)
        return -1;
    if (lyd_merge_siblings(&top->tree, part, LYD_MERGE_DESTRUCT) != LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "the rows of %s cannot be put together: %s",
            fragment->list, ly_errmsg(sx_schema_context(top->rows->schema)));
    return 0;
}

int ag_rows_top(struct ag_rows *rows, const struct lysc_node *top, struct lyd_node **ret_tree,
    struct sx_error *err)
{
    struct top work = {.rows = rows, .schema = top};
    char *path = ag_keys_list_path(top);
    int result = -1;

    if (top->flags & LYS_CONFIG_W && top->nodetype != LYS_LIST &&
        sx_reader_find(rows->reader, path, NULL, merge_row, &work, err) < 0)
        goto out;
    if (top->nodetype != LYS_LIST)
        add_defaults(rows, top, &work.tree);
    if (add_state(rows, top, &work.tree, err) < 0)
        goto out;
    *ret_tree = work.tree;
    work.tree = NULL;
    result = 0;
out:
    lyd_free_all(work.tree);
    free(path);
    return result;
}

struct each {
    struct ag_rows *rows;
    const struct lysc_node *list;
    const char *key;
    struct lyd_node *parent;
    struct lyd_node *stand_in; /**< for the parent while an entry is parsed; owned */
    bool keep;
    ag_rows_entry *entry;
    void *context;
};

static void drop_held(struct ag_rows *rows, size_t index)
{
    rows->held_count--;
    memmove(&rows->held[index], &rows->held[index + 1],
        (rows->held_count - index) * sizeof rows->held[0]);
}

/* Moves the state of this entry, if there is some, into it. */
static void join_state(struct ag_rows *rows, struct lyd_node *entry)
{
    char *key = rows->held_count > 0 ? ag_keys_of(entry) : NULL;
    struct lyd_node *child, *next;

    for (size_t i = 0; key && i < rows->held_count; i++) {
        struct lyd_node *held = rows->held[i];
        char *other = held->schema == entry->schema ? ag_keys_of(held) : NULL;
        bool same = other && strcmp(key, other) == 0;

        free(other);
        if (!same)
            continue;
        LY_LIST_FOR_SAFE(lyd_child_no_keys(held), next, child)
        {
            lyd_unlink_tree(child);
            if (lyd_insert_child(entry, child) != LY_SUCCESS)
                lyd_free_tree(child);
        }
        lyd_free_tree(held);
        drop_held(rows, i);
        break;
    }
    free(key);
}

static int pass(struct each *each, struct lyd_node *entry, struct sx_error *err)
{
    int result = each->entry(each->context, entry, err);

    if (!each->keep)
        lyd_free_tree(entry);
    return result;
}

static int pass_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct each *each = context;
    struct lyd_node *entry = NULL;

    if (parse(each->rows, each->list, each->stand_in, fragment->body, &entry, err) < 0)
        return -1;
    /* What the parser gives is the first child of a parent: here there is no other. */
    if (each->parent) {
        lyd_unlink_tree(entry);
        if (lyd_insert_child(each->parent, entry) != LY_SUCCESS) {
            lyd_free_tree(entry);
            return sx_error_set(
                err, SX_E_INTERNAL, "an entry of %s cannot be put in its place", each->list->name);
        }
    }
    each->rows->count++;
    if (wants_defaults(each->rows))
        lyd_new_implicit_tree(entry, LYD_IMPLICIT_NO_STATE, NULL);
    join_state(each->rows, entry);
    return pass(each, entry, err);
}

/* Entries of which there is state but no configuration. */
static int pass_held(struct each *each, struct sx_error *err)
{
    struct ag_rows *rows = each->rows;

    for (size_t i = 0; i < rows->held_count;) {
        struct lyd_node *entry = rows->held[i];
        char *key = entry->schema == each->list ? ag_keys_of(entry) : NULL;
        bool wanted = key && (!each->key || strcmp(key, each->key) == 0);

        free(key);
        if (!wanted) {
            i++;
            continue;
        }
        drop_held(rows, i);
        if (each->parent)
            lyd_insert_child(each->parent, entry);
        if (pass(each, entry, err) < 0)
            return -1;
    }
    return 0;
}

int ag_rows_each(struct ag_rows *rows, const struct lysc_node *list, const char *key,
    struct lyd_node *parent, bool keep, ag_rows_entry *entry, void *context, struct sx_error *err)
{
    struct each each = {.rows = rows,
        .list = list,
        .key = key,
        .parent = parent,
        .keep = keep,
        .entry = entry,
        .context = context};
    char *path = NULL;
    int result = -1;

    if (parent && lyd_dup_single(parent, NULL, LYD_DUP_NO_META, &each.stand_in) != LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "no memory for entries of %s", list->name);
    path = ag_keys_list_path(list);
    if (sx_reader_find(rows->reader, path, key, pass_row, &each, err) >= 0)
        result = pass_held(&each, err);
    free(path);
    lyd_free_tree(each.stand_in);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

struct building {
    struct ly_ctx *context;
    struct lyd_node *tree;
    const struct sx_secret_keys *keys;
    const struct lysc_node *top;
    const struct lysc_node *list; /**< whose rows are read, or NULL for the top-level node */
};

/* Rows of lists stand below their parent, which has no keys: an outermost list. */
static int parent_of(struct building *building, struct lyd_node **ret_parent)
{
    char *path = lysc_path(building->list->parent, LYSC_PATH_DATA, NULL, 0);
    struct lyd_node *parent = NULL;
    int result = -1;

    if (building->tree && lyd_find_path(building->tree, path, 0, &parent) == LY_SUCCESS) {
        result = 0;
    } else if (lyd_new_path(building->tree, building->context, path, NULL, LYD_NEW_PATH_UPDATE,
                   &parent) == LY_SUCCESS &&
               parent) {
        struct lyd_node *top = parent;

        while (lyd_parent(top))
            top = lyd_parent(top);
        if (!building->tree)
            building->tree = top;
        result = lyd_find_path(building->tree, path, 0, &parent) == LY_SUCCESS ? 0 : -1;
    }
    free(path);
    if (result == 0)
        *ret_parent = parent;
    return result;
}

static int parse_row(struct building *building, const char *body)
{
    struct lyd_node *parent = NULL, *parsed = NULL;
    struct ly_in *in = NULL;
    LY_ERR result;

    if (building->list && parent_of(building, &parent) < 0)
        return -1;
    if (ly_in_new_memory(body, &in) != LY_SUCCESS)
        return -1;
    result = lyd_parse_data(building->context, parent, in, LYD_JSON,
        LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, parent ? NULL : &parsed);
    ly_in_free(in, 0);
    if (result == LY_SUCCESS && !parent)
        result = lyd_merge_siblings(&building->tree, parsed, LYD_MERGE_DESTRUCT);
    return result == LY_SUCCESS ? 0 : -1;
}

static int add_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct building *building = context;
    const struct lysc_node *schema = building->list ? building->list : building->top;
    char *body = NULL;
    int result;

    if (sx_secret_open_row(building->keys, schema, fragment->body, &body, err) < 0)
        return -1;
    result = parse_row(building, body);
    sx_secret_free(body);
    if (result == 0)
        return 0;
    /* Not libyang's words, which may hold a secret. */
    return sx_error_set(err, SX_E_STORE, "the stored row %s%s does not fit the schema",
        fragment->list, fragment->key);
}

/** A walk over the schema below one node, for its outermost lists. */
struct list_walk {
    struct sx_reader *reader;
    struct building *building;
    struct sx_error *err;
};

static LY_ERR read_list(struct lysc_node *node, void *data, ly_bool *skip_children)
{
    struct list_walk *walk = data;
    const struct sx_node_class *class = sx_schema_class(node);
    char *path;
    int result;

    if (!class || !(class->flags & SX_NODE_FRAGMENT))
        return LY_SUCCESS;
    *skip_children = 1;
    path = lysc_path(node, LYSC_PATH_DATA, NULL, 0);
    walk->building->list = node;
    result = sx_reader_find(walk->reader, path, NULL, add_row, walk->building, walk->err);
    free(path);
    return result < 0 ? LY_EOTHER : LY_SUCCESS;
}

int ag_tree_read(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, const char *path, struct lyd_node **ret_tree,
    struct sx_error *err)
{
    struct building building = {.context = sx_schema_context(schema), .keys = keys};
    struct list_walk walk = {.reader = reader, .building = &building, .err = err};
    const struct lysc_node *node = lys_find_path(building.context, NULL, path, 0);
    int result = -1;

    if (!node)
        return sx_error_set(err, SX_E_UNKNOWN_ELEMENT, "the schema has no %s", path);
    building.top = node;
    if (sx_reader_begin(reader, NULL, err) < 0)
        return -1;
    if (sx_reader_find(reader, path, "", add_row, &building, err) < 0 ||
        lysc_tree_dfs_full(node, read_list, &walk) != LY_SUCCESS)
        goto out;
    if (lyd_new_implicit_module(&building.tree, node->module, LYD_IMPLICIT_NO_STATE, NULL) !=
        LY_SUCCESS) {
        sx_error_set(err, SX_E_INTERNAL, "defaults of %s: %s", path, ly_errmsg(building.context));
        goto out;
    }
    *ret_tree = building.tree;
    building.tree = NULL;
    result = 0;
out:
    sx_reader_end(reader);
    lyd_free_all(building.tree);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "item.h"
#include "path.h"
#include "transaction_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* One change that is being replayed. */
struct replay {
    struct sx_transaction *transaction;
    const struct sx_change *change;
    struct sx_error *err;
};

static int fail(const struct replay *replay, enum sx_error_code code, const char *reason)
{
    sx_error_set(replay->err, code, "%.200s: %s", replay->change->path, reason);
    return sx_error_at(replay->err, replay->change->path);
}

/* The node at a data path, or NULL. */
static struct lyd_node *find(const struct replay *replay, const char *path)
{
    struct lyd_node *node = NULL;

    if (!replay->transaction->tree->root ||
        lyd_find_path(replay->transaction->tree->root, path, 0, &node) != LY_SUCCESS)
        return NULL;
    return node;
}

/* The schema node of a container without presence named `/module:name` or `/name`. */
static const struct lysc_node *container_schema(
    const struct replay *replay, const struct lyd_node *parent, const char *step)
{
    const struct ly_ctx *context = sx_schema_context(replay->transaction->tree->schema);
    const char *colon = strchr(step, ':');
    const struct lys_module *module = parent ? parent->schema->module : NULL;
    const struct lysc_node *schema;
    char *name;

    if (colon) {
        name = sx_strndup(step + 1, (size_t)(colon - step - 1));
        module = ly_ctx_get_module_implemented(context, name);
        free(name);
    }
    if (!module)
        return NULL;
    schema = lys_find_child(
        parent ? parent->schema : NULL, module, colon ? colon + 1 : step + 1, 0, LYS_CONTAINER, 0);
    return lysc_is_np_cont(schema) && sx_schema_class(schema) ? schema : NULL;
}

/* The node above `path`, NULL for the top level. Containers without presence that are missing are
 * made, since they are no items and no change tells of them. */
static int arrive(const struct replay *replay, const char *path, struct lyd_node **ret_parent)
{
    size_t length = sx_path_parent_length(path);
    struct lyd_node *above = NULL, *node;
    const struct lysc_node *schema;
    char *parent;
    int result = 0;

    if (length == 0) {
        *ret_parent = NULL;
        return 0;
    }
    parent = sx_strndup(path, length);
    node = find(replay, parent);
    if (!node) {
        result = arrive(replay, parent, &above);
        schema = result == 0
                     ? container_schema(replay, above, parent + sx_path_parent_length(parent))
                     : NULL;
        if (schema)
            node = sx_transaction_new_container(replay->transaction, above, schema);
        else if (result == 0)
            result = fail(replay, SX_E_DATA_MISSING, "what it belongs to is not there");
    }
    if (result == 0)
        *ret_parent = node;
    free(parent);
    return result;
}

/* Parses the value, which must be the node that the path names. */
static int parse_value(
    const struct replay *replay, const struct lyd_node *parent, struct lyd_node **ret_node)
{
    struct ly_ctx *context = sx_schema_context(replay->transaction->tree->schema);
    const char *path = replay->change->path;
    struct lyd_node *node = NULL;
    struct sx_text text = {0};
    struct sx_error reason;
    int result = 0;

    if (!replay->change->value)
        return fail(replay, SX_E_MISSING_ELEMENT, "the change has no value");
    if (sx_item_parse(context, parent, replay->change->value, &node, &reason) < 0)
        return fail(replay, reason.code, reason.message);
    sx_text_add(&text, path, sx_path_parent_length(path));
    if (node)
        sx_path_add(&text, node, false);
    if (!node || node->next || strcmp(text.data, path) != 0 || lysc_is_np_cont(node->schema)) {
        result = fail(replay, SX_E_INVALID_VALUE, "the value is not of the node that is named");
        lyd_free_siblings(node);
    } else {
        *ret_node = node;
    }
    free(text.data);
    return result;
}

/* The entry that `after` names; NULL for "first". */
static int find_after(
    const struct replay *replay, const struct lyd_node *entry, struct lyd_node **ret_after)
{
    struct lyd_node *after = NULL;

    if (!replay->change->after)
        return fail(replay, SX_E_MISSING_ATTRIBUTE, "its place in the list is not told");
    if (replay->change->after[0]) {
        after = find(replay, replay->change->after);
        if (!after || after == entry || after->schema != entry->schema ||
            lyd_parent(after) != lyd_parent(entry))
            return fail(replay, SX_E_DATA_MISSING, "the entry that it comes after is not there");
    }
    *ret_after = after;
    return 0;
}

static int create(const struct replay *replay)
{
    struct lyd_node *present = find(replay, replay->change->path);
    struct lyd_node *parent = NULL, *node = NULL, *after = NULL, *dflt;

    if (sx_is_explicit(present))
        return fail(replay, SX_E_DATA_EXISTS, "it is there already");
    if (arrive(replay, replay->change->path, &parent) < 0 || parse_value(replay, parent, &node) < 0)
        return -1;
    /* A default gives way, for a leaf-list all of its defaults. */
    if (node->schema->nodetype & LYD_NODE_TERM)
        while ((dflt = sx_transaction_child(replay->transaction, parent, node->schema)) &&
               (dflt->flags & LYD_DEFAULT))
            sx_transaction_remove(replay->transaction, dflt);
    sx_transaction_insert(replay->transaction, parent, node);
    if (!lysc_is_userordered(node->schema))
        return 0;
    if (find_after(replay, node, &after) < 0)
        return -1;
    sx_transaction_place(replay->transaction, node, after);
    return 0;
}

static int replace(const struct replay *replay)
{
    struct lyd_node *present = find(replay, replay->change->path);
    struct lyd_node *parent, *node = NULL;

    if (!sx_is_explicit(present))
        return fail(replay, SX_E_DATA_MISSING, "it is not there, so it cannot be replaced");
    if (!(present->schema->nodetype & (LYS_LEAF | LYD_NODE_ANY)) || lysc_is_key(present->schema))
        return fail(replay, SX_E_INVALID_VALUE, "only a leaf or anydata can be replaced");
    parent = lyd_parent(present);
    if (parse_value(replay, parent, &node) < 0)
        return -1;
    sx_transaction_remove(replay->transaction, present);
    sx_transaction_insert(replay->transaction, parent, node);
    return 0;
}

static int delete_node(const struct replay *replay)
{
    struct lyd_node *present = find(replay, replay->change->path);

    if (!sx_is_explicit(present))
        return fail(replay, SX_E_DATA_MISSING, "it is not there, so it cannot be deleted");
    if (lysc_is_np_cont(present->schema) || lysc_is_key(present->schema) ||
        !sx_schema_class(present->schema))
        return fail(replay, SX_E_INVALID_VALUE, "this cannot be deleted by itself");
    sx_transaction_remove(replay->transaction, present);
    return 0;
}

static int move(const struct replay *replay)
{
    struct lyd_node *present = find(replay, replay->change->path), *after = NULL;

    if (!sx_is_explicit(present))
        return fail(replay, SX_E_DATA_MISSING, "it is not there, so it cannot be moved");
    if (!lysc_is_userordered(present->schema))
        return fail(replay, SX_E_INVALID_VALUE, "its list is not ordered by the user");
    if (find_after(replay, present, &after) < 0)
        return -1;
    sx_transaction_place(replay->transaction, present, after);
    return 0;
}

int sx_transaction_apply(
    struct sx_transaction *transaction, const struct sx_change_list *changes, struct sx_error *err)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct replay replay = {
            .transaction = transaction, .change = &changes->items[i], .err = err};
        int result = -1;

        switch (replay.change->operation) {
        case SX_OPERATION_CREATE:
            result = create(&replay);
            break;
        case SX_OPERATION_REPLACE:
            result = replace(&replay);
            break;
        case SX_OPERATION_DELETE:
            result = delete_node(&replay);
            break;
        case SX_OPERATION_MOVE:
            result = move(&replay);
            break;
        default:
            result = fail(&replay, SX_E_BAD_ATTRIBUTE, "the operation is not known");
            break;
        }
        if (result < 0)
            return -1;
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include "agenda.h"
#include "digest.h"
#include "item.h"
#include "path.h"
#include "sextant/memory.h"
#include "transaction_impl.h"

#include <stdlib.h>
#include <string.h>

/* The node above an outermost list, NULL for the top level. Containers that hold nothing of their
 * own are made where they are missing; *made becomes the topmost of them. */
static int find_parent(struct sx_tree *tree, const struct lysc_node *schema,
    struct lyd_node **ret_parent, struct lyd_node **made, struct sx_error *err)
{
    const struct lysc_node *above = lysc_data_parent(schema);
    struct lyd_node *upper = NULL, *node = above ? sx_rest_find(tree->root, above) : NULL;

    if (above && !node) {
        if (!lysc_is_np_cont(above))
            return sx_error_set(err, SX_E_DATA_MISSING,
                "%s: the container %s, which it belongs to, is not there", schema->name,
                above->name);
        if (find_parent(tree, above, &upper, made, err) < 0)
            return -1;
        if (lyd_new_inner(upper, above->module, above->name, 0, &node) != LY_SUCCESS ||
            (!upper && lyd_insert_sibling(tree->root, node, &tree->root) != LY_SUCCESS))
            abort(); /* only for want of memory */
        if (!*made)
            *made = node;
    }
    *ret_parent = node;
    return 0;
}

static void forget_made(struct sx_tree *tree, struct lyd_node *made)
{
    if (made && tree->root == made)
        tree->root = made->next;
    lyd_free_tree(made);
}

static int check_entry(const struct lyd_node *entry, const struct lysc_node *list,
    const struct sx_fragment *fragment, const struct lyd_node *siblings, struct sx_error *err)
{
    char *key;
    bool same;

    if (!entry || entry->next || entry->schema != list)
        return sx_error_set(err, SX_E_INVALID_VALUE, "the body is not one entry of the list");
    key = sx_path_key(entry);
    same = strcmp(key, fragment->key) == 0;
    free(key);
    if (!same)
        return sx_error_set(err, SX_E_INVALID_VALUE, "the body has another key");
    if (lyd_find_sibling_first(siblings, entry, NULL) == LY_SUCCESS)
        return sx_error_set(err, SX_E_DATA_EXISTS, "the entry is there already");
    return 0;
}

static void set_path(struct sx_digest_walk *walk, const struct lyd_node *parent)
{
    char *path = sx_path_of_any(parent);

    sx_text_cut(&walk->path, 0);
    sx_text_add(&walk->path, path, strlen(path));
    free(path);
}

static int load_entry(
    struct sx_loader *loader, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct sx_tree *tree = loader->tree;
    const struct lysc_node *list = loader->schema;
    struct lyd_node *parent = NULL, *entry = NULL, *made = NULL;

    if (!list || !(sx_schema_class(list)->flags & SX_NODE_FRAGMENT))
        return sx_error_set(err, SX_E_UNKNOWN_ELEMENT, "the schema has no such list");
    if (sx_schema_class(list)->scope != fragment->scope)
        return sx_error_set(err, SX_E_INVALID_VALUE, "the list is %s, not %s",
            sx_scope_name(sx_schema_class(list)->scope), sx_scope_name(fragment->scope));
    if (loader->entry)
        parent = lyd_parent(loader->entry);
    else if (find_parent(tree, list, &parent, &made, err) < 0)
        goto failed;
    if (sx_item_parse(sx_schema_context(tree->schema), parent, fragment->body, &entry, err) < 0)
        goto failed;
    if (check_entry(entry, list, fragment, parent ? lyd_child(parent) : tree->root, err) < 0)
        goto failed;
    if ((parent ? lyd_insert_child(parent, entry)
                : lyd_insert_sibling(tree->root, entry, &tree->root)) != LY_SUCCESS)
        abort(); /* only for want of memory */
    if (!loader->entry)
        set_path(&loader->walk, parent);
    if (fragment->scope == SX_SCOPE_REPLICATED)
        sx_digest_linked(&loader->walk, entry);
    loader->entry = entry;
    return 0;
failed:
    lyd_free_siblings(entry);
    forget_made(tree, made);
    return -1;
}

/* All items of what a top-level node holds outside of lists are of the row's scope. */
static int check_rest(const struct lyd_node *node, enum sx_scope scope, struct sx_error *err)
{
    for (; node; node = node->next) {
        const struct sx_node_class *class = sx_schema_class(node->schema);

        if (class->flags & SX_NODE_FRAGMENT)
            return sx_error_set(err, SX_E_INVALID_VALUE,
                "%s: entries of lists have rows of their own", node->schema->name);
        if (!lysc_is_np_cont(node->schema) && class->scope != scope)
            return sx_error_set(err, SX_E_INVALID_VALUE, "%s is %s, not %s", node->schema->name,
                sx_scope_name(class->scope), sx_scope_name(scope));
        if (node->schema->nodetype == LYS_CONTAINER && check_rest(lyd_child(node), scope, err) < 0)
            return -1;
    }
    return 0;
}

/* True when an item is in the tree already. */
static bool overlaps(const struct lyd_node *siblings, const struct lyd_node *node)
{
    for (; node; node = node->next) {
        struct lyd_node *found = NULL;

        if (node->schema->nodetype == LYS_LEAFLIST
                ? lyd_find_sibling_first(siblings, node, &found) != LY_SUCCESS
                : lyd_find_sibling_val(siblings, node->schema, NULL, 0, &found) != LY_SUCCESS)
            continue;
        if (!lysc_is_np_cont(node->schema) || overlaps(lyd_child(found), lyd_child(node)))
            return true;
    }
    return false;
}

static int load_rest(
    struct sx_loader *loader, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct sx_tree *tree = loader->tree;
    struct ly_ctx *context = sx_schema_context(tree->schema);
    const struct lysc_node *top = loader->schema;
    struct lyd_node *first = NULL;
    int result = 0;

    if (!top || lysc_data_parent(top))
        return sx_error_set(err, SX_E_UNKNOWN_ELEMENT, "the schema has no such top-level node");
    if (sx_item_parse(context, NULL, fragment->body, &first, err) < 0)
        return -1;
    for (const struct lyd_node *node = first; node && result == 0; node = node->next)
        if (node->schema != top)
            result = sx_error_set(err, SX_E_INVALID_VALUE, "the body holds another node");
    if (result == 0)
        result = check_rest(first, fragment->scope, err);
    if (result == 0 && overlaps(tree->root, first))
        result = sx_error_set(err, SX_E_DATA_EXISTS, "an item of it is there already");
    if (result == 0) {
        if (fragment->scope == SX_SCOPE_REPLICATED)
            for (const struct lyd_node *node = first; node; node = node->next)
                sx_digest_add(tree->digest, tree->digest_key, node);
        if (first && lyd_merge_siblings(&tree->root, first, LYD_MERGE_DESTRUCT) != LY_SUCCESS)
            abort(); /* only for want of memory */
        first = NULL;
    }
    lyd_free_siblings(first);
    return result;
}

void sx_loader_begin(struct sx_loader *loader, struct sx_tree *tree,
    const struct sx_secrets *secrets, struct sx_set_aside *aside, bool *clear)
{
    *loader = (struct sx_loader){.tree = tree, .secrets = secrets, .aside = aside, .clear = clear};
    sx_digest_begin(&loader->walk, tree->digest, tree->digest_key, false);
}

void sx_loader_end(struct sx_loader *loader)
{
    free(loader->path);
    sx_digest_end(&loader->walk);
    memset(loader, 0, sizeof *loader);
}

/* Looks up what the rows of a list, or of a top-level node, share. */
static void come_to(struct sx_loader *loader, const struct sx_fragment *fragment)
{
    const struct lysc_node *schema =
        lys_find_path(sx_schema_context(loader->tree->schema), NULL, fragment->list, 0);

    free(loader->path);
    loader->path = sx_strdup(fragment->list);
    loader->schema = sx_schema_class(schema) ? schema : NULL;
    loader->sealed = loader->secrets ? sx_secrets_of_row(loader->secrets, fragment) : NULL;
    loader->entry = NULL;
}

static int load_open(
    struct sx_loader *loader, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct sx_error reason;
    char *path;
    int result;

    if (!fragment->body)
        result = sx_error_set(&reason, SX_E_INVALID_VALUE, "the row has no body");
    else if (fragment->key[0])
        result = load_entry(loader, fragment, &reason);
    else
        result = load_rest(loader, fragment, &reason);
    if (result == 0)
        return 0;
    path = sx_fragment_path(fragment);
    sx_error_set(err, reason.code, "%.200s: %s", path, reason.message);
    sx_error_at(err, path);
    free(path);
    return -1;
}

int sx_load_row(struct sx_loader *loader, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct sx_fragment opened = *fragment;
    int result;

    if (!loader->path || strcmp(loader->path, fragment->list) != 0)
        come_to(loader, fragment);
    if (!loader->sealed)
        return load_open(loader, fragment, err);
    if (sx_secrets_open_row(loader->secrets, loader->sealed, fragment, loader->tree->digest_key,
            loader->aside, loader->clear, &opened.body, err) < 0)
        return -1;
    result = load_open(loader, &opened, err);
    sx_secret_free(opened.body);
    return result;
}

/* All that was loaded counts as new, and gets its defaults. */
static void note_all(struct sx_transaction *transaction)
{
    struct sx_tree *tree = transaction->tree;
    const struct sx_constraint_list *chained = &tree->schema->chained;

    /* It is made when the tree is complete. */
    sx_index_free(tree->index);
    tree->index = transaction->undo.index = NULL;
    transaction->loading = true;
    for (struct lyd_node *node = tree->root; node; node = node->next)
        sx_undo_note_insert(&transaction->undo, node);
    sx_transaction_complete_all(transaction);
    transaction->completed = transaction->undo.count;
    for (size_t i = 0; i < chained->count; i++)
        sx_agenda_add(&transaction->conditions,
            (struct sx_task){.constraint = &tree->schema->constraints[chained->items[i]]});
}

int sx_load_finish(struct sx_tree *tree, struct sx_error *err)
{
    static const uint8_t unused[16];
    struct sx_transaction *transaction = sx_transaction_begin(tree, unused);
    int result;

    note_all(transaction);
    result = sx_transaction_validate(transaction, err);
    if (result == 0)
        sx_undo_keep(&transaction->undo);
    sx_transaction_undo(transaction);
    return result;
}

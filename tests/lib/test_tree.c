// SPDX-License-Identifier: Apache-2.0
#include "test_tree.h"

#include "digest.h"
#include "load.h"
#include "path.h"
#include "sextant/memory.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct sx_text *text, const char *string)
{
    sx_text_add(text, string, strlen(string));
}

static char *value_of(const struct lyd_node *node)
{
    char *json = NULL;

    if (node->schema->nodetype & LYD_NODE_TERM)
        return sx_strdup(lyd_get_value(node));
    if (node->schema->nodetype & LYD_NODE_ANY)
        lyd_print_mem(&json, node, LYD_JSON, LYD_PRINT_SHRINK);
    return json ? json : sx_strdup("");
}

static void dump(struct sx_text *text, const struct lyd_node *first)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        char *path = sx_path_of(node), *value = value_of(node);

        add(text, path);
        add(text, " = ");
        add(text, value);
        add(text, node->flags & LYD_DEFAULT ? " (default)\n" : "\n");
        free(path);
        free(value);
        dump(text, lyd_child(node));
    }
}

char *sx_test_dump(const struct lyd_node *root)
{
    struct sx_text text = {0};

    add(&text, "");
    dump(&text, root);
    return text.data;
}

/* Lines that grow. */
struct lines {
    char **items;
    size_t count, capacity;
};

static void collect(struct lines *lines, const struct lyd_node *first, bool defaults)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        char *path, *value, *before;
        bool ordered = lysc_is_userordered(node->schema);

        if (!defaults && (node->flags & LYD_DEFAULT))
            continue;
        path = sx_path_of(node);
        value = value_of(node);
        before = ordered && node->prev->next && node->prev->schema == node->schema
                     ? sx_path_of(node->prev)
                     : sx_strdup("");
        if (defaults || !lysc_is_np_cont(node->schema)) {
            lines->items =
                sx_grow(lines->items, lines->count, &lines->capacity, sizeof *lines->items);
            lines->items[lines->count++] = sx_format("%s = %s%s%s%s\n", path, value,
                ordered ? " after " : "", before, node->flags & LYD_DEFAULT ? " (default)" : "");
        }
        free(path);
        free(value);
        free(before);
        collect(lines, lyd_child(node), defaults);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *sx_test_content(const struct lyd_node *root, bool defaults)
{
    struct lines lines = {0};
    struct sx_text text = {0};

    collect(&lines, root, defaults);
    if (lines.count > 0)
        qsort(lines.items, lines.count, sizeof *lines.items, compare);
    add(&text, "");
    for (size_t i = 0; i < lines.count; i++) {
        add(&text, lines.items[i]);
        free(lines.items[i]);
    }
    free(lines.items);
    return text.data;
}

static bool is_found(const struct lyd_node *first, const struct lyd_node *node)
{
    struct lyd_node *found = NULL;

    if (lyd_find_sibling_first(first, node, &found) != LY_SUCCESS || found != node)
        return false;
    if (node != first && node->prev->schema == node->schema)
        return true;
    return lyd_find_sibling_val(first, node->schema, NULL, 0, &found) == LY_SUCCESS &&
           found == node;
}

static bool siblings_hold(const struct lyd_node *first, const struct lyd_node *parent)
{
    for (const struct lyd_node *node = first; node; node = node->next)
        if (lyd_parent(node) != parent || (node->next ? node->next->prev : first->prev) != node ||
            !is_found(first, node) || !siblings_hold(lyd_child(node), node))
            return false;
    return true;
}

bool sx_test_links_hold(const struct lyd_node *root)
{
    return (!root || !root->prev->next) && siblings_hold(root, NULL);
}

void sx_test_check_links(const struct lyd_node *root)
{
    assert_true(sx_test_links_hold(root));
}

struct lyd_node *sx_test_parse_edit(const struct sx_schema *schema, const char *xml)
{
    struct lyd_node *root = NULL;

    if (lyd_parse_data_mem(sx_schema_context(schema), xml, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ,
            0, &root) != LY_SUCCESS)
        fail_msg("%s: %s", xml, ly_errmsg(sx_schema_context(schema)));
    return root;
}

struct sx_tree sx_test_tree(const struct sx_schema *schema)
{
    struct sx_tree tree = {.schema = schema};
    struct sx_error err;

    if (sx_load_finish(&tree, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    return tree;
}

int sx_test_tree_group_setup(void **state)
{
    *state = sx_test_schema("sextant-test", "ietf-netconf", "ietf-netconf-with-defaults", NULL);
    return 0;
}

int sx_test_tree_setup(void **state)
{
    struct sx_tree *tree = sx_alloc(sizeof *tree);

    *tree = sx_test_tree(*state);
    *state = tree;
    return 0;
}

int sx_test_tree_teardown(void **state)
{
    sx_tree_clear(*state);
    free(*state);
    return 0;
}

struct lyd_node *sx_test_find(const struct sx_tree *tree, const char *path)
{
    struct lyd_node *node = NULL;

    if (!tree->root || lyd_find_path(tree->root, path, 0, &node) != LY_SUCCESS)
        fail_msg("%s is not there", path);
    return node;
}

bool sx_test_has(const struct sx_tree *tree, const char *path)
{
    struct lyd_node *node = NULL;

    return tree->root && lyd_find_path(tree->root, path, 0, &node) == LY_SUCCESS;
}

const char *sx_test_leaf(const struct lyd_node *root, const char *path)
{
    struct lyd_node *node = NULL;

    if (!root || lyd_find_path(root, path, 0, &node) != LY_SUCCESS)
        return "";
    return lyd_get_value(node);
}

static char *change_text(const struct sx_change *change)
{
    static const char *const words[] = {"", "create", "replace", "delete", "move"};

    return sx_format("%s %s%s%s%s%s%s%s\n", words[change->operation], change->path,
        change->value ? " " : "", change->value ? change->value : "",
        change->operation == SX_OPERATION_REPLACE ? " was " : "",
        change->operation == SX_OPERATION_REPLACE ? change->old_value : "",
        change->after ? " after " : "", change->after ? change->after : "");
}

static char *changes_text(const struct sx_change_list *changes)
{
    struct sx_text text = {0};

    add(&text, "");
    for (size_t i = 0; i < changes->count; i++) {
        char *line = change_text(&changes->items[i]);

        add(&text, line);
        free(line);
    }
    return text.data;
}

int sx_test_tree_edit(struct sx_tree *tree, const char *xml,
    enum sx_default_operation default_operation, char **ret_changes, struct sx_error *err)
{
    static const uint8_t random[16] = {1};
    struct lyd_node *config = sx_test_parse_edit(tree->schema, xml);
    char *before = sx_test_dump(tree->root), *after = NULL;
    struct sx_transaction *transaction = sx_transaction_begin(tree, random);
    int result = sx_transaction_edit(transaction, config, default_operation, err);

    if (result == 0)
        result = sx_transaction_validate(transaction, err);
    if (result == 0) {
        if (ret_changes)
            *ret_changes = changes_text(sx_transaction_changes(transaction));
        sx_transaction_keep(transaction);
    } else {
        sx_transaction_undo(transaction);
        after = sx_test_dump(tree->root);
        assert_string_equal(after, before);
    }
    sx_test_check_links(tree->root);
    lyd_free_siblings(config);
    free(before);
    free(after);
    return result;
}

struct sx_transaction *sx_test_begin(struct sx_tree *tree, const char *xml)
{
    static const uint8_t random[16] = {2};
    struct sx_transaction *transaction = sx_transaction_begin(tree, random);
    struct lyd_node *config = sx_test_parse_edit(tree->schema, xml);
    struct sx_error err;

    if (sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err) < 0 ||
        sx_transaction_validate(transaction, &err) < 0)
        fail_msg("%s: %s: %s", xml, err.path, err.message);
    lyd_free_siblings(config);
    return transaction;
}

void sx_test_undone(struct sx_tree *tree, const char *xml)
{
    char *before = sx_test_dump(tree->root), *after;

    sx_transaction_undo(sx_test_begin(tree, xml));
    after = sx_test_dump(tree->root);
    assert_string_equal(after, before);
    sx_test_check_links(tree->root);
    free(before);
    free(after);
}

void sx_test_expect(struct sx_tree *tree, const char *xml, const char *changes)
{
    char *text = NULL;
    struct sx_error err;

    if (sx_test_tree_edit(tree, xml, SX_DEFAULT_MERGE, &text, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    assert_string_equal(text, changes);
    free(text);
}

struct sx_error sx_test_refused(
    struct sx_tree *tree, const char *xml, enum sx_error_code code, const char *path)
{
    struct sx_error err = {0};

    assert_int_equal(sx_test_tree_edit(tree, xml, SX_DEFAULT_MERGE, NULL, &err), -1);
    if (err.code != code)
        fail_msg("%s (%s)", err.message, sx_error_code_name(err.code));
    assert_string_equal(err.path, path);
    return err;
}

void sx_test_set(struct sx_tree *tree, const char *xml)
{
    struct sx_error err;

    if (sx_test_tree_edit(tree, xml, SX_DEFAULT_MERGE, NULL, &err) < 0)
        fail_msg("%s: %s: %s", xml, err.path, err.message);
}

void sx_test_digest(const struct sx_tree *tree, uint8_t ret_digest[SX_DIGEST_SIZE])
{
    memset(ret_digest, 0, SX_DIGEST_SIZE);
    for (const struct lyd_node *node = tree->root; node; node = node->next)
        sx_digest_add(ret_digest, tree->digest_key, node);
}

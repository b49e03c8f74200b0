// SPDX-License-Identifier: Apache-2.0
#include "path.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

void sx_text_add(struct sx_text *text, const char *bytes, size_t length)
{
    text->data = sx_grow(text->data, text->length + length, &text->capacity, 1);
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

static void add_string(struct sx_text *text, const char *string)
{
    sx_text_add(text, string, strlen(string));
}

void sx_text_cut(struct sx_text *text, size_t length)
{
    text->length = length;
    if (text->data)
        text->data[length] = '\0';
}

void sx_path_add_name(struct sx_text *text, const struct lysc_node *schema, bool top)
{
    const struct lysc_node *parent = lysc_data_parent(schema);

    add_string(text, "/");
    if (top || !parent || parent->module != schema->module) {
        add_string(text, schema->module->name);
        add_string(text, ":");
    }
    add_string(text, schema->name);
}

void sx_path_add_predicate(struct sx_text *text, const char *name, const char *value)
{
    const char *quote = strchr(value, '\'') ? "\"" : "'";

    add_string(text, "[");
    add_string(text, name);
    add_string(text, "=");
    add_string(text, quote);
    add_string(text, value);
    add_string(text, quote);
    add_string(text, "]");
}

void sx_path_add_key(struct sx_text *text, const struct lyd_node *node)
{
    if (node->schema->nodetype == LYS_LEAFLIST) {
        sx_path_add_predicate(text, ".", lyd_get_value(node));
        return;
    }
    if (node->schema->nodetype != LYS_LIST)
        return;
    for (const struct lyd_node *key = lyd_child(node); key && lysc_is_key(key->schema);
         key = key->next)
        sx_path_add_predicate(text, key->schema->name, lyd_get_value(key));
}

void sx_path_add(struct sx_text *text, const struct lyd_node *node, bool top)
{
    sx_path_add_name(text, node->schema, top);
    sx_path_add_key(text, node);
}

static void add_all(struct sx_text *text, const struct lyd_node *node)
{
    if (lyd_parent(node))
        add_all(text, lyd_parent(node));
    sx_path_add(text, node, false);
}

char *sx_path_of(const struct lyd_node *node)
{
    struct sx_text text = {0};

    add_all(&text, node);
    return text.data;
}

char *sx_path_of_any(const struct lyd_node *node)
{
    return node ? sx_path_of(node) : sx_strdup("");
}

static void add_schema(struct sx_text *text, const struct lysc_node *schema)
{
    const struct lysc_node *parent = lysc_data_parent(schema);

    if (parent)
        add_schema(text, parent);
    sx_path_add_name(text, schema, false);
}

char *sx_path_of_schema(const struct lysc_node *schema)
{
    struct sx_text text = {0};

    add_schema(&text, schema);
    return text.data;
}

char *sx_path_key(const struct lyd_node *entry)
{
    struct sx_text text = {0};

    sx_text_add(&text, "", 0);
    sx_path_add_key(&text, entry);
    return text.data;
}

size_t sx_path_parent_length(const char *path)
{
    size_t last = 0;
    char quote = '\0';
    int brackets = 0;

    for (size_t i = 0; path[i]; i++) {
        if (quote) {
            if (path[i] == quote)
                quote = '\0';
        } else if (path[i] == '\'' || path[i] == '"') {
            quote = path[i];
        } else if (path[i] == '[') {
            brackets++;
        } else if (path[i] == ']') {
            brackets--;
        } else if (path[i] == '/' && brackets == 0) {
            last = i;
        }
    }
    return last;
}

const struct lysc_node *sx_path_schema(const struct ly_ctx *context, const char *path)
{
    struct sx_text plain = {0};
    const struct lysc_node *schema;
    const char *at = path;

    /* Without predicates, whose values may hold anything. */
    while (*at) {
        char quote = '\0';

        if (*at != '[') {
            sx_text_add(&plain, at++, 1);
            continue;
        }
        for (; *at && (quote || *at != ']'); at++) {
            if (quote)
                quote = *at == quote ? '\0' : quote;
            else if (*at == '\'' || *at == '"')
                quote = *at;
        }
        at += *at == ']';
    }
    schema = plain.data ? lys_find_path(context, NULL, plain.data, 0) : NULL;
    free(plain.data);
    return schema;
}

static int check_value(const struct lyd_node *node, struct sx_error *err)
{
    const char *value = lyd_get_value(node);
    char *path;

    if (!strchr(value, '\'') || !strchr(value, '"'))
        return 0;
    sx_error_set(err, SX_E_INVALID_VALUE,
        "%s: the value %.200s holds both ' and \": a key or leaf-list entry may hold one kind of "
        "quotes only",
        node->schema->name, value);
    path = sx_path_of_schema(node->schema);
    sx_error_at(err, path);
    free(path);
    return -1;
}

int sx_path_check_key(const struct lyd_node *node, struct sx_error *err)
{
    if (node->schema->nodetype == LYS_LEAFLIST)
        return check_value(node, err);
    if (node->schema->nodetype != LYS_LIST)
        return 0;
    for (const struct lyd_node *key = lyd_child(node); key && lysc_is_key(key->schema);
         key = key->next)
        if (check_value(key, err) < 0)
            return -1;
    return 0;
}

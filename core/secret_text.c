// SPDX-License-Identifier: Apache-2.0
#include "secret_text.h"

#include "path.h"
#include "secret.h"
#include "sextant/memory.h"
#include "sextant/schema.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/** A position in the text that is read, and the text that is written. */
struct walk {
    const char *at;
    struct sx_text path;
    struct sx_text out;
    sx_secret_each *each;
    void *context;
    struct sx_error *err;
};

const char *sx_secret_shown(const struct lysc_node *leaf, const char *value)
{
    return sx_schema_class(leaf)->flags & SX_NODE_SECRET ? SX_SECRET_MASK : value;
}

static int broken(struct walk *walk)
{
    return sx_error_set(walk->err, SX_E_MALFORMED_MESSAGE, "%s: this is not one whole JSON object",
        walk->path.data);
}

static void skip_space(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

/* Moves behind a string; 0, or -1 when it does not end. */
static int skip_string(const char **at)
{
    const char *c = *at + 1;

    for (; *c && *c != '"'; c++)
        if (*c == '\\' && !*++c)
            return -1;
    if (!*c)
        return -1;
    *at = c + 1;
    return 0;
}

/* Moves behind a value of any kind. */
static int skip_value(const char **at)
{
    size_t depth = 0;

    do {
        skip_space(at);
        if (**at == '"') {
            if (skip_string(at) < 0)
                return -1;
        } else if (**at == '{' || **at == '[') {
            depth++;
            ++*at;
        } else if (**at == '}' || **at == ']') {
            if (depth == 0)
                return -1;
            depth--;
            ++*at;
        } else if (depth > 0 && (**at == ',' || **at == ':')) {
            ++*at;
        } else {
            size_t length = strcspn(*at, ",:[]{}\" \t\r\n");

            if (length == 0)
                return -1;
            *at += length;
        }
    } while (depth > 0);
    return 0;
}

/* Moves behind `c`, which must come next. */
static bool skip(const char **at, char c)
{
    skip_space(at);
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* The name of the member that comes next, without quotes; moves to its value. */
static int read_name(const char **at, const char **ret_name, size_t *ret_length)
{
    skip_space(at);
    *ret_name = *at + 1;
    if (**at != '"' || skip_string(at) < 0)
        return -1;
    *ret_length = (size_t)(*at - 1 - *ret_name);
    /* No name of YANG needs an escape, and one could hide the name of a secret. */
    if (memchr(*ret_name, '\\', *ret_length))
        return -1;
    return skip(at, ':') ? 0 : -1;
}

/* The node that a member of `parent` (NULL: the top level) stands for; NULL when there is none, or
 * when it has no class: that is no configuration. */
static const struct lysc_node *member_schema(
    const struct ly_ctx *context, const struct lysc_node *parent, const char *name, size_t length)
{
    const char *colon = memchr(name, ':', length);
    const struct lys_module *module = parent ? parent->module : NULL;
    const struct lysc_node *node;

    if (colon) {
        char *text = sx_strndup(name, (size_t)(colon - name));

        module = ly_ctx_get_module_implemented(context, text);
        free(text);
        length -= (size_t)(colon + 1 - name);
        name = colon + 1;
    }
    if (!module)
        return NULL;
    node = lys_find_child(parent, module, name, length, 0, 0);
    return sx_schema_class(node) ? node : NULL;
}

static void add_code_point(struct sx_text *text, unsigned long code)
{
    char utf8[4];
    size_t length = 0;

    if (code < 0x80) {
        utf8[length++] = (char)code;
    } else if (code < 0x800) {
        utf8[length++] = (char)(0xc0 | code >> 6);
        utf8[length++] = (char)(0x80 | (code & 0x3f));
    } else {
        utf8[length++] = (char)(0xe0 | code >> 12);
        utf8[length++] = (char)(0x80 | (code >> 6 & 0x3f));
        utf8[length++] = (char)(0x80 | (code & 0x3f));
    }
    sx_text_add(text, utf8, length);
}

/* The value of a key as a path shows it, for free(). Surrogates stay as they are: the place only
 * has to be the same each time. */
static char *key_value(const char *token, size_t length)
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    struct sx_text text = {0};

    sx_text_add(&text, "", 0);
    if (*token != '"') {
        sx_text_add(&text, token, length);
        return text.data;
    }
    for (size_t i = 1; i + 1 < length; i++) {
        const char *escape;

        if (token[i] != '\\') {
            sx_text_add(&text, token + i, 1);
        } else if (token[i + 1] == 'u' && i + 6 < length) {
            char digits[5] = {token[i + 2], token[i + 3], token[i + 4], token[i + 5], '\0'};

            add_code_point(&text, strtoul(digits, NULL, 16));
            i += 5;
        } else {
            escape = strchr(plain, token[++i]);
            sx_text_add(&text, escape ? &meant[escape - plain] : &token[i], 1);
        }
    }
    return text.data;
}

/* Value of a member of the object that begins at `object`, for free(); NULL when it has none. */
static char *find_key(const char *object, const char *key)
{
    const char *name, *colon;
    size_t length;

    if (!skip(&object, '{'))
        return NULL;
    for (;;) {
        const char *token;

        if (read_name(&object, &name, &length) < 0)
            return NULL;
        colon = memchr(name, ':', length);
        if (colon) {
            length -= (size_t)(colon + 1 - name);
            name = colon + 1;
        }
        skip_space(&object);
        token = object;
        if (skip_value(&object) < 0)
            return NULL;
        if (strlen(key) == length && memcmp(name, key, length) == 0)
            return key_value(token, (size_t)(object - token));
        if (!skip(&object, ','))
            return NULL;
    }
}

static int add_keys(struct walk *walk, const struct lysc_node *list)
{
    for (const struct lysc_node *child = lysc_node_child(list); child && lysc_is_key(child);
         child = child->next) {
        char *value = find_key(walk->at, child->name);

        if (!value)
            return sx_error_set(walk->err, SX_E_MISSING_ELEMENT, "%s: an entry has no key %s",
                walk->path.data, child->name);
        sx_path_add_predicate(&walk->path, child->name, value);
        free(value);
    }
    return 0;
}

static int walk_object(struct walk *walk, const struct lysc_node *parent);

static int walk_list(struct walk *walk, const struct lysc_node *list)
{
    size_t length = walk->path.length;

    if (!skip(&walk->at, '['))
        return broken(walk);
    sx_text_add(&walk->out, "[", 1);
    do {
        skip_space(&walk->at);
        if (add_keys(walk, list) < 0 || walk_object(walk, list) < 0)
            return -1;
        sx_text_cut(&walk->path, length);
        skip_space(&walk->at);
        if (*walk->at == ',')
            sx_text_add(&walk->out, ",", 1);
    } while (skip(&walk->at, ','));
    if (!skip(&walk->at, ']'))
        return broken(walk);
    sx_text_add(&walk->out, "]", 1);
    return 0;
}

/* *ret_left_out tells that nothing was written. */
static int walk_leaf(struct walk *walk, const struct lysc_node *leaf, bool *ret_left_out)
{
    struct sx_secret_found found = {.leaf = leaf, .path = walk->path.data};
    char *token = NULL;

    skip_space(&walk->at);
    found.token = walk->at;
    if (skip_value(&walk->at) < 0)
        return broken(walk);
    found.length = (size_t)(walk->at - found.token);
    if (walk->each(walk->context, &found, &token, walk->err) < 0)
        return -1;
    *ret_left_out = !token;
    if (token)
        sx_text_add(&walk->out, token, strlen(token));
    sx_secret_free(token);
    return 0;
}

static int walk_value(struct walk *walk, const struct lysc_node *node, bool *ret_left_out)
{
    uint32_t flags = node ? sx_schema_class(node)->flags : 0;
    const char *from;

    if (flags & SX_NODE_SECRET && node->nodetype == LYS_LEAF)
        return walk_leaf(walk, node, ret_left_out);
    if (flags & SX_NODE_SECRETS && node->nodetype == LYS_CONTAINER)
        return walk_object(walk, node);
    if (flags & SX_NODE_SECRETS && node->nodetype == LYS_LIST)
        return walk_list(walk, node);
    skip_space(&walk->at);
    from = walk->at;
    if (skip_value(&walk->at) < 0)
        return broken(walk);
    sx_text_add(&walk->out, from, (size_t)(walk->at - from));
    return 0;
}

/* One member; `first` becomes false when it was written. */
static int walk_member(
    struct walk *walk, const struct ly_ctx *context, const struct lysc_node *parent, bool *first)
{
    size_t path_length = walk->path.length, out_length = walk->out.length, length;
    const struct lysc_node *node;
    bool left_out = false;
    const char *name;

    if (read_name(&walk->at, &name, &length) < 0)
        return broken(walk);
    node = member_schema(context, parent, name, length);
    if (node)
        sx_path_add_name(&walk->path, node, false);
    if (!*first)
        sx_text_add(&walk->out, ",", 1);
    sx_text_add(&walk->out, name - 1, length + 2);
    sx_text_add(&walk->out, ":", 1);
    if (walk_value(walk, node, &left_out) < 0)
        return -1;
    sx_text_cut(&walk->path, path_length);
    if (left_out)
        sx_text_cut(&walk->out, out_length);
    else
        *first = false;
    return 0;
}

static int walk_members(
    struct walk *walk, const struct ly_ctx *context, const struct lysc_node *parent)
{
    bool first = true;

    if (!skip(&walk->at, '{'))
        return broken(walk);
    sx_text_add(&walk->out, "{", 1);
    skip_space(&walk->at);
    if (*walk->at != '}')
        do {
            if (walk_member(walk, context, parent, &first) < 0)
                return -1;
        } while (skip(&walk->at, ','));
    if (!skip(&walk->at, '}'))
        return broken(walk);
    sx_text_add(&walk->out, "}", 1);
    return 0;
}

static int walk_object(struct walk *walk, const struct lysc_node *parent)
{
    return walk_members(walk, parent->module->ctx, parent);
}

int sx_secret_text(const struct lysc_node *schema, const char *parent, const char *json,
    sx_secret_each *each, void *context, char **ret_json, struct sx_error *err)
{
    struct walk walk = {.at = json, .each = each, .context = context, .err = err};
    int result;

    sx_text_add(&walk.path, parent, strlen(parent));
    sx_text_add(&walk.out, "", 0);
    result = walk_members(&walk, schema->module->ctx, lysc_data_parent(schema));
    skip_space(&walk.at);
    if (result == 0 && *walk.at)
        result = broken(&walk);
    free(walk.path.data);
    if (result == 0)
        *ret_json = walk.out.data;
    else
        sx_secret_free(walk.out.data);
    return result;
}

static int mask(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    (void)context;
    (void)err;
    if (lyd_value_validate(found->leaf->module->ctx, found->leaf, SX_SECRET_MASK,
            sizeof SX_SECRET_MASK - 1, NULL, NULL, NULL) == LY_SUCCESS)
        *ret_token = sx_strdup("\"" SX_SECRET_MASK "\"");
    return 0;
}

int sx_secret_mask(
    const struct lysc_node *schema, const char *body, char **ret_body, struct sx_error *err)
{
    return sx_secret_text(schema, "", body, mask, NULL, ret_body, err);
}

/* A value that is not sealed is of no use either: nothing wrote it. */
static int open_or_leave_out(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    char *sealed = sx_secret_unquote(found->token, found->length);
    struct sx_error reason;

    (void)err;
    if (sealed)
        (void)sx_secret_open(context, found->path, sealed, ret_token, NULL, &reason);
    free(sealed);
    return 0;
}

int sx_secret_open_row(const struct sx_secret_keys *keys, const struct lysc_node *schema,
    const char *body, char **ret_body, struct sx_error *err)
{
    char *path = sx_path_of_schema(schema);
    int result;

    path[sx_path_parent_length(path)] = '\0';
    result = sx_secret_text(schema, path, body, open_or_leave_out, (void *)keys, ret_body, err);
    free(path);
    return result;
}

char *sx_secret_unquote(const char *token, size_t length)
{
    if (length < 2 || token[0] != '"' || memchr(token, '\\', length))
        return NULL;
    return sx_strndup(token + 1, length - 2);
}

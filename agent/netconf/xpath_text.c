// SPDX-License-Identifier: Apache-2.0
#include "netconf/xpath_text.h"

#include "netconf/keys.h"
#include "netconf/request.h"
#include "netconf/rows.h"
#include "sextant/memory.h"

#include <ctype.h>
#include <libyang/libyang.h>
#include <libyang/plugins_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts_name(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text)
{
    size_t length = 0;

    if (!starts_name(*text))
        return 0;
    while (starts_name(text[length]) || isdigit((unsigned char)text[length]) ||
           text[length] == '-' || text[length] == '.')
        length++;
    return length;
}

/* Length of a quoted literal, with quotes; to the end of the text when it is not closed. */
static size_t literal_length(const char *text)
{
    const char *end = strchr(text + 1, *text);

    return end ? (size_t)(end - text) + 1 : strlen(text);
}

static const struct lyd_attr *select_of(const struct lyd_node_opaq *filter)
{
    const struct lyd_attr *attribute = filter->attr;

    while (attribute->name.prefix || strcmp(attribute->name.name, "select") != 0)
        attribute = attribute->next;
    return attribute;
}

/* The module of a prefix: by the filter's namespace declarations, or by its name, as people at a
 * prompt write paths. */
static const struct lys_module *module_of(
    const struct ly_ctx *context, const struct lyd_attr *select, const char *prefix, size_t length)
{
    const struct lys_module *module = lyplg_type_identity_module(
        context, NULL, prefix, length, LY_VALUE_XML, select->val_prefix_data);
    char *name;

    if (module)
        return module;
    name = sx_strndup(prefix, length);
    module = ly_ctx_get_module_implemented(context, name);
    free(name);
    return module;
}

char *ag_xpath_text_convert(
    const struct ly_ctx *context, const struct lyd_node_opaq *filter, struct sx_error *err)
{
    const struct lyd_attr *select = select_of(filter);
    const char *at = select->value;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    while (*at) {
        size_t length = name_length(at);

        if (*at == '\'' || *at == '"')
            length = literal_length(at);
        if (length > 0 && starts_name(*at) && at[length] == ':' && at[length + 1] != ':') {
            const struct lys_module *module = module_of(context, select, at, length);

            if (!module) {
                sx_error_set(err, SX_E_INVALID_VALUE,
                    "the prefix %.*s of the XPath filter is neither declared as the namespace of a "
                    "module that is implemented here nor the name of one",
                    (int)length, at);
                fclose(out);
                free(text);
                return NULL;
            }
            fprintf(out, "%s:", module->name);
            at += length + 1;
            continue;
        }
        if (length == 0)
            length = 1;
        fwrite(at, 1, length, out);
        at += length;
    }
    fclose(out);
    return text;
}

/* True when a path that begins here begins at the root: nothing stands before the slash that the
 * path could go on from. */
static bool is_absolute(const char *start, const char *slash)
{
    char before = slash > start ? slash[-1] : '[';

    return !(starts_name(before) || isdigit((unsigned char)before) || strchr(".*])", before));
}

/* True when something at this place leads out of the node that a predicate stands at. */
static bool leads_out(const char *start, const char *at)
{
    if (*at == '/')
        return is_absolute(start, at);
    return strncmp(at, "..", 2) == 0 || strncmp(at, "::", 2) == 0 ||
           strncmp(at, "current", 7) == 0 || strncmp(at, "deref", 5) == 0 ||
           strncmp(at, "id(", 3) == 0 || *at == '$';
}

/* The next place of interest: literals and the rest of names are passed over. */
static const char *advance(const char *at)
{
    size_t length = name_length(at);

    if (*at == '\'' || *at == '"')
        length = literal_length(at);
    return at + (length > 0 ? length : 1);
}

/* Length of the operator that libyang reads where a name would be one, even without space behind
 * it; 0 when there is none. */
static size_t operator_length(const char *text)
{
    if (strncmp(text, "or", 2) == 0)
        return 2;
    return strncmp(text, "and", 3) == 0 || strncmp(text, "div", 3) == 0 ? 3 : 0;
}

bool ag_xpath_text_divides(const char *text)
{
    bool operand = false;

    for (const char *at = text, *next; *at; at = next) {
        next = advance(at);
        if (starts_name(*at) && operand) {
            /* After an operand a name is an operator. */
            if (strncmp(at, "mod", 3) == 0)
                return true;
            next = at + operator_length(at);
            if (next == at)
                return false;
            operand = false;
        } else if (*at == '*') {
            operand = !operand;
        } else if (!isspace((unsigned char)*at)) {
            operand = !strchr("/:@([,=<>!|+-$", *at);
        }
    }
    return false;
}

/* True for an axis that leads from each node of a set to as many as there are. */
static bool multiplies(const char *at)
{
    size_t length = name_length(at);

    return strncmp(at + length, "::", 2) == 0 &&
           (strncmp(at, "preceding", 9) == 0 || strncmp(at, "following", 9) == 0);
}

unsigned ag_xpath_text_depth(const char *text)
{
    unsigned depth = 0, most = 0;

    for (const char *at = text; *at; at = advance(at)) {
        if (*at == '[')
            depth++;
        else if (*at == ']' && depth > 0)
            depth--;
        else if (depth >= most && multiplies(at))
            most = depth + 1;
        else if (depth > most && leads_out(text, at))
            most = depth;
    }
    return most;
}

/* Length of a predicate with its brackets, 0 when it is not closed. */
static size_t predicate_length(const char *text)
{
    unsigned depth = 0;

    for (const char *at = text; *at; at = advance(at)) {
        if (*at == '[')
            depth++;
        else if (*at == ']' && --depth == 0)
            return (size_t)(at - text) + 1;
    }
    return 0;
}

/* True when something at this place may make a number of a predicate, or asks for a position. */
static bool counts(const char *at)
{
    return *at == '+' || *at == '*' || (*at == '-' && at[1] == ' ') ||
           strncmp(at, "position(", 9) == 0 || strncmp(at, "last(", 5) == 0 ||
           strncmp(at, "div ", 4) == 0 || strncmp(at, "mod ", 4) == 0;
}

/* True when the truth of a predicate can be seen from the node it stands at: it leads nowhere else,
 * and is no number, which would ask for the node's position among all that the path has reached. */
static bool is_local(const char *predicate, size_t length)
{
    const char *end = predicate + length;
    bool compares = false, calls = false;

    for (const char *at = predicate; at < end; at = advance(at)) {
        if (leads_out(predicate, at) || counts(at) || *at == '|')
            return false;
        compares = compares || strchr("=<>", *at);
        calls = calls || *at == '(';
    }
    if (compares)
        return true;
    predicate += 1 + strspn(predicate + 1, " ");
    if (!calls)
        return starts_name(*predicate);
    return strncmp(predicate, "not(", 4) == 0 || strncmp(predicate, "contains(", 9) == 0 ||
           strncmp(predicate, "starts-with(", 12) == 0;
}

/* True when the rest of a path, below the list, stays in the entry. */
static bool stays_inside(const char *rest)
{
    for (const char *at = rest; *at;) {
        if (*at == '[') {
            size_t length = predicate_length(at);

            if (length == 0 || !is_local(at, length))
                return false;
            at += length;
        } else if (*at == '/' || *at == ':' || *at == '*' || starts_name(*at)) {
            if (strncmp(at, "::", 2) == 0)
                return false;
            at = advance(at);
        } else {
            return false;
        }
    }
    return true;
}

/* Adds the value of `key` that one of the predicates asks for; false when none does. */
static bool take_key(struct ag_keys *keys, const struct lysc_node *key, const char *predicates)
{
    while (*predicates == '[') {
        size_t length = predicate_length(predicates);
        const char *at = predicates + 1, *name;
        size_t part;
        char *value = NULL, *canonical;

        predicates += length;
        at += strspn(at, " ");
        name = at;
        part = name_length(at);
        if (at[part] == ':') {
            if (strlen(key->module->name) != part || strncmp(at, key->module->name, part) != 0)
                continue;
            name = at + part + 1;
            part = name_length(name);
        }
        if (strlen(key->name) != part || strncmp(name, key->name, part) != 0)
            continue;
        at = name + part;
        at += strspn(at, " ");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " ");
        part = *at == '\'' || *at == '"' ? literal_length(at) : strspn(at, "0123456789");
        if (part == 0 || at[part + strspn(at + part, " ")] != ']')
            continue;
        value = *at == '\'' || *at == '"' ? sx_strndup(at + 1, part - 2) : sx_strndup(at, part);
        canonical = ag_keys_canonical(key, value, NULL);
        if (canonical)
            ag_keys_add(keys, key->name, canonical);
        free(value);
        free(canonical);
        if (canonical)
            return true;
    }
    return false;
}

static char *key_of(const struct lysc_node *list, const char *predicates)
{
    struct ag_keys keys = {0};
    const struct lysc_node *key;

    for (key = lysc_node_child(list); key && lysc_is_key(key); key = key->next)
        if (!take_key(&keys, key, predicates)) {
            ag_keys_clear(&keys);
            return NULL;
        }
    return ag_keys_take(&keys);
}

/* The schema node of one step, which `*text` moves behind; NULL when it is no plain name. */
static const struct lysc_node *step(
    const struct ly_ctx *context, const struct lysc_node *parent, const char **text)
{
    const struct lys_module *module = parent ? parent->module : NULL;
    const char *at = *text + 1;
    size_t length;

    if (**text != '/')
        return NULL;
    length = name_length(at);
    if (at[length] == ':' && at[length + 1] != ':') {
        char *name = sx_strndup(at, length);

        module = ly_ctx_get_module_implemented(context, name);
        free(name);
        at += length + 1;
        length = name_length(at);
    }
    if (!module || length == 0 || at[length] == ':' || at[length] == '(')
        return NULL;
    *text = at + length;
    return lys_find_child(parent, module, at, length, 0, 0);
}

void ag_xpath_text_plan(const struct ly_ctx *context, struct ag_xpath *xpath)
{
    const char *at = xpath->text, *predicates;
    const struct lysc_node *node = NULL;

    do {
        node = step(context, node, &at);
    } while (node && !ag_rows_is_list(node) && *at == '/');
    if (!node || !ag_rows_is_list(node))
        return;
    predicates = at;
    while (*at == '[') {
        size_t length = predicate_length(at);

        if (length == 0 || !is_local(at, length))
            return;
        at += length;
    }
    if (!stays_inside(at))
        return;
    xpath->list = node;
    xpath->key = key_of(node, predicates);
}

// SPDX-License-Identifier: Apache-2.0
#include "test_random_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

static struct sx_test_element *add_child(
    struct sx_test_element *parent, const struct lysc_node *schema, const char *value)
{
    struct sx_test_element *element = sx_alloc(sizeof *element), **end = &parent->child;

    element->schema = schema;
    element->value = sx_strdup(value);
    element->parent = parent;
    while (*end)
        end = &(*end)->next;
    *end = element;
    return element;
}

struct sx_test_element *sx_test_element(
    struct sx_test_element *parent, const struct lysc_node *schema, const char *value)
{
    for (struct sx_test_element *child = parent->child; child; child = child->next)
        if (child->schema == schema &&
            (schema->nodetype != LYS_LEAFLIST || strcmp(child->value, value) == 0))
            return child;
    return add_child(parent, schema, value);
}

static bool has_keys(const struct sx_test_element *entry, char *const *keys)
{
    const struct sx_test_element *key = entry->child;

    for (; key && lysc_is_key(key->schema); key = key->next, keys++)
        if (strcmp(key->value, *keys) != 0)
            return false;
    return true;
}

struct sx_test_element *sx_test_element_entry(
    struct sx_test_element *parent, const struct lysc_node *list, char *const *keys)
{
    struct sx_test_element *entry;

    for (entry = parent->child; entry; entry = entry->next)
        if (entry->schema == list && has_keys(entry, keys))
            return entry;
    entry = add_child(parent, list, NULL);
    for (const struct lysc_node *key = lysc_node_child(list); key && lysc_is_key(key);
         key = key->next)
        add_child(entry, key, *keys++);
    return entry;
}

void sx_test_element_clear(struct sx_test_element *element)
{
    struct sx_test_element *next;

    for (struct sx_test_element *child = element->child; child; child = next) {
        next = child->next;
        sx_test_element_clear(child);
        free(child->value);
        free(child->anchor);
        free(child);
    }
    element->child = NULL;
}

static void add(struct sx_text *text, const char *string)
{
    sx_text_add(text, string, strlen(string));
}

static void add_escaped(struct sx_text *text, const char *string)
{
    for (; *string; string++)
        if (*string == '<')
            add(text, "&lt;");
        else if (*string == '&')
            add(text, "&amp;");
        else if (*string == '"')
            add(text, "&quot;");
        else
            sx_text_add(text, string, 1);
}

static void add_attribute(struct sx_text *text, const char *name, const char *value)
{
    if (!value)
        return;
    add(text, " ");
    add(text, name);
    add(text, "=\"");
    add_escaped(text, value);
    add(text, "\"");
}

/* The element without the declarations of prefixes. */
static void print(struct sx_text *text, const struct sx_test_element *element)
{
    const struct lysc_node *schema = element->schema;
    const struct lysc_node *above = element->parent->schema;

    add(text, "<");
    add(text, schema->name);
    if (!above || above->module != schema->module)
        add_attribute(text, "xmlns", schema->module->ns);
    add_attribute(text, "nc:operation", element->operation);
    add_attribute(text, "yang:insert", element->insert);
    add_attribute(text, schema->nodetype == LYS_LIST ? "yang:key" : "yang:value", element->anchor);
    add(text, ">");
    if (element->value && (schema->nodetype & LYD_NODE_ANY))
        add(text, element->value);
    else if (element->value)
        add_escaped(text, element->value);
    for (const struct sx_test_element *child = element->child; child; child = child->next)
        print(text, child);
    add(text, "</");
    add(text, schema->name);
    add(text, ">");
}

static void declare(struct sx_text *text, const char *body, const char *prefix, const char *ns)
{
    char *used = sx_format("%s:", prefix), *name = sx_format("xmlns:%s", prefix);

    if (strstr(body, used))
        add_attribute(text, name, ns);
    free(used);
    free(name);
}

/* A top-level element with the declarations of the prefixes that it uses. */
static void print_top(
    struct sx_text *text, const struct ly_ctx *context, const struct sx_test_element *element)
{
    const struct lys_module *module;
    struct sx_text body = {0};
    uint32_t index = 0;
    size_t name = strlen(element->schema->name) + 1;

    print(&body, element);
    sx_text_add(text, body.data, name);
    declare(text, body.data, "nc", "urn:ietf:params:xml:ns:netconf:base:1.0");
    declare(text, body.data, "yang", "urn:ietf:params:xml:ns:yang:1");
    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented && strcmp(module->name, "yang") != 0)
            declare(text, body.data, module->name, module->ns);
    add(text, body.data + name);
    free(body.data);
}

char *sx_test_element_xml(const struct ly_ctx *context, const struct sx_test_element *root)
{
    struct sx_text text = {0};

    add(&text, "");
    for (const struct sx_test_element *element = root->child; element; element = element->next)
        print_top(&text, context, element);
    return text.data;
}

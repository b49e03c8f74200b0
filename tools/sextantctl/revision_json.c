// SPDX-License-Identifier: Apache-2.0
#include "revision_json.h"

#include "path.h"
#include "session.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

void ctl_revision_json(const struct lyd_node *revision, struct ctl_json *json)
{
    ctl_json_open(json, NULL, '{');
    ctl_json_number(json, "number", ctl_text(revision, "number"));
    ctl_json_text(json, "lineage", ctl_text(revision, "lineage"));
    ctl_json_text(json, "time", ctl_text(revision, "time"));
    ctl_json_text(json, "user", ctl_text(revision, "user"));
    ctl_json_text(json, "source", ctl_text(revision, "source"));
    ctl_json_number(json, "session-id", ctl_text(revision, "session-id"));
    ctl_json_number(json, "changes", ctl_text(revision, "changes"));
    ctl_json_close(json, '}');
}

/* An entry of a list, or a container, for what stands in it; NULL at the top or when the modules do
 * not have it. *ret_top is for lyd_free_all(). */
static struct lyd_node *parent_of(
    const struct ly_ctx *context, const char *path, struct lyd_node **ret_top)
{
    size_t length = ctl_parent_length(path);
    char *above = sx_strndup(path, length);
    struct lyd_node *parent = NULL;

    if (length == 0 || lyd_new_path2(NULL, context, above, NULL, 0, LYD_ANYDATA_STRING, 0, ret_top,
                           &parent) != LY_SUCCESS)
        parent = NULL;
    free(above);
    return parent;
}

static struct lyd_node *first_item(struct lyd_node *node)
{
    while (node && node->schema && lysc_is_key(node->schema))
        node = node->next;
    return node;
}

/* The node of an <old-value> or <new-value> as RFC 7951 JSON, for free(), or NULL. */
static char *value_json(
    const struct ly_ctx *context, const char *path, const struct lyd_node *element)
{
    struct lyd_node *top = NULL, *parent = parent_of(context, path, &top), *tree = NULL, *node;
    char *xml = NULL, *json = NULL;
    struct ly_in *in = NULL;

    if (lyd_print_mem(&xml, element, LYD_XML, LYD_PRINT_SHRINK) != LY_SUCCESS ||
        ly_in_new_memory(xml, &in) != LY_SUCCESS)
        abort();
    if (lyd_parse_data(context, parent, in, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0,
            parent ? NULL : &tree) == LY_SUCCESS) {
        node = first_item(parent ? lyd_child(parent) : tree);
        if (node && lyd_print_mem(&json, node, LYD_JSON, LYD_PRINT_SHRINK) != LY_SUCCESS)
            json = NULL;
    }
    ly_in_free(in, 0);
    free(xml);
    lyd_free_all(parent ? NULL : tree);
    lyd_free_all(top);
    return json;
}

static void put_value(const struct ly_ctx *context, const struct lyd_node *change, const char *name,
    struct ctl_json *json)
{
    const struct lyd_node *any = ctl_child(change, name);
    const struct lyd_node *element = any ? lyd_child(any) : NULL;
    char *value = element ? value_json(context, ctl_text(change, "path"), element) : NULL;

    ctl_json_raw(json, name, value);
    free(value);
}

/* A place may be empty: the first. */
static void put_place(const struct lyd_node *change, const char *name, struct ctl_json *json)
{
    const char *place = ctl_text(change, name);

    if (*place)
        ctl_json_text(json, name, place);
    else if (ctl_child(change, name))
        ctl_json_raw(json, name, "\"\"");
}

void ctl_change_json(
    const struct ly_ctx *context, const struct lyd_node *change, struct ctl_json *json)
{
    ctl_json_open(json, NULL, '{');
    ctl_json_text(json, "operation", ctl_text(change, "operation"));
    ctl_json_text(json, "path", ctl_text(change, "path"));
    put_value(context, change, "old-value", json);
    put_value(context, change, "new-value", json);
    put_place(change, "old-after", json);
    put_place(change, "after", json);
    ctl_json_close(json, '}');
}

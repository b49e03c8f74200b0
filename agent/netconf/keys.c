// SPDX-License-Identifier: Apache-2.0
#include "netconf/keys.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <libyang/plugins_types.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void ag_keys_add(struct ag_keys *keys, const char *name, const char *value)
{
    char quote = strchr(value, '\'') ? '"' : '\'';
    char *text =
        sx_format("%s[%s=%c%s%c]", keys->text ? keys->text : "", name, quote, value, quote);

    free(keys->text);
    keys->text = text;
}

char *ag_keys_take(struct ag_keys *keys)
{
    char *text = keys->text;

    keys->text = NULL;
    return text;
}

void ag_keys_clear(struct ag_keys *keys)
{
    free(keys->text);
    keys->text = NULL;
}

char *ag_keys_of(const struct lyd_node *entry)
{
    struct ag_keys keys = {0};
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(entry), child)
    {
        if (!child->schema || !lysc_is_key(child->schema))
            break;
        ag_keys_add(&keys, child->schema->name, lyd_get_value(child));
    }
    return ag_keys_take(&keys);
}

char *ag_keys_list_path(const struct lysc_node *node)
{
    const struct lysc_node *parent = lysc_data_parent(node);
    bool prefix = !parent || parent->module != node->module;
    char *above = parent ? ag_keys_list_path(parent) : NULL;
    char *path = sx_format("%s/%s%s%s", above ? above : "", prefix ? node->module->name : "",
        prefix ? ":" : "", node->name);

    free(above);
    return path;
}

/* Puts the module's name in the place of an XML prefix; NULL when there is nothing to do. */
static char *with_module(
    const struct lysc_node *leaf, const char *value, const struct lyd_node_opaq *element)
{
    size_t length = strcspn(value, ":");
    const struct lys_module *module;

    if (!element || !value[length])
        return NULL;
    module = lyplg_type_identity_module(
        leaf->module->ctx, leaf, value, length, LY_VALUE_XML, element->val_prefix_data);
    return module ? sx_format("%s:%s", module->name, value + length + 1) : NULL;
}

char *ag_keys_canonical(
    const struct lysc_node *leaf, const char *value, const struct lyd_node_opaq *element)
{
    const char *canonical = NULL;
    char *named = NULL, *result = NULL;

    if (!(leaf->nodetype & LYD_NODE_TERM))
        return NULL;
    if (((const struct lysc_node_leaf *)leaf)->type->basetype == LY_TYPE_IDENT)
        named = with_module(leaf, value, element);
    if (named)
        value = named;
    switch (
        lyd_value_validate(leaf->module->ctx, leaf, value, strlen(value), NULL, NULL, &canonical)) {
    case LY_SUCCESS:
    case LY_EINCOMPLETE:
        /* A leafref or instance-identifier: that it leads somewhere is not asked here. */
        result = sx_strdup(canonical ? canonical : value);
        break;
    default:
        break;
    }
    if (canonical)
        lydict_remove(leaf->module->ctx, canonical);
    free(named);
    return result;
}

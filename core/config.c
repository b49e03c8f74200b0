// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLUSTER "/sextant-cluster:cluster"

static struct lyd_node *find(const struct sx_tree *tree, const char *path)
{
    struct lyd_node *node = NULL;

    if (!tree->root || lyd_find_path(tree->root, path, 0, &node) != LY_SUCCESS)
        return NULL;
    return node;
}

const char *sx_config_leaf(const struct sx_tree *tree, const char *path)
{
    const struct lyd_node *node = find(tree, path);

    return node ? lyd_get_value(node) : "";
}

static uint32_t number(const struct sx_tree *tree, const char *path, uint32_t otherwise)
{
    const char *value = sx_config_leaf(tree, path);

    return *value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

static void text(const struct sx_tree *tree, const char *path, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%s", sx_config_leaf(tree, path));
}

void sx_config_read(const struct sx_tree *tree, struct sx_cluster_config *ret_config)
{
    struct sx_cluster_config config = {0};
    char path[96];

    text(tree, CLUSTER "/name", config.name, sizeof config.name);
    text(tree, CLUSTER "/ip-version", config.ip_version, sizeof config.ip_version);
    text(
        tree, CLUSTER "/tls-verification", config.tls_verification, sizeof config.tls_verification);
    config.primary = (uint8_t)number(tree, CLUSTER "/configuration-primary", 0);
    config.apply_immediately = strcmp(sx_config_leaf(tree, CLUSTER "/apply"), "immediately") == 0;
    config.sync_interval_s = number(tree, CLUSTER "/replication/sync-interval", 60);
    config.heartbeat_interval_ms = number(tree, CLUSTER "/replication/heartbeat-interval", 150);
    config.heartbeat_timeout_ms = number(tree, CLUSTER "/replication/heartbeat-timeout", 700);
    for (unsigned i = 1; i <= SX_PEERS_MAX; i++) {
        snprintf(path, sizeof path, CLUSTER "/peers/peer[index='%u']/address", i);
        if (!*sx_config_leaf(tree, path))
            break;
        text(tree, path, config.peers[i - 1], SX_ADDRESS_MAX);
        config.peer_count = i;
    }
    *ret_config = config;
}

bool sx_config_is_literal(const char *address)
{
    return strchr(address, ':') || address[strspn(address, "0123456789.")] == '\0';
}

static const char *child_value(const struct lyd_node *entry, const char *name)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(entry), child)
    {
        if (strcmp(LYD_NAME(child), name) == 0)
            return lyd_get_value(child);
    }
    return "";
}

void sx_config_host_name(const struct sx_tree *tree, char ret_name[SX_HOST_NAME_MAX])
{
    const char *label = sx_config_leaf(tree, "/ietf-system:system/hostname");
    const char *domain = child_value(find(tree, "/ietf-system:system/dns-resolver"), "search");

    if (!*label)
        label = sx_config_leaf(tree, "/sextant-system:system/name");
    if (!*label || !*domain || strchr(label, '.'))
        domain = "";
    snprintf(ret_name, SX_HOST_NAME_MAX, "%s%s%s", label, *domain ? "." : "", domain);
}

size_t sx_config_licence_keys(
    const struct sx_tree *tree, char ret_keys[SX_LICENCE_KEYS_MAX][SX_LICENCE_KEY_MAX])
{
    const struct lyd_node *entry;
    size_t count = 0;

    LY_LIST_FOR(lyd_child(find(tree, "/sextant-system:system/option-keys")), entry)
    {
        if (count < SX_LICENCE_KEYS_MAX && entry->schema->nodetype == LYS_LIST)
            snprintf(ret_keys[count++], SX_LICENCE_KEY_MAX, "%s", child_value(entry, "key"));
    }
    return count;
}

static bool mapping_is_on(const struct sx_tree *tree)
{
    return strcmp(sx_config_leaf(tree, CLUSTER "/address-mapping/enabled"), "true") == 0;
}

/* The table is walked: names compare without regard to case, and a cluster has few mappings. */
static const struct lyd_node *next_mapping(
    const struct sx_tree *tree, const struct lyd_node *previous)
{
    const struct lyd_node *node =
        previous ? previous->next : lyd_child(find(tree, CLUSTER "/address-mapping"));

    while (node && !(node->schema && node->schema->nodetype == LYS_LIST))
        node = node->next;
    return node;
}

const char *sx_config_map(const struct sx_tree *tree, const char *name)
{
    if (!mapping_is_on(tree))
        return "";
    for (const struct lyd_node *entry = next_mapping(tree, NULL); entry;
         entry = next_mapping(tree, entry))
        if (strcasecmp(child_value(entry, "fqdn"), name) == 0)
            return child_value(entry, "ip-address");
    return "";
}

const char *sx_config_unmap(const struct sx_tree *tree, const char *address)
{
    if (!mapping_is_on(tree))
        return "";
    for (const struct lyd_node *entry = next_mapping(tree, NULL); entry;
         entry = next_mapping(tree, entry))
        if (strcmp(child_value(entry, "ip-address"), address) == 0)
            return child_value(entry, "fqdn");
    return "";
}

static LY_ERR note(struct lysc_node *node, void *data, ly_bool *skip_children)
{
    struct sx_engine *engine = data;
    const struct sx_node_class *class = sx_schema_class(node);
    struct sx_change change = {0};

    if (node->nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF | LYS_LIST)) {
        *skip_children = 1;
        return LY_SUCCESS;
    }
    if (!class || !(class->flags & SX_NODE_APPLIES_ON_RESTART) || node->nodetype != LYS_LEAF)
        return LY_SUCCESS;
    change.path = lysc_path(node, LYSC_PATH_DATA, NULL, 0);
    change.value = sx_strdup(sx_config_leaf(&engine->tree, change.path));
    sx_change_list_add(&engine->applied_values, change);
    return LY_SUCCESS;
}

void sx_config_note_applied(struct sx_engine *engine)
{
    const struct ly_ctx *context = sx_schema_context(engine->schema);
    const struct lys_module *module;
    uint32_t index = 0;

    sx_change_list_clear(&engine->applied_values);
    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented)
            lysc_module_dfs_full(module, note, engine);
}

bool sx_config_differs(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->applied_values.count; i++) {
        const struct sx_change *item = &engine->applied_values.items[i];

        if (strcmp(item->value, sx_config_leaf(&engine->tree, item->path)) != 0)
            return true;
    }
    return false;
}

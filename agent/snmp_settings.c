// SPDX-License-Identifier: Apache-2.0
#include "snmp_settings.h"

#include <libyang/libyang.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The node of this name among the top-level siblings from `tree` on, or NULL. */
static const struct lyd_node *top(const struct lyd_node *tree, const char *module, const char *name)
{
    for (; tree; tree = tree->next)
        if (tree->schema && strcmp(tree->schema->name, name) == 0 &&
            strcmp(tree->schema->module->name, module) == 0)
            return tree;
    return NULL;
}

/* The child of this name, or NULL; `parent` may be NULL. */
static const struct lyd_node *child(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *node = parent ? lyd_child(parent) : NULL;
    while (node && strcmp(LYD_NAME(node), name) != 0)
        node = node->next;
    return node;
}

/* The value of the leaf of this name: the one in the tree, or the schema's default, or "". */
static const char *leaf(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *node = child(parent, name);
    if (node)
        return lyd_get_value(node);
    if (!parent)
        return "";
    const struct lysc_node *schema =
        lys_find_child(parent->schema, parent->schema->module, name, 0, LYS_LEAF, 0);
    const struct lyd_value *value = schema ? ((const struct lysc_node_leaf *)schema)->dflt : NULL;
    return value ? lyd_value_get_canonical(schema->module->ctx, value) : "";
}

static bool truth(const char *value)
{
    return strcmp(value, "true") == 0;
}

#define COPY(place, text) snprintf(place, sizeof(place), "%s", text)

static void read_users(const struct lyd_node *users, struct ag_snmp_settings *settings)
{
    for (const struct lyd_node *node = child(users, "user"); node; node = node->next) {
        if (strcmp(LYD_NAME(node), "user") != 0 || settings->user_count == AG_SNMP_USERS_MAX)
            continue;
        struct ag_snmp_user *user = &settings->users[settings->user_count++];
        const struct lyd_node *authentication = child(node, "authentication");
        const struct lyd_node *privacy = child(node, "privacy");
        COPY(user->name, leaf(node, "name"));
        COPY(user->authentication, leaf(authentication, "protocol"));
        COPY(user->authentication_passphrase, leaf(authentication, "passphrase"));
        COPY(user->privacy, leaf(privacy, "protocol"));
        COPY(user->privacy_passphrase, leaf(privacy, "passphrase"));
    }
}

static void read_targets(const struct lyd_node *targets, struct ag_snmp_settings *settings)
{
    for (const struct lyd_node *node = child(targets, "target"); node; node = node->next) {
        if (strcmp(LYD_NAME(node), "target") != 0 || settings->target_count == AG_SNMP_TARGETS_MAX)
            continue;
        struct ag_snmp_target *target = &settings->targets[settings->target_count++];
        COPY(target->name, leaf(node, "name"));
        COPY(target->address, leaf(node, "address"));
        target->port = (uint16_t)strtoul(leaf(node, "port"), NULL, 10);
        target->inform = strcmp(leaf(node, "type"), "inform") == 0;
        COPY(target->community, leaf(node, "community"));
        COPY(target->user, leaf(node, "v3-user"));
    }
}

void ag_snmp_settings_read(const struct lyd_node *tree, struct ag_snmp_settings *ret_settings)
{
    const struct lyd_node *snmp = child(top(tree, "sextant-system", "system"), "snmp");
    const struct lyd_node *system = top(tree, "ietf-system", "system");
    const struct lyd_node *v2c = child(snmp, "v2c");
    memset(ret_settings, 0, sizeof(*ret_settings));
    /* Without the container there is no schema node to ask; the model's default is true. */
    ret_settings->enabled = !snmp || truth(leaf(snmp, "enabled"));
    COPY(ret_settings->contact, leaf(child(snmp, "contact") ? snmp : system, "contact"));
    COPY(ret_settings->location, leaf(child(snmp, "location") ? snmp : system, "location"));
    ret_settings->v2c = truth(leaf(v2c, "enabled"));
    COPY(ret_settings->community, leaf(v2c, "community"));
    read_users(child(snmp, "v3-users"), ret_settings);
    read_targets(child(snmp, "notification-targets"), ret_settings);
}

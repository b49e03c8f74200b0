// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a cluster requires of its members, as the configuration of this system has it: looked up
 * when something that it depends on has changed, compared in conditions_requirement.c. */

#define SYSTEM "/sextant-system:system"
#define H323 "/sextant-call-control:call-control/h323"
#define ZONES "/sextant-call-control:call-control/zones"
#define CLUSTER "/sextant-cluster:cluster"

/* True when one of the paths leads to the other, or past it. */
static bool touches(const char *path, const char *what)
{
    size_t length = strlen(path), other = strlen(what);

    return strncmp(path, what, length < other ? length : other) == 0;
}

void sx_requirements_note(struct sx_engine *engine, const struct sx_change *change)
{
    if (change->scope == SX_SCOPE_PEER_SPECIFIC || touches(change->path, H323) ||
        touches(change->path, ZONES))
        engine->requirements_changed = true;
}

/* True when there is a node at the path, or no such schema. */
static bool is_there(const struct sx_engine *engine, const char *path)
{
    struct ly_set *found = NULL;
    bool there = !lys_find_path(sx_schema_context(engine->schema), NULL, path, 0);

    if (!there && engine->tree.root &&
        lyd_find_xpath(engine->tree.root, path, &found) == LY_SUCCESS)
        there = found->count > 0;
    ly_set_free(found, NULL);
    return there;
}

/* First eight bytes of a SHA-256: enough to tell values apart, and little to send. */
static uint64_t hash_of(const char *schema_path, const char *value)
{
    char *text = sx_format("%s=%s", schema_path, value);
    uint8_t digest[SX_DIGEST_SIZE];
    uint64_t hash = 0;

    SHA256((const unsigned char *)text, strlen(text), digest);
    for (size_t i = 0; i < sizeof hash; i++)
        hash = hash << 8 | digest[i];
    free(text);
    return hash;
}

static void add_unique(struct sx_engine *engine, const char *schema_path, const char *xpath)
{
    struct ly_set *found = NULL;

    if (!engine->tree.root || lyd_find_xpath(engine->tree.root, xpath, &found) != LY_SUCCESS)
        return;
    for (uint32_t i = 0; i < found->count && engine->unique_count < SX_UNIQUE_MAX; i++) {
        const struct lyd_node *node = found->dnodes[i];
        struct sx_unique *unique = &engine->unique[engine->unique_count++];

        unique->hash = hash_of(schema_path, lyd_get_value(node));
        unique->path = lyd_path(node, LYD_PATH_STD, NULL, 0);
        unique->value = sx_strdup(lyd_get_value(node));
    }
    ly_set_free(found, NULL);
}

static LY_ERR visit(struct lysc_node *node, void *data, ly_bool *skip_children)
{
    const struct sx_node_class *class = sx_schema_class(node);
    char *path;

    if (node->nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF))
        *skip_children = 1;
    if (!class || !(class->flags & SX_NODE_UNIQUE_IN_CLUSTER) ||
        !(node->nodetype & (LYS_LEAF | LYS_LEAFLIST)))
        return LY_SUCCESS;
    path = lysc_path(node, LYSC_PATH_DATA, NULL, 0);
    add_unique(data, path, path);
    free(path);
    return LY_SUCCESS;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t one = ((const struct sx_unique *)a)->hash, other = ((const struct sx_unique *)b)->hash;

    return one < other ? -1 : one > other;
}

void sx_requirements_clear(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->unique_count; i++) {
        free(engine->unique[i].path);
        free(engine->unique[i].value);
    }
    engine->unique_count = 0;
}

/* The values that no other peer may have, in the order of their hashes. */
static void find_unique(struct sx_engine *engine)
{
    const struct ly_ctx *context = sx_schema_context(engine->schema);
    const struct lys_module *module;
    uint32_t index = 0;

    sx_requirements_clear(engine);
    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented)
            lysc_module_dfs_full(module, visit, engine);
    qsort(engine->unique, engine->unique_count, sizeof engine->unique[0], by_hash);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The features in one order on all peers, with blanks between them. */
static void find_features(const struct sx_engine *engine, char ret_text[SX_FEATURES_TEXT_MAX])
{
    struct ly_set *found = NULL;
    const char *names[SX_FEATURES_MAX];
    size_t count = 0, used = 0;

    ret_text[0] = '\0';
    if (!engine->tree.root ||
        lyd_find_xpath(engine->tree.root, SYSTEM "/product/feature", &found) != LY_SUCCESS)
        return;
    for (uint32_t i = 0; i < found->count && count < SX_FEATURES_MAX; i++)
        names[count++] = lyd_get_value(found->dnodes[i]);
    qsort(names, count, sizeof names[0], by_text);
    for (size_t i = 0; i < count; i++)
        if (used + strlen(names[i]) + 2 < SX_FEATURES_TEXT_MAX)
            used += (size_t)snprintf(
                ret_text + used, SX_FEATURES_TEXT_MAX - used, "%s%s", used ? " " : "", names[i]);
    ly_set_free(found, NULL);
}

static void find_settings(struct sx_engine *engine)
{
    struct sx_requirements *own = &engine->requirements;
    const struct sx_tree *tree = &engine->tree;

    memset(own, 0, sizeof *own);
    snprintf(own->product_type, sizeof own->product_type, "%s",
        sx_config_leaf(tree, SYSTEM "/product/type"));
    snprintf(own->platform_class, sizeof own->platform_class, "%s",
        sx_config_leaf(tree, SYSTEM "/product/platform-class"));
    snprintf(own->h323_mode, sizeof own->h323_mode, "%s", sx_config_leaf(tree, H323 "/mode"));
    find_features(engine, own->features);
    for (size_t i = 0; i < engine->unique_count; i++)
        own->unique[i] = engine->unique[i].hash;
    own->unique_count = engine->unique_count;
    engine->has_dns = is_there(engine, "/ietf-system:system/dns-resolver/server");
    engine->has_ntp = is_there(engine, "/ietf-system:system/ntp/server");
    engine->has_address =
        is_there(engine, strcmp(engine->applied.ip_version, "ipv6") == 0
                             ? "/ietf-interfaces:interfaces/interface/ietf-ip:ipv6/address"
                             : "/ietf-interfaces:interfaces/interface/ietf-ip:ipv4/address");
}

/* The address by which this system would say it can be reached. */
static void find_address(struct sx_engine *engine)
{
    const struct sx_peer *local =
        engine->local_index ? &engine->peers[engine->local_index - 1] : NULL;
    bool ipv6 = strcmp(engine->applied.ip_version, "ipv6") == 0;
    char *address = engine->requirements.address;

    memset(address, 0, sizeof engine->requirements.address);
    for (size_t i = 0; i < engine->own_address_count; i++) {
        const char *own = engine->own_addresses[i];

        if ((strchr(own, ':') != NULL) != ipv6)
            continue;
        if (!*address || (local && strcmp(own, local->resolved) == 0))
            snprintf(address, sizeof engine->requirements.address, "%s", own);
    }
}

const struct lyd_node *sx_requirements_zone(
    const struct sx_tree *tree, const char *address, const char *resolved, const char **ret_zone)
{
    const struct lyd_node *zones = NULL, *zone, *peer, *found = NULL, *leaf;

    if (tree->root && lyd_find_path(tree->root, ZONES, 0, (struct lyd_node **)&zones) != LY_SUCCESS)
        return NULL;
    LY_LIST_FOR(lyd_child(zones), zone)
    {
        const char *name = "", *type = "";

        if (!zone->schema || zone->schema->nodetype != LYS_LIST)
            continue;
        found = NULL;
        LY_LIST_FOR(lyd_child(zone), peer)
        {
            if (strcmp(LYD_NAME(peer), "name") == 0)
                name = lyd_get_value(peer);
            else if (strcmp(LYD_NAME(peer), "type") == 0)
                type = lyd_get_value(peer);
            else if (strcmp(LYD_NAME(peer), "peer") == 0)
                LY_LIST_FOR(lyd_child(peer), leaf)
            if (strcmp(LYD_NAME(leaf), "address") == 0 &&
                (strcasecmp(lyd_get_value(leaf), address) == 0 ||
                    (*resolved && strcmp(lyd_get_value(leaf), resolved) == 0)))
                found = leaf;
        }
        if (found && strcmp(type, "neighbour") == 0) {
            *ret_zone = name;
            return found;
        }
    }
    return NULL;
}

static void find_neighbours(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++) {
        struct sx_peer *peer = &engine->peers[i];
        const char *zone = "";

        if (!sx_requirements_zone(&engine->tree, peer->address, peer->resolved, &zone))
            zone = "";
        snprintf(peer->neighbour_zone, sizeof peer->neighbour_zone, "%s", zone);
    }
}

void sx_requirements_settle(struct sx_engine *engine, bool cluster_changed)
{
    if (!engine->requirements_changed && !cluster_changed)
        return;
    if (engine->requirements_changed) {
        find_unique(engine);
        find_settings(engine);
    }
    find_address(engine);
    find_neighbours(engine);
    engine->requirements_changed = false;
}

void sx_requirements_round_trip(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_peer *peer = sx_cluster_peer(engine, event->link.peer);

    if (peer && peer->up)
        peer->round_trip_us = event->link.round_trip_us;
}

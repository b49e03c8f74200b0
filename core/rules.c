// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <string.h>

#define CLUSTER "/sextant-cluster:cluster"
#define ZONES "/sextant-call-control:call-control/zones"

/* The peer is primary too and was named after this system: it has gone on from where this one is,
 * or will, as the present history is this system's own and not the peer's. */
static bool is_successor(const struct sx_engine *engine, const struct sx_peer *peer)
{
    const char *lineage = sx_history_lineage(&engine->history);
    const struct sx_hello *hello = &peer->hello;

    if (!peer->up || !peer->heard || !*lineage || hello->configuration_primary == 0 ||
        hello->configuration_primary != hello->local_index)
        return false;
    if (strcmp(sx_history_lineage(&hello->history), lineage) == 0)
        return engine->lineage_is_ours;
    return sx_history_holds(&hello->history, lineage, sx_history_revision(&engine->history));
}

/* What is committed here while there is one would be a second future of the same past. */
static const struct sx_peer *successor(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++)
        if (is_successor(engine, &engine->peers[i]))
            return &engine->peers[i];
    return NULL;
}

static int check_role(
    const struct sx_engine *engine, const struct sx_change *change, struct sx_error *err)
{
    const struct sx_peer *other;

    if (engine->role == SX_ROLE_SUBORDINATE || engine->role == SX_ROLE_NOT_IN_LIST) {
        const char *primary = engine->configured.primary
                                  ? engine->configured.peers[engine->configured.primary - 1]
                                  : "";

        if (engine->role == SX_ROLE_SUBORDINATE)
            sx_error_set(err, SX_E_ACCESS_DENIED,
                "this is a replicated item: edit it on the configuration primary, %s", primary);
        else
            sx_error_set(err, SX_E_ACCESS_DENIED,
                "this is a replicated item, and this system is not in the list of peers: edit it "
                "on the configuration primary, %s",
                primary);
        sx_error_tag(err, "not-primary");
        return sx_error_at(err, change->path);
    }
    other = engine->role == SX_ROLE_PRIMARY ? successor(engine) : NULL;
    if (other) {
        sx_error_set(err, SX_E_ACCESS_DENIED,
            "peer %s is configuration primary too, and was named after this system: name one "
            "primary on every peer",
            other->address);
        sx_error_tag(err, "not-primary");
        return sx_error_at(err, change->path);
    }
    return 0;
}

/* Names are agreed and the mode is agreed and copied: YANG cannot state a rule between the two. */
static int check_enforce(const struct sx_cluster_config *config, struct sx_error *err)
{
    char path[96];

    if (strcmp(config->tls_verification, "enforce") != 0)
        return 0;
    for (size_t i = 0; i < config->peer_count; i++) {
        if (!sx_config_is_literal(config->peers[i]))
            continue;
        snprintf(path, sizeof path, CLUSTER "/peers/peer[index='%zu']/address", i + 1);
        sx_error_set(err, SX_E_OPERATION_FAILED,
            "%s is an IP address, but TLS verification enforce holds certificates against names: "
            "give every peer's FQDN",
            config->peers[i]);
        sx_error_tag(err, "fqdn-required");
        return sx_error_at(err, path);
    }
    return 0;
}

static int check_growth(
    const struct sx_engine *engine, const struct sx_cluster_config *config, struct sx_error *err)
{
    if (engine->applied.peer_count > 0 || config->peer_count < 2 || config->primary == 0 ||
        !sx_cluster_is_own(engine, config->peers[config->primary - 1]))
        return 0;
    sx_error_set(err, SX_E_OPERATION_FAILED,
        "a second peer can be added once a cluster of one is in force: list this system alone, "
        "restart it, then add the others one at a time");
    sx_error_tag(err, "restart-first");
    return sx_error_at(err, CLUSTER "/peers");
}

/* A system that is a peer and in a neighbour zone would get its own calls back. What is replicated
 * and what is agreed meet here. */
static int check_neighbours(
    const struct sx_engine *engine, const struct sx_cluster_config *config, struct sx_error *err)
{
    for (size_t i = 0; i < config->peer_count; i++) {
        const char *address = config->peers[i], *zone = NULL;
        const char *mapped = sx_config_is_literal(address) ? sx_config_unmap(&engine->tree, address)
                                                           : sx_config_map(&engine->tree, address);
        const struct lyd_node *leaf = sx_requirements_zone(&engine->tree, address, mapped, &zone);
        char path[SX_ERROR_PATH_MAX];

        if (!leaf)
            continue;
        sx_error_set(err, SX_E_OPERATION_FAILED,
            "%s is peer %zu of this cluster and a system of the neighbour zone '%s': it cannot be "
            "both",
            lyd_get_value(leaf), i + 1, zone);
        sx_error_tag(err, "peer-is-neighbour");
        return sx_error_at(err, lyd_path(leaf, LYD_PATH_STD, path, sizeof path) ? path : "");
    }
    return 0;
}

static int check_mask(const struct sx_change *change, struct sx_error *err)
{
    if (!(change->flags & SX_NODE_SECRET) || !change->value ||
        !strstr(change->value, SX_SECRET_MASK))
        return 0;
    sx_error_set(err, SX_E_INVALID_VALUE,
        "\"" SX_SECRET_MASK "\" stands for a secret that is not shown: give the secret itself, or "
        "leave the node out of the edit");
    return sx_error_at(err, change->path);
}

int sx_rules_check(
    struct sx_engine *engine, const struct sx_change_list *changes, struct sx_error *err)
{
    struct sx_cluster_config config;
    bool cluster = false, zones = false;

    for (size_t i = 0; i < changes->count; i++) {
        const struct sx_change *change = &changes->items[i];

        if (change->scope == SX_SCOPE_REPLICATED && check_role(engine, change, err) < 0)
            return -1;
        if (check_mask(change, err) < 0)
            return -1;
        cluster |= strncmp(change->path, CLUSTER "/", strlen(CLUSTER "/")) == 0;
        zones |= strncmp(change->path, ZONES "/", strlen(ZONES "/")) == 0;
    }
    if (!cluster && !zones)
        return 0;
    sx_config_read(&engine->tree, &config);
    if (check_neighbours(engine, &config, err) < 0)
        return -1;
    if (!cluster)
        return 0;
    if (check_enforce(&config, err) < 0)
        return -1;
    return check_growth(engine, &config, err);
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/state_parts.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <time.h>

/* Leafs that are there only when there is something to say. */
static int put_text(struct lyd_node *parent, const char *name, const char *value)
{
    return *value ? ag_state_leaf(parent, name, value) : 0;
}

static int put_time(struct lyd_node *parent, const char *name, int64_t time_ms)
{
    return time_ms > 0 ? ag_state_time(parent, name, time_ms) : 0;
}

static const char *certificate_name(enum sx_certificate_status status)
{
    switch (status) {
    case SX_CERTIFICATE_VALID:
        return "valid";
    case SX_CERTIFICATE_INVALID:
        return "invalid";
    default:
        return "unknown";
    }
}

/* What the peer said of itself. */
static int put_heard(struct lyd_node *entry, const struct sx_peer_status *peer)
{
    int result = ag_state_leaf(entry, "role", sx_role_name(peer->role));

    result |= put_text(entry, "system-name", peer->system_name);
    result |= put_text(entry, "software-version", peer->software_version);
    result |= put_text(entry, "lineage", peer->lineage);
    result |= ag_state_number(entry, "revision", peer->revision);
    result |= ag_state_number(entry, "lag", peer->lag);
    return result;
}

static int put_facts(struct lyd_node *entry, const struct sx_peer_status *peer)
{
    const struct sx_facts *facts = &peer->facts;
    struct lyd_node *shared;
    struct timespec now;
    int64_t age_ms;
    int result;

    clock_gettime(CLOCK_MONOTONIC, &now);
    age_ms = now.tv_sec * 1000ll + now.tv_nsec / 1000000 - peer->facts_ms;
    shared = ag_state_container(entry, "shared");
    if (!shared)
        return -1;
    /* This system's own are always news. */
    result = ag_state_number(shared, "age",
        peer->state == SX_PEER_THIS_SYSTEM || age_ms < 0 ? 0 : (uint64_t)age_ms / 1000);
    result |= ag_state_leaf(shared, "maintenance-mode", facts->maintenance ? "true" : "false");
    result |= put_text(shared, "host-name", facts->host_name);
    result |= ag_state_number(shared, "memory", facts->usage.memory_kb);
    result |= ag_state_number(shared, "processor", facts->usage.processor);
    result |= ag_state_number(shared, "sessions", facts->usage.sessions);
    for (size_t i = 0; i < facts->licence_key_count; i++)
        result |= ag_state_leaf(shared, "licence-key", facts->licence_keys[i]);
    return result;
}

static int put_peer(struct lyd_node *peers, const struct sx_peer_status *peer)
{
    bool own = peer->state == SX_PEER_THIS_SYSTEM;
    struct lyd_node *entry = NULL;
    char index[8];
    int result;

    snprintf(index, sizeof index, "%u", peer->index);
    if (lyd_new_list(peers, NULL, "peer", 0, &entry, index) != LY_SUCCESS)
        return -1;
    result = ag_state_leaf(entry, "status", sx_peer_state_name(peer->state));
    result |= put_text(entry, "status-text", peer->status_text);
    result |= put_text(entry, "failure", peer->failure);
    if (!own) {
        result |= ag_state_leaf(entry, "certificate-status", certificate_name(peer->certificate));
        result |= put_text(entry, "certificate-reason", peer->certificate_reason);
    }
    result |= put_text(entry, "resolved-address", peer->resolved_address);
    if (peer->heard || own)
        result |= put_heard(entry, peer);
    if (peer->round_trip_us > 0)
        result |= ag_state_number(entry, "round-trip", peer->round_trip_us);
    result |= put_time(entry, "last-seen", peer->last_seen_ms);
    if (peer->has_facts)
        result |= put_facts(entry, peer);
    return result;
}

static int put_replication(struct lyd_node *cluster, const struct sx_status *status)
{
    struct lyd_node *replication = ag_state_container(cluster, "replication");
    char digest[2 * SX_DIGEST_SIZE + 1] = "";
    int result;

    if (!replication)
        return -1;
    result =
        ag_state_leaf(replication, "database-status", sx_database_status_name(status->database));
    result |= put_text(replication, "lineage", sx_history_lineage(&status->history));
    result |= ag_state_number(replication, "revision", sx_history_revision(&status->history));
    for (size_t i = 0; i < SX_DIGEST_SIZE; i++)
        snprintf(digest + 2 * i, 3, "%02x", status->history.digest[i]);
    result |= ag_state_leaf(replication, "digest", digest);
    result |= put_time(replication, "last-sync", status->last_sync_ms);
    result |= put_time(replication, "next-sync", status->next_sync_ms);
    result |= put_text(replication, "first-difference", status->first_difference);
    if (status->progress < 100)
        result |= ag_state_number(replication, "progress", status->progress);
    return result;
}

static int put_system_key(struct lyd_node *cluster, const struct sx_status *status)
{
    struct lyd_node *key = ag_state_container(cluster, "system-key");
    int result;

    if (!key)
        return -1;
    result = ag_state_leaf(key, "identifier", status->system_key);
    result |= ag_state_leaf(key, "update", status->key_update ? "active" : "idle");
    result |= ag_state_number(key, "unreadable", status->unreadable_secrets);
    return result;
}

int ag_state_put_rolling(struct lyd_node *node, const struct sx_rolling_status *rolling)
{
    int result = ag_state_leaf(node, "status", sx_rolling_state_name(rolling->state));
    if (rolling->state == SX_ROLLING_IDLE)
        return result;
    result |= put_text(node, "address", rolling->address);
    result |= ag_state_number(node, "done", rolling->done);
    result |= ag_state_number(node, "total", rolling->total);
    result |= put_text(node, "reason", rolling->reason);
    result |= put_time(node, "time", rolling->time_ms);
    return result;
}

int ag_state_cluster(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    const struct sx_status *status = ag_state_status(state);
    struct lyd_node *cluster = NULL, *peers, *rolling;
    int result = 0;

    if (lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS)
        return -1;
    cluster = *ret_tree;
    peers = ag_state_container(cluster, "peers");
    if (!peers)
        return -1;
    for (size_t i = 0; i < status->peer_count && result == 0; i++)
        result = put_peer(peers, &status->peers[i]);
    result |= put_replication(cluster, status);
    result |= put_system_key(cluster, status);
    rolling = ag_state_container(cluster, "rolling-restart");
    result |= rolling ? ag_state_put_rolling(rolling, &status->rolling) : -1;
    if (status->local_index > 0)
        result |= ag_state_number(cluster, "local-index", status->local_index);
    result |= ag_state_leaf(cluster, "role", sx_role_name(status->role));
    result |= ag_state_leaf(
        cluster, "tls-verification-in-force", status->enforce ? "enforce" : "permissive");
    result |=
        ag_state_leaf(cluster, "restart-required", status->restart_required ? "true" : "false");
    result |= ag_state_leaf(
        cluster, "factory-reset-armed", status->factory_reset_armed ? "true" : "false");
    for (size_t i = 0; i < status->warning_count; i++)
        result |= ag_state_leaf(cluster, "warnings", status->warnings[i]);
    return result;
}

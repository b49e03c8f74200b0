// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Peers, names and links follow the configuration; roles.c says which part this system plays. */

struct sx_peer *sx_cluster_peer(struct sx_engine *engine, const char *address)
{
    for (size_t i = 0; i < engine->peer_count; i++)
        if (strcasecmp(engine->peers[i].address, address) == 0)
            return &engine->peers[i];
    return NULL;
}

struct sx_peer *sx_cluster_primary(struct sx_engine *engine)
{
    if (engine->role != SX_ROLE_SUBORDINATE)
        return NULL;
    return sx_cluster_peer(engine, engine->configured.peers[engine->configured.primary - 1]);
}

static void release_peer(struct sx_engine *engine, struct sx_peer *peer)
{
    sx_replicate_reset(engine, peer);
    free(peer->link_sent);
    memset(peer, 0, sizeof *peer);
}

static void close_link(struct sx_engine *engine, struct sx_peer *peer, const char *reason)
{
    if (peer->link_wanted) {
        struct sx_action *action =
            sx_update_add(engine->update, SX_ACTION_LINK_CLOSE, peer->address);

        snprintf(action->reason, sizeof action->reason, "%s", reason);
    }
    sx_replicate_reset(engine, peer);
    free(peer->link_sent);
    peer->link_sent = NULL;
    peer->link_wanted = peer->up = peer->failed = peer->heard = false;
}

/* A peer is its address: what is known of it moves with it when indexes do. */
static void match_peers(struct sx_engine *engine)
{
    const struct sx_cluster_config *config = &engine->configured;
    struct sx_peer *peers = sx_calloc(SX_PEERS_MAX, sizeof *peers);
    size_t count = engine->applied.peer_count > 0 ? config->peer_count : 0;

    for (size_t i = 0; i < count; i++) {
        struct sx_peer *known = sx_cluster_peer(engine, config->peers[i]);

        /* In another spelling it is another address to those who carry it. */
        if (known && strcmp(known->address, config->peers[i]) == 0) {
            peers[i] = *known;
            memset(known, 0, sizeof *known);
        }
        peers[i].index = (uint8_t)(i + 1);
        snprintf(peers[i].address, sizeof peers[i].address, "%s", config->peers[i]);
    }
    for (size_t i = 0; i < engine->peer_count; i++) {
        if (!*engine->peers[i].address)
            continue;
        close_link(engine, &engine->peers[i], "the peer was removed from the list");
        sx_certificate_forget(engine, engine->peers[i].address);
        release_peer(engine, &engine->peers[i]);
    }
    memcpy(engine->peers, peers, SX_PEERS_MAX * sizeof *peers);
    engine->peer_count = count;
    free(peers);
}

static void ask(struct sx_engine *engine, struct sx_peer *peer)
{
    struct sx_action *action;

    if (peer->asked || engine->monotonic_ms < peer->ask_at_ms)
        return;
    action = sx_update_add(engine->update, SX_ACTION_RESOLVE, NULL);
    snprintf(action->resolve.name, sizeof action->resolve.name, "%s", peer->address);
    action->resolve.ipv6 = strcmp(engine->applied.ip_version, "ipv6") == 0;
    peer->asked = true;
}

/* The mapping first, DNS only where it has no entry (design section 5). */
static void resolve(struct sx_engine *engine, struct sx_peer *peer)
{
    const char *address = peer->address;
    const char *name = peer->address;

    if (sx_config_is_literal(peer->address)) {
        const char *mapped = sx_config_unmap(&engine->tree, peer->address);

        name = *mapped ? mapped : peer->address;
    } else {
        address = sx_config_map(&engine->tree, peer->address);
        if (!*address) {
            ask(engine, peer);
            snprintf(peer->certificate_name, sizeof peer->certificate_name, "%s", name);
            return;
        }
        peer->asked = false;
    }
    peer->unresolved = false;
    snprintf(peer->resolved, sizeof peer->resolved, "%.63s", address);
    snprintf(peer->certificate_name, sizeof peer->certificate_name, "%s", name);
}

static bool is_own_literal(const struct sx_engine *engine, const char *address)
{
    for (size_t i = 0; i < engine->own_address_count; i++)
        if (strcmp(engine->own_addresses[i], address) == 0)
            return true;
    return false;
}

bool sx_cluster_is_own(const struct sx_engine *engine, const char *address)
{
    const char *mapped;

    if (is_own_literal(engine, address))
        return true;
    mapped = sx_config_map(&engine->tree, address);
    if (*mapped)
        return is_own_literal(engine, mapped);
    for (size_t i = 0; i < engine->peer_count; i++)
        if (strcasecmp(engine->peers[i].address, address) == 0 && *engine->peers[i].resolved)
            return is_own_literal(engine, engine->peers[i].resolved);
    return false;
}

static void find_place(struct sx_engine *engine)
{
    engine->local_index = 0;
    for (size_t i = 0; i < engine->peer_count && engine->local_index == 0; i++)
        if (sx_cluster_is_own(engine, engine->peers[i].address))
            engine->local_index = engine->peers[i].index;
    /* While names do not resolve, or are mapped wrongly, the last place that was found counts. */
    for (size_t i = 0; i < engine->peer_count && engine->local_index == 0; i++)
        if (!sx_config_is_literal(engine->peers[i].address) &&
            strcasecmp(engine->peers[i].address, engine->local_address) == 0)
            engine->local_index = engine->peers[i].index;
}

/* A name that was entered where this system stood, and is not known yet, may be its own: it has to
 * stay to get the mapping from the primary. */
static void keep_place(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count && engine->local_index == 0; i++)
        if (*engine->local_address && !*engine->peers[i].resolved &&
            !sx_config_is_literal(engine->peers[i].address) &&
            strcasecmp(engine->applied.peers[i], engine->local_address) == 0)
            engine->local_index = engine->peers[i].index;
}

static void find_role(struct sx_engine *engine)
{
    const struct sx_cluster_config *config = &engine->configured;
    enum sx_role former = engine->role;

    if (engine->peer_count == 0)
        engine->role = SX_ROLE_STAND_ALONE;
    else if (engine->local_index == 0)
        engine->role = SX_ROLE_NOT_IN_LIST;
    else if (config->primary == engine->local_index)
        engine->role = SX_ROLE_PRIMARY;
    else
        engine->role = SX_ROLE_SUBORDINATE;
    /* What was refused in a former part, or of a former primary, is not tried again in this one:
     * nothing would end it. */
    for (size_t i = 0; i < engine->peer_count; i++)
        if (engine->role != former ||
            (engine->role == SX_ROLE_SUBORDINATE && config->primary != engine->peers[i].index))
            sx_replicate_accepted(&engine->peers[i]);
}

/* Keeps the last address under which this system was found, for when names do not resolve. */
static void remember_local(struct sx_engine *engine)
{
    struct sx_error err = {0};
    const char *address = engine->local_index ? engine->peers[engine->local_index - 1].address : "";

    if (engine->local_index == 0 || strcmp(address, engine->local_address) == 0)
        return;
    if (sx_store_begin(engine->store, &err) < 0 ||
        sx_store_set(engine->store, "local-address", address, &err) < 0 ||
        sx_store_commit(engine->store, &err) < 0) {
        sx_store_rollback(engine->store);
        sx_update_log(engine->update, SX_LOG_WARNING,
            "cluster: own address %s could not be stored: %s", address, err.message);
    }
    snprintf(engine->local_address, sizeof engine->local_address, "%s", address);
}

static void open_link(struct sx_engine *engine, struct sx_peer *peer)
{
    const struct sx_peer *local = &engine->peers[engine->local_index - 1];
    struct sx_action wish;
    struct sx_action *action;

    /* Compared as bytes below: no padding may be left to chance. */
    memset(&wish, 0, sizeof wish);
    snprintf(wish.link.address, sizeof wish.link.address, "%s", peer->resolved);
    snprintf(wish.link.name, sizeof wish.link.name, "%s", peer->certificate_name);
    if (is_own_literal(engine, local->resolved))
        snprintf(wish.link.local, sizeof wish.link.local, "%s", local->resolved);
    else if (is_own_literal(engine, engine->local_address))
        snprintf(wish.link.local, sizeof wish.link.local, "%.63s", engine->local_address);
    snprintf(wish.link.self, sizeof wish.link.self, "%s", local->address);
    snprintf(wish.link.clusters[0], SX_NAME_MAX, "%s", engine->applied.name);
    /* While it is being renamed some members have the former name in force, others the next. */
    snprintf(wish.link.clusters[1], SX_NAME_MAX, "%s", engine->configured.name);
    wish.link.enforce = strcmp(engine->applied.tls_verification, "enforce") == 0;
    wish.link.heartbeat_interval_ms = engine->configured.heartbeat_interval_ms;
    wish.link.heartbeat_timeout_ms = engine->configured.heartbeat_timeout_ms;
    if (peer->link_sent && memcmp(&peer->link_sent->link, &wish.link, sizeof wish.link) == 0)
        return;
    free(peer->link_sent);
    peer->link_sent = sx_alloc(sizeof *peer->link_sent);
    *peer->link_sent = wish;
    peer->link_wanted = true;
    action = sx_update_add(engine->update, SX_ACTION_LINK_OPEN, peer->address);
    action->link = wish.link;
}

void sx_cluster_close_links(struct sx_engine *engine, const char *reason)
{
    for (size_t i = 0; i < engine->peer_count; i++)
        close_link(engine, &engine->peers[i], reason);
}

static void settle_links(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++) {
        struct sx_peer *peer = &engine->peers[i];

        if (engine->local_index == 0 || peer->index == engine->local_index) {
            if (peer->link_wanted)
                close_link(engine, peer, "this system's place in the list changed");
        } else if (*peer->resolved) {
            open_link(engine, peer);
        }
    }
}

void sx_cluster_settle(struct sx_engine *engine)
{
    bool waiting = false;

    for (size_t i = 0; i < engine->peer_count; i++)
        waiting |=
            !sx_config_is_literal(engine->peers[i].address) &&
            (!*engine->peers[i].resolved || engine->peers[i].unresolved || engine->peers[i].failed);
    if (!engine->cluster_changed && !waiting)
        return;
    if (engine->cluster_changed) {
        sx_config_read(&engine->tree, &engine->configured);
        match_peers(engine);
        engine->status_changed = true;
        if (engine->sync_at_ms > engine->monotonic_ms + engine->configured.sync_interval_s * 1000ll)
            engine->sync_at_ms = engine->monotonic_ms;
    }
    for (size_t i = 0; i < engine->peer_count; i++)
        resolve(engine, &engine->peers[i]);
    find_place(engine);
    remember_local(engine);
    keep_place(engine);
    find_role(engine);
    settle_links(engine);
    engine->cluster_changed = false;
}

void sx_cluster_link_up(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_peer *peer = sx_cluster_peer(engine, event->link.peer);

    if (!peer || !peer->link_wanted)
        return;
    sx_replicate_reset(engine, peer);
    peer->up = true;
    peer->failed = peer->unreachable = false;
    peer->round_trip_us = 0;
    peer->key_offer_at_ms = 0;
    peer->heard = peer->restart_asked = peer->preview_asked = false;
    peer->rolling_due = sx_rolling_is_open(engine);
    peer->failure[0] = '\0';
    sx_certificate_judged(engine, peer, event);
    sx_update_log(engine->update, SX_LOG_INFO, "cluster: link with peer %u (%s) is up", peer->index,
        peer->address);
    sx_hello_settle(engine, peer);
    sx_facts_tell(engine, peer);
    engine->status_changed = true;
}

static void lose_link(struct sx_engine *engine, struct sx_peer *peer, const char *reason)
{
    if (peer->up || strcmp(peer->failure, reason) != 0)
        sx_update_log(engine->update, SX_LOG_WARNING, "cluster: no link with peer %u (%s): %s",
            peer->index, peer->address, reason);
    peer->up = false;
    peer->failed = true;
    snprintf(peer->failure, sizeof peer->failure, "%s", reason);
    sx_replicate_reset(engine, peer);
    engine->status_changed = true;
}

void sx_cluster_link_down(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_peer *peer = sx_cluster_peer(engine, event->link.peer);

    if (!peer || !peer->link_wanted)
        return;
    lose_link(engine, peer, event->link.reason);
    peer->unreachable = event->link.unreachable;
    if (event->link.certificate_reason)
        sx_certificate_judged(engine, peer, event);
}

void sx_cluster_end_link(struct sx_engine *engine, struct sx_peer *peer, const char *reason)
{
    struct sx_action *action = sx_update_add(engine->update, SX_ACTION_LINK_RESET, peer->address);

    snprintf(action->reason, sizeof action->reason, "%s", reason);
    peer->ended = true;
    lose_link(engine, peer, action->reason);
}

void sx_cluster_resolved(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_peer *peer = sx_cluster_peer(engine, event->resolved.name);

    if (!peer || !peer->asked)
        return;
    peer->asked = false;
    peer->unresolved = !*event->resolved.address;
    peer->ask_at_ms = engine->monotonic_ms + SX_RESOLVE_RETRY_MS;
    if (*event->resolved.address)
        snprintf(peer->resolved, sizeof peer->resolved, "%s", event->resolved.address);
    engine->cluster_changed = true;
}

// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <string.h>

/* Soft state that peers tell each other: small, told in whole, at most once a second and at least
 * every ten. Nobody acknowledges it, and nothing of it is stored. Where a subordinate stands is
 * told to other subordinates at the same time; with the primary it is part of replication. */

static void read_configuration(struct sx_engine *engine)
{
    struct sx_facts fresh;

    /* Compared as bytes below: no padding and no rest of a text may be left to chance. */
    memset(&fresh, 0, sizeof fresh);
    fresh.usage = engine->facts.usage;
    sx_config_host_name(&engine->tree, fresh.host_name);
    fresh.licence_key_count = sx_config_licence_keys(&engine->tree, fresh.licence_keys);
    fresh.maintenance =
        strcmp(sx_config_leaf(&engine->tree, "/sextant-system:system/maintenance-mode"), "true") ==
        0;
    if (memcmp(&fresh, &engine->facts, sizeof fresh) != 0)
        engine->status_changed = true;
    memcpy(&engine->facts, &fresh, sizeof fresh);
}

static bool has_listener(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++)
        if (engine->peers[i].up)
            return true;
    return false;
}

static bool has_moved(const struct sx_engine *engine)
{
    return engine->role == SX_ROLE_SUBORDINATE &&
           engine->revision_told != sx_history_revision(&engine->history);
}

int64_t sx_facts_deadline(const struct sx_engine *engine)
{
    bool changed =
        has_moved(engine) || memcmp(&engine->facts, &engine->facts_told, sizeof engine->facts) != 0;

    if (!has_listener(engine))
        return INT64_MAX;
    return engine->facts_told_ms + (changed ? SX_FACTS_GAP_MS : SX_FACTS_REFRESH_MS);
}

void sx_facts_tell(struct sx_engine *engine, const struct sx_peer *peer)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_FACTS);

    *message->facts = engine->facts;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
}

void sx_facts_settle(struct sx_engine *engine)
{
    const struct sx_peer *primary = sx_cluster_primary(engine);
    bool moved = has_moved(engine);

    if (engine->system_changed)
        read_configuration(engine);
    engine->system_changed = false;
    if (engine->monotonic_ms < sx_facts_deadline(engine))
        return;
    memcpy(&engine->facts_told, &engine->facts, sizeof engine->facts);
    engine->facts_told_ms = engine->monotonic_ms;
    engine->revision_told = sx_history_revision(&engine->history);
    for (size_t i = 0; i < engine->peer_count; i++) {
        struct sx_peer *peer = &engine->peers[i];

        if (!peer->up)
            continue;
        sx_facts_tell(engine, peer);
        if (moved && peer != primary)
            sx_replicate_position(engine, peer);
    }
}

void sx_facts_usage(struct sx_engine *engine, const struct sx_usage *usage)
{
    engine->facts.usage = *usage;
    engine->status_changed |= engine->peer_count > 0;
}

void sx_facts_take(struct sx_engine *engine, struct sx_peer *peer, const struct sx_facts *facts)
{
    peer->facts = *facts;
    peer->has_facts = true;
    peer->facts_ms = engine->monotonic_ms;
}

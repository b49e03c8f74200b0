// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *sx_role_name(enum sx_role role)
{
    static const char *const names[] = {"stand-alone", "primary", "subordinate", "not-in-list"};

    return (size_t)role < COUNT(names) ? names[role] : "unknown";
}

const char *sx_peer_state_name(enum sx_peer_state state)
{
    static const char *const names[] = {"unknown", "this-system", "failed", "active"};

    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

const char *sx_database_status_name(enum sx_database_status status)
{
    static const char *const names[] = {"active", "synchronising", "conflict", "unavailable"};

    return (size_t)status < COUNT(names) ? names[status] : "unknown";
}

const char *sx_rolling_state_name(enum sx_rolling_state state)
{
    static const char *const names[] = {"idle", "running", "stopped", "completed"};

    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

static enum sx_role role_of(const struct sx_hello *hello)
{
    if (!*hello->peers[0])
        return SX_ROLE_STAND_ALONE;
    if (hello->local_index == 0)
        return SX_ROLE_NOT_IN_LIST;
    return hello->local_index == hello->configuration_primary ? SX_ROLE_PRIMARY
                                                              : SX_ROLE_SUBORDINATE;
}

static void describe(const struct sx_peer *peer, struct sx_peer_status *status)
{
    const char *name = *status->system_name ? status->system_name : peer->address;

    switch (status->state) {
    case SX_PEER_THIS_SYSTEM:
        snprintf(status->status_text, sizeof status->status_text, "This system");
        break;
    case SX_PEER_ACTIVE:
        snprintf(status->status_text, sizeof status->status_text,
            "Active as %s (Resolved '%s' as '%s')", name, peer->address, peer->resolved);
        break;
    case SX_PEER_FAILED:
        snprintf(status->status_text, sizeof status->status_text, "Failed");
        break;
    case SX_PEER_UNKNOWN:
        snprintf(status->status_text, sizeof status->status_text, "Unknown");
        break;
    }
}

static void fill_heard(
    const struct sx_engine *engine, const struct sx_peer *peer, struct sx_peer_status *status)
{
    uint64_t own = sx_history_revision(&engine->history);
    uint64_t theirs = sx_history_revision(&peer->hello.history);

    status->heard = true;
    status->role = role_of(&peer->hello);
    strcpy(status->system_name, peer->hello.system_name);
    strcpy(status->software_version, peer->hello.software_version);
    strcpy(status->lineage, sx_history_lineage(&peer->hello.history));
    status->revision = theirs;
    /* Numbers of another history say nothing of how far it is behind this one. */
    if (own > theirs && sx_history_holds(&engine->history, status->lineage, theirs))
        status->lag = own - theirs;
}

static void fill_own(const struct sx_engine *engine, struct sx_peer_status *status)
{
    status->heard = true;
    status->role = engine->role;
    strcpy(status->system_name, engine->system_name);
    strcpy(status->software_version, engine->software_version);
    strcpy(status->lineage, sx_history_lineage(&engine->history));
    status->revision = sx_history_revision(&engine->history);
}

static void fill_facts(
    const struct sx_engine *engine, const struct sx_peer *peer, struct sx_peer_status *status)
{
    bool own = peer->index == engine->local_index;

    status->has_facts = own || peer->has_facts;
    status->facts = own ? engine->facts : peer->facts;
    status->facts_ms = own ? engine->monotonic_ms : peer->facts_ms;
}

static void fill_peer(
    const struct sx_engine *engine, const struct sx_peer *peer, struct sx_peer_status *status)
{
    const char *obstacle = NULL;

    status->index = peer->index;
    strcpy(status->address, peer->address);
    strcpy(status->resolved_address, peer->resolved);
    if (peer->index == engine->local_index) {
        status->state = SX_PEER_THIS_SYSTEM;
        fill_own(engine, status);
    } else {
        status->state = peer->up ? SX_PEER_ACTIVE : peer->failed ? SX_PEER_FAILED : SX_PEER_UNKNOWN;
        status->certificate = peer->certificate;
        strcpy(status->certificate_reason, peer->certificate_reason);
        if (peer->heard)
            fill_heard(engine, peer, status);
        if (engine->role == SX_ROLE_PRIMARY)
            obstacle = sx_hello_obstacle(engine, peer, true);
        else if (engine->configured.primary == peer->index)
            obstacle = sx_hello_obstacle(engine, peer, false);
        else if (!peer->up)
            obstacle = peer->failure;
        if (!obstacle && peer->refusals > 0)
            obstacle = peer->refusal;
        snprintf(status->failure, sizeof status->failure, "%s", obstacle ? obstacle : "");
    }
    fill_facts(engine, peer, status);
    describe(peer, status);
}

static enum sx_database_status database_of(const struct sx_engine *engine)
{
    const struct sx_peer *primary;

    if (*engine->database_failure || engine->role == SX_ROLE_NOT_IN_LIST)
        return SX_DATABASE_UNAVAILABLE;
    if (engine->role != SX_ROLE_SUBORDINATE)
        return SX_DATABASE_ACTIVE;
    if (engine->conflict)
        return SX_DATABASE_CONFLICT;
    if (engine->configured.primary == 0 || engine->configured.primary > engine->peer_count)
        return SX_DATABASE_UNAVAILABLE;
    primary = &engine->peers[engine->configured.primary - 1];
    if (sx_hello_obstacle(engine, primary, false))
        return SX_DATABASE_UNAVAILABLE;
    if (engine->take_snapshot || engine->new_schema || (engine->in.active && !engine->in.compare) ||
        sx_history_revision(&engine->history) < sx_history_revision(&primary->hello.history))
        return SX_DATABASE_SYNCHRONISING;
    return SX_DATABASE_ACTIVE;
}

void sx_engine_status(const struct sx_engine *engine, struct sx_status *ret_status)
{
    struct sx_status *status = ret_status;

    memset(status, 0, sizeof *status);
    status->role = engine->role;
    status->local_index = engine->local_index;
    status->configuration_primary = engine->configured.primary;
    if (engine->configured.primary)
        strcpy(status->primary_address, engine->configured.peers[engine->configured.primary - 1]);
    strcpy(status->system_name, engine->system_name);
    strcpy(status->software_version, engine->software_version);
    strcpy(status->cluster_name, engine->applied.name);
    status->enforce = strcmp(engine->applied.tls_verification, "enforce") == 0;
    status->database = database_of(engine);
    status->history = engine->history;
    status->last_sync_ms = engine->last_sync_ms;
    if (engine->peer_count > 0)
        status->next_sync_ms = engine->now_ms + engine->sync_at_ms - engine->monotonic_ms;
    status->progress = 100;
    if (engine->in.active && !engine->in.compare && engine->in.total > 0)
        status->progress =
            engine->in.bytes >= engine->in.total
                ? 99
                : (uint8_t)((double)engine->in.bytes * 99 / (double)engine->in.total);
    for (size_t i = 0; i < engine->peer_count; i++)
        fill_peer(engine, &engine->peers[i], &status->peers[i]);
    status->peer_count = engine->peer_count;
    status->alarm_count = engine->alarms.count;
    status->alarms = sx_calloc(engine->alarms.count + 1, sizeof *status->alarms);
    memcpy(status->alarms, engine->alarms.active, engine->alarms.count * sizeof *status->alarms);
    for (size_t i = 0; i < engine->alarms.count; i++)
        status->restart_required |= engine->alarms.active[i].id == 20007;
    status->alarm_sequence = engine->alarms.sequence;
    status->factory_reset_armed = engine->reset.armed;
    status->steps = engine->steps;
    status->whole_validations = engine->tree.whole_validations;
    strcpy(status->system_key, engine->secrets.keys.keys[0].id);
    status->key_update = engine->system_key.saving || engine->system_key.updating;
    status->unreadable_secrets = engine->secrets.aside.count;
    sx_rolling_fill(&engine->rolling, &status->rolling);
    snprintf(
        status->first_difference, sizeof status->first_difference, "%s", sx_preview_first(engine));
    status->previews = engine->preview.serial;
    sx_warnings(engine, status);
}

void sx_status_clear(struct sx_status *status)
{
    free(status->alarms);
    memset(status, 0, sizeof *status);
}

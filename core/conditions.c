// SPDX-License-Identifier: Apache-2.0
#include "conditions_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Each alarm has its cause here, and nothing else raises or clears one. */

/* One cause is enough: an alarm is one for its kind and resource. */
static bool is_wanted(const struct sx_wanted *wanted, uint32_t id, const char *resource)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->items[i].id == id && strcmp(wanted->items[i].resource, resource) == 0)
            return true;
    return false;
}

void sx_alarm_resource(const struct sx_peer *peer, char ret_resource[SX_ALARM_RESOURCE_MAX])
{
    snprintf(ret_resource, SX_ALARM_RESOURCE_MAX, "/sextant-cluster:cluster/peers/peer[index='%u']",
        peer->index);
}

void sx_want(
    struct sx_wanted *wanted, uint32_t id, const struct sx_peer *peer, const char *format, ...)
{
    struct sx_alarm_event *alarm;
    va_list arguments;

    char resource[SX_ALARM_RESOURCE_MAX] = "";

    if (peer)
        sx_alarm_resource(peer, resource);
    if (wanted->count == SX_ALARMS_MAX || is_wanted(wanted, id, resource))
        return;
    alarm = &wanted->items[wanted->count++];
    memset(alarm, 0, sizeof *alarm);
    alarm->id = id;
    strcpy(alarm->resource, resource);
    va_start(arguments, format);
    vsnprintf(alarm->text, sizeof alarm->text, format, arguments);
    va_end(arguments);
}

/* What is not known yet neither raises nor clears: the alarm stays as it is. */
void sx_keep(struct sx_wanted *wanted, uint32_t id, const struct sx_peer *peer)
{
    char resource[SX_ALARM_RESOURCE_MAX] = "";
    const struct sx_alarms *alarms = &wanted->engine->alarms;

    if (peer)
        sx_alarm_resource(peer, resource);
    if (is_wanted(wanted, id, resource))
        return;
    for (size_t i = 0; i < alarms->count && wanted->count < SX_ALARMS_MAX; i++)
        if (alarms->active[i].id == id && strcmp(alarms->active[i].resource, resource) == 0)
            wanted->items[wanted->count++] = alarms->active[i];
}

static bool is_primary_of(const struct sx_engine *engine, const struct sx_peer *peer)
{
    return engine->role == SX_ROLE_SUBORDINATE && engine->configured.primary == peer->index;
}

/* The link after one that was ended for what came over it: alarms do not come and go with each that
 * ends in the same way. */
static bool is_on_trial(const struct sx_engine *engine, const struct sx_peer *peer)
{
    return peer->up && peer->ended &&
           (!peer->heard || (peer->refusals > 0 && is_primary_of(engine, peer)));
}

/* True while the key of one is on its way to the other. */
static bool of_key(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const struct sx_engine *engine = wanted->engine;

    if (!sx_hello_key_differs(engine, peer, engine->role == SX_ROLE_PRIMARY))
        return false;
    if (engine->system_key.saving || engine->monotonic_ms < peer->key_until_ms) {
        sx_keep(wanted, 40055, peer);
        return true;
    }
    sx_want(wanted, 40055, peer,
        "Peer %u (%s) has system key %s, this system %s: nothing is replicated", peer->index,
        peer->address, peer->hello.system_key, engine->secrets.keys.keys[0].id);
    return false;
}

static void of_secrets(struct sx_wanted *wanted)
{
    const struct sx_set_aside *aside = &wanted->engine->secrets.aside;

    if (aside->count > 0)
        sx_want(wanted, 40055, NULL, "%zu secrets cannot be decrypted, the first is %.200s",
            aside->count, aside->items[0].path);
}

static void of_schema(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const char *theirs = peer->hello.software_version, *own = wanted->engine->software_version;

    if (memcmp(peer->hello.schema_hash, sx_schema_hash(wanted->engine->schema), SX_DIGEST_SIZE) ==
        0)
        return;
    if (strcmp(theirs, own) == 0)
        sx_want(wanted, 20008, peer, "Peer %u (%s) has other YANG modules; both run software %s",
            peer->index, peer->address, own);
    else
        sx_want(wanted, 20008, peer, "Peer %u (%s) runs software %s, this system %s", peer->index,
            peer->address, theirs, own);
}

/* From some tries on, waiting does not help. */
static void of_refusal(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    bool primary = wanted->engine->role == SX_ROLE_PRIMARY;

    sx_want(wanted, 20009, peer, "Peer %u (%s): %s", peer->index, peer->address, peer->refusal);
    if (primary && peer->refusals == SX_REFUSALS_MAX)
        sx_want(wanted, 20025, peer, "Peer %u (%s) stays out of step: %s", peer->index,
            peer->address, peer->refusal);
    if (!primary && peer->rejected == SX_REFUSALS_MAX)
        sx_want(wanted, 20024, peer,
            "What the configuration primary, peer %u (%s), sends is wrong again and again: %s",
            peer->index, peer->address, peer->refusal);
}

static void keep_refusal(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    sx_keep(wanted, 20009, peer);
    sx_keep(wanted, 20024, peer);
    sx_keep(wanted, 20025, peer);
}

static void of_replication(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const struct sx_engine *engine = wanted->engine;
    const char *obstacle;

    if (engine->role != SX_ROLE_PRIMARY && !is_primary_of(engine, peer))
        return;
    /* A link that has just come up has a moment to say hello. */
    if (peer->up ? !peer->heard : !peer->failed) {
        sx_keep(wanted, 20006, peer);
        sx_keep(wanted, 20008, peer);
        sx_keep(wanted, 40055, peer);
        if (peer->refusals > 0)
            keep_refusal(wanted, peer);
        return;
    }
    obstacle = sx_hello_obstacle(engine, peer, engine->role == SX_ROLE_PRIMARY);
    if (of_key(wanted, peer))
        sx_keep(wanted, 20006, peer);
    else if (obstacle)
        sx_want(wanted, 20006, peer, "Peer %u (%s) cannot be replicated with: %s", peer->index,
            peer->address, obstacle);
    else if (is_on_trial(engine, peer))
        sx_keep(wanted, 20006, peer);
    if (peer->heard)
        of_schema(wanted, peer);
    if (peer->refusals > 0)
        of_refusal(wanted, peer);
}

static void of_peer(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const struct sx_engine *engine = wanted->engine;

    if (peer->unresolved)
        sx_want(wanted, 20005, peer, "Peer %u (%s): neither the address mapping nor DNS knows it",
            peer->index, peer->address);
    else if (!*peer->resolved)
        sx_keep(wanted, 20005, peer);
    if (peer->index == engine->local_index)
        return;
    if (peer->failed)
        sx_want(wanted, 20004, peer, "Peer %u (%s): %s", peer->index, peer->address, peer->failure);
    else if ((!peer->up && engine->local_index != 0) || is_on_trial(engine, peer))
        sx_keep(wanted, 20004, peer);
    of_replication(wanted, peer);
}

static bool is_pending(const struct sx_peer *peer)
{
    return !*peer->resolved && !peer->unresolved;
}

static bool names_pending(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++)
        if (is_pending(&engine->peers[i]))
            return true;
    return false;
}

static void of_list(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    for (size_t i = 0; i < engine->peer_count; i++)
        for (size_t j = i + 1; j < engine->peer_count; j++) {
            const struct sx_peer *a = &engine->peers[i], *b = &engine->peers[j];

            if (*a->resolved && strcmp(a->resolved, b->resolved) == 0)
                sx_want(wanted, 20003, b, "Peers %u (%s) and %u (%s) are one system: %s", a->index,
                    a->address, b->index, b->address, a->resolved);
            else if (is_pending(a) || is_pending(b))
                sx_keep(wanted, 20003, b);
        }
    if (engine->role == SX_ROLE_NOT_IN_LIST && names_pending(engine))
        sx_keep(wanted, 20015, NULL);
    else if (engine->role == SX_ROLE_NOT_IN_LIST)
        sx_want(wanted, 20015, NULL, "No peer of the list is an address of this system");
    if (engine->peer_count > 0 && strcmp(engine->applied.tls_verification, "permissive") == 0)
        sx_want(
            wanted, 40049, NULL, "TLS verification is permissive: certificates are not enforced");
    if (engine->peer_count > 0 && !*engine->applied.name)
        sx_want(wanted, 20019, NULL, "A cluster is formed and has no name");
}

static void of_restart(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    if (sx_apply_is_due(engine))
        sx_want(wanted, 20007, NULL, "The cluster's configuration changed: restart to apply it");
    if (strcmp(engine->applied.tls_verification, engine->configured.tls_verification) != 0)
        sx_want(wanted, 20020, NULL, "TLS verification is %s until the restart, then %s",
            engine->applied.tls_verification, engine->configured.tls_verification);
}

/* What differs until the restart only, 20007 tells. */
static bool differs(const char *theirs, const char *applied, const char *configured)
{
    return strcmp(theirs, applied) != 0 && strcmp(theirs, configured) != 0;
}

static bool settings_differ(const struct sx_engine *engine, const struct sx_peer *peer)
{
    const struct sx_cluster_config *applied = &engine->applied, *configured = &engine->configured;
    const struct sx_hello *hello = &peer->hello;

    for (size_t i = 0; i < SX_PEERS_MAX; i++)
        if (strcasecmp(hello->peers[i], engine->configured.peers[i]) != 0)
            return true;
    return differs(hello->cluster_name, applied->name, configured->name) ||
           differs(hello->ip_version, applied->ip_version, configured->ip_version) ||
           differs(
               hello->tls_verification, applied->tls_verification, configured->tls_verification);
}

static void of_primary(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;
    const struct sx_peer *primary;

    if (engine->role != SX_ROLE_SUBORDINATE || engine->configured.primary == 0 ||
        engine->configured.primary > engine->peer_count)
        return;
    primary = &engine->peers[engine->configured.primary - 1];
    if (primary->failed)
        sx_want(wanted, 20016, NULL, "The configuration primary, peer %u (%s), is unreachable: %s",
            primary->index, primary->address, primary->failure);
    else if (!primary->up || is_on_trial(engine, primary))
        sx_keep(wanted, 20016, NULL);
    if (primary->up && primary->heard) {
        if (settings_differ(engine, primary))
            sx_want(wanted, 20012, NULL,
                "Cluster name, IP version, TLS mode or peer list differ from those of the primary, "
                "peer %u (%s)",
                primary->index, primary->address);
    } else {
        sx_keep(wanted, 20012, NULL);
    }
    if (engine->conflict)
        sx_want(wanted, 20011, NULL,
            "This system holds revision %llu of another history than the primary's, peer %u "
            "(%s)%s%.200s",
            (unsigned long long)sx_history_revision(&engine->history), primary->index,
            primary->address, *sx_preview_first(engine) ? ": they differ first in " : "",
            sx_preview_first(engine));
}

/* Two that are linked name different primaries. */
static void of_primaries(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;
    const char *own =
        engine->configured.primary ? engine->configured.peers[engine->configured.primary - 1] : "";
    bool unknown = false;

    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (peer->index == engine->local_index)
            continue;
        if (!peer->up || !peer->heard) {
            unknown |= engine->local_index != 0 && !peer->failed;
        } else if (strcasecmp(sx_hello_primary(&peer->hello), own) != 0) {
            sx_want(wanted, 20017, NULL,
                "Peer %u (%s) names %s as configuration primary, this system %s", peer->index,
                peer->address,
                *sx_hello_primary(&peer->hello) ? sx_hello_primary(&peer->hello) : "none",
                *own ? own : "none");
            return;
        }
    }
    if (unknown)
        sx_keep(wanted, 20017, NULL);
}

static void of_database(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    if (*engine->database_failure)
        sx_want(wanted, 15005, NULL, "%.300s", engine->database_failure);
    if (engine->set_aside > 0)
        sx_want(wanted, 15008, NULL,
            "%llu parts of the stored configuration do not fit the YANG modules and are set aside; "
            "sextantctl set-aside lists them",
            (unsigned long long)engine->set_aside);
    if (engine->no_room)
        sx_want(wanted, 15010, NULL,
            "The file system of %s is full: no configuration is taken until there is room",
            engine->directory);
    if (sx_reset_is_due(engine))
        sx_want(wanted, SX_ALARM_RESET_STARTED, NULL,
            "The configuration is being erased but for what survives a factory reset");
    if (engine->reset.armed)
        sx_want(wanted, 15012, NULL,
            "The peers were taken out of the list: the next restart erases the configuration");
    if (*engine->reset.failure)
        sx_want(wanted, 15013, NULL, "%s", engine->reset.failure);
    if (*engine->restoring.failure)
        sx_want(wanted, 15023, NULL, "%s", engine->restoring.failure);
}

/* One alarm each turn: its raise and clear are the progress that the NMS sees. */
static void of_rolling_restart(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;
    const struct sx_rolling *rolling = &engine->rolling;
    const struct sx_peer *peer = NULL;

    for (size_t i = 0; rolling->at < rolling->count && i < engine->peer_count; i++)
        if (strcasecmp(engine->peers[i].address, rolling->order[rolling->at]) == 0)
            peer = &engine->peers[i];
    if (rolling->state == SX_ROLLING_RUNNING)
        sx_want(wanted, 20022, peer, "%s restarts, %zu of %zu systems are done",
            rolling->order[rolling->at], rolling->at, rolling->count);
    if (rolling->state == SX_ROLLING_STOPPED)
        sx_want(wanted, 20023, peer, "Stopped at %s with %zu of %zu systems done: %s",
            rolling->order[rolling->at], rolling->at, rolling->count, rolling->reason);
}

static void of_maintenance(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    if (engine->facts.maintenance)
        sx_want(wanted, 15015, NULL, "This system takes no new calls or registrations");
    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (peer->index == engine->local_index)
            continue;
        if (!peer->up || !peer->has_facts)
            sx_keep(wanted, 15015, peer);
        else if (peer->facts.maintenance)
            sx_want(wanted, 15015, peer, "Peer %u (%s) takes no new calls or registrations",
                peer->index, peer->address);
    }
}

size_t sx_conditions(const struct sx_engine *engine, struct sx_alarm_event *ret_wanted)
{
    struct sx_wanted wanted = {.engine = engine, .items = ret_wanted};

    for (size_t i = 0; i < engine->peer_count; i++)
        of_peer(&wanted, &engine->peers[i]);
    of_database(&wanted);
    of_list(&wanted);
    of_restart(&wanted);
    of_secrets(&wanted);
    of_primary(&wanted);
    of_primaries(&wanted);
    of_maintenance(&wanted);
    of_rolling_restart(&wanted);
    sx_conditions_certificate(&wanted);
    sx_conditions_requirement(&wanted);
    return wanted.count;
}

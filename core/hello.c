// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <stdio.h>
#include <string.h>

const char *sx_hello_primary(const struct sx_hello *hello)
{
    if (hello->configuration_primary == 0 || hello->configuration_primary > SX_PEERS_MAX)
        return "";
    return hello->peers[hello->configuration_primary - 1];
}

bool sx_hello_lists(const struct sx_hello *hello, const char *address)
{
    for (size_t i = 0; i < SX_PEERS_MAX; i++)
        if (*address && strcasecmp(hello->peers[i], address) == 0)
            return true;
    return false;
}

static const char key_differs[] = "its system key differs";
static const char has_diverged[] = "its configuration has diverged: run force-config-update there";

const char *sx_hello_obstacle(
    const struct sx_engine *engine, const struct sx_peer *peer, bool we_are_primary)
{
    const struct sx_hello *hello = &peer->hello;
    const char *own = engine->local_index ? engine->peers[engine->local_index - 1].address : "";
    const char *primary = we_are_primary ? own : peer->address;

    if (!peer->up)
        return *peer->failure ? peer->failure : "there is no link";
    if (!peer->heard)
        return "it has not said hello";
    if (strcmp(hello->cluster_name, engine->applied.name) != 0)
        return "its cluster name differs";
    if (strcmp(hello->ip_version, engine->applied.ip_version) != 0)
        return "its cluster IP version differs";
    if (memcmp(hello->schema_hash, sx_schema_hash(engine->schema), SX_DIGEST_SIZE) != 0)
        return "its schema differs: an upgrade is in progress";
    if (!sx_hello_lists(hello, own))
        return "its list of peers does not hold this system";
    if (!sx_hello_lists(hello, peer->address))
        return "its list of peers does not hold itself";
    if (strcasecmp(sx_hello_primary(hello), primary) != 0)
        return "it names another configuration primary";
    if (strcmp(hello->system_key, engine->secrets.keys.keys[0].id) != 0)
        return key_differs;
    if (we_are_primary && !hello->take_snapshot &&
        !sx_history_holds(&engine->history, sx_history_lineage(&hello->history),
            sx_history_revision(&hello->history)))
        return has_diverged;
    return NULL;
}

bool sx_hello_key_differs(
    const struct sx_engine *engine, const struct sx_peer *peer, bool we_are_primary)
{
    return sx_hello_obstacle(engine, peer, we_are_primary) == key_differs;
}

bool sx_hello_diverged(const struct sx_engine *engine, const struct sx_peer *peer)
{
    return sx_hello_obstacle(engine, peer, true) == has_diverged;
}

static void fill(const struct sx_engine *engine, struct sx_hello *hello)
{
    const struct sx_cluster_config *config = &engine->configured;

    snprintf(
        hello->software_version, sizeof hello->software_version, "%s", engine->software_version);
    memcpy(hello->schema_hash, sx_schema_hash(engine->schema), SX_DIGEST_SIZE);
    snprintf(hello->system_name, sizeof hello->system_name, "%s", engine->system_name);
    snprintf(hello->cluster_name, sizeof hello->cluster_name, "%s", engine->applied.name);
    snprintf(hello->ip_version, sizeof hello->ip_version, "%s", engine->applied.ip_version);
    snprintf(hello->tls_verification, sizeof hello->tls_verification, "%s",
        engine->applied.tls_verification);
    memcpy(hello->peers, config->peers, sizeof hello->peers);
    hello->configuration_primary = config->primary;
    hello->local_index = engine->local_index;
    hello->take_snapshot = engine->take_snapshot;
    hello->new_schema = engine->new_schema;
    strcpy(hello->system_key, engine->secrets.keys.keys[0].id);
    sx_secret_key_id(engine->secrets.digest_key, hello->digest_key);
    hello->key_unshared = !engine->system_key.shared;
    hello->boot = engine->boot;
    hello->requirements = engine->requirements;
    hello->key_busy = engine->system_key.saving || engine->system_key.updating;
    /* A new lineage is news to those that are not replicated with; the rest of the history is told
     * with each hello and does not make one. */
    strcpy(hello->history.chain[0].id, sx_history_lineage(&engine->history));
}

static void say(struct sx_engine *engine, const struct sx_hello *hello, const struct sx_peer *to)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_HELLO);

    *message->hello = *hello;
    message->hello->time_ms = engine->now_ms;
    message->hello->history = engine->history;
    sx_update_add(engine->update, SX_ACTION_SEND, to->address)->message = message;
}

void sx_hello_settle(struct sx_engine *engine, struct sx_peer *only)
{
    struct sx_hello hello;

    /* Compared as bytes below: no padding may be left to chance. */
    memset(&hello, 0, sizeof hello);
    fill(engine, &hello);
    if (only) {
        say(engine, &hello, only);
        return;
    }
    if (memcmp(&hello, &engine->hello_sent, sizeof hello) == 0)
        return;
    memcpy(&engine->hello_sent, &hello, sizeof hello);
    for (size_t i = 0; i < engine->peer_count; i++)
        if (engine->peers[i].up)
            say(engine, &hello, &engine->peers[i]);
}

// SPDX-License-Identifier: Apache-2.0
#include "hex.h"
#include "state.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is known of certificates. Where one verifies, that is proof enough. Where it does not and
 * the peer is let in all the same, its key is remembered when it is first seen, and another one
 * later is not trusted with the system key until an operator accepts it.
 */

#define DAY_MS 86400000ll

/* Name in the store of the key that a peer is known by. */
static char *value_name(const char *address)
{
    char *name = sx_format("peer-key %s", address);

    for (char *at = name; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return name;
}

/* Stores the key, or that there is none (NULL), in a transaction of its own. */
static int store_key(
    struct sx_engine *engine, const char *address, const char *key, struct sx_error *err)
{
    char *name = value_name(address);
    int result = -1;

    if (sx_store_begin(engine->store, err) == 0) {
        result = sx_store_set(engine->store, name, key, err) < 0 ||
                         sx_store_commit(engine->store, err) < 0
                     ? -1
                     : 0;
        if (result < 0)
            sx_store_rollback(engine->store);
    }
    free(name);
    return result;
}

static void load_key(struct sx_engine *engine, struct sx_peer *peer)
{
    char *name = value_name(peer->address), *value = NULL;
    struct sx_error err = {0};

    if (!*peer->known_key && sx_stored_value(engine, name, &value, &err) == 0 && value)
        snprintf(peer->known_key, sizeof peer->known_key, "%s", value);
    free(value);
    free(name);
}

static void remember(struct sx_engine *engine, struct sx_peer *peer, const char *key)
{
    struct sx_error err = {0};

    if (strcmp(peer->known_key, key) != 0 && store_key(engine, peer->address, key, &err) < 0)
        sx_update_log(engine->update, SX_LOG_ERROR,
            "cluster: the key of peer %u (%s) cannot be remembered: %s", peer->index, peer->address,
            err.message);
    strcpy(peer->known_key, key);
    peer->key_changed = false;
}

static void judge_key(struct sx_engine *engine, struct sx_peer *peer)
{
    bool before = peer->key_changed;
    char key[SX_KEY_HASH_SIZE];

    if (!peer->shown.shown)
        return;
    load_key(engine, peer);
    sx_hex_encode(peer->shown.key, sizeof peer->shown.key, key);
    if (!*peer->known_key || peer->certificate == SX_CERTIFICATE_VALID) {
        remember(engine, peer, key);
        return;
    }
    peer->key_changed = strcmp(peer->known_key, key) != 0;
    if (peer->key_changed && !before)
        sx_update_log(engine->update, SX_LOG_WARNING,
            "cluster: peer %u (%s) shows key %s and is known by key %s", peer->index, peer->address,
            key, peer->known_key);
}

void sx_certificate_judged(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_event *event)
{
    peer->certificate =
        event->type == SX_EVENT_LINK_DOWN ? SX_CERTIFICATE_INVALID : event->link.certificate;
    snprintf(peer->certificate_reason, sizeof peer->certificate_reason, "%s",
        peer->certificate == SX_CERTIFICATE_INVALID ? event->link.reason : "");
    peer->shown = event->link.shown;
    if (peer->up)
        judge_key(engine, peer);
    engine->status_changed = true;
}

void sx_certificate_again(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_peer *peer = sx_cluster_peer(engine, event->link.peer);
    bool was_changed = peer && peer->key_changed;

    if (!peer || !peer->up)
        return;
    sx_certificate_judged(engine, peer, event);
    if (was_changed && !peer->key_changed && peer->heard)
        sx_system_key_offer(engine, peer);
    sx_update_log(engine->update, SX_LOG_INFO, "cluster: the certificate of peer %u (%s) is %s%s",
        peer->index, peer->address,
        peer->certificate == SX_CERTIFICATE_VALID ? "valid now" : "invalid now: ",
        peer->certificate_reason);
}

void sx_certificate_own(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_own_certificate *own = &engine->own_certificate;

    own->used = event->own_certificate.used;
    own->changed = event->own_certificate.changed;
    memcpy(own->reason, event->own_certificate.reason, sizeof own->reason);
    own->told = true;
}

int sx_certificate_accept(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_peer *peer = NULL;
    char key[SX_KEY_HASH_SIZE];

    if (event->index > 0 && event->index <= engine->peer_count)
        peer = &engine->peers[event->index - 1];
    if (!peer || peer->index == engine->local_index)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "%u is not the index of another system in the list of peers", event->index);
    if (!peer->up)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "there is no link with peer %u (%s), so its key is not known: accept it once there is "
            "one",
            peer->index, peer->address);
    if (!peer->key_changed)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "peer %u (%s) is known by the key that it shows: there is nothing to accept",
            peer->index, peer->address);
    sx_hex_encode(peer->shown.key, sizeof peer->shown.key, key);
    if (store_key(engine, peer->address, key, err) < 0)
        return -1;
    strcpy(peer->known_key, key);
    peer->key_changed = false;
    sx_update_log(engine->update, SX_LOG_INFO, "cluster: %s accepted key %s of peer %u (%s)",
        event->origin.user, key, peer->index, peer->address);
    sx_system_key_offer(engine, peer);
    engine->status_changed = true;
    return 0;
}

void sx_certificate_forget(struct sx_engine *engine, const char *address)
{
    struct sx_error err = {0};

    if (store_key(engine, address, NULL, &err) < 0)
        sx_update_log(engine->update, SX_LOG_ERROR,
            "cluster: the key of the former peer %s cannot be forgotten: %s", address, err.message);
}

/* Milliseconds until what is said of this certificate changes. */
static int64_t next_news(const struct sx_engine *engine, const struct sx_certificate *certificate)
{
    int64_t left = certificate->until_ms - engine->now_ms;

    if (!certificate->shown || left <= 0)
        return INT64_MAX;
    return left > SX_CERTIFICATE_WARN_DAYS * DAY_MS ? left - SX_CERTIFICATE_WARN_DAYS * DAY_MS
                                                    : left % DAY_MS + 1;
}

int64_t sx_certificate_deadline(const struct sx_engine *engine)
{
    int64_t nearest = next_news(engine, &engine->own_certificate.used);

    for (size_t i = 0; i < engine->peer_count; i++) {
        int64_t other = next_news(engine, &engine->peers[i].shown);

        nearest = other < nearest ? other : nearest;
    }
    return nearest == INT64_MAX ? INT64_MAX : engine->monotonic_ms + nearest;
}

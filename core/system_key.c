// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The system key: which one is present, how it changes, and who gets it. A new key is written to a
 * file of its own before anything is sealed with it. From then on it is the present one; the former
 * one still opens what key_update.c has not come to yet. The id that the store names changes last,
 * so a boot that finds both keys knows which one came first, and goes on.
 */

/** Names of values in the store. */
#define KEY_VALUE "system-key"
#define SHARED_VALUE "system-key-shared"
#define FORMER_VALUE "former-system-keys"

static const char *present_id(const struct sx_engine *engine)
{
    return engine->secrets.keys.keys[0].id;
}

/* Stores whether the key is shared, and the former keys, in a transaction of its own. */
static int store_state(
    struct sx_engine *engine, bool shared, const char *former, struct sx_error *err)
{
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_set(engine->store, SHARED_VALUE, shared ? "1" : NULL, err) < 0 ||
        sx_store_set(engine->store, FORMER_VALUE, former, err) < 0 ||
        sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    engine->system_key.shared = shared;
    return 0;
}

/* Takes the keys in, the present one last. */
static void take_keys(
    struct sx_engine *engine, const struct sx_engine_options *options, const char *stored)
{
    struct sx_secret_keys *keys = &engine->secrets.keys;
    char id[SX_KEY_ID_SIZE], next_id[SX_KEY_ID_SIZE] = "";

    sx_secret_key_id(options->system_key, id);
    if (options->next_system_key)
        sx_secret_key_id(options->next_system_key, next_id);
    if (options->next_system_key && strcmp(stored, id) != 0 && strcmp(stored, next_id) != 0)
        sx_secret_keys_add(keys, options->next_system_key);
    sx_secret_keys_add(keys, options->system_key);
    if (*next_id && strcmp(stored, next_id) == 0) {
        sx_secret_keys_add(keys, options->next_system_key);
        sx_update_add(engine->update, SX_ACTION_KEY_INSTALL, NULL);
    } else if (*next_id && strcmp(stored, id) == 0) {
        sx_secret_keys_add(keys, options->next_system_key);
        engine->system_key.updating = true;
        sx_update_log(engine->update, SX_LOG_INFO,
            "system key: the change from key %s to key %s goes on", id, next_id);
    }
}

static void seal_digest_key(
    struct sx_engine *engine, const uint8_t key[SX_DIGEST_SIZE], char ret_sealed[SX_SEALED_KEY_MAX])
{
    char *sealed = sx_secret_seal(
        &engine->secrets.keys, engine->random, SX_DIGEST_KEY_VALUE, key, SX_DIGEST_SIZE);

    snprintf(ret_sealed, SX_SEALED_KEY_MAX, "%s", sealed);
    free(sealed);
}

int sx_system_key_store_digest(
    struct sx_engine *engine, const uint8_t key[SX_DIGEST_SIZE], struct sx_error *err)
{
    char sealed[SX_SEALED_KEY_MAX];

    seal_digest_key(engine, key, sealed);
    return sx_store_set(engine->store, SX_DIGEST_KEY_VALUE, sealed, err);
}

void sx_system_key_seal_digest(struct sx_engine *engine, char ret_sealed[SX_SEALED_KEY_MAX])
{
    seal_digest_key(engine, engine->secrets.digest_key, ret_sealed);
}

int sx_system_key_open_digest(const struct sx_engine *engine, const char *sealed,
    uint8_t ret_key[SX_DIGEST_SIZE], struct sx_error *err)
{
    char *plain = NULL;
    size_t size = 0;
    int result = 0;

    if (sx_secret_open(&engine->secrets.keys, SX_DIGEST_KEY_VALUE, sealed, &plain, &size, err) < 0)
        return -1;
    if (size == SX_DIGEST_SIZE)
        memcpy(ret_key, plain, size);
    else
        result = sx_error_set(err, SX_E_MALFORMED_MESSAGE, "the digest key has %zu bytes", size);
    OPENSSL_cleanse(plain, size);
    free(plain);
    return result;
}

/* Without one, or when it cannot be opened any more, a new one is made. */
static int load_digest_key(struct sx_engine *engine, bool *ret_new, struct sx_error *err)
{
    struct sx_error reason;
    char *sealed = NULL;

    if (sx_stored_value(engine, SX_DIGEST_KEY_VALUE, &sealed, err) < 0)
        return -1;
    *ret_new = !sealed ||
               sx_system_key_open_digest(engine, sealed, engine->secrets.digest_key, &reason) < 0;
    if (*ret_new)
        sx_random_take(engine->random, engine->secrets.digest_key, SX_DIGEST_SIZE);
    free(sealed);
    return 0;
}

static int load_values(struct sx_engine *engine, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_flag(engine, SHARED_VALUE, &engine->system_key.shared, err) < 0 ||
        sx_stored_value(engine, FORMER_VALUE, &value, err) < 0)
        return -1;
    snprintf(engine->system_key.former, sizeof engine->system_key.former, "%s", value ? value : "");
    free(value);
    return 0;
}

/* The store names another key than the file, or none yet. */
static int store_present(
    struct sx_engine *engine, const char *stored, bool new_digest_key, struct sx_error *err)
{
    bool other = strcmp(stored, present_id(engine)) != 0 && !engine->system_key.updating;

    if (!other && !new_digest_key)
        return 0;
    if (*stored && other)
        sx_update_log(engine->update, SX_LOG_WARNING,
            "system key: the database was written with key %s, and the file holds key %s", stored,
            present_id(engine));
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if ((other && (sx_store_set(engine->store, KEY_VALUE, present_id(engine), err) < 0 ||
                      sx_store_set(engine->store, SHARED_VALUE, NULL, err) < 0)) ||
        (new_digest_key &&
            (sx_system_key_store_digest(engine, engine->secrets.digest_key, err) < 0 ||
                sx_store_set(engine->store, "digest-key-is-new", "1", err) < 0)) ||
        sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        return -1;
    }
    if (other)
        engine->system_key.shared = false;
    return 0;
}

/* The id of a key that goes is remembered before another one is in use: peers are known by it. */
static int remember_former(
    struct sx_engine *engine, const char *id, bool shared, struct sx_error *err)
{
    struct sx_system_key *state = &engine->system_key;
    char *former = sx_format("%s%s%s", id, *state->former ? " " : "", state->former);
    int result;

    if (strlen(former) >= sizeof state->former)
        former[sizeof state->former - 1] = '\0';
    result = store_state(engine, shared, former, err);
    if (result == 0)
        strcpy(state->former, former);
    free(former);
    return result;
}

int sx_system_key_load(
    struct sx_engine *engine, const struct sx_engine_options *options, struct sx_error *err)
{
    bool new_digest_key = false;
    char *stored = NULL;
    int result;

    if (sx_stored_value(engine, KEY_VALUE, &stored, err) < 0 || load_values(engine, err) < 0) {
        free(stored);
        return -1;
    }
    take_keys(engine, options, stored ? stored : "");
    result = load_digest_key(engine, &new_digest_key, err);
    /* The power may have gone between the file and this. */
    if (result == 0 && engine->system_key.updating && !strstr(engine->system_key.former, stored))
        result = remember_former(engine, stored, engine->system_key.shared, err);
    if (result == 0)
        result = store_present(engine, stored ? stored : "", new_digest_key, err);
    memcpy(engine->tree.digest_key, engine->secrets.digest_key, SX_DIGEST_SIZE);
    free(stored);
    return result;
}

static bool is_changing(const struct sx_engine *engine)
{
    return engine->system_key.saving || engine->system_key.updating;
}

/* The key is used once it is on disk. */
static void save_key(struct sx_engine *engine, const uint8_t key[SX_SYSTEM_KEY_SIZE], bool taken)
{
    struct sx_action *action = sx_update_add(engine->update, SX_ACTION_KEY_SAVE, NULL);

    memcpy(action->key, key, SX_SYSTEM_KEY_SIZE);
    memcpy(engine->system_key.next, key, SX_SYSTEM_KEY_SIZE);
    engine->system_key.saving = true;
    engine->system_key.taken = taken;
    engine->status_changed = true;
}

/* A linked peer that has another key while this system cannot read what it stores: the peer's key
 * may be the one that is lost here, and all would lose it. */
static const struct sx_peer *who_may_have_the_key(const struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count && engine->secrets.aside.count > 0; i++)
        if (engine->peers[i].up && engine->peers[i].heard &&
            strcmp(engine->peers[i].hello.system_key, present_id(engine)) != 0)
            return &engine->peers[i];
    return NULL;
}

int sx_system_key_force(struct sx_engine *engine, struct sx_error *err)
{
    const struct sx_peer *other = who_may_have_the_key(engine);

    uint8_t key[SX_SYSTEM_KEY_SIZE];

    if (*engine->database_failure)
        return sx_error_set(err, SX_E_STORE,
            "the database cannot be used (alarm 15005): its secrets keep their key");
    if (engine->role == SX_ROLE_SUBORDINATE || engine->role == SX_ROLE_NOT_IN_LIST)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the system key is the cluster's: run this on the configuration primary, %s",
            engine->configured.primary ? engine->configured.peers[engine->configured.primary - 1]
                                       : "which no entry of the list is");
    if (is_changing(engine))
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "an update of the system key is under way: wait until it has ended");
    if (other)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system has lost its key, as %zu secrets cannot be decrypted, and peer %u (%s) "
            "may "
            "have it: name a peer without alarm 40055 as configuration primary, which gives its "
            "key "
            "to all, or set anew what check-secrets lists",
            engine->secrets.aside.count, other->index, other->address);
    sx_random_take(engine->random, key, sizeof key);
    engine->system_key.forced = true;
    save_key(engine, key, false);
    OPENSSL_cleanse(key, sizeof key);
    return 0;
}

void sx_system_key_saved(struct sx_engine *engine, const struct sx_event *event)
{
    struct sx_system_key *state = &engine->system_key;
    struct sx_error err = {0};

    if (!state->saving)
        return;
    state->saving = false;
    engine->status_changed = true;
    if (*event->key_failure)
        sx_error_set(&err, SX_E_STORE, "%s", event->key_failure);
    if (err.code != SX_OK || remember_former(engine, present_id(engine), state->taken, &err) < 0) {
        sx_update_log(engine->update, SX_LOG_ERROR,
            "system key: it stays as it is, since the new one cannot be stored: %s", err.message);
        OPENSSL_cleanse(state->next, sizeof state->next);
        sx_update_add(engine->update, SX_ACTION_KEY_FORGET, NULL);
        return;
    }
    sx_secret_keys_add(&engine->secrets.keys, state->next);
    OPENSSL_cleanse(state->next, sizeof state->next);
    state->updating = true;
    sx_update_log(engine->update, SX_LOG_INFO, "system key: key %s is in use, from %s",
        present_id(engine), state->taken ? "the configuration primary" : "an operator");
    sx_secrets_recover(engine);
    /* What is on its way was sealed with the former key. */
    for (size_t i = 0; i < engine->peer_count; i++) {
        sx_replicate_reset(engine, &engine->peers[i]);
        engine->peers[i].key_offer_at_ms = 0;
    }
}

/* Peers that were away know a former key; who joins, or lost its key, knows none. Who has another
 * cluster's key gets this one when an operator says so. */
static bool may_have_key(const struct sx_engine *engine, const struct sx_hello *hello)
{
    return engine->system_key.forced || hello->take_snapshot || hello->key_unshared ||
           (strlen(hello->system_key) == SX_KEY_ID_SIZE - 1 &&
               strstr(engine->system_key.former, hello->system_key));
}

void sx_system_key_offer(struct sx_engine *engine, struct sx_peer *peer)
{
    struct sx_error err = {0};
    struct sx_message *message;

    /* A link stands with peers of the list alone, and under enforce with those that verify. */
    if (engine->role != SX_ROLE_PRIMARY || engine->system_key.saving || peer->key_offered ||
        engine->monotonic_ms < peer->retry_at_ms || engine->monotonic_ms < peer->key_offer_at_ms ||
        peer->hello.key_busy || peer->key_changed || !sx_hello_key_differs(engine, peer, true) ||
        !may_have_key(engine, &peer->hello))
        return;
    if (!engine->system_key.shared &&
        store_state(engine, true, engine->system_key.former, &err) < 0) {
        sx_update_log(engine->update, SX_LOG_ERROR,
            "system key: not given to peer %u (%s), as that cannot be stored: %s", peer->index,
            peer->address, err.message);
        peer->retry_at_ms = engine->monotonic_ms + SX_REFUSED_RETRY_MS;
        return;
    }
    peer->key_offered = true;
    peer->key_offer_at_ms = engine->monotonic_ms + SX_KEY_OFFER_RETRY_MS;
    message = sx_message_new(SX_MESSAGE_SYSTEM_KEY);
    memcpy(message->system_key, engine->secrets.keys.keys[0].bytes, SX_SYSTEM_KEY_SIZE);
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
    peer->key_until_ms = engine->monotonic_ms + SX_KEY_GRACE_MS;
    sx_update_log(engine->update, SX_LOG_INFO, "system key: key %s was given to peer %u (%s)",
        present_id(engine), peer->index, peer->address);
}

void sx_system_key_take(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message)
{
    char id[SX_KEY_ID_SIZE];

    sx_secret_key_id(message->system_key, id);
    /* The primary's hello tells of a new key after it has given it. */
    if (engine->role != SX_ROLE_SUBORDINATE || sx_cluster_primary(engine) != peer ||
        (sx_hello_obstacle(engine, peer, false) && !sx_hello_key_differs(engine, peer, false)) ||
        is_changing(engine) || peer->key_changed || strcmp(id, present_id(engine)) == 0) {
        sx_update_log(engine->update, SX_LOG_WARNING,
            "system key: key %s of peer %u (%s) was not taken: it is not the configuration "
            "primary, it is not known by the certificate that it shows, or another key is being "
            "taken",
            id, peer->index, peer->address);
        return;
    }
    strcpy(peer->hello.system_key, id);
    save_key(engine, message->system_key, true);
}

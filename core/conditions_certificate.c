// SPDX-License-Identifier: Apache-2.0
#include "conditions_impl.h"
#include "hex.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Alarms about certificates: 15028, 40068, 40069 and 40070. */

#define DAY_MS 86400000ll
/** Digits of a key's hash that a text shows: the log has all. */
#define DIGITS 16

static void day_of(int64_t time_ms, char *ret_text, size_t size)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;

    if (!gmtime_r(&seconds, &parts) || strftime(ret_text, size, "%Y-%m-%d", &parts) == 0)
        snprintf(ret_text, size, "a day that cannot be told");
}

static void of_validity(struct sx_wanted *wanted, const struct sx_peer *peer,
    const struct sx_certificate *certificate, const char *whose)
{
    int64_t left = certificate->until_ms - wanted->engine->now_ms;
    char day[32];

    if (!certificate->shown) {
        sx_keep(wanted, 40068, peer);
        sx_keep(wanted, 40069, peer);
        return;
    }
    day_of(certificate->until_ms, day, sizeof day);
    if (left <= 0)
        sx_want(wanted, 40068, peer, "The certificate of %s expired on %s", whose, day);
    else if (left <= SX_CERTIFICATE_WARN_DAYS * DAY_MS && left < DAY_MS)
        sx_want(
            wanted, 40069, peer, "The certificate of %s expires within a day, on %s", whose, day);
    else if (left <= SX_CERTIFICATE_WARN_DAYS * DAY_MS)
        sx_want(wanted, 40069, peer, "The certificate of %s expires in %d day%s, on %s", whose,
            (int)(left / DAY_MS), left < 2 * DAY_MS ? "" : "s", day);
}

static void of_key(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    char key[SX_KEY_HASH_SIZE];

    if (!peer->up) {
        sx_keep(wanted, 40070, peer);
        return;
    }
    sx_hex_encode(peer->shown.key, sizeof peer->shown.key, key);
    if (peer->key_changed)
        sx_want(wanted, 40070, peer,
            "Peer %u (%s) shows key %.*s... and is known by key %.*s...: it does not get the "
            "system key",
            peer->index, peer->address, DIGITS, key, DIGITS, peer->known_key);
}

static void of_own(struct sx_wanted *wanted)
{
    const struct sx_own_certificate *own = &wanted->engine->own_certificate;

    of_validity(wanted, NULL, &own->used, "this system");
    if (!own->told)
        sx_keep(wanted, 15028, NULL);
    else if (own->changed)
        sx_want(wanted, 15028, NULL, "The files of certificate and key are not those in use%s%s",
            *own->reason ? ", and cannot be used: " : "", own->reason);
}

void sx_conditions_certificate(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;
    char whose[SX_ADDRESS_MAX + 16];

    of_own(wanted);
    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (peer->index == engine->local_index)
            continue;
        snprintf(whose, sizeof whose, "peer %u (%s)", peer->index, peer->address);
        of_validity(wanted, peer, &peer->shown, whose);
        of_key(wanted, peer);
    }
}

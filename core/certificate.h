// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/event.h"

struct sx_engine;
struct sx_peer;

/* What an engine knows of certificates, and the keys that peers are known by: certificate.c. */

/** Days before the end of a certificate's validity from which on alarm 40069 is up. */
#define SX_CERTIFICATE_WARN_DAYS 30
/** A public key's hash in hexadecimal digits, with NUL. */
#define SX_KEY_HASH_SIZE (2 * SX_DIGEST_SIZE + 1)

/** This system's own certificate, as the agent tells of it. */
struct sx_own_certificate {
    struct sx_certificate used;
    bool told; /**< since the boot */
    bool changed; /**< the files hold another one, or another key */
    char reason[SX_REASON_MAX]; /**< why that one could not be used, or "" */
};

/** The agent judged the certificate of a peer: SX_EVENT_LINK_UP, CERTIFICATE, or LINK_DOWN when the
 * certificate was the reason. Remembers the key of a peer that was let in. */
void sx_certificate_judged(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_event *event);
/** SX_EVENT_CERTIFICATE. */
void sx_certificate_again(struct sx_engine *engine, const struct sx_event *event);
/** SX_EVENT_OWN_CERTIFICATE. */
void sx_certificate_own(struct sx_engine *engine, const struct sx_event *event);
/** SX_EVENT_ACCEPT_KEY: the peer is known by the key that it shows now. */
int sx_certificate_accept(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
/** A peer that is not in the list any more is known by no key. */
void sx_certificate_forget(struct sx_engine *engine, const char *address);
/** When an alarm about the end of a certificate is due or says something else, monotonic. */
int64_t sx_certificate_deadline(const struct sx_engine *engine);

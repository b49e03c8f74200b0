// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer/verify.h"
#include "sextant/error.h"

#include <openssl/ssl.h>

/**
 * TLS of the links (RFC 8446, RFC 5246 at least): one set of own certificate, key and trust, used
 * for either end. Both ends must show a certificate; any is accepted by the handshake, and
 * ag_tls_judge() tells afterwards what it is worth.
 */
struct ag_tls;

/** PEM files; `ca` and `crl` may be NULL. */
struct ag_tls_files {
    const char *certificate; /**< own one first, then its issuers */
    const char *key;
    const char *ca; /**< CA bundle */
    const char *crl; /**< CRLs */
};

/** Reads the files. Errors name the file and what is wrong. *ret_tls is the caller's. */
int ag_tls_new(const struct ag_tls_files *files, struct ag_tls **ret_tls, struct sx_error *err);

/** From now on judges by `trust`, which passes to `tls`. */
void ag_tls_trust(struct ag_tls *tls, struct ag_trust *trust);

/** Releases it (NULL is fine); sessions made from it may live on. */
void ag_tls_free(struct ag_tls *tls);

/** A session for a new connection, the client's side when `dialled`. The caller's. */
SSL *ag_tls_session(struct ag_tls *tls, bool dialled);

/** Judges the certificate that the other side showed in a finished handshake; see
 * ag_trust_judge(). */
void ag_tls_judge(
    const struct ag_tls *tls, SSL *session, const char *name, struct ag_verdict *ret_verdict);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/event.h"

#include <openssl/x509.h>

/** Most certificates between a peer's own and one of the CA bundle. */
#define AG_CHAIN_DEPTH_MAX 8
/** Most certificates in a CA bundle, and most CRLs. */
#define AG_TRUST_MAX 1024

/** What was found out about a peer's certificate: SX_CERTIFICATE_VALID, or INVALID and why. */
struct ag_verdict {
    enum sx_certificate_status status;
    char reason[SX_REASON_MAX]; /**< printable ASCII; "" when valid */
    struct sx_certificate certificate; /**< what was judged; all zeroes when there was none */
};

/** Makes the verdict SX_CERTIFICATE_INVALID with a printf-like reason, cut when too long. What it
 * was about stays. */
void ag_verdict_invalid(struct ag_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The CA bundle and the CRLs that certificates of peers are held against. Immutable. */
struct ag_trust;

/**
 * Reads the PEM files `ca` and `crl`, of which either may be NULL: without a CA bundle every
 * certificate is invalid, with CRLs each certificate of a chain needs one of its issuer. Errors
 * name the file and what is wrong. *ret_trust is the caller's.
 */
int ag_trust_load(
    const char *ca, const char *crl, struct ag_trust **ret_trust, struct sx_error *err);

/** Releases it (NULL is fine). */
void ag_trust_free(struct ag_trust *trust);

/**
 * Judges the certificate `leaf` of a peer that is known as `name`. It is valid if a chain through
 * `others` (what the peer sent; may be NULL) leads to the CA bundle (RFC 5280 section 6), all of it
 * in its validity, none of it revoked, no CRL expired, with keys of 112 bits of strength at least
 * and no SHA-1; if it is not that of an authority and may be used for both ends of TLS; and if it
 * names the peer: a DNS name among the subject's alternative names equals `name`, upper and lower
 * case alike, or the common name does where there is no such DNS name. There are no wildcards. The
 * reason tells the first thing that is wrong.
 */
void ag_trust_judge(const struct ag_trust *trust, X509 *leaf, STACK_OF(X509) * others,
    const char *name, struct ag_verdict *ret_verdict);

/** What there is to know of a certificate without judging it. */
struct sx_certificate ag_certificate_of(X509 *certificate);

/** The name part of ag_trust_judge() alone; leaves a verdict as it is when the name is right. */
void ag_verify_name(X509 *leaf, const char *name, struct ag_verdict *verdict);

// SPDX-License-Identifier: Apache-2.0
#include "peer/verify.h"

#include "peer/pem.h"
#include "sextant/memory.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct ag_trust {
    X509_STORE *store;
    bool has_ca;
    bool has_crl;
};

int ag_trust_load(
    const char *ca, const char *crl, struct ag_trust **ret_trust, struct sx_error *err)
{
    struct ag_trust *trust = sx_alloc(sizeof *trust);

    trust->store = X509_STORE_new();
    trust->has_ca = ca != NULL;
    trust->has_crl = crl != NULL;
    if ((ca && ag_pem_read_bundle(ca, trust->store, err) != 0) ||
        (crl && ag_pem_read_crls(crl, trust->store, err) != 0)) {
        ag_trust_free(trust);
        return -1;
    }
    *ret_trust = trust;
    return 0;
}

void ag_trust_free(struct ag_trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    free(trust);
}

void ag_verdict_invalid(struct ag_verdict *verdict, const char *format, ...)
{
    va_list arguments;

    verdict->status = SX_CERTIFICATE_INVALID;
    va_start(arguments, format);
    vsnprintf(verdict->reason, sizeof verdict->reason, format, arguments);
    va_end(arguments);
}

/** A distinguished name as printable ASCII (RFC 2253 escapes all else), cut to `size`. */
static void name_text(const X509_NAME *name, char *text, size_t size)
{
    BIO *memory = BIO_new(BIO_s_mem());
    int length = 0;

    if (memory && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) >= 0)
        length = BIO_read(memory, text, (int)size - 1);
    text[length > 0 ? length : 0] = '\0';
    BIO_free(memory);
}

/** A time as YYYY-MM-DD hh:mm:ssZ. */
static void time_text(const ASN1_TIME *time, char *text, size_t size)
{
    struct tm parts;

    if (!time || ASN1_TIME_to_tm(time, &parts) != 1 ||
        strftime(text, size, "%Y-%m-%d %H:%M:%SZ", &parts) == 0)
        snprintf(text, size, "an unreadable time");
}

/** The words for a chain that does not verify. */
static void explain(X509_STORE_CTX *context, struct ag_verdict *verdict)
{
    int code = X509_STORE_CTX_get_error(context);
    X509 *at = X509_STORE_CTX_get_current_cert(context);
    const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(context);
    char what[112], subject[80] = "", issuer[80] = "", time[32] = "";

    if (at) {
        name_text(X509_get_subject_name(at), subject, sizeof subject);
        name_text(X509_get_issuer_name(at), issuer, sizeof issuer);
    }
    snprintf(what, sizeof what, "%scertificate%s%s%s",
        X509_STORE_CTX_get_error_depth(context) == 0 ? "" : "CA ", *subject ? " '" : "", subject,
        *subject ? "'" : "");
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        time_text(at ? X509_get0_notAfter(at) : NULL, time, sizeof time);
        ag_verdict_invalid(verdict, "%s expired on %s", what, time);
        return;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        time_text(at ? X509_get0_notBefore(at) : NULL, time, sizeof time);
        ag_verdict_invalid(verdict, "%s is not valid before %s", what, time);
        return;
    case X509_V_ERR_CERT_REVOKED:
        ag_verdict_invalid(verdict, "%s is revoked", what);
        return;
    case X509_V_ERR_CRL_HAS_EXPIRED:
        time_text(crl ? X509_CRL_get0_nextUpdate(crl) : NULL, time, sizeof time);
        ag_verdict_invalid(verdict, "CRL of '%s' expired on %s; install a newer one", issuer, time);
        return;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        ag_verdict_invalid(verdict, "there is no CRL of '%s', which issued the %s", issuer, what);
        return;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        ag_verdict_invalid(verdict, "%s is self-signed", what);
        return;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        ag_verdict_invalid(verdict, "root '%s' is not in the CA bundle", subject);
        return;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        ag_verdict_invalid(verdict, "issuer '%s' of the %s is not in the CA bundle", issuer, what);
        return;
    case X509_V_ERR_INVALID_PURPOSE:
        ag_verdict_invalid(
            verdict, "%s may not be used for TLS servers (its extended key usage)", what);
        return;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        ag_verdict_invalid(
            verdict, "%s is signed with too weak a hash; SHA-256 or better is needed", what);
        return;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        ag_verdict_invalid(verdict,
            "key of the %s is too weak; RSA of 2048 bits, P-256 or better is needed", what);
        return;
    default:
        ag_verdict_invalid(verdict, "%s: %s", what, X509_verify_cert_error_string(code));
    }
}

/** Called by OpenSSL at each step; the first failure ends the verification, and is explained while
 * OpenSSL still knows the certificate and the CRL. */
static int on_step(int fine, X509_STORE_CTX *context)
{
    if (!fine)
        explain(context, X509_STORE_CTX_get_app_data(context));
    return fine;
}

/** Holds the chain against the CA bundle and the CRLs. */
static void judge_chain(
    const struct ag_trust *trust, X509 *leaf, STACK_OF(X509) * others, struct ag_verdict *verdict)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *param;

    if (!context || X509_STORE_CTX_init(context, trust->store, leaf, others) != 1) {
        ag_verdict_invalid(verdict, "certificate cannot be verified: no memory");
        goto out;
    }
    param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_depth(param, AG_CHAIN_DEPTH_MAX);
    /* As OpenSSL's security level 2: no keys below 112 bits of strength, no SHA-1. */
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    if (trust->has_crl)
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_STORE_CTX_set_app_data(context, verdict);
    X509_STORE_CTX_set_verify_cb(context, on_step);
    if (X509_verify_cert(context) == 1)
        verdict->status = SX_CERTIFICATE_VALID;
    else if (verdict->status != SX_CERTIFICATE_INVALID)
        explain(context, verdict);
out:
    X509_STORE_CTX_free(context);
}

struct sx_certificate ag_certificate_of(X509 *certificate)
{
    struct sx_certificate known = {0};
    unsigned char *key = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
    struct tm parts;

    /* Of the key alone: a certificate that is renewed for the same key has it too. */
    known.shown =
        length > 0 && EVP_Digest(key, (size_t)length, known.key, NULL, EVP_sha256(), NULL) == 1;
    OPENSSL_free(key);
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1)
        known.until_ms = (int64_t)timegm(&parts) * 1000;
    return known;
}

/** What chain and name leave open: whether the certificate may do what a peer does with it. Either
 * side may dial, so the verdict must not depend on who did. */
static void judge_use(X509 *leaf, struct ag_verdict *verdict)
{
    if (X509_check_ca(leaf) == 1)
        ag_verdict_invalid(
            verdict, "certificate is that of an authority; a peer needs one that issues no others");
    else if (!(X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE))
        ag_verdict_invalid(
            verdict, "certificate may not sign (its key usage has no digitalSignature)");
    else if (X509_check_purpose(leaf, X509_PURPOSE_SSL_CLIENT, 0) != 1)
        ag_verdict_invalid(verdict,
            "certificate may not be used for TLS clients (its extended key usage): peers are both");
}

void ag_trust_judge(const struct ag_trust *trust, X509 *leaf, STACK_OF(X509) * others,
    const char *name, struct ag_verdict *ret_verdict)
{
    *ret_verdict = (struct ag_verdict){.status = SX_CERTIFICATE_UNKNOWN};
    if (leaf)
        ret_verdict->certificate = ag_certificate_of(leaf);
    if (!leaf)
        ag_verdict_invalid(ret_verdict, "peer showed no certificate");
    else if (!trust->has_ca)
        ag_verdict_invalid(ret_verdict, "this system has no CA bundle to verify certificates with");
    else
        judge_chain(trust, leaf, others, ret_verdict);
    if (ret_verdict->status == SX_CERTIFICATE_VALID)
        judge_use(leaf, ret_verdict);
    if (ret_verdict->status == SX_CERTIFICATE_VALID)
        ag_verify_name(leaf, name, ret_verdict);
    /* What OpenSSL left in the thread's queue would be taken for an error of the next connection.
     */
    ERR_clear_error();
}

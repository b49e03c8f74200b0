// SPDX-License-Identifier: Apache-2.0
#include "peer/tls.h"

#include "peer/pem.h"
#include "sextant/memory.h"

#include <openssl/err.h>
#include <stdlib.h>

struct ag_tls {
    SSL_CTX *context;
    struct ag_trust *trust;
};

/** The handshake takes any certificate: the verdict is ag_tls_judge()'s, which keeps its reason and
 * can be shown in permissive mode too. */
static int take_any(X509_STORE_CTX *context, void *argument)
{
    (void)context;
    (void)argument;
    return 1;
}

int ag_tls_new(const struct ag_tls_files *files, struct ag_tls **ret_tls, struct sx_error *err)
{
    struct ag_tls *tls = sx_alloc(sizeof *tls);

    tls->context = SSL_CTX_new(TLS_method());
    if (!tls->context) {
        ag_tls_free(tls);
        return sx_error_set(err, SX_E_INTERNAL, "OpenSSL makes no TLS context");
    }
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    /* A peer that ends without TLS's farewell is an ordinary end: frames tell what is whole. */
    SSL_CTX_set_options(tls->context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                          SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(tls->context, 0);
    SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls->context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(tls->context, take_any, NULL);
    if (ag_pem_use(tls->context, files->certificate, files->key, err) != 0 ||
        ag_trust_load(files->ca, files->crl, &tls->trust, err) != 0) {
        ag_tls_free(tls);
        return -1;
    }
    *ret_tls = tls;
    return 0;
}

void ag_tls_free(struct ag_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    ag_trust_free(tls->trust);
    free(tls);
}

void ag_tls_trust(struct ag_tls *tls, struct ag_trust *trust)
{
    ag_trust_free(tls->trust);
    tls->trust = trust;
}

SSL *ag_tls_session(struct ag_tls *tls, bool dialled)
{
    SSL *session = SSL_new(tls->context);

    if (!session)
        abort(); /* out of memory, as sx_alloc() */
    if (dialled)
        SSL_set_connect_state(session);
    else
        SSL_set_accept_state(session);
    return session;
}

void ag_tls_judge(
    const struct ag_tls *tls, SSL *session, const char *name, struct ag_verdict *ret_verdict)
{
    X509 *leaf = SSL_get1_peer_certificate(session);

    ag_trust_judge(tls->trust, leaf, SSL_get_peer_cert_chain(session), name, ret_verdict);
    X509_free(leaf);
}

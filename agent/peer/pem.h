// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <openssl/ssl.h>

/*
 * PEM files of certificates, keys and CRLs. Errors name the file, what is wrong with it and what
 * would be right; OpenSSL's error queue is empty afterwards.
 */

/** Largest PEM file that is read. */
#define AG_PEM_FILE_MAX (32L << 20)

/** Gives `context` the chain in `certificate` (own first, then its issuers) and the key in `key`,
 * which must belong to it and must not need a pass phrase. */
int ag_pem_use(SSL_CTX *context, const char *certificate, const char *key, struct sx_error *err);

/** Adds each certificate of the file to `store`; there must be one at least. */
int ag_pem_read_bundle(const char *path, X509_STORE *store, struct sx_error *err);

/** Adds each CRL of the file to `store`; there must be one at least. */
int ag_pem_read_crls(const char *path, X509_STORE *store, struct sx_error *err);

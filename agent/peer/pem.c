// SPDX-License-Identifier: Apache-2.0
#include "peer/pem.h"

#include "peer/verify.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>

/** What OpenSSL says went wrong last; empties its queue. */
static const char *openssl_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return reason ? reason : "unknown error";
}

static int open_file(const char *path, const char *what, FILE **ret_file, struct sx_error *err)
{
    struct stat status;
    FILE *file = fopen(path, "re");

    ERR_clear_error();
    if (!file)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "%s %s cannot be read: %s", what, path, strerror(errno));
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > AG_PEM_FILE_MAX) {
        fclose(file);
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "%s %s is not a regular file of at most %ld bytes", what, path, AG_PEM_FILE_MAX);
    }
    *ret_file = file;
    return 0;
}

/** True when reading stopped because the file has no more of what was looked for. */
static bool at_end(void)
{
    unsigned long code = ERR_peek_last_error();

    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/** Stands for the pass phrase that nobody is there to type. Notes that it was asked for. */
static int no_pass_phrase(char *buffer, int size, int writing, void *asked)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(bool *)asked = true;
    return -1;
}

static int use_chain(SSL_CTX *context, const char *path, struct sx_error *err)
{
    FILE *file = NULL;
    X509 *certificate = NULL;
    size_t count = 0;
    int result = -1;

    if (open_file(path, "certificate file", &file, err) != 0)
        return -1;
    while ((certificate = PEM_read_X509(file, NULL, NULL, NULL))) {
        long taken = count == 0 ? SSL_CTX_use_certificate(context, certificate)
                                : SSL_CTX_add1_chain_cert(context, certificate);

        X509_free(certificate);
        count++;
        if (taken != 1) {
            sx_error_set(err, SX_E_INVALID_VALUE, "certificate %zu in %s cannot be used: %s", count,
                path, openssl_reason());
            goto out;
        }
        if (count > AG_CHAIN_DEPTH_MAX + 1) {
            sx_error_set(err, SX_E_TOO_BIG,
                "%s holds more than %d certificates; put the own one and its issuers there", path,
                AG_CHAIN_DEPTH_MAX + 1);
            goto out;
        }
    }
    if (count == 0 || !at_end()) {
        sx_error_set(err, SX_E_INVALID_VALUE,
            "certificate file %s holds %s; expected PEM, own certificate first", path,
            count == 0 && at_end() ? "no certificate" : "a broken certificate");
        goto out;
    }
    result = 0;
out:
    ERR_clear_error();
    fclose(file);
    return result;
}

static int use_key(
    SSL_CTX *context, const char *path, const char *certificate, struct sx_error *err)
{
    FILE *file = NULL;
    EVP_PKEY *key = NULL;
    bool asked = false;
    int result = -1;

    if (open_file(path, "key file", &file, err) != 0)
        return -1;
    key = PEM_read_PrivateKey(file, NULL, no_pass_phrase, &asked);
    if (!key && asked)
        sx_error_set(err, SX_E_INVALID_VALUE,
            "key file %s needs a pass phrase; store the key without one, mode 0600", path);
    else if (!key)
        sx_error_set(err, SX_E_INVALID_VALUE, "key file %s holds no private key in PEM: %s", path,
            openssl_reason());
    else if (SSL_CTX_use_PrivateKey(context, key) != 1)
        sx_error_set(err, SX_E_INVALID_VALUE, "key in %s is not that of the certificate in %s: %s",
            path, certificate, openssl_reason());
    else
        result = 0;
    ERR_clear_error();
    EVP_PKEY_free(key);
    fclose(file);
    return result;
}

int ag_pem_use(SSL_CTX *context, const char *certificate, const char *key, struct sx_error *err)
{
    if (use_chain(context, certificate, err) != 0)
        return -1;
    return use_key(context, key, certificate, err);
}

/** Checks how the reading of a file of many items ended. */
static int check_items(const char *path, const char *what, size_t count, struct sx_error *err)
{
    if (count > AG_TRUST_MAX)
        return sx_error_set(
            err, SX_E_TOO_BIG, "%s holds more than %d %ss", path, AG_TRUST_MAX, what);
    if (!at_end())
        return sx_error_set(err, SX_E_INVALID_VALUE, "%s %zu in %s is broken: %s", what, count + 1,
            path, openssl_reason());
    if (count == 0)
        return sx_error_set(err, SX_E_INVALID_VALUE, "%s holds no %s; expected PEM", path, what);
    return 0;
}

int ag_pem_read_bundle(const char *path, X509_STORE *store, struct sx_error *err)
{
    FILE *file = NULL;
    X509 *certificate;
    size_t count = 0;
    int result;

    if (open_file(path, "CA bundle", &file, err) != 0)
        return -1;
    while (count <= AG_TRUST_MAX && (certificate = PEM_read_X509(file, NULL, NULL, NULL))) {
        X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
        count++;
    }
    result = check_items(path, "certificate", count, err);
    ERR_clear_error();
    fclose(file);
    return result;
}

int ag_pem_read_crls(const char *path, X509_STORE *store, struct sx_error *err)
{
    FILE *file = NULL;
    X509_CRL *crl;
    size_t count = 0;
    int result;

    if (open_file(path, "CRL file", &file, err) != 0)
        return -1;
    while (count <= AG_TRUST_MAX && (crl = PEM_read_X509_CRL(file, NULL, NULL, NULL))) {
        X509_STORE_add_crl(store, crl);
        X509_CRL_free(crl);
        count++;
    }
    result = check_items(path, "CRL", count, err);
    ERR_clear_error();
    fclose(file);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Certificates for tests: made with OpenSSL's API into a temporary folder, as PEM files NAME.pem
 * and NAME.key. A call that fails ends the test program.
 */

/** DNS names that a certificate can have, with the final NULL. */
#define TEST_PKI_NAMES_MAX 8

enum test_pki_key {
    TEST_PKI_KEY_EC = 0, /**< P-256 */
    TEST_PKI_KEY_RSA, /**< 2048 bits */
    TEST_PKI_KEY_WEAK, /**< RSA of 1024 bits */
};

enum test_pki_usage {
    TEST_PKI_USAGE_BOTH = 0, /**< TLS server and client */
    TEST_PKI_USAGE_ANY, /**< no extended key usage */
    TEST_PKI_USAGE_SERVER,
    TEST_PKI_USAGE_CLIENT,
    TEST_PKI_USAGE_CA, /**< may issue certificates */
    TEST_PKI_USAGE_PEER_CA, /**< may issue certificates, and be TLS server and client */
    TEST_PKI_USAGE_NO_SIGNING, /**< TLS server and client, but no digitalSignature */
    TEST_PKI_USAGE_MAIL, /**< mail alone */
};

/** What a certificate is to look like; all zeroes is a plain one without names. */
struct test_pki_certificate {
    const char *common_name; /**< NULL: none */
    const char *second_common_name; /**< NULL: none */
    const char *raw_common_name; /**< one more common name, of raw_length bytes, or NULL */
    const char *dns[TEST_PKI_NAMES_MAX]; /**< DNS names, ending with NULL */
    const char *ip; /**< an IP address among the names, or NULL */
    const char *raw_dns; /**< one more DNS name, of raw_length bytes, or NULL */
    size_t raw_length;
    const char *issuer; /**< name of a certificate made before; NULL: self-signed */
    enum test_pki_key key;
    enum test_pki_usage usage;
    bool sha1; /**< signed with SHA-1, not SHA-256 */
    long from_s; /**< begin of validity from now, in seconds; 0: an hour ago */
    long until_s; /**< end of validity from now, in seconds; 0: in a day */
};

struct test_pki;

/** Makes a folder below $TMPDIR or /tmp, with a CA named "ca". For test_pki_free(). */
struct test_pki *test_pki_new(void);

/** Removes the folder. */
void test_pki_free(struct test_pki *pki);

/** Makes NAME.pem and NAME.key; serial numbers count up from 1 (the CA). */
void test_pki_make(
    struct test_pki *pki, const char *name, const struct test_pki_certificate *certificate);

/** Makes a CRL file NAME.pem of `issuer`, valid until so many seconds from now, which revokes
 * `revoked` (name of a certificate, or NULL). `append`: to what the file holds. */
void test_pki_crl(struct test_pki *pki, const char *name, const char *issuer, const char *revoked,
    long until_s, bool append);

/** Appends the text of file FROM.pem to file TO.pem. */
void test_pki_append(struct test_pki *pki, const char *to, const char *from);

/** Writes a file with this text. */
void test_pki_write(struct test_pki *pki, const char *file, const char *text);

/** Path of a file of the folder, e.g. "ca.pem"; valid until test_pki_free(). */
const char *test_pki_path(struct test_pki *pki, const char *file);

/** Certificate of this name, for X509_free(). */
X509 *test_pki_load(struct test_pki *pki, const char *name);

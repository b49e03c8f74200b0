// SPDX-License-Identifier: Apache-2.0
#include "test_pki.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATHS_MAX 256

struct test_pki {
    char folder[256];
    long serial;
    char *paths[PATHS_MAX];
    size_t path_count;
};

static void need(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "test_pki: %s failed\n", what);
    abort();
}

const char *test_pki_path(struct test_pki *pki, const char *file)
{
    char *path = NULL;

    need(asprintf(&path, "%s/%s", pki->folder, file) > 0, "asprintf");
    for (size_t i = 0; i < pki->path_count; i++) {
        if (strcmp(pki->paths[i], path) == 0) {
            free(path);
            return pki->paths[i];
        }
    }
    need(pki->path_count < PATHS_MAX, "one more path");
    return pki->paths[pki->path_count++] = path;
}

static FILE *open_file(struct test_pki *pki, const char *name, const char *suffix, const char *mode)
{
    char file[128];
    FILE *stream;

    snprintf(file, sizeof file, "%s%s", name, suffix);
    stream = fopen(test_pki_path(pki, file), mode);
    need(stream != NULL, file);
    return stream;
}

static EVP_PKEY *make_key(enum test_pki_key kind)
{
    EVP_PKEY *key = kind == TEST_PKI_KEY_EC ? EVP_EC_gen("P-256")
                                            : EVP_RSA_gen(kind == TEST_PKI_KEY_RSA ? 2048u : 1024u);

    need(key != NULL, "making a key");
    return key;
}

static EVP_PKEY *load_key(struct test_pki *pki, const char *name)
{
    FILE *file = open_file(pki, name, ".key", "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);

    fclose(file);
    need(key != NULL, "reading a key");
    return key;
}

X509 *test_pki_load(struct test_pki *pki, const char *name)
{
    FILE *file = open_file(pki, name, ".pem", "r");
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);

    fclose(file);
    need(certificate != NULL, "reading a certificate");
    return certificate;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    need(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static void add_name(GENERAL_NAMES *names, const char *bytes, size_t length)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();

    need(ASN1_STRING_set(text, bytes, (int)length) == 1, "a DNS name");
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, name);
}

static void add_names(X509 *certificate, const struct test_pki_certificate *wish)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();

    for (size_t i = 0; i < TEST_PKI_NAMES_MAX && wish->dns[i]; i++)
        add_name(names, wish->dns[i], strlen(wish->dns[i]));
    if (wish->raw_dns)
        add_name(names, wish->raw_dns, wish->raw_length);
    if (wish->ip) {
        GENERAL_NAME *name = GENERAL_NAME_new();

        GENERAL_NAME_set0_value(name, GEN_IPADD, a2i_IPADDRESS(wish->ip));
        sk_GENERAL_NAME_push(names, name);
    }
    if (sk_GENERAL_NAME_num(names) > 0)
        need(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1, "names");
    GENERAL_NAMES_free(names);
}

static void add_usage(X509 *certificate, X509 *issuer, enum test_pki_usage usage)
{
    static const struct {
        const char *constraints, *usage, *extended;
    } all[] = {
        [TEST_PKI_USAGE_BOTH] = {"CA:FALSE", "digitalSignature", "serverAuth,clientAuth"},
        [TEST_PKI_USAGE_ANY] = {"CA:FALSE", "digitalSignature", NULL},
        [TEST_PKI_USAGE_SERVER] = {"CA:FALSE", "digitalSignature", "serverAuth"},
        [TEST_PKI_USAGE_CLIENT] = {"CA:FALSE", "digitalSignature", "clientAuth"},
        [TEST_PKI_USAGE_CA] = {"CA:TRUE", "keyCertSign,cRLSign", NULL},
        [TEST_PKI_USAGE_PEER_CA] = {"CA:TRUE", "keyCertSign,digitalSignature",
            "serverAuth,clientAuth"},
        [TEST_PKI_USAGE_NO_SIGNING] = {"CA:FALSE", "keyAgreement", "serverAuth,clientAuth"},
        [TEST_PKI_USAGE_MAIL] = {"CA:FALSE", "digitalSignature", "emailProtection"},
    };
    char value[64];

    snprintf(value, sizeof value, "critical,%s", all[usage].constraints);
    add_extension(certificate, issuer, NID_basic_constraints, value);
    snprintf(value, sizeof value, "critical,%s", all[usage].usage);
    add_extension(certificate, issuer, NID_key_usage, value);
    if (all[usage].extended)
        add_extension(certificate, issuer, NID_ext_key_usage, all[usage].extended);
}

/** `length` is -1 for a text that ends with NUL. */
static void add_common_name(X509 *certificate, const char *name, int length)
{
    if (name)
        need(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                 (const unsigned char *)name, length, -1, 0) == 1,
            "a common name");
}

static void save(struct test_pki *pki, const char *name, X509 *certificate, EVP_PKEY *key)
{
    FILE *file = open_file(pki, name, ".pem", "w");

    need(PEM_write_X509(file, certificate) == 1, "writing a certificate");
    fclose(file);
    file = open_file(pki, name, ".key", "w");
    need(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1, "writing a key");
    fclose(file);
}

void test_pki_make(struct test_pki *pki, const char *name, const struct test_pki_certificate *wish)
{
    EVP_PKEY *key = make_key(wish->key);
    EVP_PKEY *signer = wish->issuer ? load_key(pki, wish->issuer) : NULL;
    X509 *issuer = wish->issuer ? test_pki_load(pki, wish->issuer) : NULL;
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++pki->serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish->from_s ? wish->from_s : -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish->until_s ? wish->until_s : 86400);
    add_common_name(certificate, wish->common_name, -1);
    add_common_name(certificate, wish->second_common_name, -1);
    add_common_name(certificate, wish->raw_common_name, (int)wish->raw_length);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate));
    X509_set_pubkey(certificate, key);
    add_usage(certificate, issuer ? issuer : certificate, wish->usage);
    add_names(certificate, wish);
    need(X509_sign(certificate, signer ? signer : key, wish->sha1 ? EVP_sha1() : EVP_sha256()) > 0,
        "signing");
    save(pki, name, certificate, key);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(signer);
    EVP_PKEY_free(key);
}

void test_pki_crl(struct test_pki *pki, const char *name, const char *issuer, const char *revoked,
    long until_s, bool append)
{
    EVP_PKEY *signer = load_key(pki, issuer);
    X509 *certificate = test_pki_load(pki, issuer), *bad;
    ASN1_TIME *now = X509_gmtime_adj(NULL, -7200), *until = X509_gmtime_adj(NULL, until_s);
    X509_REVOKED *entry;
    X509_CRL *crl = X509_CRL_new();
    FILE *file;

    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(certificate));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, until);
    if (revoked) {
        bad = test_pki_load(pki, revoked);
        entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(bad));
        X509_REVOKED_set_revocationDate(entry, now);
        X509_CRL_add0_revoked(crl, entry);
        X509_free(bad);
    }
    need(X509_CRL_sign(crl, signer, EVP_sha256()) > 0, "signing a CRL");
    file = open_file(pki, name, ".pem", append ? "a" : "w");
    need(PEM_write_X509_CRL(file, crl) == 1, "writing a CRL");
    fclose(file);
    ASN1_TIME_free(now);
    ASN1_TIME_free(until);
    X509_CRL_free(crl);
    X509_free(certificate);
    EVP_PKEY_free(signer);
}

void test_pki_append(struct test_pki *pki, const char *to, const char *from)
{
    FILE *source = open_file(pki, from, ".pem", "r");
    FILE *target = open_file(pki, to, ".pem", "a");
    char bytes[4096];
    size_t count;

    while ((count = fread(bytes, 1, sizeof bytes, source)) > 0)
        need(fwrite(bytes, 1, count, target) == count, "appending");
    fclose(source);
    fclose(target);
}

void test_pki_write(struct test_pki *pki, const char *file, const char *text)
{
    FILE *stream = open_file(pki, file, "", "w");

    need(fputs(text, stream) >= 0, "writing");
    fclose(stream);
}

struct test_pki *test_pki_new(void)
{
    const struct test_pki_certificate ca = {
        .common_name = "Test CA", .usage = TEST_PKI_USAGE_CA, .until_s = 10 * 86400};
    struct test_pki *pki = calloc(1, sizeof *pki);
    const char *base = getenv("TMPDIR");

    need(pki != NULL, "calloc");
    snprintf(pki->folder, sizeof pki->folder, "%s/sextant-pki-XXXXXX", base ? base : "/tmp");
    need(mkdtemp(pki->folder) != NULL, "mkdtemp");
    test_pki_make(pki, "ca", &ca);
    return pki;
}

void test_pki_free(struct test_pki *pki)
{
    for (size_t i = 0; i < pki->path_count; i++) {
        unlink(pki->paths[i]);
        free(pki->paths[i]);
    }
    rmdir(pki->folder);
    free(pki);
}

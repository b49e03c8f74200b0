// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/tls.h"
#include "peer/verify.h"
#include "test_pki.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME "peer2.example.test"

/** One certificate, what it is held against, and what comes of it. */
struct row {
    const char *what;
    struct test_pki_certificate certificate;
    const char *name; /**< NULL: NAME */
    const char *reason; /**< part of the reason, NULL: valid */
    bool with_chain; /**< the peer sends its intermediate CA too */
    const char *crl; /**< file of CRLs; NULL: there is none */
};

static const struct row rows[] = {
    {"a good one", {.dns = {NAME}, .issuer = "ca"}, NULL, NULL, false, NULL},
    {"RSA", {.dns = {NAME}, .issuer = "ca", .key = TEST_PKI_KEY_RSA}, NULL, NULL, false, NULL},
    {"the last of many names", {.dns = {"a.test", "b.test", NAME}, .issuer = "ca"}, NULL, NULL,
        false, NULL},
    {"other case", {.dns = {"PEER2.Example.TEST"}, .issuer = "ca"}, "peer2.EXAMPLE.test", NULL,
        false, NULL},
    {"a final dot", {.dns = {NAME}, .issuer = "ca"}, NAME ".", NULL, false, NULL},
    {"common name alone", {.common_name = NAME, .issuer = "ca"}, NULL, NULL, false, NULL},
    {"common name beside an IP address", {.common_name = NAME, .ip = "192.0.2.1", .issuer = "ca"},
        NULL, NULL, false, NULL},
    {"no extended key usage", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_ANY}, NULL,
        NULL, false, NULL},
    {"with its intermediate", {.dns = {NAME}, .issuer = "sub"}, NULL, NULL, true, NULL},
    {"without its intermediate", {.dns = {NAME}, .issuer = "sub"}, NULL, "issuer 'CN=Sub CA'",
        false, NULL},
    {"another name", {.dns = {"other.test"}, .issuer = "ca"}, NULL,
        "DNS names: 'other.test', not 'peer2.example.test'", false, NULL},
    {"common name beside another DNS name",
        {.common_name = NAME, .dns = {"other.test"}, .issuer = "ca"}, NULL, "'other.test', not",
        false, NULL},
    {"a wildcard", {.dns = {"*.example.test"}, .issuer = "ca"}, NULL, "'*.example.test', not",
        false, NULL},
    {"a longer name", {.dns = {NAME ".evil.test"}, .issuer = "ca"}, NULL, ", not", false, NULL},
    {"a name with NUL", {.raw_dns = NAME "\0.evil", .raw_length = sizeof NAME + 5, .issuer = "ca"},
        NULL, "NUL byte", false, NULL},
    {"NUL beside the right name",
        {.dns = {NAME}, .raw_dns = "a\0b", .raw_length = 3, .issuer = "ca"}, NULL, "NUL byte",
        false, NULL},
    {"two common names", {.common_name = "x.test", .second_common_name = NAME, .issuer = "ca"},
        NULL, "several common names", false, NULL},
    {"no name at all", {.issuer = "ca"}, NULL, "neither a DNS name nor", false, NULL},
    {"a peer known by IPv4 address", {.dns = {NAME}, .ip = "192.0.2.1", .issuer = "ca"},
        "192.0.2.1", "IP address alone", false, NULL},
    {"a peer known by IPv6 address", {.dns = {NAME}, .issuer = "ca"}, "2001:db8::1",
        "IP address alone", false, NULL},
    {"expired", {.dns = {NAME}, .issuer = "ca", .from_s = -7200, .until_s = -60}, NULL,
        "expired on 2", false, NULL},
    {"not yet valid", {.dns = {NAME}, .issuer = "ca", .from_s = 3600}, NULL, "not valid before 2",
        false, NULL},
    {"self-signed", {.common_name = NAME, .dns = {NAME}}, NULL, "self-signed", false, NULL},
    {"of an unknown CA", {.dns = {NAME}, .issuer = "rogue"}, NULL, "issuer 'CN=Rogue'", false,
        NULL},
    {"of one that is no CA", {.dns = {NAME}, .issuer = "leaf"}, NULL, "'CN=leaf.test'", true, NULL},
    {"of an expired CA", {.dns = {NAME}, .issuer = "old"}, NULL, "CA certificate 'CN=Old CA' exp",
        false, NULL},
    {"weak key", {.dns = {NAME}, .issuer = "ca", .key = TEST_PKI_KEY_WEAK}, NULL, "too weak", false,
        NULL},
    {"server alone", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_SERVER}, NULL,
        "not be used for TLS clients", false, NULL},
    {"client alone", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_CLIENT}, NULL,
        "not be used for TLS servers", false, NULL},
    {"a CA", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_CA}, NULL, "TLS servers",
        false, NULL},
    {"a CA that is a TLS server and client, too",
        {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_PEER_CA}, NULL,
        "certificate is that of an authority", false, NULL},
    {"for mail", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_MAIL}, NULL,
        "not be used for TLS servers", false, NULL},
    {"no digitalSignature", {.dns = {NAME}, .issuer = "ca", .usage = TEST_PKI_USAGE_NO_SIGNING},
        NULL, "no digitalSignature", false, NULL},
    {"signed with SHA-1", {.dns = {NAME}, .issuer = "ca", .sha1 = true}, NULL, "too weak a hash",
        false, NULL},
    {"of a CA whose own certificate is signed with SHA-1", {.dns = {NAME}, .issuer = "sha1-sub"},
        NULL, "CA certificate 'CN=SHA-1 CA' is signed with too weak a hash", true, NULL},
    {"of a CA with a weak key", {.dns = {NAME}, .issuer = "weak-sub"}, NULL,
        "key of the CA certificate 'CN=Weak CA' is too weak", true, NULL},
    {"a wildcard as common name", {.common_name = "*.example.test", .issuer = "ca"}, NULL,
        "common names: '*.example.test', not", false, NULL},
    {"an IP address alone", {.ip = "192.0.2.1", .issuer = "ca"}, NULL, "neither a DNS name nor",
        false, NULL},
    {"that of another peer",
        {.common_name = "Peer 3", .dns = {"peer3.example.test"}, .issuer = "ca"}, NULL,
        "DNS names: 'peer3.example.test', not 'peer2.example.test'", false, NULL},
    {"a final dot in the certificate", {.dns = {NAME "."}, .issuer = "ca"}, NULL, NULL, false,
        NULL},
    {"a dot before the name", {.dns = {"." NAME}, .issuer = "ca"}, NULL, ", not", false, NULL},
    {"a common name with NUL",
        {.raw_common_name = NAME "\0.evil", .raw_length = sizeof NAME + 5, .issuer = "ca"}, NULL,
        "NUL byte", false, NULL},
    {"an empty DNS name", {.common_name = NAME, .raw_dns = "", .issuer = "ca"}, NULL, ", not",
        false, NULL},
    {"with a CRL that does not name it", {.dns = {NAME}, .issuer = "ca"}, NULL, NULL, false,
        "good-crl"},
    {"with an expired CRL", {.dns = {NAME}, .issuer = "ca"}, NULL,
        "CRL of 'CN=Test CA' expired on 2", false, "old-crl"},
    {"with the CRL of its issuer's issuer alone", {.dns = {NAME}, .issuer = "sub"}, NULL,
        "no CRL of 'CN=Sub CA'", true, "good-crl"},
    {"of an issuer that is revoked", {.dns = {NAME}, .issuer = "sub"}, NULL,
        "CA certificate 'CN=Sub CA' is revoked", true, "sub-crl"},
    {"expired, though the rest is wrong as well",
        {.dns = {"other.test"}, .issuer = "ca", .from_s = -7200, .until_s = -60}, NULL,
        "expired on 2", false, NULL},
};

static int set_up(void **state)
{
    struct test_pki *pki = test_pki_new();
    const struct test_pki_certificate sub = {
        .common_name = "Sub CA", .usage = TEST_PKI_USAGE_CA, .issuer = "ca"};
    const struct test_pki_certificate rogue = {.common_name = "Rogue", .usage = TEST_PKI_USAGE_CA};
    const struct test_pki_certificate old = {
        .common_name = "Old CA", .usage = TEST_PKI_USAGE_CA, .from_s = -7200, .until_s = -60};
    const struct test_pki_certificate leaf = {.common_name = "leaf.test", .issuer = "ca"};
    const struct test_pki_certificate sha1 = {
        .common_name = "SHA-1 CA", .usage = TEST_PKI_USAGE_CA, .issuer = "ca", .sha1 = true};
    const struct test_pki_certificate weak = {.common_name = "Weak CA",
        .usage = TEST_PKI_USAGE_CA,
        .issuer = "ca",
        .key = TEST_PKI_KEY_WEAK};

    test_pki_make(pki, "sub", &sub);
    test_pki_make(pki, "rogue", &rogue);
    test_pki_make(pki, "old", &old);
    test_pki_make(pki, "leaf", &leaf);
    test_pki_make(pki, "sha1-sub", &sha1);
    test_pki_make(pki, "weak-sub", &weak);
    test_pki_crl(pki, "good-crl", "ca", "leaf", 3600, false);
    test_pki_crl(pki, "old-crl", "ca", "leaf", -60, false);
    test_pki_crl(pki, "sub-crl", "ca", "sub", 3600, false);
    test_pki_crl(pki, "sub-crl", "sub", NULL, 3600, true);
    test_pki_append(pki, "bundle", "ca");
    test_pki_append(pki, "bundle", "old");
    *state = pki;
    return 0;
}

static int tear_down(void **state)
{
    test_pki_free(*state);
    return 0;
}

static struct ag_trust *trust(struct test_pki *pki, const char *ca, const char *crl)
{
    struct ag_trust *made = NULL;
    struct sx_error err;

    if (ag_trust_load(ca ? test_pki_path(pki, ca) : NULL, crl ? test_pki_path(pki, crl) : NULL,
            &made, &err) != 0)
        fail_msg("%s", err.message);
    return made;
}

static struct ag_verdict judge(
    struct test_pki *pki, struct ag_trust *against, const char *file, const char *intermediate)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    X509 *leaf = test_pki_load(pki, file);
    struct ag_verdict verdict;

    if (intermediate)
        sk_X509_push(others, test_pki_load(pki, intermediate));
    ag_trust_judge(against, leaf, others, NAME, &verdict);
    sk_X509_pop_free(others, X509_free);
    X509_free(leaf);
    return verdict;
}

/** Fails the test when the verdict is another than the row says. */
static void check_verdict(const struct row *row, const struct ag_verdict *verdict)
{
    if (row->reason
            ? verdict->status != SX_CERTIFICATE_INVALID || !strstr(verdict->reason, row->reason)
            : verdict->status != SX_CERTIFICATE_VALID || *verdict->reason)
        fail_msg("%s: status %d, '%s', expected '%s'", row->what, (int)verdict->status,
            verdict->reason, row->reason ? row->reason : "");
    assert_true(verdict->certificate.shown);
}

static void certificates_are_judged(void **state)
{
    struct test_pki *pki = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        STACK_OF(X509) *others = sk_X509_new_null();
        struct ag_verdict verdict;
        struct ag_trust *against;
        char crl[64];
        X509 *leaf;

        snprintf(crl, sizeof crl, "%s.pem", row->crl ? row->crl : "");
        against = trust(pki, "bundle.pem", row->crl ? crl : NULL);
        test_pki_make(pki, "row", &row->certificate);
        leaf = test_pki_load(pki, "row");
        if (row->with_chain)
            sk_X509_push(others, test_pki_load(pki, row->certificate.issuer));
        ag_trust_judge(against, leaf, others, row->name ? row->name : NAME, &verdict);
        check_verdict(row, &verdict);
        sk_X509_pop_free(others, X509_free);
        X509_free(leaf);
        ag_trust_free(against);
    }
}

static void what_is_revoked_is_not_taken(void **state)
{
    struct test_pki *pki = *state;
    struct ag_trust *against = trust(pki, "ca.pem", "good-crl.pem");
    struct ag_verdict verdict = judge(pki, against, "leaf", NULL);

    assert_int_equal(verdict.status, SX_CERTIFICATE_INVALID);
    assert_string_equal(verdict.reason, "certificate 'CN=leaf.test' is revoked");
    ag_trust_free(against);
}

/** The key is that of the file, and the end that of the certificate, whatever the verdict is. */
static void a_certificate_is_described(void **state)
{
    const struct test_pki_certificate one = {.dns = {NAME}, .issuer = "ca", .until_s = 7200};
    struct test_pki *pki = *state;
    struct ag_trust *against = trust(pki, "ca.pem", NULL);
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    struct ag_verdict verdict, other;
    unsigned char *key = NULL;
    uint8_t hash[SX_DIGEST_SIZE];
    X509 *leaf;
    int length;

    test_pki_make(pki, "one", &one);
    leaf = test_pki_load(pki, "one");
    length = i2d_PUBKEY(X509_get0_pubkey(leaf), &key);
    assert_true(length > 0);
    EVP_Digest(key, (size_t)length, hash, NULL, EVP_sha256(), NULL);
    OPENSSL_free(key);
    X509_free(leaf);
    verdict = judge(pki, against, "one", NULL);
    assert_memory_equal(verdict.certificate.key, hash, sizeof hash);
    assert_in_range(verdict.certificate.until_ms, now_ms + 7100000, now_ms + 7300000);
    other = judge(pki, against, "leaf", NULL);
    assert_memory_not_equal(other.certificate.key, hash, sizeof hash);
    ag_trust_free(against);
}

static void nothing_to_trust_is_said(void **state)
{
    struct test_pki *pki = *state;
    struct ag_trust *against = trust(pki, NULL, NULL);
    struct ag_verdict verdict = judge(pki, against, "leaf", NULL);

    assert_int_equal(verdict.status, SX_CERTIFICATE_INVALID);
    assert_non_null(strstr(verdict.reason, "no CA bundle"));
    ag_trust_judge(against, NULL, NULL, NAME, &verdict);
    assert_string_equal(verdict.reason, "peer showed no certificate");
    ag_trust_free(against);
}

/** Files that stop the start, and what the one line must say. */
static void bad_files_are_named(void **state)
{
    static const struct {
        const char *certificate, *key, *ca, *crl, *message;
    } bad[] = {
        {"none.pem", "leaf.key", NULL, NULL, "none.pem cannot be read: No such file"},
        {"empty.pem", "leaf.key", NULL, NULL, "empty.pem holds no certificate"},
        {"broken.pem", "leaf.key", NULL, NULL, "broken.pem holds a broken certificate"},
        {"leaf.key", "leaf.key", NULL, NULL, "leaf.key holds no certificate"},
        {"leaf.pem", "none.key", NULL, NULL, "none.key cannot be read"},
        {"leaf.pem", "leaf.pem", NULL, NULL, "leaf.pem holds no private key"},
        {"leaf.pem", "locked.key", NULL, NULL, "locked.key needs a pass phrase"},
        {"leaf.pem", "ca.key", NULL, NULL, "ca.key is not that of the certificate in"},
        {"weak.pem", "weak.key", NULL, NULL, "cannot be used: ee key too small"},
        {"leaf.pem", "leaf.key", "none.pem", NULL, "CA bundle"},
        {"leaf.pem", "leaf.key", "empty.pem", NULL, "empty.pem holds no certificate"},
        {"leaf.pem", "leaf.key", "half.pem", NULL, "certificate 2 in"},
        {"leaf.pem", "leaf.key", "ca.pem", "ca.pem", "ca.pem holds no CRL"},
        {"leaf.pem", "leaf.key", "ca.pem", "broken.pem", "CRL"},
    };
    struct test_pki *pki = *state;
    const struct test_pki_certificate weak = {.common_name = "w", .key = TEST_PKI_KEY_WEAK};

    test_pki_make(pki, "weak", &weak);
    test_pki_write(pki, "empty.pem", "");
    test_pki_write(pki, "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    test_pki_append(pki, "half", "ca");
    test_pki_append(pki, "half", "broken");
    test_pki_write(pki, "locked.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBBJNvTvgsmZGVGXsdLE\n"
        "D5VDAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ8Kx7zjoyr6xwWxdf\n"
        "ow5mmQRAIWqVFtFtzUMVJ9WLQ1NjGGFxtNLJBFHjeMBlDjGeKuRd6obWb4rxrJSX\n"
        "1vJ5xxQxm8h1mDAAmLLmTqWoPqJ9GQ==\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct ag_tls_files files = {.certificate = test_pki_path(pki, bad[i].certificate),
            .key = test_pki_path(pki, bad[i].key),
            .ca = bad[i].ca ? test_pki_path(pki, bad[i].ca) : NULL,
            .crl = bad[i].crl ? test_pki_path(pki, bad[i].crl) : NULL};
        struct sx_error err;
        struct ag_tls *tls;

        assert_int_equal(ag_tls_new(&files, &tls, &err), -1);
        if (!strstr(err.message, bad[i].message))
            fail_msg("row %zu: '%s' does not hold '%s'", i, err.message, bad[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_are_judged),
        cmocka_unit_test(what_is_revoked_is_not_taken),
        cmocka_unit_test(a_certificate_is_described),
        cmocka_unit_test(nothing_to_trust_is_said),
        cmocka_unit_test(bad_files_are_named),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

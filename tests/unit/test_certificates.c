// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/certificates.h"
#include "test_pki.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/** Files as an operator has them, and what looks at them. */
struct fixture {
    struct test_pki *pki;
    struct ag_tls_files files;
    struct ag_certificates *certificates;
    struct ag_certificates_news news;
};

static const struct test_pki_certificate good = {.dns = {"a.test"}, .issuer = "ca"};

/** Puts a copy of a file in the place of another, as an installer does: by another name first. */
static void put(struct fixture *fixture, const char *from, const char *suffix, const char *to)
{
    char bytes[8192], file[64], temporary[512];
    FILE *source, *target;
    size_t count;

    snprintf(file, sizeof file, "%s%s", from, suffix);
    source = fopen(test_pki_path(fixture->pki, file), "r");
    assert_non_null(source);
    count = fread(bytes, 1, sizeof bytes, source);
    fclose(source);
    snprintf(temporary, sizeof temporary, "%s.new", to);
    target = fopen(temporary, "w");
    assert_non_null(target);
    assert_int_equal(fwrite(bytes, 1, count, target), count);
    fclose(target);
    assert_int_equal(rename(temporary, to), 0);
}

static const struct ag_certificates_news *look(struct fixture *fixture)
{
    ag_trust_free(fixture->news.trust);
    ag_certificates_look(fixture->certificates, &fixture->news);
    return &fixture->news;
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.pki = test_pki_new()};
    test_pki_make(fixture.pki, "one", &good);
    test_pki_make(fixture.pki, "two", &good);
    test_pki_crl(fixture.pki, "crl-1", "ca", NULL, 3600, false);
    test_pki_crl(fixture.pki, "crl-2", "ca", "one", 3600, false);
    fixture.files = (struct ag_tls_files){.certificate = test_pki_path(fixture.pki, "own.pem"),
        .key = test_pki_path(fixture.pki, "own.key"),
        .ca = test_pki_path(fixture.pki, "authorities.pem"),
        .crl = test_pki_path(fixture.pki, "revoked.pem")};
    put(&fixture, "one", ".pem", fixture.files.certificate);
    put(&fixture, "one", ".key", fixture.files.key);
    put(&fixture, "ca", ".pem", fixture.files.ca);
    put(&fixture, "crl-1", ".pem", fixture.files.crl);
    fixture.certificates = ag_certificates_new(&fixture.files);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    ag_trust_free(fixture->news.trust);
    ag_certificates_free(fixture->certificates);
    test_pki_free(fixture->pki);
    return 0;
}

static void the_first_look_tells_of_the_own_certificate(void **state)
{
    struct fixture *fixture = *state;
    X509 *own = test_pki_load(fixture->pki, "one");
    struct sx_certificate known = ag_certificate_of(own);

    assert_true(look(fixture)->own);
    assert_memory_equal(&fixture->news.used, &known, sizeof known);
    assert_false(fixture->news.changed);
    assert_null(fixture->news.trust);
    assert_false(look(fixture)->own);
    assert_null(fixture->news.trust);
    X509_free(own);
}

static void another_certificate_is_noticed_and_what_is_wrong_with_it(void **state)
{
    struct fixture *fixture = *state;

    look(fixture);
    put(fixture, "two", ".pem", fixture->files.certificate);
    assert_true(look(fixture)->own && fixture->news.changed);
    assert_non_null(strstr(fixture->news.reason, "is not that of the certificate in"));
    put(fixture, "two", ".key", fixture->files.key);
    assert_true(look(fixture)->own && fixture->news.changed);
    assert_string_equal(fixture->news.reason, "");
    assert_false(look(fixture)->own);
    unlink(fixture->files.key);
    assert_true(look(fixture)->own && fixture->news.changed);
    assert_non_null(strstr(fixture->news.reason, "cannot be read"));
    /* The former files are those in use again. */
    put(fixture, "one", ".pem", fixture->files.certificate);
    put(fixture, "one", ".key", fixture->files.key);
    assert_true(look(fixture)->own);
    assert_false(fixture->news.changed);
    assert_string_equal(fixture->news.reason, "");
}

static enum sx_certificate_status verdict(struct fixture *fixture)
{
    X509 *leaf = test_pki_load(fixture->pki, "one");
    struct ag_verdict verdict;

    assert_non_null(fixture->news.trust);
    ag_trust_judge(fixture->news.trust, leaf, NULL, "a.test", &verdict);
    X509_free(leaf);
    return verdict.status;
}

static void crls_and_authorities_are_read_anew(void **state)
{
    struct fixture *fixture = *state;

    look(fixture);
    put(fixture, "crl-2", ".pem", fixture->files.crl);
    look(fixture);
    assert_int_equal(verdict(fixture), SX_CERTIFICATE_INVALID);
    assert_false(fixture->news.own);
    assert_null(look(fixture)->trust);
    put(fixture, "crl-1", ".pem", fixture->files.crl);
    look(fixture);
    assert_int_equal(verdict(fixture), SX_CERTIFICATE_VALID);
    /* What cannot be used changes nothing, until it can. */
    put(fixture, "one", ".key", fixture->files.ca);
    assert_null(look(fixture)->trust);
    put(fixture, "two", ".pem", fixture->files.ca);
    look(fixture);
    assert_int_equal(verdict(fixture), SX_CERTIFICATE_INVALID);
}

#define CERTIFICATES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CERTIFICATES_TEST(the_first_look_tells_of_the_own_certificate),
        CERTIFICATES_TEST(another_certificate_is_noticed_and_what_is_wrong_with_it),
        CERTIFICATES_TEST(crls_and_authorities_are_read_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Certificates of links that stand: they are judged again as time passes and when what they are
 * judged by changes. */
#include "links_fixture.h"

/** Opens the two sides to each other; a judges as `enforce` says, b lets all in. */
static void join_as(struct fixture *fixture, const char *certificate, bool enforce)
{
    fixture_start(fixture, &fixture->a);
    fixture->b.links = fixture_links(fixture, &fixture->b.host, fixture->b.ip, certificate);
    fixture_open(&fixture->a, &fixture->b, enforce);
    fixture_open(&fixture->b, &fixture->a, false);
    fixture_wait(fixture, fixture_both_up);
}

static bool a_was_told(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_CERTIFICATE) > 0;
}

static void brief(struct fixture *fixture)
{
    const struct test_pki_certificate wish = {.dns = {"b.test"}, .issuer = "ca", .until_s = 4};

    test_pki_make(fixture->pki, "brief", &wish);
}

static void a_link_ends_with_its_certificate(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *down;

    brief(fixture);
    join_as(fixture, "brief", true);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 0);
    fixture_wait(fixture, fixture_both_down);
    down = fixture_last(&fixture->a, SX_EVENT_LINK_DOWN);
    assert_true(down->event.link.certificate_reason);
    assert_non_null(strstr(down->event.link.reason, "expired on 2"));
    assert_true(down->event.link.shown.shown);
    /* The other side is told why. */
    down = fixture_last(&fixture->b, SX_EVENT_LINK_DOWN);
    assert_non_null(strstr(down->event.link.reason, "expired on 2"));
}

static void permissive_tells_and_keeps_the_link(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *told;

    brief(fixture);
    join_as(fixture, "brief", false);
    fixture_wait(fixture, a_was_told);
    told = fixture_last(&fixture->a, SX_EVENT_CERTIFICATE);
    assert_string_equal(told->peer, "b.test");
    assert_int_equal(told->event.link.certificate, SX_CERTIFICATE_INVALID);
    assert_non_null(strstr(told->event.link.reason, "expired on 2"));
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 0);
}

static void a_new_crl_ends_the_link_of_who_is_revoked(void **state)
{
    struct fixture *fixture = *state;
    struct ag_trust *trust = NULL;
    struct sx_error err;

    fixture_join(fixture);
    test_pki_crl(fixture->pki, "crl", "ca", "b.test", 3600, false);
    assert_int_equal(ag_trust_load(test_pki_path(fixture->pki, "ca.pem"),
                         test_pki_path(fixture->pki, "crl.pem"), &trust, &err),
        0);
    ag_links_trust(fixture->a.links, trust);
    fixture_wait(fixture, fixture_both_down);
    assert_non_null(
        strstr(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "is revoked"));
    assert_int_equal(ag_trust_load(test_pki_path(fixture->pki, "ca.pem"), NULL, &trust, &err), 0);
    fixture_forget(&fixture->a);
    ag_links_trust(fixture->a.links, trust);
    fixture_wait(fixture, fixture_a_up);
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(a_link_ends_with_its_certificate),
        LINK_TEST(permissive_tells_and_keeps_the_link),
        LINK_TEST(a_new_crl_ends_the_link_of_who_is_revoked),
    };

    return cmocka_run_group_tests(tests, fixture_group_set_up, fixture_group_tear_down);
}

// SPDX-License-Identifier: Apache-2.0
/* What an operator is told although the configuration was taken. */
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool warned(const struct sx_test_engine *test, const char *text)
{
    for (size_t i = 0; i < test->status.warning_count; i++)
        if (strstr(test->status.warnings[i], text))
            return true;
    return false;
}

static void nothing_is_wrong_with_a_new_system(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_int_equal(test.status.warning_count, 0);
    sx_test_engine_close(&test);
}

static void a_cluster_name_of_one_label_is_warned_of(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_set_cluster(&test, "name", "lab"));
    assert_true(warned(&test, "single label"));
    assert_true(sx_test_set_cluster(&test, "name", "lab.example"));
    assert_false(warned(&test, "single label"));
    sx_test_engine_close(&test);
}

static void a_cluster_that_is_not_in_force_is_warned_of(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>" SX_TEST_A "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_true(warned(&test, "restart"));
    assert_false(warned(&test, "replaced"));
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.warning_count, 0);
    sx_test_engine_close(&test);
}

static void rules_that_are_not_enforced_are_warned_of(void **state)
{
    static const struct {
        const char *xml;
        bool warned;
    } edits[] = {
        {"<groups><group><name>all</name></group></groups>", false},
        {"<write-default>permit</write-default>", false},
        {"<read-default>deny</read-default>", true},
        {"<read-default>permit</read-default>", false},
        {"<write-default>deny</write-default>", true},
        {"<enable-nacm>false</enable-nacm>", false},
        {"<write-default>permit</write-default><rule-list><name>guests</name><group>all</group>"
         "<rule><name>r</name><action>deny</action></rule></rule-list>",
            false},
        {"<enable-nacm>true</enable-nacm>", true},
    };
    struct sx_test_engine test;
    char xml[512];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        snprintf(xml, sizeof xml,
            "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">%s</nacm>", edits[i].xml);
        assert_true(sx_test_edit(&test, xml));
        if (warned(&test, "not enforced") != edits[i].warned)
            fail_msg("after %s", xml);
    }
    sx_test_engine_close(&test);
}

static void a_joiner_is_warned_before_its_configuration_goes(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_B);
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<configuration-primary>1</configuration-primary><peers>"
                        "<peer><index>1</index><address>" SX_TEST_A "</address></peer>"
                        "<peer><index>2</index><address>" SX_TEST_B
                        "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_true(warned(&test, "users included"));
    assert_true(warned(&test, SX_TEST_A));
    sx_test_engine_restart(&test);
    assert_false(warned(&test, "users included"));
    assert_true(warned(&test, "waits for the primary"));
    sx_test_engine_close(&test);
}

static void judged(struct sx_test_engine *test, enum sx_certificate_status status)
{
    struct sx_event event = {.type = SX_EVENT_CERTIFICATE};

    event.link.peer = "b.example";
    event.link.certificate = status;
    strcpy(event.link.reason, "it is self-signed");
    sx_test_step(test, &event);
}

static void who_would_not_be_let_in_is_named(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_map(&test, "a.example", SX_TEST_A));
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>a.example</address></peer></peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(&test);
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    assert_true(sx_test_set_peer(&test, 2, "b.example"));
    assert_int_equal(test.status.warning_count, 0);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "enforce"));
    assert_true(warned(&test, "Peer 2 (b.example) may not be let in"));
    sx_test_link_up(&test, "b.example");
    assert_int_equal(test.status.warning_count, 0);
    judged(&test, SX_CERTIFICATE_INVALID);
    assert_true(warned(&test, "Peer 2 (b.example) will not be let in"));
    assert_true(warned(&test, "it is self-signed"));
    judged(&test, SX_CERTIFICATE_VALID);
    assert_int_equal(test.status.warning_count, 0);
    sx_test_link_down(&test, "b.example", "gone");
    assert_true(warned(&test, "Peer 2 (b.example) is not linked"));
    sx_test_link_up(&test, "b.example");
    judged(&test, SX_CERTIFICATE_INVALID);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "permissive"));
    assert_int_equal(test.status.warning_count, 0);
    /* In force at once, and back. */
    assert_true(sx_test_set_cluster(&test, "apply", "immediately"));
    assert_true(sx_test_set_cluster(&test, "tls-verification", "enforce"));
    assert_true(warned(&test, "Peer 2 (b.example) is not let in: it is self-signed"));
    assert_true(sx_test_set_cluster(&test, "apply", "on-restart"));
    sx_test_link_down(&test, "b.example", "gone");
    assert_true(sx_test_set_cluster(&test, "tls-verification", "permissive"));
    assert_true(warned(&test, "Peer 2 (b.example) is not linked: see that the TLS mode is "
                              "permissive there, too"));
    sx_test_engine_close(&test);
}

static void it_is_told_where_the_former_configuration_is(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(warned(&b, "/backups/"));
    assert_false(warned(&b, "waits for the primary"));
    assert_false(warned(&a, "/backups/"));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_wrong_with_a_new_system),
        cmocka_unit_test(a_cluster_name_of_one_label_is_warned_of),
        cmocka_unit_test(a_cluster_that_is_not_in_force_is_warned_of),
        cmocka_unit_test(rules_that_are_not_enforced_are_warned_of),
        cmocka_unit_test(a_joiner_is_warned_before_its_configuration_goes),
        cmocka_unit_test(who_would_not_be_let_in_is_named),
        cmocka_unit_test(it_is_told_where_the_former_configuration_is),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

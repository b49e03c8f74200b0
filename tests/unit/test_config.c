// SPDX-License-Identifier: Apache-2.0
/* What forms the cluster, as it is read from the tree. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void literals_are_told_from_names(void **state)
{
    (void)state;
    assert_true(sx_config_is_literal("10.0.0.1"));
    assert_true(sx_config_is_literal("2001:db8::1"));
    assert_true(sx_config_is_literal("::ffff:10.0.0.1"));
    assert_false(sx_config_is_literal("a.example"));
    assert_false(sx_config_is_literal("10.0.0.1.example"));
    assert_false(sx_config_is_literal("beef"));
}

static void an_empty_tree_gives_defaults(void **state)
{
    struct sx_test_engine test;
    struct sx_cluster_config config;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    sx_config_read(&test.engine->tree, &config);
    assert_string_equal(config.name, "");
    assert_string_equal(config.ip_version, "ipv4");
    assert_string_equal(config.tls_verification, "permissive");
    assert_int_equal(config.peer_count, 0);
    assert_int_equal(config.primary, 0);
    assert_int_equal(config.sync_interval_s, 60);
    assert_int_equal(config.heartbeat_interval_ms, 150);
    assert_int_equal(config.heartbeat_timeout_ms, 700);
    sx_test_engine_close(&test);
}

static void the_host_name_has_a_domain_where_one_is_configured(void **state)
{
    struct sx_test_engine test;
    char name[SX_HOST_NAME_MAX];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    sx_config_host_name(&test.engine->tree, name);
    assert_string_equal(name, "");
    assert_true(sx_test_edit(&test,
        "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><dns-resolver>"
        "<search>b.example</search><search>a.example</search></dns-resolver></system>"));
    sx_config_host_name(&test.engine->tree, name);
    assert_string_equal(name, "");
    assert_true(sx_test_edit(&test, SX_TEST_SYSTEM "<name>west</name></system>"));
    sx_config_host_name(&test.engine->tree, name);
    assert_string_equal(name, "west.b.example");
    assert_true(sx_test_edit(&test,
        "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><hostname>w.c.example</hostname>"
        "</system>"));
    sx_config_host_name(&test.engine->tree, name);
    assert_string_equal(name, "w.c.example");
    sx_test_engine_close(&test);
}

static void what_is_configured_is_read(void **state)
{
    struct sx_test_engine test;
    struct sx_cluster_config config;

    sx_test_primary_open(&test, *state, 3);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<replication><sync-interval>5</sync-interval>"
        "<heartbeat-interval>200</heartbeat-interval>"
        "<heartbeat-timeout>900</heartbeat-timeout></replication>" SX_TEST_CLUSTER_END));
    sx_config_read(&test.engine->tree, &config);
    assert_string_equal(config.name, "test.example");
    assert_int_equal(config.peer_count, 3);
    assert_string_equal(config.peers[0], SX_TEST_A);
    assert_string_equal(config.peers[2], SX_TEST_C);
    assert_string_equal(config.peers[3], "");
    assert_int_equal(config.primary, 1);
    assert_int_equal(config.sync_interval_s, 5);
    assert_int_equal(config.heartbeat_interval_ms, 200);
    assert_int_equal(config.heartbeat_timeout_ms, 900);
    sx_test_engine_close(&test);
}

static void a_leaf_that_is_not_there_is_empty(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_string_equal(sx_test_value(&test, "/sextant-system:system/name"), "");
    assert_string_equal(sx_test_value(&test, "/sextant-system:system/log-level"), "info");
    sx_test_engine_close(&test);
}

static void the_mapping_counts_only_while_it_is_on(void **state)
{
    struct sx_test_engine test;
    const struct sx_tree *tree;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    tree = &test.engine->tree;
    assert_string_equal(sx_config_map(tree, "b.example"), "");
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    assert_true(sx_test_map(&test, "c.example", SX_TEST_C));
    assert_string_equal(sx_config_map(tree, "b.example"), SX_TEST_B);
    assert_string_equal(sx_config_map(tree, "C.Example"), SX_TEST_C);
    assert_string_equal(sx_config_map(tree, "d.example"), "");
    assert_string_equal(sx_config_unmap(tree, SX_TEST_C), "c.example");
    assert_string_equal(sx_config_unmap(tree, SX_TEST_A), "");
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<address-mapping><enabled>false</enabled></address-mapping>" SX_TEST_CLUSTER_END));
    assert_string_equal(sx_config_map(tree, "b.example"), "");
    assert_string_equal(sx_config_unmap(tree, SX_TEST_C), "");
    sx_test_engine_close(&test);
}

static void what_applies_on_restart_differs_until_then(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(sx_config_differs(test.engine));
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER "<name>x.example</name>" SX_TEST_CLUSTER_END));
    assert_true(sx_config_differs(test.engine));
    sx_test_engine_restart(&test);
    assert_false(sx_config_differs(test.engine));
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<ip-version>ipv6</ip-version>" SX_TEST_CLUSTER_END));
    assert_true(sx_config_differs(test.engine));
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<ip-version>ipv4</ip-version>" SX_TEST_CLUSTER_END));
    assert_false(sx_config_differs(test.engine));
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_name(&test, "west"));
    assert_false(sx_config_differs(test.engine));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_told_from_names),
        cmocka_unit_test(an_empty_tree_gives_defaults),
        cmocka_unit_test(the_host_name_has_a_domain_where_one_is_configured),
        cmocka_unit_test(what_is_configured_is_read),
        cmocka_unit_test(a_leaf_that_is_not_there_is_empty),
        cmocka_unit_test(the_mapping_counts_only_while_it_is_on),
        cmocka_unit_test(what_applies_on_restart_differs_until_then),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

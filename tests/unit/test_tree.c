// SPDX-License-Identifier: Apache-2.0
/* Trees of small parts of the configuration, built from the store's rows. */
#include "tree.h"

#include "secret.h"
#include "test_pair.h"
#include "test_tree.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct sx_reader *open_reader(const struct sx_test_engine *test)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};

    assert_int_equal(sx_reader_open(test->folder, NULL, &reader, &err), 0);
    return reader;
}

/* The key that engines of tests have. */
static struct sx_secret_keys test_keys(void)
{
    struct sx_secret_keys keys = {0};
    uint8_t key[SX_SYSTEM_KEY_SIZE];

    memset(key, SX_TEST_KEY, sizeof key);
    sx_secret_keys_add(&keys, key);
    return keys;
}

static struct lyd_node *read_tree(
    struct sx_reader *reader, const struct sx_schema *schema, const char *path)
{
    struct sx_secret_keys keys = test_keys();
    struct lyd_node *tree = NULL;
    struct sx_error err = {0};

    if (ag_tree_read(reader, schema, &keys, path, &tree, &err) < 0)
        fail_msg("%s", err.message);
    return tree;
}

static void defaults_are_added_where_nothing_is_configured(void **state)
{
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct lyd_node *tree;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    reader = open_reader(&test);
    tree = read_tree(reader, *state, "/sextant-system:system");
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/log-level"), "info");
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/name"), "");
    lyd_free_all(tree);
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

static void leafs_and_lists_are_there(void **state)
{
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct lyd_node *tree;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_edit(&test, SX_TEST_SYSTEM
        "<snmp><contact>desk</contact><notification-targets><target><name>t1</name>"
        "<address>127.0.0.1</address><community>public</community></target><target><name>t2</name>"
        "<address>127.0.0.2</address><community>public</community></target>"
        "</notification-targets></snmp></system>"));
    reader = open_reader(&test);
    tree = read_tree(reader, *state, "/sextant-system:system");
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/name"), "west");
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/snmp/contact"), "desk");
    assert_string_equal(
        sx_test_leaf(
            tree, "/sextant-system:system/snmp/notification-targets/target[name='t2']/address"),
        "127.0.0.2");
    assert_string_equal(sx_test_leaf(tree, "/sextant-call-control:call-control/ip-protocol"), "");
    lyd_free_all(tree);
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

static void all_scopes_of_a_node_are_there(void **state)
{
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct lyd_node *tree;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    reader = open_reader(&test);
    tree = read_tree(reader, *state, "/sextant-cluster:cluster");
    assert_string_equal(sx_test_leaf(tree, "/sextant-cluster:cluster/name"), "test.example");
    assert_string_equal(
        sx_test_leaf(tree, "/sextant-cluster:cluster/peers/peer[index='2']/address"), SX_TEST_B);
    assert_string_equal(
        sx_test_leaf(tree, "/sextant-cluster:cluster/address-mapping/mapping[fqdn='b.example']/"
                           "ip-address"),
        SX_TEST_B);
    lyd_free_all(tree);
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

static void a_reader_can_be_used_again_and_sees_what_is_new(void **state)
{
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct lyd_node *tree;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    reader = open_reader(&test);
    for (unsigned i = 101; i < 105; i++) {
        char number[8];

        assert_true(sx_test_entry(&test, "ann", i));
        tree = read_tree(reader, *state, "/sextant-call-control:call-control");
        snprintf(number, sizeof number, "%u", i);
        assert_string_equal(
            sx_test_leaf(
                tree, "/sextant-call-control:call-control/phone-book/entry[name='ann']/number"),
            number);
        lyd_free_all(tree);
    }
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

static void secrets_are_opened_or_left_out(void **state)
{
    struct sx_secret_keys none = {0};
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct sx_error err = {0};
    struct lyd_node *tree;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test,
        SX_TEST_SYSTEM "<snmp><v2c><enabled>true</enabled><community>wonderland</community></v2c>"
                       "</snmp></system>"));
    reader = open_reader(&test);
    tree = read_tree(reader, *state, "/sextant-system:system");
    assert_string_equal(
        sx_test_leaf(tree, "/sextant-system:system/snmp/v2c/community"), "wonderland");
    lyd_free_all(tree);
    tree = NULL;
    assert_int_equal(ag_tree_read(reader, *state, &none, "/sextant-system:system", &tree, &err), 0);
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/snmp/v2c/community"), "");
    assert_string_equal(sx_test_leaf(tree, "/sextant-system:system/snmp/v2c/enabled"), "true");
    lyd_free_all(tree);
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

static void an_unknown_path_is_an_error(void **state)
{
    struct sx_secret_keys keys = test_keys();
    struct sx_test_engine test;
    struct sx_reader *reader;
    struct lyd_node *tree = NULL;
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    reader = open_reader(&test);
    assert_int_equal(
        ag_tree_read(reader, *state, &keys, "/sextant-system:nothing", &tree, &err), -1);
    assert_int_equal(err.code, SX_E_UNKNOWN_ELEMENT);
    assert_non_null(strstr(err.message, "/sextant-system:nothing"));
    assert_null(tree);
    sx_reader_close(reader);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_added_where_nothing_is_configured),
        cmocka_unit_test(leafs_and_lists_are_there),
        cmocka_unit_test(all_scopes_of_a_node_are_there),
        cmocka_unit_test(a_reader_can_be_used_again_and_sees_what_is_new),
        cmocka_unit_test(secrets_are_opened_or_left_out),
        cmocka_unit_test(an_unknown_path_is_an_error),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

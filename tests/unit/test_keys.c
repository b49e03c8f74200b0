// SPDX-License-Identifier: Apache-2.0
#include "netconf/keys.h"

#include "netconf/request.h"
#include "sextant/schema.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_quotes(void **state)
{
    struct ag_keys keys = {0};
    char *text;

    (void)state;
    assert_null(ag_keys_take(&keys));
    ag_keys_add(&keys, "name", "x");
    ag_keys_add(&keys, "other", "it's");
    text = ag_keys_take(&keys);
    assert_string_equal(text, "[name='x'][other=\"it's\"]");
    assert_null(keys.text);
    free(text);
}

/* What we write must be what libyang writes, since the store's rows are named by it. */
static void expect_like_libyang(struct lyd_node *entry)
{
    char *path = lyd_path(entry, LYD_PATH_STD, NULL, 0);
    char *list = ag_keys_list_path(entry->schema), *keys = ag_keys_of(entry);

    assert_memory_equal(path, list, strlen(list));
    assert_string_equal(path + strlen(list), keys);
    free(path);
    free(list);
    free(keys);
}

static void test_like_libyang(void **state)
{
    static const char *const paths[] = {
        "/sextant-cluster:cluster/peers/peer[index='3']",
        "/sextant-call-control:call-control/phone-book/entry[name='a b']",
        "/sextant-call-control:call-control/phone-book/entry[name=\"O'Hara\"]",
        "/ietf-system:system/authentication/user[name='x']",
        "/ietf-interfaces:interfaces/interface[name='eth0']",
    };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct lyd_node *tree = NULL, *entry = NULL;

        assert_int_equal(
            lyd_new_path2(NULL, sx_schema_context(*state), paths[i], NULL, 0, 0, 0, &tree, &entry),
            LY_SUCCESS);
        expect_like_libyang(entry);
        lyd_free_all(tree);
    }
}

static void expect_canonical(const struct lysc_node *leaf, const char *value, const char *expected)
{
    char *canonical = ag_keys_canonical(leaf, value, NULL);

    if (expected)
        assert_string_equal(canonical, expected);
    else
        assert_null(canonical);
    free(canonical);
}

static void test_canonical(void **state)
{
    const struct lysc_node *index =
        sx_test_schema_node(*state, "/sextant-cluster:cluster/peers/peer/index");
    const struct lysc_node *type =
        sx_test_schema_node(*state, "/ietf-interfaces:interfaces/interface/type");

    expect_canonical(index, "3", "3");
    expect_canonical(index, "03", "3");
    expect_canonical(index, "7", NULL);
    expect_canonical(index, "x", NULL);
    expect_canonical(sx_test_schema_node(*state, "/sextant-cluster:cluster"), "x", NULL);
    expect_canonical(type, "iana-if-type:ethernetCsmacd", "iana-if-type:ethernetCsmacd");
    expect_canonical(type, "nothing:at-all", NULL);
}

/* An identity's XML prefix means the namespace that the element declares. */
static void test_identity_prefix(void **state)
{
    const struct lysc_node *type =
        sx_test_schema_node(*state, "/ietf-interfaces:interfaces/interface/type");
    struct ag_request request = {0};
    struct ly_ctx *context = NULL;
    struct sx_error err = {0};
    char *canonical;

    assert_int_equal(ag_request_context(&context, &err), 0);
    assert_int_equal(
        ag_request_parse(context,
            "<type xmlns=\"urn:any\" "
            "xmlns:q=\"urn:ietf:params:xml:ns:yang:iana-if-type\">q:ethernetCsmacd</type>",
            &request, &err),
        0);
    canonical = ag_keys_canonical(type, "q:ethernetCsmacd", request.rpc);
    assert_string_equal(canonical, "iana-if-type:ethernetCsmacd");
    free(canonical);
    ag_request_clear(&request);
    ly_ctx_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_like_libyang),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_identity_prefix),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

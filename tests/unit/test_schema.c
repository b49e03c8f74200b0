// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include <libyang/libyang.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sx_node_class *class_of(const struct sx_schema *schema, const char *path)
{
    return sx_schema_class(sx_test_schema_node(schema, path));
}

static void expect(
    const struct sx_schema *schema, const char *path, enum sx_scope scope, uint32_t flags)
{
    const struct sx_node_class *class = class_of(schema, path);

    assert_non_null(class);
    if (class->scope != scope || class->flags != flags)
        fail_msg("%s: %s %u", path, sx_scope_name(class->scope), class->flags);
}

static void test_classes(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-test", NULL);

    (void)state;
    assert_int_equal(class_of(schema, "/sextant-test:top")->flags, SX_NODE_MIXED);
    expect(schema, "/sextant-test:top/plain", SX_SCOPE_REPLICATED, 0);
    expect(schema, "/sextant-test:top/hidden", SX_SCOPE_REPLICATED, SX_NODE_SECRET);
    expect(schema, "/sextant-test:top/own", SX_SCOPE_PEER_SPECIFIC, 0);
    expect(schema, "/sextant-test:top/agreed", SX_SCOPE_AGREED, SX_NODE_APPLIES_ON_RESTART);
    expect(schema, "/sextant-test:top/agreed/tag", SX_SCOPE_AGREED, SX_NODE_APPLIES_ON_RESTART);
    expect(schema, "/sextant-test:top/copied/mode", SX_SCOPE_AGREED_COPIED, 0);
    /* Outermost lists are fragments, those inside an entry are not. */
    expect(schema, "/sextant-test:lists/entry", SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT);
    expect(schema, "/sextant-test:lists/entry/sub", SX_SCOPE_REPLICATED, 0);
    expect(schema, "/sextant-test:lists/local", SX_SCOPE_PEER_SPECIFIC, SX_NODE_FRAGMENT);
    expect(schema, "/sextant-test:top/flag/inside", SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT);
    expect(schema, "/sextant-test:users/user/password", SX_SCOPE_REPLICATED, SX_NODE_CRYPT_HASH);
    assert_null(class_of(schema, "/sextant-test:state/counter"));
    assert_null(sx_schema_class(NULL));
    sx_schema_free(schema);
    sx_schema_free(NULL);
}

static void test_annotations(void **state)
{
    /* The module that is annotated is implemented without being named. */
    struct sx_schema *schema = sx_test_schema("annotates", NULL);

    (void)state;
    expect(schema, "/sextant-test:lists/entry", SX_SCOPE_PEER_SPECIFIC, SX_NODE_FRAGMENT);
    expect(schema, "/sextant-test:lists/local", SX_SCOPE_AGREED, SX_NODE_FRAGMENT);
    expect(schema, "/sextant-test:top/plain", SX_SCOPE_REPLICATED,
        SX_NODE_SECRET | SX_NODE_UNIQUE_IN_CLUSTER);
    sx_schema_free(schema);
}

static void test_our_modules(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-cluster", "sextant-system",
        "sextant-call-control", "sextant-alarms", "sextant-scopes", "ietf-netconf",
        "ietf-netconf-monitoring", "ietf-netconf-with-defaults", "ietf-netconf-nmda",
        "nc-notifications", "notifications", NULL);
    const struct lys_module *netconf =
        ly_ctx_get_module_implemented(sx_schema_context(schema), "ietf-netconf");

    (void)state;
    expect(schema, "/sextant-cluster:cluster/peers/peer/address", SX_SCOPE_AGREED, 0);
    expect(schema, "/sextant-call-control:call-control/phone-book/entry", SX_SCOPE_REPLICATED,
        SX_NODE_FRAGMENT);
    expect(schema, "/ietf-interfaces:interfaces/interface/ietf-ip:ipv4/address/ip",
        SX_SCOPE_PEER_SPECIFIC, SX_NODE_UNIQUE_IN_CLUSTER);
    expect(schema, "/ietf-system:system/authentication/user/password", SX_SCOPE_REPLICATED,
        SX_NODE_SECRET | SX_NODE_CRYPT_HASH);
    expect(schema, "/ietf-system:system/ntp/server", SX_SCOPE_PEER_SPECIFIC, SX_NODE_FRAGMENT);
    assert_int_equal(lys_feature_value(netconf, "candidate"), LY_SUCCESS);
    assert_int_equal(lys_feature_value(netconf, "confirmed-commit"), LY_ENOT);
    assert_int_equal(
        lys_feature_value(
            ly_ctx_get_module_implemented(sx_schema_context(schema), "ietf-system"), "local-users"),
        LY_SUCCESS);
    sx_schema_free(schema);
}

static void test_hash(void **state)
{
    struct sx_schema *one = sx_test_schema("sextant-test", "ietf-interfaces", NULL);
    struct sx_schema *same = sx_test_schema("ietf-interfaces", "sextant-test", NULL);
    struct sx_schema *annotated = sx_test_schema("annotates", "ietf-interfaces", NULL);
    struct sx_schema *fewer = sx_test_schema("sextant-test", NULL);

    (void)state;
    assert_memory_equal(sx_schema_hash(one), sx_schema_hash(same), SX_DIGEST_SIZE);
    assert_memory_not_equal(sx_schema_hash(one), sx_schema_hash(fewer), SX_DIGEST_SIZE);
    assert_memory_not_equal(sx_schema_hash(one), sx_schema_hash(annotated), SX_DIGEST_SIZE);
    sx_schema_free(one);
    sx_schema_free(same);
    sx_schema_free(annotated);
    sx_schema_free(fewer);
}

static void test_refused(void **state)
{
    static const struct {
        const char *module, *says, *says_too;
    } cases[] = {
        {"refused-must", "a must of /refused-must:one/b", "/refused-must:one/a"},
        {"refused-when", "a when of /refused-when:one/b", "/refused-when:one/a"},
        {"refused-leafref", "a leafref of /refused-leafref:one/b", "/refused-leafref:one/a"},
        {"refused-list", "/refused-list:one/row/own", "list entry or presence container"},
        {"refused-presence", "/refused-presence:one/own", "/refused-presence:one"},
        {"refused-choice", "/refused-choice:one", "different scopes"},
        {"refused-word", "scope \"mine\"", "peer-specific"},
        {"refused-secret", "/refused-secret:one", "leaf-list"},
        {"refused-path", "\"/t:top/t:bogus\"", "no node \"bogus\""},
        {"refused-twice", "\"/t:top\"", "twice"},
        {"no-such-module", "no-such-module", "cannot be loaded"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sx_schema *schema = NULL;
        struct sx_error err = {0};

        assert_int_equal(sx_test_schema_try(cases[i].module, &schema, &err), -1);
        assert_null(schema);
        if (!strstr(err.message, cases[i].says) || !strstr(err.message, cases[i].says_too))
            fail_msg("%s: %s", cases[i].module, err.message);
    }
}

static void test_folder_that_is_missing(void **state)
{
    const char *const path[] = {"/nowhere/at/all", NULL}, *const modules[] = {NULL};
    const struct sx_schema_options options = {.search_path = path, .modules = modules};
    struct sx_schema *schema = NULL;
    struct sx_error err;

    (void)state;
    assert_int_equal(sx_schema_load(&options, &schema, &err), -1);
    assert_non_null(strstr(err.message, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_annotations),
        cmocka_unit_test(test_our_modules),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_folder_that_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

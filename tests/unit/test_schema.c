// SPDX-License-Identifier: Apache-2.0
/* A schema as a whole; its parts have tests of their own. */
#include "test_schema.h"
#include "schema_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_scope_names(void **state)
{
    (void)state;
    assert_string_equal(sx_scope_name(SX_SCOPE_REPLICATED), "replicated");
    assert_string_equal(sx_scope_name(SX_SCOPE_AGREED), "agreed");
    assert_string_equal(sx_scope_name(SX_SCOPE_AGREED_COPIED), "agreed-copied");
    assert_string_equal(sx_scope_name(SX_SCOPE_PEER_SPECIFIC), "peer-specific");
}

static const struct sx_node_class *class_of(const struct sx_schema *schema, const char *path)
{
    return sx_schema_class(sx_test_schema_node(schema, path));
}

static void test_our_modules(void **state)
{
    struct sx_schema *schema = sx_test_schema_ours();

    (void)state;
    sx_test_schema_expect(
        schema, "/sextant-cluster:cluster/peers/peer/address", SX_SCOPE_AGREED, 0);
    sx_test_schema_expect(schema, "/sextant-call-control:call-control/phone-book/entry",
        SX_SCOPE_REPLICATED, SX_NODE_FRAGMENT);
    sx_test_schema_expect(schema, "/ietf-interfaces:interfaces/interface/ietf-ip:ipv4/address/ip",
        SX_SCOPE_PEER_SPECIFIC, SX_NODE_UNIQUE_IN_CLUSTER);
    sx_test_schema_expect(schema, "/ietf-system:system/authentication/user/password",
        SX_SCOPE_REPLICATED, SX_NODE_SECRET | SX_NODE_SECRETS | SX_NODE_CRYPT_HASH);
    sx_test_schema_expect(
        schema, "/ietf-system:system/ntp/server", SX_SCOPE_PEER_SPECIFIC, SX_NODE_FRAGMENT);
    assert_true(class_of(schema, "/ietf-system:system/authentication/user/password")->survives);
    assert_string_equal(
        class_of(schema, "/ietf-interfaces:interfaces/interface")->survivors, "name = 'lan1'");
    assert_false(class_of(schema, "/ietf-interfaces:interfaces/interface/description")->survives);
    assert_false(class_of(schema, "/ietf-system:system/ntp/server")->survives);
    sx_schema_free(schema);
}

/* Counts nodes of the module made-up, and stops at one of the name "stop". */
static int visit(void *with, const struct lysc_node *node, struct sx_error *err)
{
    size_t *count = with;

    *count += strcmp(node->module->name, "made-up") == 0;
    return strcmp(node->name, "stop") == 0 ? sx_error_set(err, SX_E_INTERNAL, "stopped") : 0;
}

static int walk(const char *body, size_t *ret_count, struct sx_error *err)
{
    struct sx_schema *schema = sx_test_schema_of(body);
    int result;

    *ret_count = 0;
    result = sx_schema_walk(sx_schema_context(schema), visit, ret_count, err);
    sx_schema_free(schema);
    return result;
}

static void test_walk(void **state)
{
    struct sx_error err = {0};
    size_t count;

    (void)state;
    assert_int_equal(walk("container a { choice b { case c { leaf d { type string; } } } }"
                          "leaf e { config false; type string; }"
                          "rpc r { input { leaf stop { type string; } } }"
                          "notification n { leaf stop { type string; } }",
                         &count, &err),
        0);
    assert_int_equal(count, 5);
    /* Parents come first. */
    assert_int_equal(walk("container a { leaf b { type string; } container stop {"
                          "  leaf c { type string; } } } leaf d { type string; }",
                         &count, &err),
        -1);
    assert_int_equal(count, 3);
    assert_string_equal(err.message, "stopped");
}

static void test_paths(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-test", NULL);
    char *path =
        sx_schema_path(sx_test_schema_node(schema, "/sextant-test:top/tcp-options/nodelay"));

    (void)state;
    assert_string_equal(path, "/sextant-test:top/tcp-options/nodelay");
    free(path);
    sx_schema_free(schema);
}

/* A part that fails leaves nothing. */
static void test_load_fails(void **state)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(sx_test_schema_try("no-such-module", &schema, &err), -1);
    assert_null(schema);
    sx_schema_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_names),
        cmocka_unit_test(test_our_modules),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_load_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Which modules a context holds, with which features, and prefixes in them. */
#include "schema_impl.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int open_modules(
    const char *const *path, const char *module, struct ly_ctx **ret_context, struct sx_error *err)
{
    const char *const modules[] = {module, NULL};
    const struct sx_schema_options options = {.search_path = path, .modules = modules};

    ly_log_options(LY_LOSTORE_LAST);
    return sx_schema_open(&options, ret_context, err);
}

static struct ly_ctx *context_of(const char *module)
{
    struct ly_ctx *context = NULL;
    struct sx_error err = {0};

    if (open_modules(sx_test_search_path, module, &context, &err) < 0)
        fail_msg("%s", err.message);
    return context;
}

static void test_features(void **state)
{
    struct ly_ctx *context = context_of("ietf-netconf");
    const struct lys_module *module = ly_ctx_get_module_implemented(context, "ietf-netconf");

    (void)state;
    assert_int_equal(lys_feature_value(module, "candidate"), LY_SUCCESS);
    assert_int_equal(lys_feature_value(module, "writable-running"), LY_SUCCESS);
    assert_int_equal(lys_feature_value(module, "startup"), LY_ENOT);
    assert_int_equal(lys_feature_value(module, "url"), LY_ENOT);
    ly_ctx_destroy(context);
    /* Every other module has all of its own, also one that came for an annotation's sake. */
    context = context_of("sextant-scopes");
    module = ly_ctx_get_module_implemented(context, "ietf-system");
    assert_non_null(module);
    assert_int_equal(lys_feature_value(module, "local-users"), LY_SUCCESS);
    assert_int_equal(lys_feature_value(module, "ntp"), LY_SUCCESS);
    module = ly_ctx_get_module_implemented(context, "ietf-alarms");
    assert_non_null(module);
    assert_int_equal(lys_feature_value(module, "alarm-summary"), LY_SUCCESS);
    assert_int_equal(lys_feature_value(module, "alarm-shelving"), LY_ENOT);
    assert_int_equal(lys_feature_value(module, "operator-actions"), LY_ENOT);
    assert_int_equal(lys_feature_value(module, "alarm-history"), LY_ENOT);
    ly_ctx_destroy(context);
}

static void test_annotated_modules_are_implemented(void **state)
{
    struct ly_ctx *context = context_of("annotates");

    (void)state;
    assert_non_null(ly_ctx_get_module_implemented(context, "sextant-test"));
    /* What is only imported stays so. */
    assert_null(ly_ctx_get_module_implemented(context, "iana-crypt-hash"));
    assert_non_null(ly_ctx_get_module_latest(context, "iana-crypt-hash"));
    ly_ctx_destroy(context);
}

static void test_prefixes(void **state)
{
    struct ly_ctx *context = context_of("annotates");
    const struct lysp_module *module = ly_ctx_get_module_implemented(context, "annotates")->parsed;
    const char *keyword = NULL;

    (void)state;
    assert_string_equal(sx_schema_prefix(module, "r:x", 1), "annotates");
    assert_string_equal(sx_schema_prefix(module, "t:top", 1), "sextant-test");
    assert_string_equal(sx_schema_prefix(module, "sx:scope", 2), SX_EXTENSIONS_MODULE);
    assert_null(sx_schema_prefix(module, "sx:scope", 1));
    assert_null(sx_schema_prefix(module, "tt", 2));
    assert_null(sx_schema_prefix(module, "", 0));

    assert_true(sx_schema_is_ours(module, "sx:scope", &keyword));
    assert_string_equal(keyword, "scope");
    keyword = NULL;
    assert_false(sx_schema_is_ours(module, "t:scope", &keyword));
    assert_false(sx_schema_is_ours(module, "nobody:scope", &keyword));
    assert_false(sx_schema_is_ours(module, "scope", &keyword));
    assert_null(keyword);
    ly_ctx_destroy(context);
}

static void refused(const char *const *path, const char *module, const char *says)
{
    struct ly_ctx *context = NULL;
    struct sx_error err = {0};

    assert_int_equal(open_modules(path, module, &context, &err), -1);
    assert_null(context);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    if (!strstr(err.message, says))
        fail_msg("\"%s\" does not say \"%s\"", err.message, says);
}

static void test_what_is_missing(void **state)
{
    static const char *const nowhere[] = {"/nowhere/at/all", NULL}, *const empty[] = {NULL};

    (void)state;
    refused(nowhere, "sextant-test", "/nowhere/at/all cannot be read");
    refused(empty, "sextant-test", "YANG module sextant-test cannot be loaded");
    refused(sx_test_search_path, "no-such-module", "YANG module no-such-module cannot be loaded");
}

static void test_modules_with_faults(void **state)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    (void)state;
    sx_test_schema_refused("leaf a { type strung; }", "", "do not fit together", "strung");
    assert_int_equal(sx_test_schema_made("leaf a { type string;", &schema, &err), -1);
    assert_non_null(strstr(err.message, "made-up cannot be loaded"));
    sx_test_schema_refused("sx:annotate \"/nobody:top\" { sx:scope \"agreed\"; }", "",
        "annotate \"/nobody:top\": prefix \"nobody\" is not imported", "made-up");
    sx_test_schema_refused("import not-there { prefix n; } leaf a { type string; }", "",
        "YANG module made-up cannot be loaded", "not-there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_annotated_modules_are_implemented),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_modules_with_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* What libyang says of its newest error, in our words. */
#include "item.h"
#include "libyang_error.h"
#include "sextant/memory.h"
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"
#define L "/sextant-test:lists"

/* Parses data, which fails. */
static void parse_fails(struct ly_ctx *context, const char *xml)
{
    struct lyd_node *node = NULL;

    assert_int_not_equal(
        lyd_parse_data_mem(context, xml, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &node),
        LY_SUCCESS);
}

static void test_message_and_path(void **state)
{
    struct ly_ctx *context = sx_schema_context(*state);
    struct sx_error err = {.app_tag = "old"};

    parse_fails(context, SX_TEST_TOP("<number>many</number>"));
    assert_int_equal(sx_libyang_error(context, SX_E_INVALID_VALUE, "Reading", &err), -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    assert_string_equal(err.path, T "/number");
    assert_string_equal(err.app_tag, "");
    assert_int_equal(strncmp(err.message, "Reading: ", strlen("Reading: ")), 0);
    assert_non_null(strstr(err.message, "many"));
    assert_int_not_equal(err.message[strlen(err.message) - 1], '.');
}

static void test_without_what(void **state)
{
    struct ly_ctx *context = sx_schema_context(*state);
    struct sx_error err = {0};
    size_t length;

    parse_fails(context, SX_TEST_TOP("<number>many</number>"));
    length = strlen(ly_errmsg(context));
    assert_int_equal(ly_errmsg(context)[length - 1], '.');
    sx_libyang_error(context, SX_E_OPERATION_FAILED, NULL, &err);
    assert_int_equal(strlen(err.message), length - 1);
    assert_int_equal(strncmp(err.message, ly_errmsg(context), length - 1), 0);
}

/* Keys stand in quotes, as the path does. */
static void test_keys_in_the_path(void **state)
{
    struct ly_ctx *context = sx_schema_context(*state);
    char path[SX_ERROR_PATH_MAX];

    parse_fails(
        context, SX_TEST_LISTS("<entry><name>it's \", line</name><level>x</level></entry>"));
    sx_libyang_error_path(context, path);
    assert_int_equal(strncmp(path, L "/entry[name=", strlen(L "/entry[name=")), 0);
    assert_string_equal(path + strlen(path) - strlen("/level"), "/level");
}

/* Also where a value is parsed that was stored. */
static void test_secrets_are_not_quoted(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("container c { leaf pin { type uint8; sx:secret; }"
                          " leaf word { type string { length '4..10'; } sx:secret; } }");
    static const char *const texts[] = {"{\"made-up:c\":{\"pin\":\"s3cret\"}}",
        "{\"made-up:c\":{\"pin\":s3cret}}", "{\"made-up:c\":{\"word\":\"s3c\"}}",
        "{\"made-up:c\":{\"word\":[\"s3cret\"]}}", "{\"made-up:c\":{\"pin\":53000}}",
        "{\"made-up:c\":{\"word\":\"abcd\" s3cret}}", "{\"made-up:c\":{\"word\":\"s3cret\x01\"}}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct lyd_node *node = NULL;
        struct sx_error err = {0};

        assert_int_equal(sx_item_parse(sx_schema_context(schema), NULL, texts[i], &node, &err), -1);
        if (strstr(err.message, "s3c") || strstr(err.message, "53000"))
            fail_msg("%s: %s", texts[i], err.message);
    }
    sx_schema_free(schema);
}

static void test_nothing_to_tell(void **state)
{
    struct ly_ctx *context = sx_schema_context(*state);
    struct sx_error err = {0};

    ly_err_clean(context, NULL);
    assert_int_equal(sx_libyang_error(context, SX_E_INTERNAL, "It", &err), -1);
    assert_string_equal(err.message, "It: no reason given");
    assert_string_equal(err.path, "");
    /* An error without a place. */
    assert_null(ly_ctx_load_module(context, "no-such-module", NULL, NULL));
    sx_libyang_error(context, SX_E_INVALID_VALUE, NULL, &err);
    assert_non_null(strstr(err.message, "no-such-module"));
    assert_string_equal(err.path, "");
}

static void test_long_texts_are_cut(void **state)
{
    struct ly_ctx *context = sx_schema_context(*state);
    char path[SX_ERROR_PATH_MAX];
    struct sx_error err = {0};
    char *name = sx_alloc(2001), *xml;

    memset(name, 'n', 2000);
    xml = sx_format("<lists xmlns='urn:sextant:test'><entry><name>%s</name><level>%s</level>"
                    "</entry></lists>",
        name, name);
    parse_fails(context, xml);
    sx_libyang_error_path(context, path);
    assert_int_equal(strlen(path), SX_ERROR_PATH_MAX - 1);
    sx_libyang_error(context, SX_E_INVALID_VALUE, name, &err);
    assert_int_equal(strlen(err.message), SX_ERROR_MESSAGE_MAX - 1);
    assert_string_equal(err.path, path);
    free(name);
    free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_and_path),
        cmocka_unit_test(test_without_what),
        cmocka_unit_test(test_keys_in_the_path),
        cmocka_unit_test(test_secrets_are_not_quoted),
        cmocka_unit_test(test_nothing_to_tell),
        cmocka_unit_test(test_long_texts_are_cut),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

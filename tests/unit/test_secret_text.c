// SPDX-License-Identifier: Apache-2.0
/* Secrets found and replaced inside RFC 7951 JSON. */
#include "secret_text.h"

#include "secret.h"
#include "sextant/memory.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Secrets of many types, in a list inside a list, in a choice and beside what is none. */
#define BODY \
    "container c {" \
    "  leaf plain { type string; }" \
    "  leaf word { type string; sx:secret; }" \
    "  leaf number { type uint8; sx:secret; }" \
    "  leaf flag { type empty; sx:secret; }" \
    "  anydata any;" \
    "  list l { key \"k n\"; leaf k { type string; } leaf n { type uint16; }" \
    "    choice x { case y { leaf s { type string { length \"8..20\"; } sx:secret; } } }" \
    "    list in { key \"i\"; leaf i { type string; } leaf t { type int64; sx:secret; } }" \
    "  }" \
    "}"

/** What the visits gathered. */
struct seen {
    char *text;
};

/* Notes path and token, and leaves a word instead; nothing instead of numbers. */
static int note(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    struct seen *seen = context;
    char *more = sx_format(
        "%s%s=%.*s\n", seen->text ? seen->text : "", found->path, (int)found->length, found->token);

    free(seen->text);
    seen->text = more;
    if (found->length == strlen("\"refuse\"") && memcmp(found->token, "\"refuse\"", 8) == 0)
        return sx_error_set(err, SX_E_INVALID_VALUE, "refused");
    if (*found->token == '"')
        *ret_token = sx_strdup("\"X\"");
    return 0;
}

static int setup(void **state)
{
    *state = sx_test_schema_of(BODY);
    return 0;
}

static int teardown(void **state)
{
    sx_schema_free(*state);
    return 0;
}

static void expect(const struct sx_schema *schema, const char *path, const char *parent,
    const char *json, const char *out, const char *seen_text)
{
    const struct lysc_node *node = sx_test_schema_node(schema, path);
    struct seen seen = {0};
    struct sx_error err = {0};
    char *result = NULL;

    if (sx_secret_text(node, parent, json, note, &seen, &result, &err) < 0)
        fail_msg("%s: %s", json, err.message);
    assert_string_equal(result, out);
    assert_string_equal(seen.text ? seen.text : "", seen_text);
    sx_secret_free(result);
    free(seen.text);
}

static void secrets_are_found_with_their_paths(void **state)
{
    expect(*state, "/made-up:c", "",
        "{\"made-up:c\":{\"plain\":\"p\",\"word\":\"a\\\"b\",\"number\":5,\"flag\":[null]}}",
        "{\"made-up:c\":{\"plain\":\"p\",\"word\":\"X\"}}",
        "/made-up:c/word=\"a\\\"b\"\n/made-up:c/number=5\n/made-up:c/flag=[null]\n");
    expect(*state, "/made-up:c/l", "/made-up:c",
        "{\"made-up:l\":[{\"k\":\"one\",\"n\":7,\"s\":\"sss\",\"in\":[{\"i\":\"a\",\"t\":\"1\"},"
        "{\"i\":\"b\",\"t\":\"2\"}]}]}",
        "{\"made-up:l\":[{\"k\":\"one\",\"n\":7,\"s\":\"X\",\"in\":[{\"i\":\"a\",\"t\":\"X\"},"
        "{\"i\":\"b\",\"t\":\"X\"}]}]}",
        "/made-up:c/l[k='one'][n='7']/s=\"sss\"\n/made-up:c/l[k='one'][n='7']/in[i='a']/t=\"1\"\n"
        "/made-up:c/l[k='one'][n='7']/in[i='b']/t=\"2\"\n");
    /* One leaf alone, as changes have it. */
    expect(*state, "/made-up:c/l/in/t", "/made-up:c/l[k='x'][n='1']/in[i='z']",
        "{\"made-up:t\":\"9\"}", "{\"made-up:t\":\"X\"}",
        "/made-up:c/l[k='x'][n='1']/in[i='z']/t=\"9\"\n");
}

static void keys_are_written_as_paths_have_them(void **state)
{
    expect(*state, "/made-up:c/l", "/made-up:c",
        "{\"made-up:l\":[{\"s\":\"1\",\"n\":1,\"k\":\"it's \\u00e4\\t\\\\\"}]}",
        "{\"made-up:l\":[{\"s\":\"X\",\"n\":1,\"k\":\"it's \\u00e4\\t\\\\\"}]}",
        "/made-up:c/l[k=\"it's \xc3\xa4\t\\\"][n='1']/s=\"1\"\n");
}

static void everything_else_is_taken_over(void **state)
{
    static const char any[] = "{\"made-up:c\":{\"any\":{\"word\":[\"}\",{\"a\":[1,-2.5e3,true]}],"
                              "\"\\\"\":null},\"plain\":\"]{\"}}";

    expect(*state, "/made-up:c", "", any, any, "");
    expect(*state, "/made-up:c", "", " { \"made-up:c\" : { } } ", "{\"made-up:c\":{}}", "");
    expect(*state, "/made-up:c", "", "{\"made-up:c\":{\"flag\":[null],\"plain\":\"p\"}}",
        "{\"made-up:c\":{\"plain\":\"p\"}}", "/made-up:c/flag=[null]\n");
    expect(*state, "/made-up:c", "", "{\"made-up:c\":{\"flag\":[null]}}", "{\"made-up:c\":{}}",
        "/made-up:c/flag=[null]\n");
    expect(*state, "/made-up:c", "", "{\"unknown:c\":{\"word\":\"w\"}}",
        "{\"unknown:c\":{\"word\":\"w\"}}", "");
}

static void what_is_not_json_is_refused(void **state)
{
    static const char *const texts[] = {"", "{", "[]", "{\"made-up:c\"",
        "{\"made-up:c\":", "{\"made-up:c\":{\"word\":\"open}}", "{\"made-up:c\":{\"word\":\"a\"}",
        "{\"made-up:c\":{\"word\":\"a\"}}}", "{\"made-up:c\":{\"word\":\"a\"}} x",
        "{\"made-up:c\":{\"word\":}}", "{\"made-up:c\":{\"word\" \"a\"}}", "{\"made-up:c\":[1,2]}",
        "{\"made-up:c\":{\"l\":{\"k\":\"a\"}}}",
        "{\"made-up:c\":{\"l\":[{\"k\":\"a\",\"s\":\"b\"}]}}",
        /* A name that libyang would read as that of a secret. */
        "{\"made-up:c\":{\"wor\\u0064\":\"a\"}}", "{\"made-up:c\":{\"word\":\"refuse\"}}",
        "{\"made-up:c\":{\"plain\":\"\\"};
    const struct lysc_node *node = sx_test_schema_node(*state, "/made-up:c");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct seen seen = {0};
        struct sx_error err = {0};
        char *result = NULL;

        if (sx_secret_text(node, "", texts[i], note, &seen, &result, &err) == 0)
            fail_msg("%s is taken", texts[i]);
        assert_null(result);
        assert_int_not_equal(err.code, SX_OK);
        free(seen.text);
    }
}

static void masks_stand_where_the_type_takes_them(void **state)
{
    const struct lysc_node *node = sx_test_schema_node(*state, "/made-up:c");
    struct sx_error err = {0};
    char *result = NULL;

    assert_int_equal(sx_secret_mask(node,
                         "{\"made-up:c\":{\"word\":\"$sx1$\",\"number\":\"$sx1$\",\"plain\":\"p\","
                         "\"l\":[{\"k\":\"a\",\"n\":1,\"s\":\"b\"}]}}",
                         &result, &err),
        0);
    assert_string_equal(result, "{\"made-up:c\":{\"word\":\"********\",\"plain\":\"p\","
                                "\"l\":[{\"k\":\"a\",\"n\":1,\"s\":\"********\"}]}}");
    free(result);
}

static void a_row_is_opened_or_a_leaf_left_out(void **state)
{
    const struct lysc_node *node = sx_test_schema_node(*state, "/made-up:c/l");
    uint8_t key[SX_SYSTEM_KEY_SIZE] = {1}, random[SX_RANDOM_SIZE] = {2};
    struct sx_secret_keys keys = {0}, none = {0};
    struct sx_error err = {0};
    char *sealed, *row, *result = NULL;

    sx_secret_keys_add(&keys, key);
    sealed = sx_secret_seal(&keys, random, "/made-up:c/l[k='a'][n='1']/s", "\"wonderland\"", 12);
    row = sx_format("{\"made-up:l\":[{\"k\":\"a\",\"n\":1,\"s\":\"%s\"}]}", sealed);
    assert_int_equal(sx_secret_open_row(&keys, node, row, &result, &err), 0);
    assert_string_equal(result, "{\"made-up:l\":[{\"k\":\"a\",\"n\":1,\"s\":\"wonderland\"}]}");
    sx_secret_free(result);
    assert_int_equal(sx_secret_open_row(&none, node, row, &result, &err), 0);
    assert_string_equal(result, "{\"made-up:l\":[{\"k\":\"a\",\"n\":1}]}");
    sx_secret_free(result);
    free(row);
    /* Of another entry. */
    row = sx_format("{\"made-up:l\":[{\"k\":\"b\",\"n\":1,\"s\":\"%s\"}]}", sealed);
    assert_int_equal(sx_secret_open_row(&keys, node, row, &result, &err), 0);
    assert_string_equal(result, "{\"made-up:l\":[{\"k\":\"b\",\"n\":1}]}");
    sx_secret_free(result);
    free(row);
    free(sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_found_with_their_paths),
        cmocka_unit_test(keys_are_written_as_paths_have_them),
        cmocka_unit_test(everything_else_is_taken_over),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(masks_stand_where_the_type_takes_them),
        cmocka_unit_test(a_row_is_opened_or_a_leaf_left_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

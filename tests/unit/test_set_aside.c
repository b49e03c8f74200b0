// SPDX-License-Identifier: Apache-2.0
/* Values that cannot be decrypted, and what stands in their places. */
#include "set_aside.h"

#include "sextant/memory.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[SX_DIGEST_SIZE] = {1, 2, 3};

static int add(struct sx_set_aside *aside, const struct lysc_node *leaf, const char *path,
    const char *sealed, char **ret_token)
{
    struct sx_secret_found found = {
        .leaf = leaf, .path = path, .token = sealed, .length = strlen(sealed)};
    struct sx_error err = {0};
    int result = sx_set_aside_add(aside, key, SX_SCOPE_REPLICATED, &found, ret_token, &err);

    if (result < 0)
        assert_non_null(strstr(err.message, path));
    return result;
}

/* The stand-in's text is a value of the leaf's type. */
static void a_stand_in_is_of_the_leafs_type(void **state)
{
    static const char *const types[] = {"string;", "string { length \"1..128\"; }",
        "string { length \"8\"; }", "string { length \"0\"; }", "string { length \"4..6\"; }",
        "int8;", "uint16;", "int64;", "decimal64 { fraction-digits 2; }", "boolean;", "empty;",
        "enumeration { enum red; enum blue; }", "binary;", "union { type int8; type string; }",
        "ianach:crypt-hash;"};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char *body = sx_format(
            "import iana-crypt-hash { prefix ianach; } leaf x { type %s sx:secret; }", types[i]);
        struct sx_schema *schema = sx_test_schema_of(body);
        const struct lysc_node *leaf = sx_test_schema_node(schema, "/made-up:x");
        struct sx_set_aside aside = {0};
        struct lyd_node *tree = NULL;
        char *token = NULL, *json;

        assert_int_equal(add(&aside, leaf, "/made-up:x", "\"$sx1$a\"", &token), 0);
        json = sx_format("{\"made-up:x\":%s}", token);
        if (lyd_parse_data_mem(sx_schema_context(schema), json, LYD_JSON,
                LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree) != LY_SUCCESS)
            fail_msg("%s: %s", types[i], json);
        lyd_free_all(tree);
        free(json);
        free(token);
        sx_set_aside_clear(&aside);
        sx_schema_free(schema);
        free(body);
    }
}

/* Whatever the hash begins with: JSON has no numbers that begin with a zero. */
static void a_stand_in_is_a_number_of_json(void **state)
{
    struct sx_schema *schema = sx_test_schema_of("leaf x { type uint32; sx:secret; }");
    const struct lysc_node *leaf = sx_test_schema_node(schema, "/made-up:x");

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char *sealed = sx_format("\"$sx1$%d\"", i), *token = NULL;
        struct sx_set_aside aside = {0};

        assert_int_equal(add(&aside, leaf, "/made-up:x", sealed, &token), 0);
        if (token[0] == '0' && token[1])
            fail_msg("%s", token);
        free(sealed);
        free(token);
        sx_set_aside_clear(&aside);
    }
    sx_schema_free(schema);
}

static void a_type_that_leaves_no_value_is_an_error(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("leaf x { type string { pattern \"only this\"; } sx:secret; }");
    struct sx_set_aside aside = {0};
    char *token = NULL;

    (void)state;
    assert_int_equal(
        add(&aside, sx_test_schema_node(schema, "/made-up:x"), "/made-up:x", "\"$sx1$a\"", &token),
        -1);
    assert_null(token);
    assert_int_equal(aside.count, 0);
    sx_schema_free(schema);
}

static void a_stand_in_follows_from_the_text_and_cannot_be_guessed(void **state)
{
    struct sx_schema *schema = sx_test_schema_of("leaf x { type string; sx:secret; }");
    const struct lysc_node *leaf = sx_test_schema_node(schema, "/made-up:x");
    struct sx_set_aside aside = {0};
    char *a = NULL, *same = NULL, *b = NULL;

    (void)state;
    assert_int_equal(add(&aside, leaf, "/made-up:x", "\"$sx1$a\"", &a), 0);
    assert_int_equal(add(&aside, leaf, "/made-up:x", "\"$sx1$a\"", &same), 0);
    assert_int_equal(add(&aside, leaf, "/made-up:x", "\"$sx1$b\"", &b), 0);
    assert_string_equal(a, same);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 66);
    free(a);
    free(same);
    free(b);
    sx_set_aside_clear(&aside);
    sx_schema_free(schema);
}

static bool is_first(void *context, const struct sx_set_aside_item *item)
{
    return strcmp(item->path, context) == 0;
}

static void items_are_found_pruned_and_joined(void **state)
{
    struct sx_schema *schema = sx_test_schema_of("leaf x { type string; sx:secret; }");
    const struct lysc_node *leaf = sx_test_schema_node(schema, "/made-up:x");
    struct sx_set_aside aside = {0}, other = {0};
    char *token = NULL;

    (void)state;
    assert_int_equal(add(&aside, leaf, "/a", "\"$sx1$a\"", &token), 0);
    free(token);
    assert_int_equal(add(&aside, leaf, "/b", "\"$sx1$b\"", &token), 0);
    free(token);
    assert_int_equal(add(&other, leaf, "/c", "\"$sx1$c\"", &token), 0);
    free(token);
    assert_string_equal(sx_set_aside_find(&aside, "/b")->sealed, "\"$sx1$b\"");
    assert_null(sx_set_aside_find(&aside, "/c"));
    sx_set_aside_join(&aside, &other);
    assert_int_equal(other.count, 0);
    assert_int_equal(aside.count, 3);
    sx_set_aside_prune(&aside, is_first, (void *)"/a");
    assert_int_equal(aside.count, 2);
    assert_null(sx_set_aside_find(&aside, "/a"));
    assert_non_null(sx_set_aside_find(&aside, "/c"));
    sx_set_aside_clear(&aside);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stand_in_is_of_the_leafs_type),
        cmocka_unit_test(a_stand_in_is_a_number_of_json),
        cmocka_unit_test(a_type_that_leaves_no_value_is_an_error),
        cmocka_unit_test(a_stand_in_follows_from_the_text_and_cannot_be_guessed),
        cmocka_unit_test(items_are_found_pruned_and_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

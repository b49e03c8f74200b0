// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"
#include "validate.h"

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

static struct sx_schema *schema;

static int load_schema(void **state)
{
    (void)state;
    schema = sx_test_schema("sextant-test", "ietf-netconf", NULL);
    return 0;
}

static int free_schema(void **state)
{
    (void)state;
    sx_schema_free(schema);
    return 0;
}

static int open_tree(void **state)
{
    struct sx_tree *tree = malloc(sizeof *tree);

    assert_non_null(tree);
    *tree = sx_test_tree(schema);
    *state = tree;
    return 0;
}

static int close_tree(void **state)
{
    sx_tree_clear(*state);
    free(*state);
    return 0;
}

static void expect(const char *path, const char *text)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);
    char *is;

    assert_non_null(node);
    is = sx_type_text(node);
    assert_string_equal(is, text);
    free(is);
}

static void test_types(void **state)
{
    (void)state;
    expect(T "/plain", "a text");
    expect(T "/number", "a whole number in 1..100");
    expect(T "/tcp-port", "a whole number in 0..65535");
    expect(T "/mode", "one of simple, full");
    expect(T "/copied/mode", "true or false");
    expect(T "/colour", "a text");
    expect(L "/reference/target", "a text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_types, open_tree, close_tree),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

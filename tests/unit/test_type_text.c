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

static void expect(void **state, const char *path, const char *text)
{
    char *is = sx_type_text(sx_test_schema_node(*state, path));

    assert_string_equal(is, text);
    free(is);
}

static void test_types(void **state)
{
    expect(state, T "/plain", "a text");
    expect(state, T "/number", "a whole number in 1..100");
    expect(state, T "/tcp-port", "a whole number in 0..65535");
    expect(state, T "/mode", "one of simple, full");
    expect(state, T "/copied/mode", "true or false");
    expect(state, T "/colour", "a text");
    expect(state, L "/reference/target", "a text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

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

/* A pattern says little to people. */
static void test_words_of_the_model(void **state)
{
    struct sx_schema *ours = sx_test_schema_ours();
    void *schema = ours;

    (void)state;
    expect(&schema, "/sextant-cluster:cluster/address-mapping/mapping/ip-address",
        "an IPv4 address such as 192.0.2.1, or an IPv6 address such as 2001:db8::1");
    expect(&schema, "/sextant-cluster:cluster/peers/peer/address",
        "an IPv4 address such as 192.0.2.1, or an IPv6 address such as 2001:db8::1, or a fully "
        "qualified domain name such as peer1.example.com: two or more labels with dots between "
        "them, each of 1 to 63 letters, digits and inner hyphens, the last starting with a letter, "
        "and no dot at the end");
    sx_schema_free(ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_words_of_the_model),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

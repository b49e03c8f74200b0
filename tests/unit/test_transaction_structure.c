// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK(content) "<book xmlns='urn:sextant:constraints' " SX_NC ">" content "</book>"
#define SX_NC "xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'"
#define B "/sextant-constraints:book"

static struct sx_schema *schema;

static int load_schema(void **state)
{
    (void)state;
    schema = sx_test_schema("sextant-constraints", "ietf-netconf", NULL);
    return 0;
}

static int free_schema(void **state)
{
    (void)state;
    sx_schema_free(schema);
    return 0;
}

static void test_mandatory_in_a_case(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);

    (void)state;
    sx_test_set(&tree, BOOK("<entry><name>a</name><second>s</second></entry>"));
    sx_test_refused(&tree, BOOK("<entry><name>a</name><box><extra>x</extra></box></entry>"),
        SX_E_DATA_MISSING, B "/entry[name='a']/box/first");
    sx_test_set(&tree, BOOK("<entry><name>a</name><box><first>f</first></box></entry>"));
    sx_tree_clear(&tree);
}

static void test_limits(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);
    struct sx_error err;

    (void)state;
    sx_test_set(&tree, BOOK("<mode>watched</mode><few>1</few><few>2</few>"));
    err = sx_test_refused(&tree, BOOK("<few>3</few>"), SX_E_OPERATION_FAILED, B "/few[.='3']");
    assert_string_equal(err.app_tag, "too-many-elements");
    err = sx_test_refused(&tree,
        BOOK("<few nc:operation='delete'>1</few><few nc:operation='delete'>2</few>"),
        SX_E_OPERATION_FAILED, B "/few");
    assert_string_equal(err.app_tag, "too-few-elements");
    /* Where its condition does not hold, it may be missing. */
    sx_test_set(&tree, BOOK("<mode>free</mode>"));
    err = sx_test_refused(&tree, BOOK("<mode>watched</mode>"), SX_E_OPERATION_FAILED, B "/few");
    assert_string_equal(err.app_tag, "too-few-elements");
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mandatory_in_a_case),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

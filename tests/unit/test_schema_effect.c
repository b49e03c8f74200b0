// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static const struct lysc_node *node_of(const char *path)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);

    assert_non_null(node);
    return node;
}

static const struct sx_constraint *find(enum sx_constraint_kind kind, const char *reader)
{
    for (size_t i = 0; i < schema->constraint_count; i++)
        if (schema->constraints[i].kind == kind && schema->constraints[i].reader == node_of(reader))
            return &schema->constraints[i];
    fail_msg("%s has no such constraint", reader);
    return NULL;
}

static bool affects(const char *path, const struct sx_constraint *constraint)
{
    const struct sx_constraint_list *on = &sx_schema_effects(schema, node_of(path))->on;

    for (size_t i = 0; i < on->count; i++)
        if (&schema->constraints[on->items[i]] == constraint)
            return true;
    return false;
}

static void test_apex(void **state)
{
    (void)state;
    assert_ptr_equal(find(SX_CONSTRAINT_MUST, B "/entry/high")->apex, node_of(B "/entry"));
    assert_ptr_equal(find(SX_CONSTRAINT_WHEN, B "/entry/third")->apex, node_of(B "/entry"));
    assert_ptr_equal(find(SX_CONSTRAINT_UNIQUE, B "/entry")->apex, node_of(B "/entry"));
    assert_ptr_equal(find(SX_CONSTRAINT_LEAFREF, B "/entry/peer")->apex, node_of(B));
    assert_ptr_equal(
        find(SX_CONSTRAINT_LEAFREF, B "/entry/peer")->target, node_of(B "/entry/name"));
    assert_null(find(SX_CONSTRAINT_ANYWHERE, B "/anywhere")->apex);
}

static void test_who_is_affected(void **state)
{
    (void)state;
    assert_true(affects(B "/entry/low", find(SX_CONSTRAINT_MUST, B "/entry/high")));
    assert_false(affects(B "/entry/text", find(SX_CONSTRAINT_MUST, B "/entry/high")));
    /* What is only climbed over does not count. */
    assert_false(affects(B "/entry", find(SX_CONSTRAINT_MUST, B "/entry/high")));
    assert_true(affects(B "/entry/name", find(SX_CONSTRAINT_LEAFREF, B "/entry/peer")));
    assert_true(affects(B "/entry/serial", find(SX_CONSTRAINT_UNIQUE, B "/entry")));
    assert_false(affects(B "/mode", find(SX_CONSTRAINT_WHEN, B "/entry/third")));
}

static void test_flags(void **state)
{
    (void)state;
    assert_true(sx_schema_is_limited(node_of(B "/entry")));
    assert_false(sx_schema_is_limited(node_of(B)));
    assert_true(sx_schema_effects(schema, node_of(B "/entry"))->counted);
    assert_false(sx_schema_effects(schema, node_of(B "/entry/text"))->counted);
    assert_true(sx_schema_effects(schema, node_of(B "/entry/box"))->structured);
    assert_true(sx_schema_effects(schema, node_of(B))->structured);
    assert_int_equal(schema->anywhere.count, 1);
    assert_int_equal(schema->chained.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apex),
        cmocka_unit_test(test_who_is_affected),
        cmocka_unit_test(test_flags),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

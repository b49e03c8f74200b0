// SPDX-License-Identifier: Apache-2.0
/* What modules say of their own nodes, and annotations of those of others. */
#include "schema_impl.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sx_marks marks_of(const struct sx_schema *schema, const char *path)
{
    struct sx_marks marks;
    struct sx_error err = {0};

    if (sx_schema_marks(schema, sx_test_schema_node(schema, path), &marks, &err) < 0)
        fail_msg("%s", err.message);
    return marks;
}

static void test_own_statements(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("leaf a { type string; sx:scope \"agreed-copied\"; sx:secret; }"
                          "container b { sx:applies-on-restart; leaf c { type string; } }"
                          "leaf d { type string; sx:unique-in-cluster; description \"d\"; }");
    struct sx_marks marks = marks_of(schema, "/made-up:a");

    (void)state;
    assert_true(marks.has_scope);
    assert_int_equal(marks.scope, SX_SCOPE_AGREED_COPIED);
    assert_int_equal(marks.flags, SX_NODE_SECRET);
    marks = marks_of(schema, "/made-up:b");
    assert_false(marks.has_scope);
    assert_int_equal(marks.flags, SX_NODE_APPLIES_ON_RESTART);
    /* Nothing is inherited here. */
    assert_int_equal(marks_of(schema, "/made-up:b/c").flags, 0);
    assert_int_equal(marks_of(schema, "/made-up:d").flags, SX_NODE_UNIQUE_IN_CLUSTER);
    sx_schema_free(schema);
}

static void test_annotations(void **state)
{
    /* The module that is annotated is implemented without being named. */
    struct sx_schema *schema = sx_test_schema("annotates", NULL);
    struct sx_marks marks = marks_of(schema, "/sextant-test:lists");

    (void)state;
    assert_int_equal(schema->annotation_count, 3);
    assert_int_equal(marks.scope, SX_SCOPE_PEER_SPECIFIC);
    /* An annotation wins over the node's own scope. */
    marks = marks_of(schema, "/sextant-test:lists/local");
    assert_int_equal(marks.scope, SX_SCOPE_AGREED);
    marks = marks_of(schema, "/sextant-test:top/plain");
    assert_false(marks.has_scope);
    assert_int_equal(marks.flags, SX_NODE_SECRET | SX_NODE_UNIQUE_IN_CLUSTER);
    sx_schema_free(schema);
}

/* What a node says itself and what two annotations say of it adds up. */
static void test_they_add_up(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("sx:annotate \"/t:top/t:hidden\" { sx:scope \"agreed\"; }"
                          "sx:annotate \"/t:top/t:hidden\" { sx:applies-on-restart; }");
    struct sx_marks marks = marks_of(schema, "/sextant-test:top/hidden");

    (void)state;
    assert_int_equal(schema->annotation_count, 1);
    assert_int_equal(marks.scope, SX_SCOPE_AGREED);
    assert_int_equal(marks.flags, SX_NODE_SECRET | SX_NODE_APPLIES_ON_RESTART);
    sx_schema_free(schema);
}

/* A node that a feature leaves out is not missed: the module may be annotated for those who have
 * the feature. */
static void test_nodes_of_features_that_are_off(void **state)
{
    (void)state;
    sx_schema_free(sx_test_schema_of("feature f;"
                                     "container c { leaf a { type string; }"
                                     "  leaf gone { if-feature \"not f\"; type string; } }"
                                     "sx:annotate \"/m:c/m:gone\" { sx:scope \"agreed\"; }"));
    sx_schema_free(sx_test_schema_of("feature f;"
                                     "grouping g { container gone { if-feature \"not f\";"
                                     "  leaf deep { type string; } } }"
                                     "container c { uses g; leaf a { type string; } }"
                                     "sx:annotate \"/m:c/m:gone/m:deep\" { sx:secret; }"));
}

static void test_words(void **state)
{
    (void)state;
    sx_test_schema_refused("leaf a { type string; sx:scope \"mine\"; }", "/made-up:a",
        "/made-up:a: scope \"mine\" is not one of", "peer-specific");
    sx_test_schema_refused("leaf a { type string; sx:annotate \"/t:top\"; }", "/made-up:a",
        "/made-up:a: \"annotate\" cannot stand here", "survives-factory-reset can");
    sx_test_schema_refused("sx:annotate \"/t:top\" { sx:annotate \"/t:lists\"; }", "",
        "annotate \"/t:top\": \"annotate\" cannot stand here", "scope");
}

static void test_given_twice(void **state)
{
    (void)state;
    sx_test_schema_refused("leaf a { type string; sx:scope \"agreed\"; sx:scope \"agreed\"; }",
        "/made-up:a", "/made-up:a: scope is given twice", "");
    sx_test_schema_refused("list a { key \"k\"; sx:survives-factory-reset \"b = 'x'\";"
                           "leaf k { type string; } leaf b { type string; } }",
        "/made-up:a", "survives-factory-reset", "b is not a key of the list");
    sx_test_schema_refused("leaf a { type string; sx:survives-factory-reset \"always\";"
                           "sx:survives-factory-reset \"always\"; }",
        "/made-up:a", "survives-factory-reset", "twice");
    sx_test_schema_refused("leaf a { type string; sx:secret; sx:secret; }", "/made-up:a",
        "/made-up:a: secret is given twice", "");
    sx_test_schema_refused("sx:annotate \"/t:top\" { sx:scope \"agreed\"; }"
                           "sx:annotate \"/t:top\" { sx:scope \"replicated\"; }",
        "", "annotate \"/t:top\": scope is given twice", "made-up");
}

static void test_paths(void **state)
{
    (void)state;
    sx_test_schema_refused("sx:annotate \"/t:top/t:bogus\" { sx:scope \"agreed\"; }", "",
        "annotate \"/t:top/t:bogus\"", "no node \"bogus\" of module sextant-test");
    sx_test_schema_refused("sx:annotate \"/t:top/t:plain/t:plain\" { sx:scope \"agreed\"; }", "",
        "no node \"plain\"", "at this place");
    sx_test_schema_refused("sx:annotate \"/t:top/plain\" { sx:scope \"agreed\"; }", "",
        "annotate \"/t:top/plain\"", "a prefix in each step");
    sx_test_schema_refused("sx:annotate \"t:top\" { sx:scope \"agreed\"; }", "",
        "annotate \"t:top\"", "must be absolute");
    sx_test_schema_refused("sx:annotate \"/t:top/t:\" { sx:scope \"agreed\"; }", "",
        "annotate \"/t:top/t:\"", "must be absolute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_statements),
        cmocka_unit_test(test_annotations),
        cmocka_unit_test(test_they_add_up),
        cmocka_unit_test(test_nodes_of_features_that_are_off),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_given_twice),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

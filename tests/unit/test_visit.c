// SPDX-License-Identifier: Apache-2.0
#include "visit.h"

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

static const struct lysc_node *node_of(const char *path)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);

    assert_non_null(node);
    return node;
}

static int count(void *with, struct lyd_node *node)
{
    (void)node;
    ++*(int *)with;
    return 0;
}

static int stop_at_second(void *with, struct lyd_node *node)
{
    (void)node;
    return ++*(int *)with == 2 ? 7 : 0;
}

static void test_visits(void **state)
{
    struct sx_tree tree = sx_test_tree(schema);
    struct lyd_node *entry = NULL;
    int visits = 0;

    (void)state;
    sx_test_set(&tree, BOOK("<entry><name>a</name></entry><entry><name>b</name></entry>"
                            "<entry><name>c</name><text>t</text></entry>"));
    assert_int_equal(sx_visit(&tree.root, NULL, node_of(B "/entry/name"), count, &visits), 0);
    assert_int_equal(visits, 3);
    assert_int_equal(sx_visit(&tree.root, NULL, node_of(B "/entry/text"), count, &visits), 0);
    assert_int_equal(visits, 4);
    assert_int_equal(lyd_find_path(tree.root, B "/entry[name='b']", 0, &entry), LY_SUCCESS);
    visits = 0;
    sx_visit(&tree.root, entry, node_of(B "/entry/name"), count, &visits);
    sx_visit(&tree.root, entry, node_of(B "/entry"), count, &visits);
    sx_visit(&tree.root, entry, node_of(B "/entry/text"), count, &visits);
    assert_int_equal(visits, 2);
    sx_visit(&tree.root, NULL, NULL, count, &visits);
    assert_int_equal(visits, 3);
    visits = 0;
    assert_int_equal(sx_visit(&tree.root, NULL, node_of(B "/entry"), stop_at_second, &visits), 7);
    assert_int_equal(visits, 2);
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

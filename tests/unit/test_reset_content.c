// SPDX-License-Identifier: Apache-2.0
/* What a factory reset leaves of a tree, and of an initial configuration beside it. */
#include "reset_impl.h"
#include "test_schema.h"
#include "test_tree.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = sx_test_schema("acme-survivors", "ietf-netconf", NULL);
    return 0;
}

static struct lyd_node *parse(const struct sx_schema *schema, const char *inner)
{
    char xml[1024];

    snprintf(xml, sizeof xml, "<device xmlns=\"urn:acme:survivors\">%s</device>", inner);
    return sx_test_parse_edit(schema, xml);
}

/* The content that is left of a configuration, compared with another one. */
static void leaves(const struct sx_schema *schema, const char *inner, const char *expected)
{
    struct sx_tree tree = {.schema = schema, .root = parse(schema, inner)};
    struct lyd_node *left = sx_reset_survivors(&tree);
    struct lyd_node *wanted = expected ? parse(schema, expected) : NULL;
    char *is = sx_test_content(left, false), *should_be = sx_test_content(wanted, false);

    assert_string_equal(is, should_be);
    free(is);
    free(should_be);
    lyd_free_all(left);
    lyd_free_all(wanted);
    sx_tree_clear(&tree);
}

static void the_nearest_statement_counts(void **state)
{
    leaves(*state, "<serial>1</serial><note>n</note>", "<serial>1</serial>");
    leaves(*state, "<note>n</note>", NULL);
    leaves(*state, "<kept/><gone/>", "<kept/>");
    leaves(*state, "<kept><inside>i</inside></kept>", "<kept><inside>i</inside></kept>");
    leaves(*state, "<gone><inside>i</inside></gone>", NULL);
}

static void entries_survive_by_their_keys(void **state)
{
    leaves(*state,
        "<ports><port><slot>a</slot><number>1</number><speed>s</speed><remark>r</remark></port>"
        "<port><slot>b</slot><number>1</number><speed>s</speed></port></ports>",
        "<ports><port><slot>a</slot><number>1</number><speed>s</speed></port></ports>");
    leaves(*state, "<ports><port><slot>b</slot><number>1</number></port></ports>", NULL);
}

static void what_a_survivor_stands_in_stays_with_it(void **state)
{
    leaves(*state,
        "<shelf><name>s</name><colour>red</colour><weight>1</weight></shelf>"
        "<shelf><name>t</name><weight>2</weight></shelf>",
        "<shelf><name>s</name><colour>red</colour></shelf>");
}

static void the_order_of_entries_stays(void **state)
{
    const char *ports = "<ports><port><slot>a</slot><number>1</number><tag>z</tag><tag>b</tag>"
                        "<tag>m</tag></port></ports>";

    leaves(*state, ports, ports);
}

/* What is left of an initial configuration beside a tree. */
static void initial(
    const struct sx_schema *schema, const char *there, const char *inner, const char *expected)
{
    struct sx_tree tree = {.schema = schema, .root = there ? parse(schema, there) : NULL};
    struct lyd_node *config = parse(schema, inner);
    struct lyd_node *left = sx_reset_without_survivors(&tree, config);
    struct lyd_node *wanted = parse(schema, expected);
    char *is = sx_test_content(left, false), *should_be = sx_test_content(wanted, false);

    assert_string_equal(is, should_be);
    free(is);
    free(should_be);
    lyd_free_all(left);
    lyd_free_all(wanted);
    lyd_free_all(config);
    sx_tree_clear(&tree);
}

static void survivors_are_left_out_of_an_initial_configuration(void **state)
{
    initial(*state, NULL, "<serial>2</serial><note>n</note>", "<serial>2</serial><note>n</note>");
    initial(*state, "<serial>1</serial>", "<serial>2</serial><note>n</note>", "<note>n</note>");
    initial(*state, "<note>m</note>", "<serial>2</serial><note>n</note>",
        "<serial>2</serial><note>n</note>");
    initial(*state, "<ports><port><slot>a</slot><number>1</number></port></ports>",
        "<ports><port><slot>a</slot><number>1</number><speed>s</speed></port>"
        "<port><slot>a</slot><number>2</number></port></ports>",
        "<ports><port><slot>a</slot><number>2</number></port></ports>");
    initial(*state, "<shelf><name>s</name><colour>red</colour></shelf>",
        "<shelf><name>s</name><colour>blue</colour><weight>1</weight></shelf>",
        "<shelf><name>s</name><weight>1</weight></shelf>");
}

static void nothing_is_left_of_nothing(void **state)
{
    struct sx_tree tree = {.schema = *state};

    assert_null(sx_reset_survivors(&tree));
    assert_null(sx_reset_without_survivors(&tree, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_statement_counts),
        cmocka_unit_test(entries_survive_by_their_keys),
        cmocka_unit_test(what_a_survivor_stands_in_stays_with_it),
        cmocka_unit_test(the_order_of_entries_stays),
        cmocka_unit_test(survivors_are_left_out_of_an_initial_configuration),
        cmocka_unit_test(nothing_is_left_of_nothing),
    };

    return cmocka_run_group_tests(tests, setup, sx_test_group_teardown);
}

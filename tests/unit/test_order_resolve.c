// SPDX-License-Identifier: Apache-2.0
#include "path.h"
#include "sextant/memory.h"
#include "test_schema.h"
#include "test_tree.h"
#include "transaction_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* User-ordered outermost lists: which changes tell of an order, and what it takes to find them. */

#define L "/sextant-test:lists"

static void add(struct sx_text *text, char *part)
{
    sx_text_add(text, part, strlen(part));
    free(part);
}

/* A tree whose list has the entries 0 to count - 1. */
static struct sx_tree numbered(const struct sx_schema *schema, unsigned count)
{
    struct sx_tree tree = sx_test_tree(schema);
    struct sx_text xml = {0};

    add(&xml, sx_strdup("<lists " SX_TEST_NAMESPACES ">"));
    for (unsigned i = 0; i < count; i++)
        add(&xml, sx_format("<ordered><id>%u</id></ordered>", i));
    add(&xml, sx_strdup("<local><k>1</k></local></lists>"));
    sx_test_set(&tree, xml.data);
    free(xml.data);
    return tree;
}

static void assert_digest(const struct sx_tree *tree)
{
    uint8_t digest[SX_DIGEST_SIZE];

    sx_test_digest(tree, digest);
    assert_memory_equal(tree->digest, digest, SX_DIGEST_SIZE);
}

/* The ids of the list in their order, for free(). */
static char *ids(const struct sx_tree *tree)
{
    struct sx_text text = {0};
    struct lyd_node *entry = NULL;

    sx_text_add(&text, "", 0);
    lyd_find_path(tree->root, L "/ordered[id='0']", 0, &entry);
    for (entry = lyd_child(lyd_parent(entry)); entry; entry = entry->next)
        if (strcmp(entry->schema->name, "ordered") == 0)
            add(&text, sx_format("%s ", lyd_get_value(lyd_child(entry))));
    return text.data;
}

static void expect(
    struct sx_tree *tree, const char *content, const char *changes, const char *order)
{
    char *xml = sx_format("<lists " SX_TEST_NAMESPACES ">%s</lists>", content), *now;

    sx_test_expect(tree, xml, changes);
    assert_digest(tree);
    now = ids(tree);
    assert_string_equal(now, order);
    free(now);
    free(xml);
}

#define AFTER(id, other) \
    "<ordered yang:insert='after' yang:key=\"[id='" other "']\"><id>" id "</id></ordered>"
#define FIRST(id) "<ordered yang:insert='first'><id>" id "</id></ordered>"
#define LAST(id) "<ordered yang:insert='last'><id>" id "</id></ordered>"
#define MOVED(id, other) "move " L "/ordered[id='" id "'] after " L "/ordered[id='" other "']\n"

static void test_moves(void **state)
{
    struct sx_tree tree = numbered(*state, 6);

    expect(&tree, AFTER("1", "4"), MOVED("1", "4"), "0 2 3 4 1 5 ");
    expect(&tree, FIRST("5"), "move " L "/ordered[id='5'] after \n", "5 0 2 3 4 1 ");
    expect(&tree, LAST("0"), MOVED("0", "1"), "5 2 3 4 1 0 ");
    expect(&tree, LAST("0") FIRST("5") AFTER("3", "2"), "", "5 2 3 4 1 0 ");
    sx_tree_clear(&tree);
}

/* Edits whose steps follow each other: several requests of one candidate. */
static void expect_steps(struct sx_tree *tree, const char *const *contents, const char *moved)
{
    static const uint8_t salt[16];
    struct sx_transaction *transaction = sx_transaction_begin(tree, salt);
    const struct sx_change_list *changes;
    struct sx_text text = {0};
    struct sx_error err;

    for (; *contents; contents++) {
        char *xml = sx_format("<lists " SX_TEST_NAMESPACES ">%s</lists>", *contents);
        struct lyd_node *config = sx_test_parse_edit(tree->schema, xml);

        assert_int_equal(sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err), 0);
        lyd_free_siblings(config);
        free(xml);
    }
    changes = sx_transaction_changes(transaction);
    sx_text_add(&text, "", 0);
    for (size_t i = 0; i < changes->count; i++)
        add(&text, sx_format("%d %s after %s\n", changes->items[i].operation,
                       changes->items[i].path + strlen(L "/ordered"),
                       changes->items[i].after ? changes->items[i].after : "-"));
    assert_string_equal(text.data, moved);
    free(text.data);
    sx_transaction_keep(transaction);
    assert_digest(tree);
}

#define DELETE(id) "<ordered nc:operation='delete'><id>" id "</id></ordered>"

static void test_there_and_back_is_no_change(void **state)
{
    struct sx_tree tree = numbered(*state, 6);

    expect_steps(&tree, (const char *const[]){AFTER("1", "4"), AFTER("1", "0"), NULL}, "");
    expect_steps(&tree, (const char *const[]){FIRST("3"), LAST("3"), AFTER("3", "2"), NULL}, "");
    expect_steps(&tree, (const char *const[]){DELETE("2"), AFTER("2", "1"), NULL}, "");
    expect_steps(&tree, (const char *const[]){DELETE("0"), FIRST("0"), NULL}, "");
    expect_steps(&tree, (const char *const[]){AFTER("9", "3"), DELETE("9"), NULL}, "");
    /* Two entries that leave and come back together, by way of each other. */
    expect_steps(&tree,
        (const char *const[]){LAST("1"), LAST("2"), AFTER("1", "0"), AFTER("2", "1"), NULL}, "");
    sx_tree_clear(&tree);
}

static void test_what_left_and_came_back_elsewhere(void **state)
{
    struct sx_tree tree = numbered(*state, 6);
    char *now;

    expect_steps(&tree, (const char *const[]){DELETE("2"), AFTER("2", "3"), NULL},
        "4 [id='2'] after " L "/ordered[id='3']\n");
    /* 0 1 3 2 4 5: a new one behind a moved one behind another; 3 goes. */
    expect_steps(&tree,
        (const char *const[]){LAST("1"), AFTER("8", "1"), DELETE("3"), AFTER("0", "8"), NULL},
        "3 [id='3'] after -\n4 [id='1'] after " L "/ordered[id='5']\n"
        "1 [id='8'] after " L "/ordered[id='1']\n4 [id='0'] after " L "/ordered[id='8']\n");
    now = ids(&tree);
    assert_string_equal(now, "2 4 5 1 8 0 ");
    free(now);
    sx_tree_clear(&tree);
}

/* What a transaction notes and tells. */
struct work {
    size_t touched, places, slots, changes, fragments;
};

static struct work work_of(const struct sx_schema *schema, unsigned count, const char *content)
{
    static const uint8_t salt[16];
    struct sx_tree tree = numbered(schema, count);
    struct sx_transaction *transaction = sx_transaction_begin(&tree, salt);
    char *xml = sx_format("<lists " SX_TEST_NAMESPACES ">%s</lists>", content);
    struct lyd_node *config = sx_test_parse_edit(schema, xml);
    struct sx_error err;
    struct work work;

    assert_int_equal(sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err), 0);
    work.changes = sx_transaction_changes(transaction)->count;
    work.fragments = sx_transaction_fragments(transaction)->count;
    work.touched = transaction->touch.count;
    work.places = transaction->touch.order.count;
    work.slots = transaction->touch.order.slots.size;
    sx_transaction_keep(transaction);
    assert_digest(&tree);
    lyd_free_siblings(config);
    free(xml);
    sx_tree_clear(&tree);
    return work;
}

static void test_cost_does_not_follow_the_list(void **state)
{
    static const char content[] =
        AFTER("new", "50") AFTER("20", "90") LAST("30") FIRST("40") LAST("newer") DELETE("60");
    struct work few = work_of(*state, 100, content), many = work_of(*state, 20000, content);

    assert_memory_equal(&few, &many, sizeof few);
    assert_int_equal(few.changes, 6);
    assert_int_equal(few.fragments, 6);
    assert_int_equal(few.touched, 6);
    /* Each of the six, and for each at most what stood and what comes to stand behind it. */
    assert_in_range(few.places, 6, 6 * 3);
}

/* Thousands of entries each behind the last: one walk finds the places of all. */
static void test_a_long_row_of_new_entries(void **state)
{
    struct sx_tree tree = numbered(*state, 3);
    struct sx_text xml = {0};
    char *changes = NULL;
    struct sx_error err;

    add(&xml, sx_strdup("<lists " SX_TEST_NAMESPACES ">"));
    for (unsigned i = 3; i < 5000; i++)
        add(&xml, sx_format("<ordered yang:insert='after' yang:key=\"[id='%u']\"><id>%u</id>"
                            "</ordered>",
                      i == 3 ? 0 : i - 1, i));
    add(&xml, sx_strdup("</lists>"));
    assert_int_equal(sx_test_tree_edit(&tree, xml.data, SX_DEFAULT_MERGE, &changes, &err), 0);
    assert_digest(&tree);
    assert_non_null(strstr(changes, "create " L "/ordered[id='4999']"));
    free(changes);
    changes = ids(&tree);
    assert_memory_equal(changes, "0 3 4 5 6 ", strlen("0 3 4 5 6 "));
    assert_non_null(strstr(changes, " 4998 4999 1 2 "));
    free(changes);
    free(xml.data);
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_there_and_back_is_no_change),
        cmocka_unit_test(test_what_left_and_came_back_elsewhere),
        cmocka_unit_test(test_cost_does_not_follow_the_list),
        cmocka_unit_test(test_a_long_row_of_new_entries),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

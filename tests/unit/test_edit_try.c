// SPDX-License-Identifier: Apache-2.0
/* continue-on-error: what fails is passed over, and the rest is an edit of its own. */
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T "/sextant-test:top"
#define L "/sextant-test:lists"

/** A tree, and what the last try made of an edit. */
struct fixture {
    struct sx_tree *tree;
    struct sx_error_list errors;
    char *remaining; /**< as text; NULL: nothing */
    int result;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    sx_test_tree_setup(state);
    fixture->tree = *state;
    sx_test_set(fixture->tree, SX_TEST_LISTS("<entry><name>there</name><value>v</value></entry>"));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    sx_error_list_clear(&fixture->errors);
    free(fixture->remaining);
    *state = fixture->tree;
    free(fixture);
    return sx_test_tree_teardown(state);
}

/* Tries an edit and takes it back; the tree must be as before. */
static void try(struct fixture *fixture, const char *xml, enum sx_default_operation operation)
{
    static const uint8_t random[16] = {1};
    struct lyd_node *config = sx_test_parse_edit(fixture->tree->schema, xml), *remaining = NULL;
    char *before = sx_test_dump(fixture->tree->root), *after;
    struct sx_transaction *transaction = sx_transaction_begin(fixture->tree, random);

    sx_error_list_clear(&fixture->errors);
    free(fixture->remaining);
    fixture->remaining = NULL;
    fixture->result =
        sx_transaction_try(transaction, config, operation, &remaining, &fixture->errors);
    sx_transaction_undo(transaction);
    after = sx_test_dump(fixture->tree->root);
    assert_string_equal(after, before);
    sx_test_check_links(fixture->tree->root);
    if (remaining)
        assert_int_equal(lyd_print_mem(&fixture->remaining, remaining, LYD_XML,
                             LYD_PRINT_SHRINK | LYD_PRINT_WITHSIBLINGS | LYD_PRINT_KEEPEMPTYCONT),
            LY_SUCCESS);
    lyd_free_all(remaining);
    lyd_free_all(config);
    free(before);
    free(after);
}

static void expect_error(
    const struct fixture *fixture, size_t index, enum sx_error_code code, const char *path)
{
    assert_true(index < fixture->errors.count);
    assert_int_equal(fixture->errors.items[index].code, code);
    assert_string_equal(fixture->errors.items[index].path, path);
}

static void what_is_right_stays_whole(void **state)
{
    struct fixture *fixture = *state;

    try(fixture, SX_TEST_LISTS("<entry><name>new</name></entry>"), SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 0);
    assert_non_null(strstr(fixture->remaining, "<name>new</name>"));
    try(fixture, "", SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_null(fixture->remaining);
}

static void each_failing_entry_is_told_and_passed_over(void **state)
{
    struct fixture *fixture = *state;

    try(fixture,
        SX_TEST_LISTS("<entry><name>first</name></entry>"
                      "<entry nc:operation='create'><name>there</name></entry>"
                      "<entry><name>second</name><serial>1000</serial></entry>"
                      "<entry nc:operation='delete'><name>absent</name></entry>"
                      "<entry><name>third</name></entry>"),
        SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 3);
    /* Deletes are done first. */
    expect_error(fixture, 0, SX_E_DATA_MISSING, L "/entry[name='absent']");
    expect_error(fixture, 1, SX_E_DATA_EXISTS, L "/entry[name='there']");
    expect_error(fixture, 2, SX_E_INVALID_VALUE, L "/entry[name='second']/serial");
    assert_non_null(strstr(fixture->remaining, "first"));
    assert_non_null(strstr(fixture->remaining, "third"));
    assert_null(strstr(fixture->remaining, "there"));
    assert_null(strstr(fixture->remaining, "second"));
    assert_null(strstr(fixture->remaining, "absent"));
}

/* Outside of entries each leaf is an item; a container that was made for one goes with it. */
static void a_leaf_outside_of_entries_fails_alone(void **state)
{
    struct fixture *fixture = *state;

    try(fixture,
        SX_TEST_TOP("<plain>x</plain><number>1000</number><lone-not>1</lone-not>"
                    "<agreed><name nc:operation='delete'/><version>two</version></agreed>"),
        SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 3);
    assert_non_null(strstr(fixture->remaining, "<plain>x</plain>"));
    assert_non_null(strstr(fixture->remaining, "<version>two</version>"));
    assert_null(strstr(fixture->remaining, "number"));
    assert_null(strstr(fixture->remaining, "lone-not"));
    assert_null(strstr(fixture->remaining, "name>"));
}

/* An entry inside an entry is an item of its own; a leaf of an entry is not. */
static void an_entry_is_taken_whole_or_not_at_all(void **state)
{
    struct fixture *fixture = *state;

    try(fixture,
        SX_TEST_LISTS("<entry><name>outer</name>"
                      "<sub><a>1</a><b>1</b></sub>"
                      "<sub><a>2</a><b>2</b><c nc:operation='delete'/></sub></entry>"
                      "<entry><name>there</name><c><d nc:operation='delete'/></c>"
                      "<value>w</value></entry>"),
        SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 2);
    expect_error(fixture, 0, SX_E_DATA_MISSING, L "/entry[name='outer']/sub[a='2'][b='2']/c");
    expect_error(fixture, 1, SX_E_DATA_MISSING, L "/entry[name='there']/c/d");
    assert_non_null(strstr(fixture->remaining, "<a>1</a>"));
    assert_null(strstr(fixture->remaining, "<a>2</a>"));
    assert_null(strstr(fixture->remaining, "there"));
}

/* A part of it that failed would be deleted instead of left. */
static void what_is_replaced_is_one_item(void **state)
{
    struct fixture *fixture = *state;

    try(fixture,
        "<top " SX_TEST_NAMESPACES " nc:operation='replace'><plain>x</plain><number>1000</number>"
        "</top><lone xmlns='urn:sextant:test'>1</lone>",
        SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 1);
    assert_string_equal(fixture->remaining, "<lone xmlns=\"urn:sextant:test\">1</lone>");
    try(fixture, SX_TEST_TOP("<plain>x</plain><number>1000</number>"), SX_DEFAULT_REPLACE);
    assert_int_equal(fixture->result, -1);
    assert_int_equal(fixture->errors.count, 1);
    expect_error(fixture, 0, SX_E_INVALID_VALUE, T "/number");
    assert_null(fixture->remaining);
}

static void nothing_may_be_left(void **state)
{
    struct fixture *fixture = *state;

    try(fixture, "<nonesuch xmlns='urn:nonesuch'/>", SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 1);
    assert_int_equal(fixture->errors.items[0].code, SX_E_UNKNOWN_NAMESPACE);
    assert_null(fixture->remaining);
}

/* What was done for an item that fails does not help those behind it. */
static void an_item_that_failed_leaves_nothing_behind(void **state)
{
    struct fixture *fixture = *state;

    try(fixture,
        SX_TEST_LISTS("<ordered><id>a</id><text>x</text><text>y</text></ordered>"
                      "<ordered yang:insert='before' yang:key=\"[t:id='a']\" "
                      "xmlns:t='urn:sextant:test'><id>b</id></ordered>"
                      "<ordered><id>c</id></ordered>"),
        SX_DEFAULT_MERGE);
    assert_int_equal(fixture->result, 0);
    assert_int_equal(fixture->errors.count, 2);
    expect_error(fixture, 0, SX_E_BAD_ELEMENT, L "/ordered[id='a']/text");
    assert_int_equal(fixture->errors.items[1].code, SX_E_BAD_ATTRIBUTE);
    assert_non_null(strstr(fixture->remaining, "<id>c</id>"));
    assert_null(strstr(fixture->remaining, "<id>a</id>"));
}

static void errors_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    char xml[32768] = "<lists " SX_TEST_NAMESPACES ">";

    for (int i = 0; i < SX_ERRORS_MAX + 20; i++) {
        char entry[96];

        snprintf(entry, sizeof entry, "<entry nc:operation='delete'><name>n%d</name></entry>", i);
        strcat(xml, entry);
    }
    strcat(xml, "<entry><name>right</name></entry></lists>");
    try(fixture, xml, SX_DEFAULT_MERGE);
    assert_int_equal(fixture->errors.count, SX_ERRORS_MAX);
    expect_error(fixture, SX_ERRORS_MAX - 2, SX_E_DATA_MISSING, L "/entry[name='n98']");
    assert_non_null(strstr(fixture->errors.items[SX_ERRORS_MAX - 1].message, "21 more"));
    assert_non_null(strstr(fixture->remaining, "right"));
    assert_null(strstr(fixture->remaining, "n119"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_right_stays_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(
            each_failing_entry_is_told_and_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_leaf_outside_of_entries_fails_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(an_entry_is_taken_whole_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_replaced_is_one_item, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_may_be_left, setup, teardown),
        cmocka_unit_test_setup_teardown(an_item_that_failed_leaves_nothing_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_are_bounded, setup, teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

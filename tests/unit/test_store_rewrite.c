// SPDX-License-Identifier: Apache-2.0
/* Going over rows and changes part by part, and writing some anew. */
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** What the rows said, and after how many to stop. */
struct seen {
    char text[512];
    int stop_after;
    int answer;
};

static int add(struct seen *seen, const char *what)
{
    size_t length = strlen(seen->text);

    snprintf(seen->text + length, sizeof seen->text - length, "%s;", what);
    return --seen->stop_after == 0 ? seen->answer : 0;
}

static int see_row(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    char what[128];

    (void)err;
    snprintf(
        what, sizeof what, "%s%s %s %s", row->list, row->key, sx_scope_name(row->scope), row->body);
    return add(context, what);
}

static int see_change(void *context, const struct sx_stored_change *change, struct sx_error *err)
{
    char what[128];

    (void)err;
    snprintf(what, sizeof what, "%llu.%llu %s %s %s", (unsigned long long)change->revision,
        (unsigned long long)change->step, change->path, change->value ? change->value : "-",
        change->old_value ? change->old_value : "-");
    return add(context, what);
}

static void put_rows(struct sx_test_store *test)
{
    sx_test_store_row(test, "/m:o", "[k='z']", "1", "");
    sx_test_store_row(test, "/m:o", "[k='a']", "2", "[k='z']");
    sx_test_store_row(test, "/m:c", "", "3", NULL);
    sx_test_row(&test->rows, SX_SCOPE_AGREED, "/m:c", "", "4", NULL);
    sx_test_store_put(test->store, &test->rows);
}

static void rows_come_part_by_part(void **state)
{
    struct sx_test_store *test = *state;
    struct seen all = {0}, some = {0};
    struct sx_error err = {0};
    bool last = false;

    put_rows(test);
    assert_int_equal(
        sx_store_rows_after(test->store, "", "", "", 10, see_row, &all, &last, &err), 0);
    assert_string_equal(all.text, "/m:c agreed 4;/m:c replicated 3;/m:o[k='a'] replicated 2;"
                                  "/m:o[k='z'] replicated 1;");
    assert_true(last);
    assert_int_equal(
        sx_store_rows_after(test->store, "", "", "", 3, see_row, &some, &last, &err), 0);
    assert_false(last);
    some.text[0] = '\0';
    assert_int_equal(sx_store_rows_after(test->store, "/m:o", "[k='a']", "replicated", 3, see_row,
                         &some, &last, &err),
        0);
    assert_string_equal(some.text, "/m:o[k='z'] replicated 1;");
    assert_true(last);
}

static void the_caller_stops_or_fails(void **state)
{
    struct sx_test_store *test = *state;
    struct seen stops = {.stop_after = 2, .answer = 1}, fails = {.stop_after = 1, .answer = -1};
    struct sx_error err = {0};
    bool last = true;

    put_rows(test);
    assert_int_equal(
        sx_store_rows_after(test->store, "", "", "", 2, see_row, &stops, &last, &err), 1);
    assert_false(last);
    assert_int_equal(
        sx_store_rows_after(test->store, "", "", "", 2, see_row, &fails, &last, &err), -1);
}

static void a_row_gets_another_body_and_keeps_its_place(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_fragment row = {
        .list = (char *)"/m:o", .key = (char *)"[k='a']", .body = (char *)"9"};
    struct sx_error err = {0};

    put_rows(test);
    assert_int_equal(sx_store_rewrite_row(test->store, &row, &err), -1);
    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_rewrite_row(test->store, &row, &err), 0);
    /* One that is not there stays so. */
    row.key = (char *)"[k='b']";
    assert_int_equal(sx_store_rewrite_row(test->store, &row, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
    sx_test_store_expect(test, "/m:c  agreed 4\n/m:c  replicated 3\n/m:o [k='z'] replicated 1 <\n"
                               "/m:o [k='a'] replicated 9 <[k='z']\n");
}

static void changes_come_part_by_part_and_are_written_anew(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_fragment_list none = {0};
    struct sx_stored_change change = {.revision = 2, .value = "new", .old_value = NULL};
    struct seen before = {0}, after = {0};
    struct sx_error err = {0};
    bool last = false;

    for (uint64_t number = 1; number <= 3; number++)
        assert_int_equal(sx_test_store_commit(test->store, &none, number, &err), 0);
    assert_int_equal(
        sx_store_changes_after(test->store, 0, 0, 2, see_change, &before, &last, &err), 0);
    assert_non_null(strstr(before.text, "1.0 "));
    assert_non_null(strstr(before.text, "2.0 "));
    assert_null(strstr(before.text, "3.0 "));
    assert_false(last);
    assert_int_equal(sx_store_rewrite_change(test->store, &change, &err), -1);
    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_rewrite_change(test->store, &change, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
    assert_int_equal(
        sx_store_changes_after(test->store, 1, 0, 5, see_change, &after, &last, &err), 0);
    assert_true(last);
    assert_non_null(strstr(after.text, " new -;"));
    assert_non_null(strstr(after.text, "3.0 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            rows_come_part_by_part, sx_test_store_setup, sx_test_store_teardown),
        cmocka_unit_test_setup_teardown(
            the_caller_stops_or_fails, sx_test_store_setup, sx_test_store_teardown),
        cmocka_unit_test_setup_teardown(a_row_gets_another_body_and_keeps_its_place,
            sx_test_store_setup, sx_test_store_teardown),
        cmocka_unit_test_setup_teardown(changes_come_part_by_part_and_are_written_anew,
            sx_test_store_setup, sx_test_store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "invert.h"

#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct sx_change_list *list, enum sx_operation operation, const char *path,
    const char *after, const char *old_after)
{
    sx_change_list_add(
        list, (struct sx_change){.operation = operation,
                  .scope = SX_SCOPE_REPLICATED,
                  .flags = SX_NODE_SECRET,
                  .path = sx_strdup(path),
                  .value = operation < SX_OPERATION_DELETE ? sx_strdup("new") : NULL,
                  .old_value = operation == SX_OPERATION_REPLACE || operation == SX_OPERATION_DELETE
                                   ? sx_strdup("old")
                                   : NULL,
                  .after = sx_strdup(after),
                  .old_after = sx_strdup(old_after)});
}

/* A line for each step: operation, path, values and places. */
static void expect(const struct sx_change_list *list, const char *expected)
{
    static const char *const words[] = {"", "create", "replace", "delete", "move"};
    char *text = sx_strdup("");

    for (size_t i = 0; i < list->count; i++) {
        const struct sx_change *change = &list->items[i];
        char *longer =
            sx_format("%s%s %s %s>%s %s>%s\n", text, words[change->operation], change->path,
                change->old_value ? change->old_value : "-", change->value ? change->value : "-",
                change->old_after ? change->old_after : "-", change->after ? change->after : "-");

        assert_int_equal(change->scope, SX_SCOPE_REPLICATED);
        assert_int_equal(change->flags, SX_NODE_SECRET);
        free(text);
        text = longer;
    }
    assert_string_equal(text, expected);
    free(text);
}

static void each_step_is_taken_back_in_reverse(void **state)
{
    struct sx_change_list changes = {0}, inverse = {0}, again = {0};

    (void)state;
    add(&changes, SX_OPERATION_DELETE, "/a", NULL, NULL);
    add(&changes, SX_OPERATION_CREATE, "/b", NULL, NULL);
    add(&changes, SX_OPERATION_REPLACE, "/c", NULL, NULL);
    sx_change_list_invert(&changes, &inverse);
    expect(&inverse, "replace /c new>old ->-\n"
                     "delete /b new>- ->-\n"
                     "create /a ->old ->-\n");
    sx_change_list_invert(&inverse, &again);
    expect(&again, "delete /a old>- ->-\n"
                   "create /b ->new ->-\n"
                   "replace /c old>new ->-\n");
    sx_change_list_clear(&changes);
    sx_change_list_clear(&inverse);
    sx_change_list_clear(&again);
}

/* From 1 2 3 a 5 to 5 x 2 1, where 2 alone stayed: each entry is placed once the one before it
 * stands in its former place. */
static void places_are_given_back_in_the_former_order(void **state)
{
    struct sx_change_list changes = {0}, inverse = {0};

    (void)state;
    add(&changes, SX_OPERATION_DELETE, "a", NULL, "3");
    add(&changes, SX_OPERATION_DELETE, "3", NULL, "2");
    add(&changes, SX_OPERATION_MOVE, "5", "", "a");
    add(&changes, SX_OPERATION_CREATE, "x", "5", NULL);
    add(&changes, SX_OPERATION_MOVE, "1", "2", "");
    sx_change_list_invert(&changes, &inverse);
    expect(&inverse, "delete x new>- 5>-\n"
                     "move 1 ->- 2>\n"
                     "create 3 ->old ->2\n"
                     "create a ->old ->3\n"
                     "move 5 ->- >a\n");
    sx_change_list_clear(&changes);
    sx_change_list_clear(&inverse);
}

/* What a peer sent may be nonsense: it ends, and nothing is lost. */
static void places_that_name_each_other_end(void **state)
{
    struct sx_change_list changes = {0}, inverse = {0};

    (void)state;
    add(&changes, SX_OPERATION_MOVE, "1", "", "2");
    add(&changes, SX_OPERATION_MOVE, "2", "", "1");
    add(&changes, SX_OPERATION_MOVE, "3", "", "3");
    add(&changes, SX_OPERATION_MOVE, "4", "", NULL);
    sx_change_list_invert(&changes, &inverse);
    assert_int_equal(inverse.count, 4);
    sx_change_list_clear(&inverse);
    sx_change_list_clear(&changes);
    sx_change_list_invert(&changes, &inverse);
    assert_int_equal(inverse.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_taken_back_in_reverse),
        cmocka_unit_test(places_are_given_back_in_the_former_order),
        cmocka_unit_test(places_that_name_each_other_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_each_once(void **state)
{
    struct sx_agenda agenda = {0};
    struct sx_constraint constraints[3];

    (void)state;
    memset(constraints, 0, sizeof constraints);
    for (int round = 0; round < 2; round++)
        for (uint64_t i = 0; i < 1000; i++)
            assert_int_equal(
                sx_agenda_add(&agenda,
                    (struct sx_task){.constraint = &constraints[i % 3], .value.high = i / 3}),
                round == 0);
    assert_int_equal(agenda.count, 1000);
    assert_ptr_equal(agenda.items[4].constraint, &constraints[1]);
    assert_int_equal(agenda.items[4].value.high, 1);
    sx_agenda_clear(&agenda);
    assert_int_equal(agenda.count, 0);
    assert_true(sx_agenda_add(&agenda, (struct sx_task){.constraint = constraints}));
    sx_agenda_clear(&agenda);
}

static void test_what_tells_tasks_apart(void **state)
{
    struct sx_agenda agenda = {0};
    struct lyd_node_inner node;
    struct sx_constraint constraint = {0};

    (void)state;
    assert_true(sx_agenda_add(&agenda, (struct sx_task){.constraint = &constraint}));
    assert_true(
        sx_agenda_add(&agenda, (struct sx_task){.constraint = &constraint, .where = &node.node}));
    assert_true(
        sx_agenda_add(&agenda, (struct sx_task){.constraint = &constraint, .value.low = 1}));
    assert_false(
        sx_agenda_add(&agenda, (struct sx_task){.constraint = &constraint, .gone = &node.node}));
    sx_agenda_clear(&agenda);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_what_tells_tasks_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

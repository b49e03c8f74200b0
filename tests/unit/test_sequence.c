// SPDX-License-Identifier: Apache-2.0
#include "difference.h"
#include "sextant/memory.h"
#include "test_random_edit.h"
#include <stdio.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Replays on `order` (former positions) what sx_sequence_placed() says, and compares. */
static void check(const size_t *was, size_t count, size_t former_count)
{
    bool *placed = sx_calloc(count, sizeof *placed);
    size_t *order = sx_calloc(former_count + count, sizeof *order), length = 0;

    sx_sequence_placed(was, count, placed);
    /* Who is deleted is gone before; a new one is named by its position plus a large number. */
    for (size_t at = 0; at < former_count; at++)
        for (size_t i = 0; i < count; i++)
            if (was[i] == at)
                order[length++] = i;
    for (size_t i = 0; i < count; i++) {
        size_t from = 0, to = 0;

        if (!placed[i]) {
            assert_int_not_equal(was[i], SX_ABSENT);
            continue;
        }
        while (from < length && order[from] != i)
            from++;
        if (from < length) {
            memmove(order + from, order + from + 1, (length - from - 1) * sizeof *order);
            length--;
        }
        while (i > 0 && order[to++] != i - 1)
            assert_true(to < length);
        memmove(order + to + 1, order + to, (length - to) * sizeof *order);
        order[to] = i;
        length++;
    }
    assert_int_equal(length, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(order[i], i);
    free(placed);
    free(order);
}

static void test_few_are_placed(void **state)
{
    const size_t rotated[] = {3, 0, 1, 2}, same[] = {0, 1, 2}, new[] = {0, SX_ABSENT, 1};
    bool placed[4];

    (void)state;
    sx_sequence_placed(rotated, 4, placed);
    assert_true(placed[0] && !placed[1] && !placed[2] && !placed[3]);
    sx_sequence_placed(same, 3, placed);
    assert_true(!placed[0] && !placed[1] && !placed[2]);
    sx_sequence_placed(new, 3, placed);
    assert_true(!placed[0] && placed[1] && !placed[2]);
    sx_sequence_placed(NULL, 0, placed);
}

static void test_random_orders(void **state)
{
    uint64_t seed = (uint64_t)time(NULL) | 1;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 2000; round++) {
        size_t former = sx_test_random(&seed, 12), count = sx_test_random(&seed, 12);
        size_t was[12], free_slots[12], left = former;

        for (size_t i = 0; i < former; i++)
            free_slots[i] = i;
        for (size_t i = 0; i < count; i++) {
            was[i] = SX_ABSENT;
            if (left > 0 && sx_test_random(&seed, 4) > 0) {
                size_t pick = sx_test_random(&seed, (uint32_t)left);

                was[i] = free_slots[pick];
                free_slots[pick] = free_slots[--left];
            }
        }
        check(was, count, former);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_are_placed),
        cmocka_unit_test(test_random_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ITEMS 5000

/* Every seventh has the same hash, so that places are shared. */
static uint64_t hash_of(const void *items, size_t at)
{
    return ((const uint64_t *)items)[at] % 7;
}

static bool same(const void *items, size_t at, const void *key)
{
    return ((const uint64_t *)items)[at] == *(const uint64_t *)key;
}

static size_t find(const struct sx_slots *slots, const uint64_t *items, uint64_t key)
{
    return sx_slots_find(slots, items, key % 7, &key, same);
}

static void test_an_empty_table_has_nothing(void **state)
{
    struct sx_slots slots = {0};

    (void)state;
    assert_int_equal(find(&slots, NULL, 1), SX_SLOTS_NONE);
    sx_slots_clear(&slots);
    assert_int_equal(find(&slots, NULL, 1), SX_SLOTS_NONE);
}

static void test_every_item_is_found_while_it_grows(void **state)
{
    struct sx_slots slots = {0};
    uint64_t items[ITEMS];

    (void)state;
    for (size_t i = 0; i < ITEMS; i++) {
        items[i] = i * 3;
        assert_int_equal(find(&slots, items, items[i]), SX_SLOTS_NONE);
        sx_slots_add(&slots, items, hash_of);
        assert_int_equal(find(&slots, items, items[i]), i);
        assert_int_equal(find(&slots, items, items[i / 2]), i / 2);
        assert_int_equal(find(&slots, items, 1), SX_SLOTS_NONE);
    }
    assert_int_equal(slots.count, ITEMS);
    assert_true(slots.size >= 2 * (size_t)ITEMS); /* so that a search ends at a free place */
    sx_slots_clear(&slots);
    assert_int_equal(find(&slots, items, 0), SX_SLOTS_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_table_has_nothing),
        cmocka_unit_test(test_every_item_is_found_while_it_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

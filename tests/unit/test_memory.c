// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_zeroed(void **state)
{
    static const char zeros[64];
    char *memory = sx_alloc(sizeof zeros), *items = sx_calloc(8, 8);

    (void)state;
    assert_memory_equal(memory, zeros, sizeof zeros);
    assert_memory_equal(items, zeros, sizeof zeros);
    free(memory);
    free(items);
    /* Nothing is something that can be freed. */
    memory = sx_alloc(0);
    assert_non_null(memory);
    free(memory);
    memory = sx_calloc(0, 8);
    assert_non_null(memory);
    memory = sx_realloc(memory, 0);
    assert_non_null(memory);
    free(memory);
}

static void test_texts(void **state)
{
    char *copy = sx_strdup("text"), *part = sx_strndup("text", 2), *made;

    (void)state;
    assert_string_equal(copy, "text");
    assert_string_equal(part, "te");
    assert_null(sx_strdup(NULL));
    made = sx_format("%s-%s-%d", copy, part, 5);
    assert_string_equal(made, "text-te-5");
    free(copy);
    free(part);
    free(made);
}

static void test_grow(void **state)
{
    size_t capacity = 0, grown = 0;
    int *items = NULL;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        size_t before = capacity;

        items = sx_grow(items, i, &capacity, sizeof *items);
        assert_true(capacity > i);
        grown += capacity != before;
        items[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    assert_true(grown < 12); /* it doubles */
    /* More than one at once. */
    items = sx_grow(items, 5000, &capacity, sizeof *items);
    assert_true(capacity > 5000);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zeroed),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

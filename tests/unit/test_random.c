// SPDX-License-Identifier: Apache-2.0
/* UUIDs out of the randomness of a step. */
#include "sextant/memory.h"
#include "state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An engine of which only the randomness is looked at. */
static struct sx_engine *with_random(uint8_t value)
{
    struct sx_engine *engine = sx_alloc(sizeof *engine);

    memset(engine->random, value, sizeof engine->random);
    return engine;
}

static void a_uuid_is_of_version_4(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 256; value += 51) {
        struct sx_engine *engine = with_random((uint8_t)value);
        char id[SX_UUID_SIZE];

        sx_random_uuid(engine, id);
        assert_int_equal(strlen(id), SX_UUID_SIZE - 1);
        assert_int_equal(id[8], '-');
        assert_int_equal(id[13], '-');
        assert_int_equal(id[14], '4');
        assert_int_equal(id[18], '-');
        assert_non_null(strchr("89ab", id[19]));
        assert_int_equal(id[23], '-');
        free(engine);
    }
}

static void the_same_randomness_gives_the_same_uuids(void **state)
{
    struct sx_engine *a = with_random(7), *b = with_random(7);
    char first[SX_UUID_SIZE], second[SX_UUID_SIZE];

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        sx_random_uuid(a, first);
        sx_random_uuid(b, second);
        assert_string_equal(first, second);
    }
    free(a);
    free(b);
}

static void two_of_one_step_differ(void **state)
{
    struct sx_engine *engine = with_random(7);
    char ids[10][SX_UUID_SIZE];

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        sx_random_uuid(engine, ids[i]);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
    free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_is_of_version_4),
        cmocka_unit_test(the_same_randomness_gives_the_same_uuids),
        cmocka_unit_test(two_of_one_step_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

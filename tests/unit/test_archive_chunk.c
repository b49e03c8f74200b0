// SPDX-License-Identifier: Apache-2.0
#include "archive_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct sx_archive_key key = {.cipher = {1, 2, 3}, .mac = {4}};
static const uint8_t plain[] = "what nobody may read";

static void seal(uint64_t number, bool last, uint8_t *ret_chunk)
{
    struct sx_error err = {0};

    assert_int_equal(sx_chunk_seal(&key, number, last, plain, sizeof plain, ret_chunk, &err), 0);
}

static void what_was_sealed_opens(void **state)
{
    uint8_t chunk[sizeof plain + SX_CHUNK_TAG], opened[sizeof chunk];

    (void)state;
    seal(5, false, chunk);
    assert_null(memmem(chunk, sizeof chunk, "nobody", 6));
    assert_true(sx_chunk_open(&key, 5, false, chunk, sizeof chunk, opened));
    assert_memory_equal(opened, plain, sizeof plain);
}

static void it_opens_at_its_place_alone(void **state)
{
    uint8_t chunk[sizeof plain + SX_CHUNK_TAG], opened[sizeof chunk];
    struct sx_archive_key other = key;

    (void)state;
    seal(5, false, chunk);
    assert_false(sx_chunk_open(&key, 4, false, chunk, sizeof chunk, opened));
    assert_false(sx_chunk_open(&key, 5 + (1ull << 32), false, chunk, sizeof chunk, opened));
    assert_false(sx_chunk_open(&key, 5, true, chunk, sizeof chunk, opened));
    other.cipher[31]++;
    assert_false(sx_chunk_open(&other, 5, false, chunk, sizeof chunk, opened));
}

static void every_bit_counts(void **state)
{
    uint8_t chunk[sizeof plain + SX_CHUNK_TAG], opened[sizeof chunk];

    (void)state;
    seal(0, true, chunk);
    for (size_t i = 0; i < 8 * sizeof chunk; i++) {
        chunk[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_false(sx_chunk_open(&key, 0, true, chunk, sizeof chunk, opened));
        chunk[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t size = 0; size < sizeof chunk; size++)
        assert_false(sx_chunk_open(&key, 0, true, chunk, size, opened));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(it_opens_at_its_place_alone),
        cmocka_unit_test(every_bit_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* Bytes as hexadecimal digits. */
#include "hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void digits_and_back(void **state)
{
    const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    uint8_t back[4] = {0};
    char text[9];

    (void)state;
    sx_hex_encode(bytes, sizeof bytes, text);
    assert_string_equal(text, "000fa5ff");
    assert_int_equal(sx_hex_decode(text, back, sizeof back), 0);
    assert_memory_equal(back, bytes, sizeof bytes);
}

static void anything_else_is_refused(void **state)
{
    static const char *const texts[] = {"", "0", "000fa5f", "000fa5fff", "000FA5FF", "000fa5fg"};
    uint8_t back[4];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(sx_hex_decode(texts[i], back, sizeof back), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_back),
        cmocka_unit_test(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

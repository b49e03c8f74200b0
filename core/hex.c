// SPDX-License-Identifier: Apache-2.0
#include "hex.h"

#include <string.h>

void sx_hex_encode(const uint8_t *bytes, size_t size, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *ret_text++ = digits[bytes[i] >> 4];
        *ret_text++ = digits[bytes[i] & 15];
    }
    *ret_text = '\0';
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sx_hex_decode(const char *text, uint8_t *ret_bytes, size_t size)
{
    if (strlen(text) != 2 * size)
        return -1;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[2 * i]);
        int low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return -1;
        ret_bytes[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

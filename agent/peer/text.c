// SPDX-License-Identifier: Apache-2.0
#include "peer/text.h"

/** Bytes that follow a first byte of UTF-8 with its payload bits in *code, or -1. */
static int followers(unsigned char first, unsigned *code)
{
    if (first >= 0xc2 && first <= 0xdf) {
        *code = first & 0x1fu;
        return 1;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *code = first & 0x0fu;
        return 2;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *code = first & 0x07u;
        return 3;
    }
    return -1;
}

bool ag_text_is_clean(const char *text)
{
    static const unsigned smallest[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        unsigned char first = *at++;
        unsigned code;
        int count;

        if (first < 0x80) {
            if (first < 0x20 && first != '\t' && first != '\n' && first != '\r')
                return false;
            continue;
        }
        count = followers(first, &code);
        if (count < 0)
            return false;
        for (int i = 0; i < count; i++, at++) {
            if ((*at & 0xc0) != 0x80)
                return false;
            code = (code << 6) | (*at & 0x3fu);
        }
        if (code < smallest[count] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
    }
    return true;
}

void ag_text_printable(char *to, size_t size, const void *from, size_t length)
{
    const unsigned char *bytes = from;
    size_t count = length < size ? length : size - 1;

    for (size_t i = 0; i < count; i++)
        to[i] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '?';
    to[count] = '\0';
}

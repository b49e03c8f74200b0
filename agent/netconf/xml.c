// SPDX-License-Identifier: Apache-2.0
#include "netconf/xml.h"

#include <stddef.h>

void ag_xml_escape_char(FILE *out, char byte)
{
    switch (byte) {
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '&':
        fputs("&amp;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\t':
    case '\n':
    case '\r':
        /* As they are, they would become spaces in an attribute. */
        fprintf(out, "&#%d;", byte);
        break;
    default:
        putc((unsigned char)byte < 0x20 ? '?' : byte, out);
    }
}

/* Bytes of the UTF-8 sequence that begins here, or 0 when it is not whole. */
static size_t sequence(const char *text)
{
    unsigned char lead = (unsigned char)*text;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;

    if (lead < 0x80)
        return 1;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

void ag_xml_escape(FILE *out, const char *text)
{
    while (*text) {
        size_t length = sequence(text);

        /* A text that was cut to fit may end inside a character. */
        if (length == 0) {
            putc('?', out);
            text++;
        } else if (length == 1) {
            ag_xml_escape_char(out, *text++);
        } else {
            fwrite(text, 1, length, out);
            text += length;
        }
    }
}

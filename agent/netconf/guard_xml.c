// SPDX-License-Identifier: Apache-2.0
#include "netconf/guard_tag.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int ag_xml_bad(struct sx_error *err, const char *what)
{
    return sx_error_set(
        err, SX_E_MALFORMED_MESSAGE, "the message is not well-formed XML: %s", what);
}

bool ag_xml_is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void ag_xml_start(struct ag_xml *xml, size_t depth_max)
{
    ag_outline_clear(&xml->outline);
    xml->state = AG_XML_MISC;
    xml->depth = 0;
    xml->depth_max = depth_max;
    xml->root_seen = xml->started = false;
    xml->match = xml->utf8_left = 0;
    xml->open_length = 0;
}

void ag_xml_clear(struct ag_xml *xml)
{
    ag_outline_clear(&xml->outline);
    free(xml->open);
    free(xml->attributes);
    memset(xml, 0, sizeof *xml);
}

static bool is_character(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xd7ff) ||
           (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

/* Takes one byte of a character that is not ASCII. */
static bool utf8(struct ag_xml *xml, unsigned char c)
{
    if (xml->utf8_left > 0) {
        if ((c & 0xc0) != 0x80)
            return false;
        xml->utf8_code = xml->utf8_code << 6 | (c & 0x3f);
        return --xml->utf8_left > 0 ||
               (xml->utf8_code >= xml->utf8_least && is_character(xml->utf8_code));
    }
    if (c >= 0xc2 && c <= 0xdf) {
        xml->utf8_left = 1;
        xml->utf8_code = c & 0x1f;
        xml->utf8_least = 0x80;
    } else if (c >= 0xe0 && c <= 0xef) {
        xml->utf8_left = 2;
        xml->utf8_code = c & 0x0f;
        xml->utf8_least = 0x800;
    } else if (c >= 0xf0 && c <= 0xf4) {
        xml->utf8_left = 3;
        xml->utf8_code = c & 0x07;
        xml->utf8_least = 0x10000;
    }
    return xml->utf8_left > 0;
}

/* A reference is complete: it must stand for one character. */
static int end_reference(struct ag_xml *xml, struct sx_error *err)
{
    static const char *const names[] = {"lt", "gt", "amp", "apos", "quot"};
    const char *text = xml->reference;
    char *end;
    unsigned long code;

    xml->reference[xml->reference_length] = '\0';
    xml->state = xml->back;
    /* What the outline looks for is never written with references: no need to expand them. */
    if (xml->back == AG_XML_ATTRIBUTE_VALUE)
        ag_xml_value_byte(xml, '&');
    else
        ag_outline_text(&xml->outline, xml->depth, "&", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0)
            return 0;
    if (text[0] == '#' &&
        (isdigit((unsigned char)text[1]) || (text[1] == 'x' && isxdigit((unsigned char)text[2])))) {
        code = text[1] == 'x' ? strtoul(text + 2, &end, 16) : strtoul(text + 1, &end, 10);
        if (*end == '\0' && is_character((uint32_t)code))
            return 0;
    }
    return ag_xml_bad(err, "a reference is neither one of XML's five entities nor a character");
}

static int text_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    if (c == '<') {
        xml->state = AG_XML_OPENED;
        return 0;
    }
    if (c == '&') {
        xml->match = 0;
        xml->back = AG_XML_TEXT;
        xml->state = AG_XML_REFERENCE;
        xml->reference_length = 0;
        return 0;
    }
    if (c == '>' && xml->match == 2)
        return ag_xml_bad(err, "]]> stands outside of CDATA");
    if (c != ']')
        xml->match = 0;
    else if (xml->match < 2)
        xml->match++;
    ag_outline_text(&xml->outline, xml->depth, (const char *)&c, 1);
    return 0;
}

/* A byte after <, or of the text that tells a comment from CDATA. */
static int markup_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    static const char cdata[] = "CDATA[";

    xml->match = xml->state == AG_XML_CDATA_START ? xml->match : 0;
    xml->name_length = 0;
    if (xml->state == AG_XML_CDATA_START && c == (unsigned char)cdata[xml->match]) {
        if (cdata[++xml->match] == '\0') {
            xml->state = AG_XML_CDATA;
            xml->match = 0;
        }
    } else if (xml->state == AG_XML_COMMENT_START && c == '-') {
        xml->state = AG_XML_COMMENT;
    } else if (xml->state == AG_XML_BANG && c == '-') {
        xml->state = AG_XML_COMMENT_START;
    } else if (xml->state == AG_XML_BANG && c == '[' && xml->depth > 0) {
        xml->state = AG_XML_CDATA_START;
    } else if (xml->state != AG_XML_OPENED) {
        return ag_xml_bad(err, "<! begins neither a comment nor CDATA; DOCTYPE is not taken");
    } else if (c == '!') {
        xml->state = AG_XML_BANG;
    } else if (c == '?') {
        xml->state = AG_XML_TARGET;
    } else if (c == '/' && xml->depth > 0) {
        xml->state = AG_XML_END_NAME;
    } else if (xml->depth > 0 || !xml->root_seen) {
        xml->started = true;
        xml->state = AG_XML_START_NAME;
        return ag_xml_name_byte(xml, c, err);
    } else {
        return ag_xml_bad(err, "something follows the root element");
    }
    return 0;
}

/* Bytes of comments, CDATA and processing instructions, which mean nothing here. */
static int skipped_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    int outside = xml->depth > 0 ? AG_XML_TEXT : AG_XML_MISC;

    switch (xml->state) {
    case AG_XML_COMMENT:
        xml->state = c == '-' ? AG_XML_COMMENT_DASH : AG_XML_COMMENT;
        return 0;
    case AG_XML_COMMENT_DASH:
        xml->state = c == '-' ? AG_XML_COMMENT_END : AG_XML_COMMENT;
        return 0;
    case AG_XML_COMMENT_END:
        if (c != '>')
            return ag_xml_bad(err, "a comment has -- inside");
        break;
    case AG_XML_CDATA:
        if (c == '>' && xml->match == 2)
            break;
        xml->match = c != ']' ? 0 : xml->match < 2 ? (uint8_t)(xml->match + 1) : 2;
        return 0;
    case AG_XML_TARGET:
        if (!ag_xml_is_space(c) && c != '?')
            return ag_xml_name_byte(xml, c, err);
        if (ag_xml_end_name(xml, err) < 0)
            return -1;
        if (xml->started && strcasecmp(xml->name, "xml") == 0)
            return ag_xml_bad(err, "the XML declaration does not stand at the beginning");
        xml->state = c == '?' ? AG_XML_TARGET_END : AG_XML_INSTRUCTION;
        return 0;
    case AG_XML_TARGET_END:
        if (c != '>')
            return ag_xml_bad(err, "a space is missing after <? and a name");
        break;
    case AG_XML_INSTRUCTION:
        xml->state = c == '?' ? AG_XML_INSTRUCTION_END : AG_XML_INSTRUCTION;
        return 0;
    default:
        if (c != '>') {
            xml->state = c == '?' ? AG_XML_INSTRUCTION_END : AG_XML_INSTRUCTION;
            return 0;
        }
    }
    xml->started = true;
    xml->state = outside;
    xml->match = 0;
    return 0;
}

static int next_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    switch (xml->state) {
    case AG_XML_MISC:
        if (c == '<')
            xml->state = AG_XML_OPENED;
        else if (!ag_xml_is_space(c))
            return ag_xml_bad(err, "text stands outside of the root element");
        else
            xml->started = true;
        return 0;
    case AG_XML_TEXT:
        return text_byte(xml, c, err);
    case AG_XML_OPENED:
    case AG_XML_BANG:
    case AG_XML_COMMENT_START:
    case AG_XML_CDATA_START:
        return markup_byte(xml, c, err);
    case AG_XML_START_NAME:
        if (!ag_xml_is_space(c) && c != '>' && c != '/')
            return ag_xml_name_byte(xml, c, err);
        return ag_xml_start_element(xml, err) < 0 ? -1 : ag_xml_tag_byte(xml, c, err);
    case AG_XML_TAG:
    case AG_XML_TAG_TIGHT:
        return ag_xml_tag_byte(xml, c, err);
    case AG_XML_EMPTY_TAG:
        if (c != '>')
            return ag_xml_bad(err, "a / inside a tag is not followed by >");
        ag_xml_close_element(xml);
        return 0;
    case AG_XML_END_NAME:
    case AG_XML_END_TAG:
        return ag_xml_end_tag_byte(xml, c, err);
    case AG_XML_REFERENCE:
        if (c == ';')
            return end_reference(xml, err);
        if (xml->reference_length == AG_XML_REFERENCE_MAX)
            return ag_xml_bad(err, "a reference does not end");
        xml->reference[xml->reference_length++] = (char)c;
        return 0;
    case AG_XML_COMMENT:
    case AG_XML_COMMENT_DASH:
    case AG_XML_COMMENT_END:
    case AG_XML_CDATA:
    case AG_XML_TARGET:
    case AG_XML_TARGET_END:
    case AG_XML_INSTRUCTION:
    case AG_XML_INSTRUCTION_END:
        return skipped_byte(xml, c, err);
    default:
        return ag_xml_attribute_byte(xml, c, err);
    }
}

/* Text that needs no look: neither markup nor a character that may be wrong. */
static bool is_plain(unsigned char c)
{
    return (c >= 0x20 && c < 0x7f && c != '<' && c != '&' && c != ']' && c != '>') || c == '\n';
}

/* Takes plain text from `start` on in one go; returns the index of its last byte. */
static size_t plain_text(struct ag_xml *xml, const char *data, size_t start, size_t length)
{
    size_t end = start + 1;

    while (end < length && is_plain((unsigned char)data[end]))
        end++;
    xml->match = 0;
    ag_outline_text(&xml->outline, xml->depth, data + start, end - start);
    return end - 1;
}

int ag_xml_feed(struct ag_xml *xml, const char *data, size_t length, struct sx_error *err)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)data[i];

        if (xml->state == AG_XML_TEXT && xml->utf8_left == 0 && is_plain(c)) {
            i = plain_text(xml, data, i, length);
            continue;
        }
        if (c >= 0x80 || xml->utf8_left > 0) {
            if (!utf8(xml, c))
                return ag_xml_bad(err, "bytes are not UTF-8, or not a character that XML has");
        } else if (c < 0x20 && !ag_xml_is_space(c)) {
            return ag_xml_bad(err, "a control character");
        }
        if (next_byte(xml, c, err) < 0)
            return -1;
    }
    return 0;
}

int ag_xml_finish(const struct ag_xml *xml, struct sx_error *err)
{
    if (!xml->root_seen)
        return ag_xml_bad(err, "there is no element");
    if (xml->depth > 0)
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE,
            "the message is not well-formed XML: <%.100s> does not end", ag_xml_innermost(xml));
    if (xml->state != AG_XML_MISC)
        return ag_xml_bad(err, "it ends in the middle of a tag or comment");
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* The scanner's tags: names, attributes, elements that open and end. */
#include "netconf/guard_tag.h"

#include "sextant/memory.h"

#include <string.h>

static bool ag_xml_starts_name(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* Adds a byte to the name: NCName, or two of them with a colon between. */
int ag_xml_name_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    bool first = xml->name_length == 0 || xml->name[xml->name_length - 1] == ':';
    bool right = ag_xml_starts_name(c) ||
                 (!first && ((c >= '0' && c <= '9') || c == '-' || c == '.' ||
                                (c == ':' && !memchr(xml->name, ':', xml->name_length))));

    if (!right)
        return ag_xml_bad(err, "a name has a character that names do not have");
    if (xml->name_length == AG_XML_NAME_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "a name is longer than %d bytes", AG_XML_NAME_MAX);
    xml->name[xml->name_length++] = (char)c;
    return 0;
}

/* The name is complete. */
int ag_xml_end_name(struct ag_xml *xml, struct sx_error *err)
{
    if (xml->name_length == 0 || xml->name[xml->name_length - 1] == ':')
        return ag_xml_bad(err, "a name is missing");
    xml->name[xml->name_length] = '\0';
    return 0;
}

/* Puts a copy of the name at the end of a list of names. */
static void keep_name(struct ag_xml *xml, char **list, size_t *length, size_t *capacity)
{
    size_t size = xml->name_length + 1;

    while (*length + size > *capacity) {
        *capacity = *capacity ? 2 * *capacity : 128;
        *list = sx_realloc(*list, *capacity);
    }
    memcpy(*list + *length, xml->name, size);
    *length += size;
}

/* The name of the innermost open element. */
const char *ag_xml_innermost(const struct ag_xml *xml)
{
    const char *before = memrchr(xml->open, '\0', xml->open_length - 1);

    return before ? before + 1 : xml->open;
}

int ag_xml_start_element(struct ag_xml *xml, struct sx_error *err)
{
    if (ag_xml_end_name(xml, err) < 0)
        return -1;
    if (xml->depth == xml->depth_max)
        return sx_error_set(
            err, SX_E_TOO_BIG, "elements are nested deeper than %zu levels", xml->depth_max);
    keep_name(xml, &xml->open, &xml->open_length, &xml->open_capacity);
    xml->depth++;
    xml->root_seen = true;
    xml->attributes_length = xml->attribute_count = 0;
    return 0;
}

void ag_xml_close_element(struct ag_xml *xml)
{
    if (xml->depth <= AG_OUTLINE_DEPTH)
        ag_outline_close(&xml->outline, xml->depth);
    xml->open_length = (size_t)(ag_xml_innermost(xml) - xml->open);
    xml->depth--;
    xml->state = xml->depth > 0 ? AG_XML_TEXT : AG_XML_MISC;
    xml->match = 0;
}

static int end_attribute_name(struct ag_xml *xml, struct sx_error *err)
{
    if (ag_xml_end_name(xml, err) < 0)
        return -1;
    for (size_t at = 0; at < xml->attributes_length; at += strlen(xml->attributes + at) + 1)
        if (strcmp(xml->attributes + at, xml->name) == 0)
            return ag_xml_bad(err, "an element has the same attribute twice");
    if (++xml->attribute_count > AG_XML_ATTRIBUTES_MAX)
        return sx_error_set(
            err, SX_E_TOO_BIG, "an element has more than %d attributes", AG_XML_ATTRIBUTES_MAX);
    keep_name(xml, &xml->attributes, &xml->attributes_length, &xml->attributes_capacity);
    xml->value_length = 0;
    return 0;
}

static int end_attribute(struct ag_xml *xml, struct sx_error *err)
{
    bool fits = xml->value_length <= sizeof xml->value;

    xml->state = AG_XML_TAG_TIGHT;
    if (xml->depth > AG_OUTLINE_DEPTH) {
        if (strcmp(xml->name, "xmlns") != 0)
            ag_outline_deep_attribute(&xml->outline, ag_xml_innermost(xml), xml->name);
        return 0;
    }
    if (ag_outline_attribute(&xml->outline, xml->depth, xml->name, fits ? xml->value : NULL,
            fits ? xml->value_length : 0))
        return 0;
    return sx_error_set(
        err, SX_E_TOO_BIG, "more than %d namespaces are declared", AG_OUTLINE_NAMESPACES_MAX);
}

void ag_xml_value_byte(struct ag_xml *xml, char c)
{
    if (xml->value_length < sizeof xml->value)
        xml->value[xml->value_length] = c;
    if (xml->value_length <= sizeof xml->value)
        xml->value_length++;
}

/* A byte inside a start tag, after its name. */
int ag_xml_tag_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    if (ag_xml_is_space(c)) {
        xml->state = AG_XML_TAG;
    } else if (c == '>') {
        if (xml->depth <= AG_OUTLINE_DEPTH)
            ag_outline_open(&xml->outline, xml->depth, ag_xml_innermost(xml));
        xml->state = AG_XML_TEXT;
        xml->match = 0;
    } else if (c == '/') {
        if (xml->depth <= AG_OUTLINE_DEPTH)
            ag_outline_open(&xml->outline, xml->depth, ag_xml_innermost(xml));
        xml->state = AG_XML_EMPTY_TAG;
    } else if (xml->state == AG_XML_TAG) {
        xml->state = AG_XML_ATTRIBUTE_NAME;
        xml->name_length = 0;
        return ag_xml_name_byte(xml, c, err);
    } else {
        return ag_xml_bad(err, "a space is missing between attributes");
    }
    return 0;
}

int ag_xml_attribute_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    switch (xml->state) {
    case AG_XML_ATTRIBUTE_NAME:
        if (!ag_xml_is_space(c) && c != '=')
            return ag_xml_name_byte(xml, c, err);
        xml->state = c == '=' ? AG_XML_ATTRIBUTE_QUOTE : AG_XML_ATTRIBUTE_EQUALS;
        return end_attribute_name(xml, err);
    case AG_XML_ATTRIBUTE_EQUALS:
        if (c == '=')
            xml->state = AG_XML_ATTRIBUTE_QUOTE;
        else if (!ag_xml_is_space(c))
            return ag_xml_bad(err, "an attribute has no value");
        return 0;
    case AG_XML_ATTRIBUTE_QUOTE:
        if (ag_xml_is_space(c))
            return 0;
        if (c != '"' && c != '\'')
            return ag_xml_bad(err, "an attribute's value has no quotation marks");
        xml->quote = c;
        xml->state = AG_XML_ATTRIBUTE_VALUE;
        return 0;
    default:
        if (c == xml->quote)
            return end_attribute(xml, err);
        if (c == '<')
            return ag_xml_bad(err, "an attribute's value has a <");
        if (c == '&') {
            xml->back = AG_XML_ATTRIBUTE_VALUE;
            xml->state = AG_XML_REFERENCE;
            xml->reference_length = 0;
            return 0;
        }
        ag_xml_value_byte(xml, (char)c);
        return 0;
    }
}

int ag_xml_end_tag_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err)
{
    if (xml->state == AG_XML_END_NAME && c != '>' && !ag_xml_is_space(c))
        return ag_xml_name_byte(xml, c, err);
    if (xml->state == AG_XML_END_NAME) {
        if (ag_xml_end_name(xml, err) < 0)
            return -1;
        if (strcmp(ag_xml_innermost(xml), xml->name) != 0)
            return sx_error_set(err, SX_E_MALFORMED_MESSAGE,
                "the message is not well-formed XML: </%.100s> ends <%.100s>", xml->name,
                ag_xml_innermost(xml));
        xml->state = AG_XML_END_TAG;
    }
    if (c == '>')
        ag_xml_close_element(xml);
    else if (!ag_xml_is_space(c))
        return ag_xml_bad(err, "an end tag has more than a name");
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/guard_outline.h"
#include "sextant/error.h"

#include <stdint.h>

/** Longest name of an element or attribute, or target of a processing instruction. */
#define AG_XML_NAME_MAX 255
/** Attributes of one element, namespace declarations included. */
#define AG_XML_ATTRIBUTES_MAX 256
/** Longest text of an entity or character reference, without & and ;. */
#define AG_XML_REFERENCE_MAX 8

/**
 * A scanner that takes one XML document byte by byte and refuses what is not well-formed (XML 1.0):
 * tags that do not match, names and attributes that are not right, attributes twice, references to
 * entities that XML does not define, characters that XML does not have, bytes that are not UTF-8.
 * It refuses DOCTYPE as well, so nothing is ever expanded or fetched. It does not hold prefixes
 * against namespace declarations; the outline does so for the elements that it looks at.
 * Each byte is looked at once; what it keeps is bounded by the depth and the limits above.
 */
struct ag_xml {
    int state; /**< of enum ag_xml_state */
    int back; /**< state after a reference or a comment */
    size_t depth, depth_max;
    bool root_seen, started;
    uint8_t quote;
    uint8_t match; /**< how far a fixed text such as "CDATA[" or "]]" has been seen */
    uint8_t utf8_left; /**< bytes missing of a character */
    uint32_t utf8_code, utf8_least;
    char name[AG_XML_NAME_MAX + 1]; /**< that is being read */
    size_t name_length;
    char value[AG_OUTLINE_VALUE_MAX]; /**< of the attribute, as far as the outline wants it */
    size_t value_length;
    char reference[AG_XML_REFERENCE_MAX + 1];
    size_t reference_length;
    char *open; /**< names of the open elements, each with its NUL */
    size_t open_length, open_capacity;
    char *attributes; /**< names of the attributes of the tag, each with its NUL */
    size_t attributes_length, attributes_capacity, attribute_count;
    struct ag_outline outline;
};

/** Prepares a scanner, zeroed or used before, for a document of at most `depth_max` levels. */
void ag_xml_start(struct ag_xml *xml, size_t depth_max);

/** Scans more bytes. After -1 the scanner can only be started or cleared. */
int ag_xml_feed(struct ag_xml *xml, const char *data, size_t length, struct sx_error *err);

/** The document is complete: -1 when an element is still open or there is none. */
int ag_xml_finish(const struct ag_xml *xml, struct sx_error *err);

/** Releases what the scanner holds; it is zeroed. */
void ag_xml_clear(struct ag_xml *xml);

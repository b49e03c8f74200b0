// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/guard_xml.h"

/*
 * Inside of the scanner: its states, and the part of it that reads tags (guard_tag.c). Functions
 * that return int give -1 with *err filled when the document is not well-formed.
 */

enum ag_xml_state {
    AG_XML_MISC, /**< outside of the root */
    AG_XML_TEXT,
    AG_XML_OPENED, /**< after < */
    AG_XML_START_NAME,
    AG_XML_TAG, /**< between attributes */
    AG_XML_TAG_TIGHT, /**< after a value: a space must come before the next attribute */
    AG_XML_ATTRIBUTE_NAME,
    AG_XML_ATTRIBUTE_EQUALS,
    AG_XML_ATTRIBUTE_QUOTE,
    AG_XML_ATTRIBUTE_VALUE,
    AG_XML_EMPTY_TAG, /**< after the / of an empty element */
    AG_XML_END_NAME,
    AG_XML_END_TAG,
    AG_XML_BANG, /**< after <! */
    AG_XML_COMMENT_START,
    AG_XML_COMMENT,
    AG_XML_COMMENT_DASH,
    AG_XML_COMMENT_END, /**< after -- */
    AG_XML_CDATA_START,
    AG_XML_CDATA,
    AG_XML_TARGET, /**< of a processing instruction */
    AG_XML_TARGET_END, /**< after ? that follows the target */
    AG_XML_INSTRUCTION,
    AG_XML_INSTRUCTION_END, /**< after ? */
    AG_XML_REFERENCE,
};

/** Fills *err for a document that is not well-formed; `what` is added. Returns -1. */
int ag_xml_bad(struct sx_error *err, const char *what);

/** White space of XML 1.0, section 2.3. */
bool ag_xml_is_space(unsigned char c);

/** Adds a byte to the name that is being read: one NCName, or two with a colon between. */
int ag_xml_name_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err);

/** The name is complete; it gets its NUL. */
int ag_xml_end_name(struct ag_xml *xml, struct sx_error *err);

/** Adds a byte to the attribute's value, as far as the outline wants it. */
void ag_xml_value_byte(struct ag_xml *xml, char c);

/** The name of the innermost open element; one must be open. */
const char *ag_xml_innermost(const struct ag_xml *xml);

/** The name of a start tag is complete. */
int ag_xml_start_element(struct ag_xml *xml, struct sx_error *err);

/** The innermost element has ended. */
void ag_xml_close_element(struct ag_xml *xml);

/** A byte inside a start tag after the element's name, outside of attributes. */
int ag_xml_tag_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err);

/** A byte of an attribute. */
int ag_xml_attribute_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err);

/** A byte of an end tag. */
int ag_xml_end_tag_byte(struct ag_xml *xml, unsigned char c, struct sx_error *err);

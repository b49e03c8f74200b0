// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdio.h>

/** Writes text so that it can stand in an element or an attribute. Control characters and bytes
 * that are not UTF-8 become '?'. */
void ag_xml_escape(FILE *out, const char *text);

/** The same for one byte of such a text. */
void ag_xml_escape_char(FILE *out, char byte);

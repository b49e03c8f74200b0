// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** True when `text` is well-formed UTF-8 (RFC 3629) without control characters other than tab, line
 * feed and carriage return. */
bool ag_text_is_clean(const char *text);

/** Copies `length` bytes from outside into `to` as a string of printable ASCII, '?' for all else;
 * cut to `size` bytes with NUL. */
void ag_text_printable(char *to, size_t size, const void *from, size_t length);

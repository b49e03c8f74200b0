// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/** `size` bytes as hexadecimal digits with NUL. */
void sx_hex_encode(const uint8_t *bytes, size_t size, char *ret_text);

/** The reverse, strictly. Returns 0 or -1 (no error is filled). */
int sx_hex_decode(const char *text, uint8_t *ret_bytes, size_t size);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

/*
 * Memory that is never NULL. When none is left the process ends at once: whatever was
 * acknowledged is durable, and a supervisor starts the daemon again. What comes from outside is
 * bounded before it is stored, so this is the end of the machine's memory, not a peer's doing.
 */

/** `size` zeroed bytes, released with free(). */
void *sx_alloc(size_t size);

/** `count` zeroed items of `size` bytes, released with free(); an overflow ends the process. */
void *sx_calloc(size_t count, size_t size);

/** As realloc(): `memory` may be NULL and is given up; new bytes are not zeroed. */
void *sx_realloc(void *memory, size_t size);

/** A copy of `text`, released with free(); NULL gives NULL. */
char *sx_strdup(const char *text);

/** At most `length` bytes of `text` as a string, released with free(). */
char *sx_strndup(const char *text, size_t length);

/** A printf-like text of any length, released with free(). */
char *sx_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Room for one more item at the end of an array: doubles `*capacity` when `count` has reached it
 * and returns the (perhaps moved) array. Use: `a = sx_grow(a, n, &cap, sizeof *a); a[n++] = …`.
 */
void *sx_grow(void *array, size_t count, size_t *capacity, size_t size);

// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Items of an array that sx_grow() makes room for at first. */
#define GROW_FIRST 8

static void *checked(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void *sx_alloc(size_t size)
{
    return checked(calloc(1, size > 0 ? size : 1));
}

void *sx_calloc(size_t count, size_t size)
{
    /* calloc() itself refuses a product that overflows. */
    return checked(count > 0 && size > 0 ? calloc(count, size) : calloc(1, 1));
}

void *sx_realloc(void *memory, size_t size)
{
    return checked(realloc(memory, size > 0 ? size : 1));
}

char *sx_strdup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

char *sx_strndup(const char *text, size_t length)
{
    return checked(strndup(text, length));
}

char *sx_format(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    return text;
}

void *sx_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    size_t wanted;

    if (count < *capacity)
        return array;
    wanted = *capacity > 0 ? *capacity : GROW_FIRST;
    while (wanted <= count) {
        if (wanted > SIZE_MAX / 2)
            abort();
        wanted *= 2;
    }
    array = checked(reallocarray(array, wanted, size));
    *capacity = wanted;
    return array;
}

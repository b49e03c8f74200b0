// SPDX-License-Identifier: Apache-2.0
#include "sextant/error.h"

#include "sextant/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies what fits; a UTF-8 character is never cut in the middle. */
static void copy_cut(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size);

    if (length == size) {
        length = size - 1;
        while (length > 0 && ((uint8_t)from[length] & 0xC0) == 0x80)
            length--;
    }
    memmove(to, from, length);
    to[length] = '\0';
}

int sx_error_set(struct sx_error *err, enum sx_error_code code, const char *format, ...)
{
    char text[SX_ERROR_MESSAGE_MAX + 4]; /* room to see where the last character began */
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    err->code = code;
    err->app_tag[0] = '\0';
    err->path[0] = '\0';
    err->element[0] = '\0';
    err->detail[0] = '\0';
    copy_cut(err->message, sizeof err->message, text);
    return -1;
}

int sx_error_at(struct sx_error *err, const char *path)
{
    copy_cut(err->path, sizeof err->path, path);
    return -1;
}

int sx_error_tag(struct sx_error *err, const char *tag)
{
    copy_cut(err->app_tag, sizeof err->app_tag, tag);
    return -1;
}

int sx_error_element(struct sx_error *err, const char *element, const char *detail)
{
    copy_cut(err->element, sizeof err->element, element);
    copy_cut(err->detail, sizeof err->detail, detail);
    return -1;
}

int sx_error_list_add(struct sx_error_list *list, const struct sx_error *error)
{
    if (list->count < SX_ERRORS_MAX) {
        list->items = sx_grow(list->items, list->count, &list->capacity, sizeof *list->items);
        list->items[list->count++] = *error;
        return -1;
    }
    /* The one that gives way counts too. */
    list->dropped += list->dropped == 0 ? 2 : 1;
    return sx_error_set(&list->items[SX_ERRORS_MAX - 1], SX_E_OPERATION_FAILED,
        "%zu more elements failed: a reply tells of %d errors at most", list->dropped,
        SX_ERRORS_MAX);
}

void sx_error_list_clear(struct sx_error_list *list)
{
    free(list->items);
    *list = (struct sx_error_list){0};
}

const char *sx_error_code_name(enum sx_error_code code)
{
    switch (code) {
    case SX_OK:
        return "ok";
    case SX_E_INVALID_VALUE:
        return "invalid value";
    case SX_E_MISSING_ATTRIBUTE:
        return "missing attribute";
    case SX_E_BAD_ATTRIBUTE:
        return "bad attribute";
    case SX_E_UNKNOWN_ATTRIBUTE:
        return "unknown attribute";
    case SX_E_MISSING_ELEMENT:
        return "missing element";
    case SX_E_BAD_ELEMENT:
        return "bad element";
    case SX_E_UNKNOWN_ELEMENT:
        return "unknown element";
    case SX_E_UNKNOWN_NAMESPACE:
        return "unknown namespace";
    case SX_E_ACCESS_DENIED:
        return "access denied";
    case SX_E_LOCK_DENIED:
        return "lock denied";
    case SX_E_IN_USE:
        return "in use";
    case SX_E_RESOURCE_DENIED:
        return "resource denied";
    case SX_E_DATA_EXISTS:
        return "data exists";
    case SX_E_DATA_MISSING:
        return "data missing";
    case SX_E_OPERATION_NOT_SUPPORTED:
        return "operation not supported";
    case SX_E_OPERATION_FAILED:
        return "operation failed";
    case SX_E_MALFORMED_MESSAGE:
        return "malformed message";
    case SX_E_TOO_BIG:
        return "too big";
    case SX_E_STORE:
        return "store failed";
    case SX_E_INTERNAL:
        return "internal error";
    }
    return "unknown error";
}

// SPDX-License-Identifier: Apache-2.0
#include "libyang_error.h"

#include <libyang/libyang.h>
#include <string.h>

void sx_libyang_error_path(const struct ly_ctx *context, char *ret_path)
{
    const char *text = ly_errpath(context);
    const char *first, *last;
    size_t length;

    ret_path[0] = '\0';
    if (!text)
        return;
    /* As in: Data location "/a:b/c[k="v"]", line number 1. */
    first = strchr(text, '"');
    if (!first)
        return;
    last = strstr(first, "\", line number ");
    if (!last)
        last = strrchr(first, '"');
    length = (size_t)(last - first);
    length = length > 0 ? length - 1 : 0;
    if (length >= SX_ERROR_PATH_MAX)
        length = SX_ERROR_PATH_MAX - 1;
    memcpy(ret_path, first + 1, length);
    ret_path[length] = '\0';
}

int sx_libyang_error(
    const struct ly_ctx *context, enum sx_error_code code, const char *what, struct sx_error *err)
{
    const char *text = ly_errmsg(context);
    char path[SX_ERROR_PATH_MAX];
    size_t length;

    if (!text)
        text = "no reason given";
    length = strlen(text);
    if (length > 0 && text[length - 1] == '.')
        length--;
    sx_libyang_error_path(context, path);
    if (what)
        sx_error_set(err, code, "%s: %.*s", what, (int)length, text);
    else
        sx_error_set(err, code, "%.*s", (int)length, text);
    sx_error_at(err, path);
    return -1;
}

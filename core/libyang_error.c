// SPDX-License-Identifier: Apache-2.0
#include "libyang_error.h"

#include "path.h"
#include "sextant/memory.h"
#include "sextant/schema.h"

#include <libyang/libyang.h>
#include <stdlib.h>
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

bool sx_libyang_error_is_generated(const char *message)
{
    static const char *const beginnings[] = {"Unsatisfied ", "Invalid ", "Value \""};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(message, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

/* True when the text may quote a secret: whatever libyang says of such a leaf but what the model
 * has it say, and what it quotes of the bytes around one. */
static bool quotes_secret(
    const struct ly_ctx *context, const char *path, const char *text, bool has_tag)
{
    const struct lysc_node *schema = *path ? sx_path_schema(context, path) : NULL;
    const struct sx_node_class *class = schema ? sx_schema_class(schema) : NULL;

    if (!class || !(class->flags & SX_NODE_SECRETS))
        return false;
    if (class->flags & SX_NODE_SECRET)
        return sx_libyang_error_is_generated(text) || !has_tag;
    return strstr(text, "character sequence");
}

int sx_libyang_error(
    const struct ly_ctx *context, enum sx_error_code code, const char *what, struct sx_error *err)
{
    /* Copied, as a search of the schema may leave another error. */
    char *text = sx_strdup(ly_errmsg(context));
    bool has_tag = ly_errapptag(context);
    const char *shown = text ? text : "no reason given";
    char path[SX_ERROR_PATH_MAX];
    size_t length;

    sx_libyang_error_path(context, path);
    if (text && quotes_secret(context, path, text, has_tag))
        shown = "the value of a secret is not one that its type takes";
    length = strlen(shown);
    if (length > 0 && shown[length - 1] == '.')
        length--;
    if (what)
        sx_error_set(err, code, "%s: %.*s", what, (int)length, shown);
    else
        sx_error_set(err, code, "%.*s", (int)length, shown);
    sx_error_at(err, path);
    free(text);
    return -1;
}

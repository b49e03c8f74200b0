// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include "libyang_error.h"
#include "path.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* The schema node that a data path leads to, or NULL. */
static const struct lysc_node *schema_of(const struct ly_ctx *context, const char *path)
{
    struct sx_text plain = {0};
    const struct lysc_node *schema;
    const char *at = path;

    /* Without predicates, whose values may hold anything. */
    while (*at) {
        char quote = '\0';

        if (*at != '[') {
            sx_text_add(&plain, at++, 1);
            continue;
        }
        for (; *at && (quote || *at != ']'); at++) {
            if (quote)
                quote = *at == quote ? '\0' : quote;
            else if (*at == '\'' || *at == '"')
                quote = *at;
        }
        at += *at == ']';
    }
    schema = plain.data ? lys_find_path(context, NULL, plain.data, 0) : NULL;
    free(plain.data);
    return schema;
}

static void say_count(
    const struct lysc_node *schema, const char *tag, const char *path, struct sx_error *err)
{
    bool too_many = strcmp(tag, "too-many-elements") == 0;
    uint32_t limit = 0;

    if (schema && schema->nodetype == LYS_LIST)
        limit = too_many ? ((const struct lysc_node_list *)schema)->max
                         : ((const struct lysc_node_list *)schema)->min;
    else if (schema && schema->nodetype == LYS_LEAFLIST)
        limit = too_many ? ((const struct lysc_node_leaflist *)schema)->max
                         : ((const struct lysc_node_leaflist *)schema)->min;
    sx_error_set(err, SX_E_OPERATION_FAILED, "%.250s: too %s entries: %s %u can be there", path,
        too_many ? "many" : "few", too_many ? "at most" : "no fewer than", limit);
}

static enum sx_error_code code_of(const char *tag, const char *message)
{
    if (strcmp(tag, "instance-required") == 0 || strcmp(tag, "missing-choice") == 0 ||
        strncmp(message, "Mandatory node", 14) == 0)
        return SX_E_DATA_MISSING;
    return SX_E_OPERATION_FAILED;
}

int sx_validate_error(const struct sx_tree *tree, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(tree->schema);
    const char *message = ly_errmsg(context), *app_tag = ly_errapptag(context);
    char tag[SX_ERROR_TAG_MAX], path[SX_ERROR_PATH_MAX];
    struct sx_error cause;

    sx_error_tag(&cause, app_tag ? app_tag : "");
    strcpy(tag, cause.app_tag);
    sx_libyang_error_path(context, path);
    sx_libyang_error(context, code_of(tag, message ? message : ""), NULL, &cause);

    if (strcmp(tag, "too-many-elements") == 0 || strcmp(tag, "too-few-elements") == 0)
        say_count(schema_of(context, path), tag, path, err);
    else if (strncmp(cause.message, "Mandatory node", 14) == 0)
        sx_error_set(err, cause.code, "%.250s: it is missing, but must be given", path);
    else if (strncmp(cause.message, "Must condition", 14) == 0)
        sx_error_set(err, cause.code, "%.150s: this condition must hold: %.300s", path,
            cause.message + strlen("Must condition "));
    else
        sx_error_set(
            err, cause.code, "%.150s%s%.340s", path, path[0] ? ": " : "", cause.message);
    sx_error_at(err, path);
    return sx_error_tag(err, tag);
}

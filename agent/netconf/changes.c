// SPDX-License-Identifier: Apache-2.0
#include "netconf/changes.h"

#include "sextant/journal.h"
#include "sextant/secret.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value that the schema does not take is left out: changes hold what peers sent. */
static void put(struct lyd_node *parent, const char *name, const char *value)
{
    (void)lyd_new_term(parent, NULL, name, value, 1, NULL);
}

/* What the present modules do not take, or the mask does not fit, is left out. */
static void put_value(const struct sx_schema *schema, struct lyd_node *entry, const char *name,
    const struct sx_change *change, const char *json)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, change->path, 0);
    struct lyd_node *value = NULL;
    struct sx_error ignored;
    char *masked = NULL;
    int result;

    if (!json || !node || sx_secret_mask(node, json, &masked, &ignored) < 0)
        return;
    result = sx_change_node(schema, change, masked, &value, &ignored);
    free(masked);
    if (result < 0)
        return;
    if (lyd_new_any(entry, NULL, name, value, 1, LYD_ANYDATA_DATATREE, 1, NULL) != LY_SUCCESS)
        abort();
}

static size_t length(const char *text)
{
    return text ? strlen(text) : 0;
}

size_t ag_changes_put(const struct sx_schema *schema, struct lyd_node *output, size_t position,
    const struct sx_change *change)
{
    static const char *const operations[] = {
        [SX_OPERATION_CREATE] = "create",
        [SX_OPERATION_REPLACE] = "replace",
        [SX_OPERATION_DELETE] = "delete",
        [SX_OPERATION_MOVE] = "move",
    };
    struct lyd_node *entry = NULL;
    char number[24];

    snprintf(number, sizeof number, "%zu", position);
    if (lyd_new_list(output, NULL, "change", 1, &entry, number) != LY_SUCCESS)
        abort();
    put(entry, "operation", operations[change->operation]);
    put(entry, "path", change->path);
    put_value(schema, entry, "old-value", change, change->old_value);
    put_value(schema, entry, "new-value", change, change->value);
    if (change->old_after)
        put(entry, "old-after", change->old_after);
    if (change->after)
        put(entry, "after", change->after);
    return length(change->path) + length(change->value) + length(change->old_value);
}

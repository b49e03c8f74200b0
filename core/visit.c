// SPDX-License-Identifier: Apache-2.0
#include "visit.h"

/* What is looked for. */
struct search {
    const struct lysc_node *schema;
    int (*visit)(void *with, struct lyd_node *node);
    void *with;
};

/* The step below `at` (NULL: the top) on the way to the schema node. */
static const struct lysc_node *next_step(const struct lysc_node *schema, const struct lysc_node *at)
{
    while (lysc_data_parent(schema) != at)
        schema = lysc_data_parent(schema);
    return schema;
}

static int visit_below(
    const struct search *search, struct lyd_node *siblings, const struct lysc_node *step)
{
    struct lyd_node *node = NULL, *next;

    if (lyd_find_sibling_val(siblings, step, NULL, 0, &node) != LY_SUCCESS)
        return 0;
    for (; node && node->schema == step; node = next) {
        int result;

        next = node->next;
        if (step == search->schema)
            result = search->visit(search->with, node);
        else
            result = visit_below(search, lyd_child(node), next_step(search->schema, step));
        if (result != 0)
            return result;
    }
    return 0;
}

int sx_visit(struct lyd_node *const *root, struct lyd_node *apex, const struct lysc_node *schema,
    int (*visit)(void *with, struct lyd_node *node), void *with)
{
    const struct search search = {.schema = schema, .visit = visit, .with = with};

    if (!schema || (apex && apex->schema == schema))
        return visit(with, schema ? apex : NULL);
    return visit_below(
        &search, apex ? lyd_child(apex) : *root, next_step(schema, apex ? apex->schema : NULL));
}

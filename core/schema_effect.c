// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

struct sx_effects *sx_schema_effects(const struct sx_schema *schema, const struct lysc_node *node)
{
    return &schema->effects[sx_schema_class(node) - schema->classes];
}

bool sx_schema_is_limited(const struct lysc_node *node)
{
    const struct lysc_node_list *list = (const struct lysc_node_list *)node;
    const struct lysc_node_leaflist *leaflist = (const struct lysc_node_leaflist *)node;

    if (node->nodetype == LYS_LIST)
        return list->min > 0 || (list->max > 0 && list->max < UINT32_MAX);
    if (node->nodetype == LYS_LEAFLIST)
        return leaflist->min > 0 || (leaflist->max > 0 && leaflist->max < UINT32_MAX);
    return false;
}

static void list_add(struct sx_constraint_list *list, size_t constraint)
{
    if (list->count > 0 && list->items[list->count - 1] == constraint)
        return;
    list->items = sx_grow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = (uint32_t)constraint;
}

static bool is_data_above(const struct lysc_node *above, const struct lysc_node *node)
{
    for (; node; node = lysc_data_parent(node))
        if (node == above)
            return true;
    return !above;
}

/* The apex of a constraint: not below what its visits start from, and above all that is read. */
static const struct lysc_node *find_apex(const struct sx_constraint *constraint,
    const struct sx_reach *reach, const struct lysc_node *context, const struct ly_set *atoms)
{
    const struct lysc_node *apex = lysc_data_node(context);

    if (constraint->kind == SX_CONSTRAINT_ANYWHERE)
        return NULL;
    for (int i = 0; i < reach->climb && apex; i++)
        apex = lysc_data_parent(apex);
    /* These are visited from the node above. */
    if (apex == constraint->reader &&
        (constraint->kind == SX_CONSTRAINT_WHEN || constraint->kind == SX_CONSTRAINT_PRESENCE))
        apex = lysc_data_parent(apex);
    if (!is_data_above(apex, constraint->reader))
        return NULL;
    for (uint32_t i = 0; i < atoms->count && apex; i++)
        if (sx_schema_class(atoms->snodes[i]) && !is_data_above(apex, atoms->snodes[i]))
            return NULL;
    return apex;
}

/* The only leaf that a leafref's path without predicates ends at. */
static const struct lysc_node *find_target(
    const struct lysc_node *reader, const struct ly_set *atoms)
{
    for (uint32_t i = atoms->count; i > 0; i--)
        if ((atoms->snodes[i - 1]->nodetype & (LYS_LEAF | LYS_LEAFLIST)) &&
            atoms->snodes[i - 1] != reader)
            return atoms->snodes[i - 1];
    return NULL;
}

static size_t find_same_target(const struct sx_schema *schema, const struct sx_constraint *like)
{
    size_t i = 0;

    while (i < schema->constraint_count && (schema->constraints[i].kind != SX_CONSTRAINT_LEAFREF ||
                                               schema->constraints[i].target != like->target ||
                                               schema->constraints[i].apex != like->apex))
        i++;
    return i;
}

/* True when the text of an inner node, which is that of all below it, may matter. */
static bool reads_value(const struct sx_reach *reach, const struct lysc_node *node)
{
    return !(node->nodetype & LYD_NODE_TERM) && sx_reach_has(&reach->values, node->name);
}

static void affect(
    const struct sx_schema *schema, const struct lysc_node *read, bool whole, size_t constraint)
{
    if (sx_schema_class(read))
        list_add(&sx_schema_effects(schema, read)->on, constraint);
    if (whole)
        for (const struct lysc_node *child = lysc_node_child(read); child; child = child->next)
            affect(schema, child, true, constraint);
}

/* Everything below the apex. */
static void affect_all(
    const struct sx_schema *schema, const struct lysc_node *apex, size_t constraint)
{
    const struct lys_module *module;
    uint32_t index = 0;

    if (apex) {
        affect(schema, apex, true, constraint);
        return;
    }
    while ((module = ly_ctx_get_module_iter(schema->context, &index)))
        if (module->implemented && module->compiled)
            for (const struct lysc_node *top = module->compiled->data; top; top = top->next)
                affect(schema, top, true, constraint);
}

static size_t append(struct sx_schema *schema, const struct sx_constraint *constraint)
{
    schema->constraints = sx_grow(schema->constraints, schema->constraint_count,
        &schema->constraint_capacity, sizeof *schema->constraints);
    schema->constraints[schema->constraint_count] = *constraint;
    return schema->constraint_count++;
}

void sx_schema_add_constraint(struct sx_schema *schema, struct sx_constraint constraint,
    const struct sx_reach *reach, const struct lysc_node *context, const struct ly_set *atoms)
{
    size_t number;

    constraint.apex = find_apex(&constraint, reach, context, atoms);
    if (constraint.kind == SX_CONSTRAINT_LEAFREF) {
        constraint.target = find_target(constraint.reader, atoms);
        if (!constraint.target)
            constraint.kind = SX_CONSTRAINT_TYPE;
        constraint.same_target = find_same_target(schema, &constraint);
    }
    number = append(schema, &constraint);
    if (constraint.kind == SX_CONSTRAINT_ANYWHERE)
        list_add(&schema->anywhere, number);
    if (constraint.kind != SX_CONSTRAINT_WHEN && constraint.kind != SX_CONSTRAINT_PRESENCE)
        list_add(&sx_schema_effects(schema, constraint.reader)->own, number);
    if (reach->sideways) {
        affect_all(schema, constraint.apex, number);
        return;
    }
    /* libyang does not always name the node that the expression starts from. */
    if (reads_value(reach, context))
        affect(schema, context, true, number);
    for (uint32_t i = 0; i < atoms->count; i++) {
        const struct lysc_node *read = atoms->snodes[i];

        /* What a reference reads on the way to its target comes and goes with the target, and what
         * an expression only climbs over is there whenever its reader is. */
        if (constraint.kind == SX_CONSTRAINT_LEAFREF || constraint.by_value) {
            if ((read->nodetype & LYD_NODE_TERM) && read != constraint.reader)
                affect(schema, read, false, number);
        } else if (!is_data_above(read, context) || sx_reach_has(&reach->steps, read->name) ||
                   reads_value(reach, read)) {
            affect(schema, read, reads_value(reach, read), number);
        }
    }
}

void sx_schema_add_uniques(struct sx_schema *schema, const struct lysc_node_list *list)
{
    LY_ARRAY_COUNT_TYPE i, j;

    LY_ARRAY_FOR(list->uniques, i)
    {
        const struct sx_constraint constraint = {.kind = SX_CONSTRAINT_UNIQUE,
            .reader = &list->node,
            .apex = &list->node,
            .leafs = list->uniques[i]};
        size_t number = append(schema, &constraint);

        list_add(&sx_schema_effects(schema, &list->node)->own, number);
        LY_ARRAY_FOR(list->uniques[i], j)
        list_add(&sx_schema_effects(schema, &list->uniques[i][j]->node)->on, number);
    }
}

static bool is_counted(const struct sx_schema *schema, const struct lysc_node *node)
{
    const struct sx_effects *effects = sx_schema_effects(schema, node);

    for (size_t i = 0; i < effects->own.count; i++) {
        const struct sx_constraint *constraint = &schema->constraints[effects->own.items[i]];

        if (constraint->kind != SX_CONSTRAINT_MUST &&
            (constraint->kind != SX_CONSTRAINT_TYPE || constraint->by_value))
            return true;
    }
    for (size_t i = 0; i < effects->on.count; i++)
        if (schema->constraints[effects->on.items[i]].kind == SX_CONSTRAINT_LEAFREF)
            return true;
    return sx_schema_is_limited(node);
}

static int note_counted(void *with, const struct lysc_node *node, struct sx_error *err)
{
    struct sx_schema *schema = with;

    (void)err;
    if (sx_schema_class(node) && is_counted(schema, node))
        for (; node; node = lysc_data_parent(node))
            sx_schema_effects(schema, node)->counted = true;
    return 0;
}

static int note_chains(void *with, const struct lysc_node *node, struct sx_error *err)
{
    struct sx_schema *schema = with;
    const struct lysc_node *above = node;
    const struct sx_effects *effects;

    (void)err;
    while (above && !lysc_has_when(above))
        above = lysc_data_parent(above);
    if (!above || !sx_schema_class(node))
        return 0;
    effects = sx_schema_effects(schema, node);
    for (size_t i = 0; i < effects->on.count; i++)
        if (schema->constraints[effects->on.items[i]].kind == SX_CONSTRAINT_WHEN)
            list_add(&schema->chained, effects->on.items[i]);
    return 0;
}

void sx_schema_finish_effects(struct sx_schema *schema)
{
    struct sx_error unused;

    /* Neither fails. */
    (void)sx_schema_walk(schema->context, note_counted, schema, &unused);
    (void)sx_schema_walk(schema->context, note_chains, schema, &unused);
}

void sx_schema_free_effects(struct sx_schema *schema)
{
    for (size_t i = 0; schema->effects && i < schema->class_count; i++) {
        free(schema->effects[i].own.items);
        free(schema->effects[i].on.items);
    }
    free(schema->effects);
    free(schema->constraints);
    free(schema->anywhere.items);
    free(schema->chained.items);
}

// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

static void about(struct oracle_constraint *constraint, const struct lysc_node *schema)
{
    if (ly_set_add(constraint->reads, (void *)schema, 0, NULL) != LY_SUCCESS)
        abort(); /* only for want of memory */
}

/* Adds a constraint, which is about the node itself; the pointer lives until the next one. */
static struct oracle_constraint *add(struct oracle_tally *tally, enum oracle_kind kind,
    const void *what, const struct lysc_node *schema)
{
    struct oracle_constraint *constraint;

    tally->items = sx_grow(tally->items, tally->count, &tally->capacity, sizeof *tally->items);
    constraint = &tally->items[tally->count++];
    *constraint = (struct oracle_constraint){.kind = kind, .what = what, .schema = schema};
    if (ly_set_new(&constraint->reads) != LY_SUCCESS)
        abort();
    about(constraint, schema);
    return constraint;
}

static void about_all(struct oracle_constraint *constraint, const struct lysc_node *context,
    const struct lyxp_expr *expression, const struct lysc_prefix *prefixes)
{
    struct ly_set *atoms = NULL;

    if (lys_find_expr_atoms(context, constraint->schema->module, expression, prefixes, 0, &atoms) !=
        LY_SUCCESS)
        return;
    for (uint32_t i = 0; i < atoms->count; i++)
        about(constraint, atoms->snodes[i]);
    ly_set_free(atoms, NULL);
}

static void find_musts(struct oracle_tally *tally, const struct lysc_node *node)
{
    struct lysc_must *musts = lysc_node_musts(node);
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(musts, i)
    about_all(add(tally, ORACLE_MUST, &musts[i], node), node, musts[i].cond, musts[i].prefixes);
}

static void find_whens(struct oracle_tally *tally, const struct lysc_node *node)
{
    struct oracle_constraint *constraint;
    const struct lysc_node *of = node;
    LY_ARRAY_COUNT_TYPE i;

    if (!lysc_has_when(node))
        return;
    constraint = add(tally, ORACLE_WHEN, node, node);
    do {
        struct lysc_when **whens = lysc_node_when(of);

        LY_ARRAY_FOR(whens, i)
        about_all(constraint, whens[i]->context, whens[i]->cond, whens[i]->prefixes);
        of = of->parent;
    } while (of && (of->nodetype & (LYS_CASE | LYS_CHOICE)));
}

static void find_references(struct oracle_tally *tally, const struct lysc_node *node,
    const struct lysc_type *type, struct oracle_constraint *of_union)
{
    const struct lysc_type_leafref *reference = (const struct lysc_type_leafref *)type;
    struct oracle_constraint *constraint = of_union;
    LY_ARRAY_COUNT_TYPE i;

    if (type->basetype == LY_TYPE_UNION) {
        bool refers = false;

        LY_ARRAY_FOR(((const struct lysc_type_union *)type)->types, i)
        refers |= ((const struct lysc_type_union *)type)->types[i]->basetype == LY_TYPE_LEAFREF;
        if (!refers)
            return;
        constraint = add(tally, ORACLE_REFERENCE, node, node);
        LY_ARRAY_FOR(((const struct lysc_type_union *)type)->types, i)
        find_references(tally, node, ((const struct lysc_type_union *)type)->types[i], constraint);
    } else if (type->basetype == LY_TYPE_LEAFREF && reference->require_instance) {
        if (!constraint)
            constraint = add(tally, ORACLE_REFERENCE, node, node);
        about_all(constraint, node, reference->path, reference->prefixes);
    } else if (type->basetype == LY_TYPE_INST && !of_union &&
               ((const struct lysc_type_instanceid *)type)->require_instance) {
        add(tally, ORACLE_INSTANCE, node, node);
    }
}

static void find_list(struct oracle_tally *tally, const struct lysc_node *node)
{
    const struct lysc_node_list *list = (const struct lysc_node_list *)node;
    const struct lysc_node_leaflist *leafs = (const struct lysc_node_leaflist *)node;
    bool is_list = node->nodetype == LYS_LIST;
    LY_ARRAY_COUNT_TYPE i, j;

    if (is_list ? list->min : leafs->min)
        add(tally, ORACLE_MIN, node, node);
    if ((is_list ? list->max : leafs->max) < UINT32_MAX)
        add(tally, ORACLE_MAX, node, node);
    if (is_list)
        LY_ARRAY_FOR(list->uniques, i)
        {
            struct oracle_constraint *constraint =
                add(tally, ORACLE_UNIQUE, list->uniques[i], node);

            LY_ARRAY_FOR(list->uniques[i], j) about(constraint, &list->uniques[i][j]->node);
        }
}

static void about_cases(struct oracle_constraint *constraint)
{
    const struct lysc_node *node = NULL;

    while ((node = lys_getnext(node, constraint->schema, NULL, 0)))
        about(constraint, node);
}

static void find(
    struct oracle_tally *tally, const struct lysc_node *above, const struct lysc_module *module)
{
    const struct lysc_node *node = NULL;

    while ((node = lys_getnext(node, above, module, LYS_GETNEXT_WITHCHOICE))) {
        if (!(node->flags & LYS_CONFIG_W))
            continue;
        find_musts(tally, node);
        if (node->nodetype == LYS_CHOICE) {
            const struct lysc_node *one = &((const struct lysc_node_choice *)node)->cases->node;

            if (node->flags & LYS_MAND_TRUE)
                about_cases(add(tally, ORACLE_CHOICE, node, node));
            for (; one; one = one->next)
                find(tally, one, NULL);
            continue;
        }
        find_whens(tally, node);
        if (node->nodetype & (LYS_LIST | LYS_LEAFLIST))
            find_list(tally, node);
        else if ((node->nodetype & (LYS_LEAF | LYD_NODE_ANY)) && (node->flags & LYS_MAND_TRUE))
            add(tally, ORACLE_MANDATORY, node, node);
        if (node->nodetype & LYD_NODE_TERM)
            find_references(tally, node, ((const struct lysc_node_leaf *)node)->type, NULL);
        if (node->nodetype & LYD_NODE_INNER)
            find(tally, node, NULL);
    }
}

void oracle_tally_open(struct oracle_tally *tally, const struct sx_schema *schema)
{
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(sx_schema_context(schema), &index)))
        if (module->implemented && module->compiled)
            find(tally, NULL, module->compiled);
}

void oracle_tally_close(struct oracle_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++)
        ly_set_free(tally->items[i].reads, NULL);
    free(tally->items);
    *tally = (struct oracle_tally){0};
}

void oracle_tally_refused(struct oracle_tally *tally, const struct oracle_violations *violations,
    const struct sx_error *reason)
{
    for (size_t i = 0; i < tally->count; i++) {
        struct oracle_constraint *constraint = &tally->items[i];
        bool violated = false, reported = false;

        for (size_t j = 0; j < violations->count; j++) {
            const struct oracle_violation *violation = &violations->items[j];

            if (violation->kind != constraint->kind || violation->what != constraint->what)
                continue;
            violated = true;
            reported |= strcmp(violation->path, reason->path) == 0 &&
                        violation->code == reason->code &&
                        strcmp(violation->app_tag, reason->app_tag) == 0;
        }
        constraint->violated += violated;
        constraint->reported += reported;
    }
}

/* The schema nodes that an edit is about, without those that it only passes on its way. */
static void collect(struct ly_set *edited, const struct lyd_node *first)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        const struct lyd_node *child = lyd_child(node);

        while (child && child->schema && lysc_is_key(child->schema))
            child = child->next;
        if (node->schema && !child && ly_set_add(edited, node->schema, 0, NULL) != LY_SUCCESS)
            abort();
        collect(edited, lyd_child(node));
    }
}

void oracle_tally_accepted(struct oracle_tally *tally, const struct lyd_node *config)
{
    struct ly_set *edited = NULL;

    if (ly_set_new(&edited) != LY_SUCCESS)
        abort();
    collect(edited, config);
    for (size_t i = 0; i < tally->count; i++) {
        bool near = false;

        for (uint32_t j = 0; j < edited->count; j++)
            near |= ly_set_contains(tally->items[i].reads, edited->objs[j], NULL);
        tally->items[i].near += near;
    }
    ly_set_free(edited, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "path.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* A check under way. */
struct checking {
    struct lyd_node *root;
    struct oracle_violations *violations;
};

const char *oracle_kind_name(enum oracle_kind kind)
{
    static const char *const names[ORACLE_KINDS] = {"when", "must", "leafref",
        "instance-identifier", "unique", "min-elements", "max-elements", "mandatory",
        "mandatory choice"};

    return names[kind];
}

void oracle_violate(struct oracle_violations *violations, struct oracle_violation violation)
{
    violations->items = sx_grow(
        violations->items, violations->count, &violations->capacity, sizeof *violations->items);
    violations->items[violations->count++] = violation;
}

bool oracle_violated(const struct oracle_violations *violations)
{
    for (size_t i = 0; i < violations->count; i++)
        if (!violations->items[i].disputed)
            return true;
    return false;
}

void oracle_violations_clear(struct oracle_violations *violations)
{
    for (size_t i = 0; i < violations->count; i++)
        free(violations->items[i].path);
    free(violations->items);
    *violations = (struct oracle_violations){0};
}

/* Path of a child of `parent` that is not there. */
static char *path_of_child(const struct lyd_node *parent, const struct lysc_node *schema)
{
    char *above = sx_path_of_any(parent);
    struct sx_text text = {0};

    sx_text_add(&text, above, strlen(above));
    sx_path_add_name(&text, schema, !parent);
    free(above);
    return text.data;
}

static void violate(struct checking *checking, enum oracle_kind kind, const void *what,
    const char *app_tag, char *path)
{
    static const enum sx_error_code codes[ORACLE_KINDS] = {
        [ORACLE_MUST] = SX_E_OPERATION_FAILED,
        [ORACLE_UNIQUE] = SX_E_OPERATION_FAILED,
        [ORACLE_MIN] = SX_E_OPERATION_FAILED,
        [ORACLE_MAX] = SX_E_OPERATION_FAILED,
        [ORACLE_MANDATORY] = SX_E_DATA_MISSING,
        [ORACLE_CHOICE] = SX_E_DATA_MISSING,
    };

    oracle_violate(checking->violations,
        (struct oracle_violation){
            .kind = kind, .what = what, .code = codes[kind], .app_tag = app_tag, .path = path});
}

/* RFC 7950 section 7.5.3. */
static void check_musts(struct checking *checking, const struct lyd_node *node)
{
    struct lysc_must *musts = lysc_node_musts(node->schema);
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(musts, i)
    {
        ly_bool result = 0;

        /* libyang's deref() fails where it should find nothing. */
        if (lyd_eval_xpath3(node, node->schema->module, lyxp_get_expr(musts[i].cond),
                LY_VALUE_SCHEMA_RESOLVED, musts[i].prefixes, NULL, &result) != LY_SUCCESS ||
            !result)
            violate(checking, ORACLE_MUST, &musts[i],
                musts[i].eapptag ? musts[i].eapptag : "must-violation", sx_path_of(node));
    }
}

/* The leaf of a unique statement below an entry, or NULL. No list stands between them. */
static const struct lyd_node *leaf_below(
    const struct lyd_node *entry, const struct lysc_node_leaf *leaf)
{
    const struct lyd_node *node;

    LYD_TREE_DFS_BEGIN(entry, node)
    {
        if (node->schema == &leaf->node)
            return node;
        LYD_TREE_DFS_END(entry, node);
    }
    return NULL;
}

/* The value of one leaf of a unique statement, or NULL. */
static const char *unique_value(
    const struct lyd_node *entry, const struct lysc_node_leaf *leaf, bool disputed)
{
    const struct lyd_node *node = leaf_below(entry, leaf);

    if (node)
        return lyd_get_value(node);
    return disputed && leaf->dflt ? lyd_value_get_canonical(leaf->module->ctx, leaf->dflt) : NULL;
}

/* RFC 7950 section 7.8.3: only entries that have all of the leafs count. libyang 2.1.30 takes the
 * schema's default for a leaf that is not there, also when its condition is false or its case is
 * not selected: `disputed`. */
static bool is_double(const struct lyd_node *a, const struct lyd_node *b,
    struct lysc_node_leaf **leafs, bool disputed)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(leafs, i)
    {
        const char *x = unique_value(a, leafs[i], disputed);
        const char *y = unique_value(b, leafs[i], disputed);

        if (!x || !y || strcmp(x, y) != 0)
            return false;
    }
    return true;
}

static void check_unique(
    struct checking *checking, const struct lyd_node *first, struct lysc_node_leaf **leafs)
{
    for (const struct lyd_node *a = first; a; a = a->next)
        for (const struct lyd_node *b = first; b; b = b->next)
            if (a != b && a->schema == first->schema && b->schema == first->schema &&
                is_double(a, b, leafs, true)) {
                violate(checking, ORACLE_UNIQUE, leafs, "data-not-unique", sx_path_of(a));
                checking->violations->items[checking->violations->count - 1].disputed =
                    !is_double(a, b, leafs, false);
            }
}

static void check_uniques(struct checking *checking, const struct lyd_node *first)
{
    const struct lysc_node_list *list = (const struct lysc_node_list *)first->schema;
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(list->uniques, i) check_unique(checking, first, list->uniques[i]);
}

static void check_number(struct checking *checking, struct lyd_node *parent,
    const struct lyd_node *first, const struct lysc_node *schema)
{
    bool is_list = schema->nodetype == LYS_LIST;
    uint32_t min = is_list ? ((const struct lysc_node_list *)schema)->min
                           : ((const struct lysc_node_leaflist *)schema)->min;
    uint32_t max = is_list ? ((const struct lysc_node_list *)schema)->max
                           : ((const struct lysc_node_leaflist *)schema)->max;
    uint32_t count = 0;

    for (const struct lyd_node *entry = first; entry; entry = entry->next)
        count += entry->schema == schema;
    if (count < min && (count > 0 || oracle_may_be(checking->root, parent, schema)))
        violate(checking, ORACLE_MIN, schema, "too-few-elements", path_of_child(parent, schema));
    if (max == 0 || count <= max)
        return;
    violate(checking, ORACLE_MAX, schema, "too-many-elements", path_of_child(parent, schema));
    for (const struct lyd_node *entry = first; entry; entry = entry->next)
        if (entry->schema == schema)
            violate(checking, ORACLE_MAX, schema, "too-many-elements", sx_path_of(entry));
}

static void check_children(struct checking *checking, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module);

/* RFC 7950 section 7.9.4, and the nodes of the case that is selected. */
static void check_choice(
    struct checking *checking, struct lyd_node *parent, const struct lysc_node *schema)
{
    bool is_explicit;
    const struct lysc_node *one = oracle_selected(parent ? lyd_child(parent) : checking->root,
        (const struct lysc_node_choice *)schema, &is_explicit);

    if (one)
        check_children(checking, parent, one, NULL);
    else if ((schema->flags & LYS_MAND_TRUE) && oracle_may_be(checking->root, parent, schema))
        violate(checking, ORACLE_CHOICE, schema, "missing-choice", sx_path_of_any(parent));
}

static void check_child(
    struct checking *checking, struct lyd_node *parent, const struct lysc_node *schema)
{
    const struct lyd_node *first = parent ? lyd_child(parent) : checking->root;

    while (first && first->schema != schema)
        first = first->next;
    if (schema->nodetype == LYS_CHOICE)
        check_choice(checking, parent, schema);
    else if (schema->nodetype & (LYS_LIST | LYS_LEAFLIST))
        check_number(checking, parent, first, schema);
    else if (!first && (schema->nodetype & (LYS_LEAF | LYD_NODE_ANY)) &&
             (schema->flags & LYS_MAND_TRUE) && oracle_may_be(checking->root, parent, schema))
        violate(checking, ORACLE_MANDATORY, schema, "", path_of_child(parent, schema));
    if (first && schema->nodetype == LYS_LIST)
        check_uniques(checking, first);
}

/* What must be among the children of `parent` (NULL: at the top level). */
static void check_children(struct checking *checking, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module)
{
    const struct lysc_node *child = NULL;

    while ((child = lys_getnext(child, schema, module, LYS_GETNEXT_WITHCHOICE)))
        if (child->flags & LYS_CONFIG_W)
            check_child(checking, parent, child);
}

static void check_nodes(struct checking *checking, struct lyd_node *first)
{
    for (struct lyd_node *node = first; node; node = node->next) {
        check_musts(checking, node);
        if (node->schema->nodetype & LYD_NODE_TERM)
            oracle_check_value(checking->root, node, checking->violations);
        if (node->schema->nodetype & LYD_NODE_INNER) {
            check_children(checking, node, node->schema, NULL);
            check_nodes(checking, lyd_child(node));
        }
    }
}

void oracle_check(
    const struct sx_schema *schema, struct lyd_node *root, struct oracle_violations *violations)
{
    struct checking checking = {.root = root, .violations = violations};
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(sx_schema_context(schema), &index)))
        if (module->implemented && module->compiled)
            check_children(&checking, NULL, NULL, module->compiled);
    check_nodes(&checking, root);
}

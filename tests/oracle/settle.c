// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "path.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/** Rounds until conditions have settled: a chain of conditions takes as many as it is long. */
#define ROUNDS_MAX 64

/* A conditional node that is not there. */
struct hidden {
    char *path, *parent; /* data paths; owned */
    const struct lysc_node *schema;
    bool set; /* explicit, and not there before the edit */
};

struct hidden_list {
    struct hidden *items;
    size_t count, capacity;
};

/* One round. */
struct round {
    struct lyd_node *root;
    const struct hidden_list *hidden; /* by the round before */
    struct hidden_list next;
};

static void clear(struct hidden_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].parent);
    }
    free(list->items);
    *list = (struct hidden_list){0};
}

static bool is_hidden(const struct hidden_list *list, const struct lyd_node *node)
{
    char *path;
    bool found = false;

    if (!lysc_has_when(node->schema))
        return false;
    path = sx_path_of(node);
    for (size_t i = 0; i < list->count && !found; i++)
        found = strcmp(list->items[i].path, path) == 0;
    free(path);
    return found;
}

void oracle_mark(struct lyd_node *root)
{
    for (struct lyd_node *node = root; node; node = node->next) {
        if (lysc_has_when(node->schema))
            node->flags |= LYD_WHEN_TRUE;
        oracle_mark(lyd_child(node));
    }
}

static void drop(struct lyd_node **root, struct lyd_node *node)
{
    if (*root == node)
        *root = node->next;
    lyd_free_tree(node);
}

/* Leaves what was set: no defaults, no empty containers without presence, nothing hidden. */
static void strip(struct lyd_node **root, struct lyd_node *first, const struct hidden_list *hidden)
{
    struct lyd_node *next;

    for (struct lyd_node *node = first; node; node = next) {
        next = node->next;
        if (is_hidden(hidden, node)) {
            drop(root, node);
            continue;
        }
        strip(root, lyd_child(node), hidden);
        if (lysc_is_np_cont(node->schema) ? !lyd_child(node) : (node->flags & LYD_DEFAULT))
            drop(root, node);
    }
}

/* A container without presence is a default when all in it is. */
static bool mark_defaults(struct lyd_node *first)
{
    bool all = true;

    for (struct lyd_node *node = first; node; node = node->next) {
        bool below = mark_defaults(lyd_child(node));

        if (lysc_is_np_cont(node->schema))
            node->flags = below ? node->flags | LYD_DEFAULT : node->flags & ~(uint32_t)LYD_DEFAULT;
        all = all && (node->flags & LYD_DEFAULT);
    }
    return all;
}

static bool is_inside(const struct lysc_node *node, const struct lysc_node *of_case)
{
    for (; node; node = node->parent)
        if (node == of_case)
            return true;
    return false;
}

const struct lysc_node *oracle_selected(
    const struct lyd_node *siblings, const struct lysc_node_choice *choice, bool *ret_explicit)
{
    *ret_explicit = true;
    for (const struct lysc_node *one = &choice->cases->node; one; one = one->next)
        for (const struct lyd_node *node = siblings; node; node = node->next)
            if (!(node->flags & LYD_DEFAULT) && is_inside(node->schema, one))
                return one;
    *ret_explicit = false;
    return choice->dflt ? &choice->dflt->node : NULL;
}

static const struct lyd_node *find(const struct lyd_node *siblings, const struct lysc_node *schema)
{
    for (; siblings; siblings = siblings->next)
        if (siblings->schema == schema)
            return siblings;
    return NULL;
}

/* Links a default, unless its condition was seen not to hold. */
static void link_default(struct round *round, struct lyd_node *parent, struct lyd_node *node)
{
    if (!parent && lyd_insert_sibling(round->root, node, &round->root) != LY_SUCCESS)
        abort();
    node->flags |= LYD_DEFAULT;
    if (is_hidden(round->hidden, node))
        drop(&round->root, node);
}

static void add_value(struct round *round, struct lyd_node *parent, const struct lysc_node *schema,
    const struct lyd_value *value)
{
    struct lyd_node *node = NULL;

    if (lyd_new_term(parent, schema->module, schema->name,
            lyd_value_get_canonical(schema->module->ctx, value), 0, &node) != LY_SUCCESS)
        abort();
    link_default(round, parent, node);
}

static void add_defaults(struct round *round, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module);

static void add_default(
    struct round *round, struct lyd_node *parent, const struct lysc_node *schema)
{
    const struct lyd_node *siblings = parent ? lyd_child(parent) : round->root;
    struct lyd_node *node = NULL;
    LY_ARRAY_COUNT_TYPE i;

    if (schema->nodetype == LYS_CHOICE) {
        bool is_explicit;
        const struct lysc_node *one =
            oracle_selected(siblings, (const struct lysc_node_choice *)schema, &is_explicit);

        if (one)
            add_defaults(round, parent, one, NULL);
    } else if (find(siblings, schema)) {
        return;
    } else if (lysc_is_np_cont(schema)) {
        if (lyd_new_inner(parent, schema->module, schema->name, 0, &node) != LY_SUCCESS)
            abort();
        link_default(round, parent, node);
    } else if (schema->nodetype == LYS_LEAF && ((const struct lysc_node_leaf *)schema)->dflt) {
        add_value(round, parent, schema, ((const struct lysc_node_leaf *)schema)->dflt);
    } else if (schema->nodetype == LYS_LEAFLIST) {
        LY_ARRAY_FOR(((const struct lysc_node_leaflist *)schema)->dflts, i)
        add_value(round, parent, schema, ((const struct lysc_node_leaflist *)schema)->dflts[i]);
    }
}

static void add_defaults(struct round *round, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module)
{
    const struct lysc_node *child = NULL;

    while ((child = lys_getnext(child, schema, module, LYS_GETNEXT_WITHCHOICE)))
        if (child->flags & LYS_CONFIG_W)
            add_default(round, parent, child);
}

static void add_defaults_below(struct round *round, struct lyd_node *first)
{
    for (struct lyd_node *node = first; node; node = node->next)
        if (node->schema->nodetype & LYD_NODE_INNER) {
            add_defaults(round, node, node->schema, NULL);
            add_defaults_below(round, lyd_child(node));
        }
}

static void add_all_defaults(struct round *round, const struct ly_ctx *context)
{
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented && module->compiled)
            add_defaults(round, NULL, NULL, module->compiled);
    add_defaults_below(round, round->root);
}

/* All conditions of the node and of the cases and choices that it stands in. */
static bool holds(const struct lyd_node *node)
{
    const struct lysc_node *schema = node->schema;
    LY_ARRAY_COUNT_TYPE i;

    do {
        struct lysc_when **whens = lysc_node_when(schema);

        LY_ARRAY_FOR(whens, i)
        {
            const struct lyd_node *context =
                whens[i]->context == node->schema ? node : lyd_parent(node);
            ly_bool result = 0;

            if (lyd_eval_xpath3(context, node->schema->module, lyxp_get_expr(whens[i]->cond),
                    LY_VALUE_SCHEMA_RESOLVED, whens[i]->prefixes, NULL, &result) != LY_SUCCESS)
                abort(); /* the schema was compiled */
            if (!result)
                return false;
        }
        schema = schema->parent;
    } while (schema && (schema->nodetype & (LYS_CASE | LYS_CHOICE)));
    return true;
}

bool oracle_may_be(struct lyd_node *root, struct lyd_node *parent, const struct lysc_node *schema)
{
    /* RFC 7950 section 7.21.5: a dummy node stands for the one that is not there. It sees its
     * parent; at the top level, where there is none, it must see its siblings. */
    struct lyd_node_inner dummy = {.schema = schema, .parent = (struct lyd_node_inner *)parent};
    struct lyd_node *last = root ? root->prev : NULL;
    bool result;

    dummy.prev = &dummy.node;
    if (!parent && root) {
        last->next = &dummy.node;
        dummy.prev = last;
        root->prev = &dummy.node;
    }
    result = holds(&dummy.node);
    if (!parent && root) {
        last->next = NULL;
        root->prev = last;
    }
    return result;
}

static void hide(struct round *round, const struct hidden *hidden)
{
    struct hidden_list *next = &round->next;

    next->items = sx_grow(next->items, next->count, &next->capacity, sizeof *next->items);
    next->items[next->count] = *hidden;
    next->items[next->count].path = sx_strdup(hidden->path);
    next->items[next->count++].parent = sx_strdup(hidden->parent);
}

/* Finds the nodes that should not be there. */
static void look_at_present(struct round *round, const struct lyd_node *first)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        if (lysc_has_when(node->schema) && !holds(node)) {
            struct hidden hidden = {.path = sx_path_of(node),
                .parent = sx_path_of_any(lyd_parent(node)),
                .schema = node->schema,
                .set = !(node->flags & (LYD_DEFAULT | LYD_WHEN_TRUE))};

            hide(round, &hidden);
            free(hidden.path);
            free(hidden.parent);
        }
        look_at_present(round, lyd_child(node));
    }
}

/* Of those that were hidden, finds the ones that still should be. */
static void look_at_hidden(struct round *round)
{
    for (size_t i = 0; i < round->hidden->count; i++) {
        const struct hidden *hidden = &round->hidden->items[i];
        struct lyd_node *parent = NULL;

        if (*hidden->parent &&
            (!round->root || lyd_find_path(round->root, hidden->parent, 0, &parent) != LY_SUCCESS))
            continue; /* gone with what it was in */
        if (!oracle_may_be(round->root, parent, hidden->schema))
            hide(round, hidden);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct hidden *)a)->path, ((const struct hidden *)b)->path);
}

static bool is_same(const struct hidden_list *a, const struct hidden_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].path, b->items[i].path) != 0)
            return false;
    return true;
}

/* The tree with what is hidden left out and defaults put in; and what should be hidden then. */
static void run(struct round *round, const struct ly_ctx *context, const struct lyd_node *set)
{
    if (set && lyd_dup_siblings(set, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &round->root) !=
                   LY_SUCCESS)
        abort();
    strip(&round->root, round->root, round->hidden);
    mark_defaults(round->root);
    add_all_defaults(round, context);
    mark_defaults(round->root);
    look_at_present(round, round->root);
    look_at_hidden(round);
    if (round->next.count > 0)
        qsort(round->next.items, round->next.count, sizeof *round->next.items, compare);
}

static void violate(
    struct oracle_violations *violations, const struct lysc_node *schema, char *path, bool disputed)
{
    oracle_violate(violations, (struct oracle_violation){.kind = ORACLE_WHEN,
                                   .what = schema,
                                   .code = SX_E_UNKNOWN_ELEMENT,
                                   .app_tag = "",
                                   .path = path,
                                   .disputed = disputed});
}

/* What the edit set inside of a node that was there before and goes now: it goes too, or RFC 7950
 * section 8.3.2 is taken by the letter, and what has a condition of its own is refused. */
static void add_disputed(const struct lyd_node *first, const struct hidden_list *hidden, bool goes,
    struct oracle_violations *violations)
{
    for (const struct lyd_node *node = first; node; node = node->next) {
        if (goes && lysc_has_when(node->schema) && !(node->flags & LYD_WHEN_TRUE))
            violate(violations, node->schema, sx_path_of(node), true);
        add_disputed(lyd_child(node), hidden, goes || is_hidden(hidden, node), violations);
    }
}

void oracle_settle(
    const struct sx_schema *schema, struct lyd_node **root, struct oracle_violations *violations)
{
    struct hidden_list hidden = {0};
    struct lyd_node *set = *root;
    bool settled = false;

    strip(&set, set, &hidden);
    for (int rounds = 0; !settled; rounds++) {
        struct round round = {.hidden = &hidden};

        if (rounds == ROUNDS_MAX)
            abort(); /* conditions that depend on each other, which no schema may have */
        run(&round, sx_schema_context(schema), set);
        settled = is_same(&hidden, &round.next);
        clear(&hidden);
        hidden = round.next;
        if (settled)
            *root = round.root;
        else
            lyd_free_siblings(round.root);
    }
    for (size_t i = 0; i < hidden.count; i++)
        if (hidden.items[i].set)
            violate(violations, hidden.items[i].schema, sx_strdup(hidden.items[i].path), false);
    add_disputed(set, &hidden, false, violations);
    clear(&hidden);
    lyd_free_siblings(set);
}

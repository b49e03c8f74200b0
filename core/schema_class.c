// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "sextant/memory.h"
#include "survivors.h"

#include <stdlib.h>
#include <string.h>

/* What a node passes on to those below it. */
struct inherited {
    enum sx_scope scope;
    uint32_t flags;
    const struct lysc_node *fixed; /* list or presence container above: the scope stays */
    bool in_list;
    bool survives;
};

/* What was found at a node and below it. */
struct below {
    unsigned scopes; /* one bit each */
    bool secrets;
};

static bool is_data(const struct lysc_node *node)
{
    return node->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST | LYD_NODE_ANY);
}

static bool is_config(const struct lysc_node *node)
{
    return node->flags & LYS_CONFIG_W;
}

unsigned sx_schema_scopes(const struct lysc_node *node)
{
    const struct sx_node_class *class = sx_schema_class(node);
    unsigned scopes = 0;

    if (class && !(class->flags & SX_NODE_MIXED))
        return 1u << class->scope;
    for (const struct lysc_node *child = lysc_node_child(node); child; child = child->next)
        scopes |= sx_schema_scopes(child);
    return scopes;
}

static int count_node(void *with, const struct lysc_node *node, struct sx_error *err)
{
    struct sx_schema *schema = with;

    (void)err;
    schema->class_count += is_config(node) && is_data(node);
    return 0;
}

/* Fails with `reason` about a node; `other` is a second node that it names, or NULL. */
static int refuse(const struct lysc_node *node, const struct lysc_node *other, const char *reason,
    struct sx_error *err)
{
    char *path = sx_schema_path(node);
    char *second = other ? sx_schema_path(other) : NULL;

    sx_error_set(err, SX_E_INVALID_VALUE, "YANG module %s: %s %s%s%s", node->module->name, path,
        reason, second ? " " : "", second ? second : "");
    sx_error_at(err, path);
    free(path);
    free(second);
    return -1;
}

static int check_marks(const struct lysc_node *node, const struct sx_marks *marks,
    const struct inherited *from, struct sx_error *err)
{
    const uint32_t of_leafs = SX_NODE_SECRET | SX_NODE_UNIQUE_IN_CLUSTER;

    if (!marks->has_scope && marks->flags == 0 && !marks->survives)
        return 0;
    if (!is_data(node))
        return refuse(node, NULL,
            "is a choice or case: Sextant's statements stand in the data nodes below it", err);
    if (!is_config(node))
        return refuse(node, NULL, "is state: Sextant's statements are about configuration", err);
    if ((marks->flags & of_leafs) && !(node->nodetype & (LYS_LEAF | LYS_LEAFLIST)))
        return refuse(node, NULL,
            "is not a leaf or leaf-list: secret and unique-in-cluster stand in those alone", err);
    if ((marks->flags & SX_NODE_SECRET) && (node->nodetype == LYS_LEAFLIST || lysc_is_key(node)))
        return refuse(node, NULL,
            "is a leaf-list or a key: its values are part of paths, which are shown, and cannot be "
            "secret",
            err);
    if (marks->has_scope && from->fixed && marks->scope != from->scope)
        return refuse(node, from->fixed,
            "has another scope than the list entry or presence container above it,", err);
    return 0;
}

static int classify(struct sx_schema *schema, const struct lysc_node *node, struct inherited from,
    struct below *found, struct sx_error *err);

static int classify_children(struct sx_schema *schema, const struct lysc_node *node,
    const struct inherited *from, struct below *found, struct sx_error *err)
{
    for (const struct lysc_node *child = lysc_node_child(node); child; child = child->next)
        if (classify(schema, child, *from, found, err) < 0)
            return -1;
    return 0;
}

static int classify_choice(struct sx_schema *schema, const struct lysc_node *node,
    const struct inherited *from, struct below *found, struct sx_error *err)
{
    struct below below = {0};

    if (node->nodetype == LYS_CHOICE && node->parent && node->parent->nodetype == LYS_CASE)
        schema->nested_choices = true;
    if (classify_children(schema, node, from, &below, err) < 0)
        return -1;
    if (below.scopes & (below.scopes - 1))
        return refuse(node, NULL,
            "is a choice between nodes of different scopes: to set one would delete another", err);
    found->scopes |= below.scopes;
    found->secrets |= below.secrets;
    return 0;
}

/* The nearest statement above a node counts. */
static void inherit_survival(
    struct inherited *from, const struct sx_marks *marks, struct sx_node_class *class)
{
    if (!marks->survives)
        return;
    from->survives = strcmp(marks->survives, SX_SURVIVES_NEVER) != 0;
    if (from->survives && strcmp(marks->survives, SX_SURVIVES_ALWAYS) != 0)
        class->survivors = marks->survives;
}

static int classify(struct sx_schema *schema, const struct lysc_node *node, struct inherited from,
    struct below *found, struct sx_error *err)
{
    struct sx_marks marks = {0};
    struct sx_node_class *class;
    struct below below = {.secrets = false};

    if (sx_schema_marks(schema, node, &marks, err) < 0 || check_marks(node, &marks, &from, err) < 0)
        return -1;
    if (!is_config(node))
        return 0;
    if (node->nodetype & (LYS_CHOICE | LYS_CASE))
        return classify_choice(schema, node, &from, found, err);
    if (!is_data(node))
        return 0;

    class = &schema->classes[schema->classes_used++];
    ((struct lysc_node *)node)->priv = class;
    if (marks.has_scope)
        from.scope = marks.scope;
    from.flags |= marks.flags & SX_NODE_APPLIES_ON_RESTART;
    inherit_survival(&from, &marks, class);
    class->survives = from.survives;
    class->scope = from.scope;
    class->flags = from.flags | marks.flags;
    if (sx_schema_is_crypt_hash(node))
        class->flags |= SX_NODE_CRYPT_HASH;
    if (node->nodetype == LYS_LIST && !from.in_list)
        class->flags |= SX_NODE_FRAGMENT;
    if (node->nodetype == LYS_LIST)
        from.in_list = true;
    if (!from.fixed && !lysc_is_np_cont(node))
        from.fixed = node;
    if (classify_children(schema, node, &from, &below, err) < 0)
        return -1;
    if (below.secrets || marks.flags & SX_NODE_SECRET)
        class->flags |= SX_NODE_SECRETS;
    found->secrets |= class->flags & SX_NODE_SECRETS;
    if (lysc_is_np_cont(node) && below.scopes) {
        /* Such a container is no item: it is of the scope of what is in it. */
        if (below.scopes & (below.scopes - 1))
            class->flags |= SX_NODE_MIXED;
        else
            class->scope = (enum sx_scope)__builtin_ctz(below.scopes);
        found->scopes |= below.scopes;
    } else {
        found->scopes |= 1u << class->scope;
    }
    return 0;
}

int sx_schema_classify(struct sx_schema *schema, struct sx_error *err)
{
    const struct lys_module *module;
    uint32_t index = 0;

    (void)sx_schema_walk(schema->context, count_node, schema, err); /* it never fails */
    schema->classes = sx_calloc(schema->class_count, sizeof *schema->classes);
    while ((module = ly_ctx_get_module_iter(schema->context, &index))) {
        const struct inherited top = {.scope = SX_SCOPE_REPLICATED};
        struct below found = {0};

        if (!module->implemented || !module->compiled)
            continue;
        for (const struct lysc_node *node = module->compiled->data; node; node = node->next)
            if (classify(schema, node, top, &found, err) < 0)
                return -1;
    }
    return 0;
}

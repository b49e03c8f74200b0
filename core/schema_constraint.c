// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "libyang_error.h"
#include "sextant/memory.h"

#include <stdlib.h>

/* An expression and the node whose constraint it is. */
struct constraint {
    struct sx_schema *schema;
    const struct lysc_node *reader;
    enum sx_dependency_kind kind;
    const struct lyxp_expr *expression;
    const struct lysc_prefix *prefixes;
    const struct lysc_node *context; /* where the expression starts */
};

static const char *kind_name(enum sx_dependency_kind kind)
{
    switch (kind) {
    case SX_DEPENDENCY_WHEN:
        return "when";
    case SX_DEPENDENCY_MUST:
        return "must";
    case SX_DEPENDENCY_LEAFREF:
        return "leafref";
    }
    return "constraint";
}

static bool is_above(const struct lysc_node *above, const struct lysc_node *node)
{
    for (; node; node = node->parent)
        if (node == above)
            return true;
    return false;
}

/* True when reading the node can tell one configuration from another. Containers without presence
 * are only passed on the way, and what is above the reader is there whenever the reader is. */
static bool is_read(const struct lysc_node *node, const struct lysc_node *reader)
{
    return sx_schema_class(node) && !lysc_is_np_cont(node) &&
           (node == reader || !is_above(node, reader));
}

static int refuse(const struct constraint *constraint, const struct lysc_node *read,
    const struct lysc_node *other, struct sx_error *err)
{
    char *reader_path = sx_schema_path(constraint->reader);
    char *read_path = sx_schema_path(read);
    char *other_path = sx_schema_path(other);

    sx_error_set(err, SX_E_INVALID_VALUE,
        "YANG module %s: a %s of %s reads %s (%s), which is of another scope than %s (%s): no "
        "constraint may cross scopes",
        constraint->reader->module->name, kind_name(constraint->kind), reader_path, read_path,
        sx_scope_name(sx_schema_class(read)->scope), other_path,
        sx_scope_name(sx_schema_class(other)->scope));
    sx_error_at(err, reader_path);
    free(reader_path);
    free(read_path);
    free(other_path);
    return -1;
}

/* A node of the reader's scopes that is of another scope than `read`, or NULL. */
static const struct lysc_node *stranger(
    const struct lysc_node *reader, const struct lysc_node *read)
{
    const struct sx_node_class *class = sx_schema_class(reader);

    if (class && !(class->flags & SX_NODE_MIXED))
        return class->scope != sx_schema_class(read)->scope ? reader : NULL;
    for (const struct lysc_node *child = lysc_node_child(reader); child; child = child->next) {
        const struct lysc_node *found = stranger(child, read);

        if (found)
            return found;
    }
    return NULL;
}

static int check_scopes(
    const struct constraint *constraint, const struct ly_set *atoms, struct sx_error *err)
{
    const struct lysc_node *first = NULL;
    /* The must of a mixed container belongs to whatever scope it reads, but to one alone. */
    bool free_scope = constraint->kind == SX_DEPENDENCY_MUST &&
                      (sx_schema_class(constraint->reader)->flags & SX_NODE_MIXED);

    for (uint32_t i = 0; i < atoms->count; i++) {
        const struct lysc_node *read = atoms->snodes[i];
        const struct lysc_node *other;

        if (!is_read(read, constraint->reader))
            continue;
        if (!first)
            first = read;
        if (free_scope)
            other = sx_schema_class(read)->scope != sx_schema_class(first)->scope ? first : NULL;
        else
            other = stranger(constraint->reader, read);
        if (other)
            return refuse(constraint, read, other, err);
    }
    return 0;
}

static int examine(const struct constraint *constraint, struct sx_error *err)
{
    struct sx_schema *schema = constraint->schema;
    const struct lys_module *module = constraint->reader->module;
    struct ly_set *atoms = NULL;
    int result;

    if (lys_find_expr_atoms(constraint->context, module, constraint->expression,
            constraint->prefixes, 0, &atoms) != LY_SUCCESS) {
        char *path = sx_schema_path(constraint->reader);
        char *what = sx_format("YANG module %s: a %s of %s cannot be resolved", module->name,
            kind_name(constraint->kind), path);

        result = sx_libyang_error(schema->context, SX_E_INVALID_VALUE, what, err);
        free(path);
        free(what);
        return result;
    }
    result = check_scopes(constraint, atoms, err);
    for (uint32_t i = 0; i < atoms->count && result == 0; i++) {
        if (!sx_schema_class(atoms->snodes[i]))
            continue;
        schema->dependencies = sx_grow(schema->dependencies, schema->dependency_count,
            &schema->dependency_capacity, sizeof *schema->dependencies);
        schema->dependencies[schema->dependency_count++] = (struct sx_dependency){
            .read = atoms->snodes[i], .reader = constraint->reader, .kind = constraint->kind};
    }
    ly_set_free(atoms, NULL);
    return result;
}

/* The conditions of the node itself and of the cases and choices that it stands in. */
static int examine_whens(
    struct sx_schema *schema, const struct lysc_node *reader, struct sx_error *err)
{
    const struct lysc_node *node = reader;
    LY_ARRAY_COUNT_TYPE i;

    if (!lysc_has_when(reader))
        return 0;
    schema->conditional = sx_grow(schema->conditional, schema->conditional_count,
        &schema->conditional_capacity, sizeof *schema->conditional);
    schema->conditional[schema->conditional_count++] = reader;
    do {
        LY_ARRAY_FOR(lysc_node_when(node), i)
        {
            const struct lysc_when *when = lysc_node_when(node)[i];
            const struct constraint constraint = {.schema = schema,
                .reader = reader,
                .kind = SX_DEPENDENCY_WHEN,
                .expression = when->cond,
                .prefixes = when->prefixes,
                .context = when->context};

            if (!when->context) {
                char *path = sx_schema_path(reader);

                sx_error_set(err, SX_E_INVALID_VALUE,
                    "YANG module %s: the when of %s stands in a uses at the top of the module, "
                    "which is not supported: put it into a container",
                    reader->module->name, path);
                free(path);
                return -1;
            }
            if (examine(&constraint, err) < 0)
                return -1;
        }
        node = node->parent;
    } while (node && (node->nodetype & (LYS_CASE | LYS_CHOICE)));
    return 0;
}

static int examine_type(struct sx_schema *schema, const struct lysc_node *reader,
    const struct lysc_type *type, struct sx_error *err)
{
    LY_ARRAY_COUNT_TYPE i;

    if (type->basetype == LY_TYPE_UNION) {
        const struct lysc_type_union *members = (const struct lysc_type_union *)type;

        LY_ARRAY_FOR(members->types, i)
        if (examine_type(schema, reader, members->types[i], err) < 0)
            return -1;
    } else if (type->basetype == LY_TYPE_LEAFREF) {
        const struct lysc_type_leafref *reference = (const struct lysc_type_leafref *)type;
        const struct constraint constraint = {.schema = schema,
            .reader = reader,
            .kind = SX_DEPENDENCY_LEAFREF,
            .expression = reference->path,
            .prefixes = reference->prefixes,
            .context = reader};

        return examine(&constraint, err);
    }
    return 0;
}

static int examine_node(void *with, const struct lysc_node *node, struct sx_error *err)
{
    struct sx_schema *schema = with;
    LY_ARRAY_COUNT_TYPE i;

    if (!sx_schema_class(node))
        return 0;
    if (examine_whens(schema, node, err) < 0)
        return -1;
    LY_ARRAY_FOR(lysc_node_musts(node), i)
    {
        const struct lysc_must *must = &lysc_node_musts(node)[i];
        const struct constraint constraint = {.schema = schema,
            .reader = node,
            .kind = SX_DEPENDENCY_MUST,
            .expression = must->cond,
            .prefixes = must->prefixes,
            .context = node};

        if (examine(&constraint, err) < 0)
            return -1;
    }
    if (node->nodetype & (LYS_LEAF | LYS_LEAFLIST))
        return examine_type(schema, node, ((const struct lysc_node_leaf *)node)->type, err);
    return 0;
}

int sx_schema_constraints(struct sx_schema *schema, struct sx_error *err)
{
    return sx_schema_walk(schema->context, examine_node, schema, err);
}

// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "libyang_error.h"
#include "sextant/memory.h"

#include <libyang/plugins_types.h>
#include <stdlib.h>
#include <string.h>

/* An expression and the node whose constraint it is. */
struct constraint {
    struct sx_schema *schema;
    const struct lysc_node *reader;
    enum sx_constraint_kind kind;
    const struct lyxp_expr *expression;
    const struct lysc_prefix *prefixes;
    const struct lysc_node *context; /* where the expression starts */
    const struct lysc_must *must;
};

/* What the members of a type refer to. */
struct references {
    struct ly_set *atoms; /* what their paths read, or NULL for no reference */
    struct sx_reach reach;
    bool plain; /* no path but goes up and down to all instances of its target */
    bool anywhere; /* a member can name any node */
};

static const char *kind_name(enum sx_constraint_kind kind)
{
    switch (kind) {
    case SX_CONSTRAINT_WHEN:
        return "when";
    case SX_CONSTRAINT_MUST:
        return "must";
    default:
        return "leafref";
    }
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
    bool free_scope = constraint->kind == SX_CONSTRAINT_MUST &&
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

/* What the expression reads; the set is the caller's. */
static int find_atoms(
    const struct constraint *constraint, struct ly_set **ret_atoms, struct sx_error *err)
{
    const struct lys_module *module = constraint->reader->module;
    char *path, *what;

    if (lys_find_expr_atoms(constraint->context, module, constraint->expression,
            constraint->prefixes, 0, ret_atoms) == LY_SUCCESS) {
        if (check_scopes(constraint, *ret_atoms, err) == 0)
            return 0;
        ly_set_free(*ret_atoms, NULL);
        return -1;
    }
    path = sx_schema_path(constraint->reader);
    what = sx_format("YANG module %s: a %s of %s cannot be resolved", module->name,
        kind_name(constraint->kind), path);
    sx_libyang_error(constraint->schema->context, SX_E_INVALID_VALUE, what, err);
    free(path);
    free(what);
    return -1;
}

static int refuse_division(const struct constraint *constraint, struct sx_error *err)
{
    char *path = sx_schema_path(constraint->reader);

    sx_error_set(err, SX_E_INVALID_VALUE,
        "YANG module %s: a %s of %s divides with mod by what may be zero, which would end the "
        "process: a whole number must stand behind mod",
        constraint->reader->module->name, kind_name(constraint->kind), path);
    sx_error_at(err, path);
    free(path);
    return -1;
}

static bool is_required(const struct lysc_node *node)
{
    if (node->nodetype == LYS_LIST)
        return ((const struct lysc_node_list *)node)->min > 0;
    if (node->nodetype == LYS_LEAFLIST)
        return ((const struct lysc_node_leaflist *)node)->min > 0;
    return node->flags & LYS_MAND_TRUE;
}

static int examine(const struct constraint *constraint, struct sx_error *err)
{
    struct sx_constraint found = {
        .kind = constraint->kind, .reader = constraint->reader, .must = constraint->must};
    struct sx_reach reach;
    struct ly_set *atoms = NULL;

    sx_xpath_reach(lyxp_get_expr(constraint->expression), constraint->context->name, &reach);
    if (reach.divides)
        return refuse_division(constraint, err);
    if (find_atoms(constraint, &atoms, err) < 0)
        return -1;
    if (sx_schema_class(constraint->reader))
        sx_schema_add_constraint(constraint->schema, found, &reach, constraint->context, atoms);
    if (constraint->kind == SX_CONSTRAINT_WHEN && is_required(constraint->reader)) {
        found.kind = SX_CONSTRAINT_PRESENCE;
        sx_schema_add_constraint(constraint->schema, found, &reach, constraint->context, atoms);
    }
    ly_set_free(atoms, NULL);
    return 0;
}

/* The conditions of the node itself and of the cases and choices that it stands in. */
static int examine_whens(
    struct sx_schema *schema, const struct lysc_node *reader, struct sx_error *err)
{
    const struct lysc_node *node = reader;
    LY_ARRAY_COUNT_TYPE i;

    if (!lysc_has_when(reader))
        return 0;
    if (sx_schema_class(reader)) {
        schema->conditional = sx_grow(schema->conditional, schema->conditional_count,
            &schema->conditional_capacity, sizeof *schema->conditional);
        schema->conditional[schema->conditional_count++] = reader;
    }
    do {
        LY_ARRAY_FOR(lysc_node_when(node), i)
        {
            const struct lysc_when *when = lysc_node_when(node)[i];
            const struct constraint constraint = {.schema = schema,
                .reader = reader,
                .kind = SX_CONSTRAINT_WHEN,
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

/* True for `../../a/b` and `/a/b`, which nothing narrows. */
static bool is_plain(const char *path)
{
    while (strncmp(path, "../", 3) == 0)
        path += 3;
    return !strpbrk(path, "[(*") && !strstr(path, "//") && !strstr(path, "::") &&
           !strstr(path, "/.");
}

static int gather_reference(struct sx_schema *schema, const struct lysc_node *reader,
    const struct lysc_type_leafref *reference, struct references *references, struct sx_error *err)
{
    const char *path = lyxp_get_expr(reference->path);
    const struct constraint constraint = {.schema = schema,
        .reader = reader,
        .kind = SX_CONSTRAINT_LEAFREF,
        .expression = reference->path,
        .prefixes = reference->prefixes,
        .context = reader};
    struct sx_reach reach;
    struct ly_set *atoms = NULL;

    if (find_atoms(&constraint, &atoms, err) < 0)
        return -1;
    if (reference->require_instance) {
        sx_xpath_reach(path, reader->name, &reach);
        if (reach.climb > references->reach.climb)
            references->reach.climb = reach.climb;
        references->reach.steps.any |= !is_plain(path);
        references->plain &= is_plain(path);
        if (references->atoms) {
            if (ly_set_merge(references->atoms, atoms, 0, NULL) != LY_SUCCESS)
                abort(); /* only for want of memory */
        } else {
            references->atoms = atoms;
            atoms = NULL;
        }
    }
    ly_set_free(atoms, NULL);
    return 0;
}

static int gather_references(struct sx_schema *schema, const struct lysc_node *reader,
    const struct lysc_type *type, struct references *references, struct sx_error *err)
{
    const struct lysc_type_union *members = (const struct lysc_type_union *)type;
    LY_ARRAY_COUNT_TYPE i;

    if (type->basetype == LY_TYPE_LEAFREF)
        return gather_reference(
            schema, reader, (const struct lysc_type_leafref *)type, references, err);
    if (type->basetype == LY_TYPE_INST &&
        ((const struct lysc_type_instanceid *)type)->require_instance)
        references->anywhere = true;
    if (type->basetype != LY_TYPE_UNION)
        return 0;
    LY_ARRAY_FOR(members->types, i)
    if (gather_references(schema, reader, members->types[i], references, err) < 0)
        return -1;
    return 0;
}

static int examine_type(
    struct sx_schema *schema, const struct lysc_node *reader, struct sx_error *err)
{
    const struct lysc_type *type = ((const struct lysc_node_leaf *)reader)->type;
    const struct ly_set nothing = {0};
    struct references references = {.plain = true};
    struct sx_constraint found = {.kind = SX_CONSTRAINT_TYPE, .reader = reader};

    if (gather_references(schema, reader, type, &references, err) < 0) {
        ly_set_free(references.atoms, NULL);
        return -1;
    }
    if (references.anywhere)
        found.kind = SX_CONSTRAINT_ANYWHERE;
    else if (type->basetype == LY_TYPE_LEAFREF && references.plain)
        found.kind = SX_CONSTRAINT_LEAFREF;
    found.by_value = found.kind == SX_CONSTRAINT_TYPE && references.atoms && references.plain;
    if (references.atoms || references.anywhere ||
        (type->plugin->validate && type->basetype != LY_TYPE_LEAFREF))
        sx_schema_add_constraint(schema, found, &references.reach, reader,
            references.atoms && !references.anywhere ? references.atoms : &nothing);
    ly_set_free(references.atoms, NULL);
    return 0;
}

/* Notes of the node above that something below it must be there, or has a limit. */
static void note_structure(const struct sx_schema *schema, const struct lysc_node *node)
{
    const struct lysc_node *parent = lysc_data_parent(node);

    if ((node->flags & LYS_CONFIG_W) && parent && sx_schema_class(parent) &&
        ((node->flags & LYS_MAND_TRUE) || sx_schema_is_limited(node)))
        sx_schema_effects(schema, parent)->structured = true;
}

static int examine_node(void *with, const struct lysc_node *node, struct sx_error *err)
{
    struct sx_schema *schema = with;
    LY_ARRAY_COUNT_TYPE i;

    note_structure(schema, node);
    if (!sx_schema_class(node))
        return node->nodetype == LYS_CHOICE && (node->flags & LYS_CONFIG_W) && is_required(node)
                   ? examine_whens(schema, node, err)
                   : 0;
    if (examine_whens(schema, node, err) < 0)
        return -1;
    if (node->nodetype == LYS_LIST)
        sx_schema_add_uniques(schema, (const struct lysc_node_list *)node);
    LY_ARRAY_FOR(lysc_node_musts(node), i)
    {
        const struct lysc_must *must = &lysc_node_musts(node)[i];
        const struct constraint constraint = {.schema = schema,
            .reader = node,
            .kind = SX_CONSTRAINT_MUST,
            .expression = must->cond,
            .prefixes = must->prefixes,
            .context = node,
            .must = must};

        if (examine(&constraint, err) < 0)
            return -1;
    }
    return node->nodetype & LYD_NODE_TERM ? examine_type(schema, node, err) : 0;
}

int sx_schema_constraints(struct sx_schema *schema, struct sx_error *err)
{
    schema->effects = sx_calloc(schema->class_count, sizeof *schema->effects);
    if (sx_schema_walk(schema->context, examine_node, schema, err) < 0)
        return -1;
    sx_schema_finish_effects(schema);
    return 0;
}

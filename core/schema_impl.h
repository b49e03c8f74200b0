// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"
#include "xpath_reach.h"

#include <libyang/libyang.h>
#include <stddef.h>

/* The inside of a schema, shared by the files that load it. */

/** Module that defines the extensions. */
#define SX_EXTENSIONS_MODULE "sextant-extensions"

/** What the extensions say of one node, before anything is inherited. */
struct sx_marks {
    bool has_scope;
    enum sx_scope scope;
    uint32_t flags; /**< of sx_node_flag */
    const char *survives; /**< argument of survives-factory-reset, or NULL; borrowed */
};

/** An `annotate` whose path was found. */
struct sx_annotation {
    const struct lysc_node *node;
    struct sx_marks marks;
};

/** What has to hold of the data, beside the types of values. */
enum sx_constraint_kind {
    SX_CONSTRAINT_WHEN = 0, /**< whether `reader` may be there */
    SX_CONSTRAINT_PRESENCE, /**< `reader` has a `when`, and must be there while that holds:
                               mandatory or min-elements */
    SX_CONSTRAINT_MUST,
    SX_CONSTRAINT_LEAFREF, /**< to any instance of `target` below the apex: the index knows them */
    SX_CONSTRAINT_TYPE, /**< another type whose values depend on what else is there */
    SX_CONSTRAINT_ANYWHERE, /**< a type whose values may name any node: instance-identifier */
    SX_CONSTRAINT_UNIQUE, /**< one `unique` statement of the list `reader` */
};

/** A constraint of instances of `reader`. For a `when` of a choice, case or augment, each data node
 * that it governs is a reader. */
struct sx_constraint {
    enum sx_constraint_kind kind;
    const struct lysc_node *reader;
    /** Reader and what it reads stand below one instance of this node, which is a data node above
     * both; NULL: no more is known than that they stand in one datastore. */
    const struct lysc_node *apex;
    const struct lysc_must *must; /**< MUST */
    struct lysc_node_leaf **leafs; /**< UNIQUE; a sized array of libyang's */
    const struct lysc_node *target; /**< LEAFREF */
    size_t same_target; /**< LEAFREF: the first constraint with this target and apex */
    bool by_value; /**< TYPE: only a change of a value that the reader holds too can matter */
};

/** Positions in the schema's constraints. */
struct sx_constraint_list {
    uint32_t *items;
    size_t count, capacity;
};

/** What a configuration node has to do with constraints. */
struct sx_effects {
    struct sx_constraint_list own; /**< those of which it is the reader, but WHEN and PRESENCE */
    struct sx_constraint_list on; /**< those that a change of an instance of it can break */
    bool counted; /**< the index counts it, or something below it */
    bool structured; /**< a child of it is mandatory, or a list with a limit */
};

struct sx_schema {
    struct ly_ctx *context;
    struct sx_annotation *annotations;
    size_t annotation_count, annotation_capacity;
    struct sx_node_class *classes; /**< priv of each configuration node points into it */
    size_t class_count, classes_used;
    struct sx_constraint *constraints;
    size_t constraint_count, constraint_capacity;
    struct sx_effects *effects; /**< of each class, in the order of classes */
    struct sx_constraint_list anywhere; /**< constraints of that kind */
    struct sx_constraint_list chained; /**< WHEN constraints that read what has a `when` itself */
    const struct lysc_node **conditional; /**< configuration data nodes with a `when` */
    size_t conditional_count, conditional_capacity;
    bool nested_choices; /**< a choice stands in a case of another */
    uint8_t hash[SX_DIGEST_SIZE];
};

/** schema_context.c: a libyang context with the modules and those that annotations name. */
int sx_schema_open(
    const struct sx_schema_options *options, struct ly_ctx **ret_context, struct sx_error *err);

/** schema_context.c: name of the module that `prefix` (`length` bytes) stands for in `module`, or
 * NULL. */
const char *sx_schema_prefix(const struct lysp_module *module, const char *prefix, size_t length);

/** schema_context.c: true when `name` (such as "sx:scope") is one of our extensions; *ret_keyword
 * is then the part behind the prefix. */
bool sx_schema_is_ours(
    const struct lysp_module *module, const char *name, const char **ret_keyword);

/** schema_marks.c: finds the annotations of all modules. */
int sx_schema_annotations(struct sx_schema *schema, struct sx_error *err);

/** schema_marks.c: what is said of `node`; annotations win over its own statements. */
int sx_schema_marks(const struct sx_schema *schema, const struct lysc_node *node,
    struct sx_marks *ret_marks, struct sx_error *err);

/** schema_class.c: gives each configuration node its class. */
int sx_schema_classify(struct sx_schema *schema, struct sx_error *err);

/** schema_class.c: the scopes found at and below a node, one bit each (1 << scope). */
unsigned sx_schema_scopes(const struct lysc_node *node);

/** schema_type.c: true for a leaf or leaf-list of iana-crypt-hash's type. */
bool sx_schema_is_crypt_hash(const struct lysc_node *node);

/** schema_constraint.c: finds who reads whom, and refuses what crosses scopes. */
int sx_schema_constraints(struct sx_schema *schema, struct sx_error *err);

/** schema_effect.c: notes a constraint whose expression (`reach`, evaluated at `context`) reads
 * `atoms`: which changes can break it, and where. Sets its apex. */
void sx_schema_add_constraint(struct sx_schema *schema, struct sx_constraint constraint,
    const struct sx_reach *reach, const struct lysc_node *context, const struct ly_set *atoms);

/** schema_effect.c: the same for the `unique` statements of a list. */
void sx_schema_add_uniques(struct sx_schema *schema, const struct lysc_node_list *list);

/** schema_effect.c: effects of a configuration data node. */
struct sx_effects *sx_schema_effects(const struct sx_schema *schema, const struct lysc_node *node);

/** schema_effect.c: true for a list or leaf-list with min-elements or max-elements. */
bool sx_schema_is_limited(const struct lysc_node *node);

/** schema_effect.c: what follows from all constraints, once they are noted: what is counted, and
 * which conditions depend on others. */
void sx_schema_finish_effects(struct sx_schema *schema);

/** schema_effect.c: releases constraints and effects. */
void sx_schema_free_effects(struct sx_schema *schema);

/** schema_hash.c: fills in the hash. */
void sx_schema_compute_hash(struct sx_schema *schema);

/** schema.c: path of a schema node without choices and cases, for free(). */
char *sx_schema_path(const struct lysc_node *node);

/** schema.c: calls `visit` for each node of all implemented modules and what is below them, parents
 * first; RPCs and notifications are left out. Stops at the first -1 and returns it. */
int sx_schema_walk(const struct ly_ctx *context,
    int (*visit)(void *with, const struct lysc_node *node, struct sx_error *err), void *with,
    struct sx_error *err);

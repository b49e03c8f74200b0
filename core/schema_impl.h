// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"

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
};

/** An `annotate` whose path was found. */
struct sx_annotation {
    const struct lysc_node *node;
    struct sx_marks marks;
};

/** What makes a node depend on another. */
enum sx_dependency_kind {
    SX_DEPENDENCY_WHEN = 0,
    SX_DEPENDENCY_MUST,
    SX_DEPENDENCY_LEAFREF,
};

/** A constraint of `reader` that reads `read`. For a `when` of a choice, case or augment, each data
 * node that it governs is a reader. */
struct sx_dependency {
    const struct lysc_node *read;
    const struct lysc_node *reader;
    enum sx_dependency_kind kind;
};

struct sx_schema {
    struct ly_ctx *context;
    struct sx_annotation *annotations;
    size_t annotation_count, annotation_capacity;
    struct sx_node_class *classes; /**< priv of each configuration node points into it */
    size_t class_count, classes_used;
    struct sx_dependency *dependencies;
    size_t dependency_count, dependency_capacity;
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

/** schema_hash.c: fills in the hash. */
void sx_schema_compute_hash(struct sx_schema *schema);

/** schema.c: path of a schema node without choices and cases, for free(). */
char *sx_schema_path(const struct lysc_node *node);

/** schema.c: calls `visit` for each node of all implemented modules and what is below them, parents
 * first; RPCs and notifications are left out. Stops at the first -1 and returns it. */
int sx_schema_walk(const struct ly_ctx *context,
    int (*visit)(void *with, const struct lysc_node *node, struct sx_error *err), void *with,
    struct sx_error *err);

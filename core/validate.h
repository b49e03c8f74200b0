// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

struct lysc_must;
struct lysc_node;
struct lysc_node_leaf;

/** validate_message.c: libyang's newest error in the words of RFC 7950 section 15. Returns -1. */
int sx_validate_error(const struct sx_tree *tree, struct sx_error *err);

/* validate_message.c: the same words for what we find ourselves. All return -1. */

/** A condition of `node` does not hold. */
int sx_violation_must(
    const struct lyd_node *node, const struct lysc_must *must, struct sx_error *err);

/** Nothing has the value of a leafref. */
int sx_violation_reference(const struct lyd_node *reader, struct sx_error *err);

/** The type of a leaf or leaf-list refuses its value for what else is there; libyang's newest error
 * tells why. */
int sx_violation_type(const struct lyd_node *node, struct sx_error *err);

/** Two entries have the same values of leafs of a unique statement (a sized array of libyang's);
 * `entry` is the one to name. */
int sx_violation_unique(struct lysc_node_leaf *const *leafs, const struct lyd_node *other,
    const struct lyd_node *entry, struct sx_error *err);

/** A mandatory node or choice is missing below `parent` (NULL: at the top level). */
int sx_violation_missing(
    const struct lyd_node *parent, const struct lysc_node *schema, struct sx_error *err);

/** A list or leaf-list has too few entries, or one too many: this. */
int sx_violation_count(const struct lyd_node *parent, const struct lysc_node *schema,
    const struct lyd_node *too_many, struct sx_error *err);

/** type_text.c: what a leaf or leaf-list can hold, such as `a whole number in 1..6`; for free(). */
char *sx_type_text(const struct lysc_node *schema);

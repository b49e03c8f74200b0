// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

struct lysc_node;
struct ly_set;

/** Validates every module whole and completes defaults. For a tree that was just loaded: libyang
 * may free nodes of it. */
int sx_validate_all(struct sx_tree *tree, struct sx_error *err);

/**
 * Checks the modules that changes to nodes of `changed` (schema nodes) can have broken: those of
 * the nodes, and those with a constraint that reads one of their module. Defaults must be complete
 * and conditions must hold, so that the content does not change.
 */
int sx_validate_modules(struct sx_tree *tree, const struct ly_set *changed, struct sx_error *err);

/** validate_message.c: libyang's newest error in the words of RFC 7950 section 15. Returns -1. */
int sx_validate_error(const struct sx_tree *tree, struct sx_error *err);

/** type_text.c: what a leaf or leaf-list can hold, such as `a whole number in 1..6`; for free(). */
char *sx_type_text(const struct lysc_node *schema);

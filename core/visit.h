// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libyang/libyang.h>

/**
 * Calls `visit` for each node of `schema` at and below `apex`, in the order of the tree; with
 * `apex` NULL, for each that there is below the siblings `root`. `schema` NULL means the top level:
 * one call with NULL. `visit` may take out what is below the node that it is given, and the node.
 * Stops at the first call that does not return 0 and returns what that did.
 */
int sx_visit(struct lyd_node *const *root, struct lyd_node *apex, const struct lysc_node *schema,
    int (*visit)(void *with, struct lyd_node *node), void *with);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

/**
 * Puts one row of the store into a tree that is being loaded: parses its body strictly and inserts
 * it without validation. Rows of one list that come one after the other share the look-up of their
 * parent through `*cursor` (start it at NULL; valid as long as the tree only grows).
 * Adds the row's items to tree->digest when it is of the replicated scope. A row that does not
 * parse leaves the tree as it was.
 */
int sx_load_fragment(struct sx_tree *tree, struct lyd_node **cursor,
    const struct sx_fragment *fragment, struct sx_error *err);

/** Completes the defaults of a freshly loaded tree and checks all constraints. After a failure the
 * tree is empty. */
int sx_load_finish(struct sx_tree *tree, struct sx_error *err);

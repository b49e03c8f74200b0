// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "digest_walk.h"
#include "secrets.h"
#include "transaction.h"

/** Puts rows into a tree. Start with sx_loader_begin(), end with sx_loader_end(), which may also be
 * given a zeroed one. */
struct sx_loader {
    struct sx_tree *tree; /**< borrowed */
    const struct sx_secrets *secrets; /**< to open sealed values with, borrowed; NULL: none are */
    struct sx_set_aside *aside; /**< takes values that cannot be opened, borrowed */
    bool *clear; /**< becomes true at a secret that was not sealed; borrowed, or NULL */

    /* What rows of one list share, as they come one after the other. */
    char *path; /**< of the list, or of the top-level node */
    const struct lysc_node *schema; /**< of it; NULL: there is none */
    const struct lysc_node *sealed; /**< what sx_secrets_of_row() says of it */
    struct lyd_node *entry; /**< that was loaded, or NULL */
    struct sx_digest_walk walk;
};

/** Loads into `tree`, which may only grow until the end. All pointers are borrowed until then. */
void sx_loader_begin(struct sx_loader *loader, struct sx_tree *tree,
    const struct sx_secrets *secrets, struct sx_set_aside *aside, bool *clear);

/** Releases what the loader holds, and empties it; the tree stays. */
void sx_loader_end(struct sx_loader *loader);

/**
 * Puts one row of the store into the tree: opens its secrets, parses its body strictly and inserts
 * it without validation. Adds the row's items to tree->digest when it is of the replicated scope. A
 * row that does not parse leaves the tree as it was.
 */
int sx_load_row(struct sx_loader *loader, const struct sx_fragment *fragment, struct sx_error *err);

/** Completes the defaults of a freshly loaded tree and checks all constraints. After a failure the
 * tree is empty. */
int sx_load_finish(struct sx_tree *tree, struct sx_error *err);

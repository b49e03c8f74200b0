// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "digest.h"
#include "path.h"

#include <openssl/evp.h>

/** Hashes items one after the other. Begin with sx_digest_begin(), end with sx_digest_end(). */
struct sx_digest_walk {
    uint8_t *digest; /**< of SX_DIGEST_SIZE bytes, borrowed */
    const uint8_t *key; /**< of SX_DIGEST_SIZE bytes, for secrets; borrowed */
    bool subtract; /**< take the items out instead of adding them */
    struct sx_text path; /**< data path of the parent of the next node; the caller's to set */
    struct sx_text input;
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
};

/** Starts with an empty path. */
void sx_digest_begin(struct sx_digest_walk *walk, uint8_t digest[SX_DIGEST_SIZE],
    const uint8_t key[SX_DIGEST_SIZE], bool subtract);

/** Releases what the walk holds. */
void sx_digest_end(struct sx_digest_walk *walk);

/**
 * The items of `node` and below it. `predecessor` is the data path of the entry before it in a
 * user-ordered list ("" when it is the first), else NULL. `node` may be detached or a copy: its
 * path is walk->path and its own step.
 */
void sx_digest_node(
    struct sx_digest_walk *walk, const struct lyd_node *node, const char *predecessor);

/** The items of a node that is linked to its siblings, in a user-ordered list with its place, and
 * below it. */
void sx_digest_linked(struct sx_digest_walk *walk, const struct lyd_node *node);

/** The items of siblings and below them. `first` is the first of them, whose order is that of the
 * user-ordered lists among them. */
void sx_digest_siblings(struct sx_digest_walk *walk, const struct lyd_node *first);

/** One list entry's own item, without what is below it. `path` is the entry's. */
void sx_digest_entry(struct sx_digest_walk *walk, const char *path, const char *predecessor);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema_impl.h"

#include <stdint.h>

/*
 * What a constraint needs to know of the whole tree, kept up to date by every change: how many
 * nodes have this value, refer to it, hold this tuple, stand in this list. Each is a count under a
 * hash of 96 bits, 16 bytes a value, and only for what the schema asks for.
 */
struct sx_index;

/** What is counted. Hashes of different things do not meet in practice. */
struct sx_key {
    uint64_t high;
    uint32_t low;
};

/** Counts a tree from nothing; `root` is its first top-level node, or NULL. */
struct sx_index *sx_index_build(const struct sx_schema *schema, const struct lyd_node *root);

/** Releases an index (NULL is fine). */
void sx_index_free(struct sx_index *index);

/** To be called when a node, with all below it, was linked into the tree. No-op for NULL. */
void sx_index_add(struct sx_index *index, const struct lyd_node *node);

/** To be called before a node is taken out of the tree. No-op for NULL. */
void sx_index_remove(struct sx_index *index, const struct lyd_node *node);

/** How often it is there. */
uint32_t sx_index_count(const struct sx_index *index, struct sx_key key);

/** Bytes that the index takes. */
size_t sx_index_size(const struct sx_index *index);

/** The instance of a constraint's apex that stands above `node` (or is it): NULL for the root. */
const struct lyd_node *sx_index_apex(const struct lysc_node *apex, const struct lyd_node *node);

/** Targets of a LEAFREF constraint with this value below an instance of its apex. */
struct sx_key sx_index_target(const struct sx_schema *schema,
    const struct sx_constraint *constraint, const struct lyd_node *apex, const char *value);

/** Readers of a LEAFREF or TYPE constraint with this value below an instance of its apex; all
 * readers of an ANYWHERE constraint, for which `apex` and `value` are NULL. */
struct sx_key sx_index_reader(
    const struct sx_constraint *constraint, const struct lyd_node *apex, const char *value);

/** Entries of a list or leaf-list with a limit below one parent (NULL: at the top level). */
struct sx_key sx_index_entries(const struct lysc_node *list, const struct lyd_node *parent);

/** Entries with the same tuple as `entry` below its parent. False when `entry` has no whole tuple
 * of this UNIQUE constraint, so that it is like no other. Nodes at and below `without` (NULL: none)
 * are taken not to be there. */
bool sx_index_tuple(const struct sx_constraint *constraint, const struct lyd_node *entry,
    const struct lyd_node *without, struct sx_key *ret_key);

/** The leaf of a unique statement below an entry, or NULL. */
const struct lyd_node *sx_index_leaf(
    const struct lyd_node *entry, const struct lysc_node *leaf, const struct lyd_node *without);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/reader.h"
#include "sextant/schema.h"
#include "sextant/secret.h"

struct lyd_node;

/**
 * Builds the tree of one top-level node (`path` such as "/module:name") from the store, defaults
 * added and secrets opened with `keys`; one that cannot be opened is left out. *ret_tree is the
 * caller's, for lyd_free_all(); NULL when nothing is configured there and there are no defaults.
 * The reader must not be in a snapshot. For small parts of the configuration: all of it is in
 * memory at once.
 */
int ag_tree_read(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, const char *path, struct lyd_node **ret_tree,
    struct sx_error *err);

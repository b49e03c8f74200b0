// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

struct lyd_node;
struct lyd_node_opaq;
struct lysc_node;

/** Key predicates of a list entry in the making, in the order of the list's keys. */
struct ag_keys {
    char *text; /**< NULL: none yet */
};

/** Adds `[name='value']`, quoted as libyang quotes it. */
void ag_keys_add(struct ag_keys *keys, const char *name, const char *value);

/** Gives the text to the caller, for free(); NULL when there is none. */
char *ag_keys_take(struct ag_keys *keys);

/** Releases the text. */
void ag_keys_clear(struct ag_keys *keys);

/** Key predicates of a list entry, as the store writes them; for free(); NULL for a list without
 * keys. */
char *ag_keys_of(const struct lyd_node *entry);

/** Path of a list or top-level node without keys, as the store writes it; for free(). */
char *ag_keys_list_path(const struct lysc_node *node);

/**
 * The canonical form of a value of this leaf, for free(); NULL when it is none. `element` resolves
 * XML prefixes in the value (an identity's); NULL: they are module names.
 */
char *ag_keys_canonical(
    const struct lysc_node *leaf, const char *value, const struct lyd_node_opaq *element);

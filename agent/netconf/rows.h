// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"
#include "sextant/reader.h"
#include "sextant/schema.h"

#include <stdbool.h>
#include <stddef.h>

struct ag_state;
struct lyd_node;
struct lysc_node;

/** The <with-defaults> of RFC 6243. */
enum ag_defaults {
    AG_DEFAULTS_EXPLICIT = 0, /**< what was set, the basic mode */
    AG_DEFAULTS_ALL,
    AG_DEFAULTS_TAGGED, /**< all, and defaults are marked */
    AG_DEFAULTS_TRIM, /**< nothing that has its default value */
};

/**
 * Trees out of the store's rows, one fragment at a time, for one request: state beside the
 * configuration it is about, defaults as asked, secrets masked. All trees belong to the thread of
 * the request.
 */
struct ag_rows {
    const struct sx_schema *schema; /**< borrowed */
    struct sx_reader *reader; /**< in a snapshot; borrowed */
    struct ag_state *state; /**< borrowed; NULL: configuration alone */
    enum ag_defaults defaults;
    struct lyd_node **held; /**< state of list entries, waiting for the entries' rows */
    size_t held_count, held_capacity;
    size_t count; /**< rows of lists read so far */
};

/** Releases what the rows hold. */
void ag_rows_clear(struct ag_rows *rows);

/**
 * The tree of a top-level node without its outermost lists; *ret_tree is the caller's, NULL when
 * there is nothing. For a top-level list only state is looked at (entries without configuration).
 */
int ag_rows_top(struct ag_rows *rows, const struct lysc_node *top, struct lyd_node **ret_tree,
    struct sx_error *err);

/** Called for each entry. Return 0 to go on, -1 with *err to fail. */
typedef int ag_rows_entry(void *context, struct lyd_node *entry, struct sx_error *err);

/**
 * Calls `entry` for each entry of an outermost list (of configuration), or for the one with the
 * predicates `key` alone, in the list's order. The entry hangs below `parent` (NULL for a top-level
 * list) during the call. With `keep` it stays there (a top-level one is the caller's), else it is
 * released after the call.
 */
int ag_rows_each(struct ag_rows *rows, const struct lysc_node *list, const char *key,
    struct lyd_node *parent, bool keep, ag_rows_entry *entry, void *context, struct sx_error *err);

/** True for a list of configuration that is not inside another list: its entries are rows. */
bool ag_rows_is_list(const struct lysc_node *node);

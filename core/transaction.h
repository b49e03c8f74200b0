// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "sextant/edit.h"
#include "sextant/error.h"
#include "sextant/schema.h"

#include <stdbool.h>

struct lyd_node;
struct sx_index;

/** The running datastore in memory: every configuration node of every scope, defaults included.
 * Touched by one thread at a time, reads included. */
struct sx_tree {
    const struct sx_schema *schema; /**< borrowed */
    struct lyd_node *root; /**< first top-level node, or NULL; owned */
    uint8_t digest[SX_DIGEST_SIZE]; /**< over the explicitly set replicated items, section 1 */
    struct sx_index *index; /**< of the nodes that are there; NULL: to be made; owned */
    uint64_t whole_validations; /**< how often the tree, or all that a constraint of which it is not
                                     known what it reads is about, was validated whole */
    uint64_t evaluations; /**< how many constraints were evaluated at one node */
    uint8_t digest_key[SX_DIGEST_SIZE]; /**< that secrets count under, see digest.h */
};

/** Frees the nodes and the index; the tree is empty afterwards. */
void sx_tree_clear(struct sx_tree *tree);

/**
 * A set of changes to a tree that is either kept whole or undone whole. Changes are made in place;
 * an undo list follows them. One transaction on a tree at a time. No call takes time with the size
 * of the tree, but the first transaction of a tree that was not loaded, which makes its index, and
 * what is said of sx_transaction_replace_scope().
 */
struct sx_transaction;

/** Starts a transaction; `tree` is borrowed until it is kept or undone. `random` are 16 bytes for
 * the salts of passwords given as `$0$…` (RFC 7317 crypt-hash), copied. */
struct sx_transaction *sx_transaction_begin(struct sx_tree *tree, const uint8_t random[16]);

/**
 * Applies the content of <config> (RFC 6241 section 7.2: merge, replace, create, delete, remove,
 * none by attribute or default operation; `insert`, `key` and `value` of RFC 7950 7.7.9 and 7.8.6).
 * `config` is the first of the top-level siblings, parsed with LYD_PARSE_ONLY | LYD_PARSE_OPAQUE;
 * opaque nodes that are not a delete or remove of a known node are refused with what is wrong.
 * `config` is only read. After a failure the transaction can only be undone.
 */
int sx_transaction_edit(struct sx_transaction *transaction, const struct lyd_node *config,
    enum sx_default_operation default_operation, struct sx_error *err);

/**
 * Tries an edit item by item (RFC 6241 section 7.2, continue-on-error). An item is a list entry, a
 * presence container, or a node that stands in neither; what is replaced or created is one item
 * with all below it. Each that fails is taken back, added to `errors` and passed over.
 * *ret_remaining becomes a copy of `config` without them, for lyd_free_all(); NULL when nothing is
 * left. Returns -1, with the error in `errors` too, when the edit is one item and fails. Afterwards
 * the transaction can only be undone.
 */
int sx_transaction_try(struct sx_transaction *transaction, const struct lyd_node *config,
    enum sx_default_operation default_operation, struct lyd_node **ret_remaining,
    struct sx_error_list *errors);

/**
 * Replays changes, strictly: a create of what is there, a delete or replace of what is not, a path
 * or value that the schema does not know are errors. After a failure it can only be undone.
 */
int sx_transaction_apply(
    struct sx_transaction *transaction, const struct sx_change_list *changes, struct sx_error *err);

/**
 * Makes the content of `scope` equal to `incoming` (explicit nodes of that scope alone; top-level
 * siblings; passes to the transaction whatever the result, also on failure). Whole subtrees are
 * moved, not compared: sx_transaction_changes() of such a transaction is empty and
 * sx_transaction_fragments() must not be asked. Validation then takes the whole tree.
 */
int sx_transaction_replace_scope(struct sx_transaction *transaction, enum sx_scope scope,
    struct lyd_node *incoming, struct sx_error *err);

/**
 * Evaluates the constraints that the changes can have broken, where they can have broken them, and
 * completes defaults: the verdict is that of a validation of everything, given that the tree was
 * valid before. Nodes whose `when` became
 * false and cases that were left go, and count as changes. Errors carry RFC 7950 section 15's
 * app-tags. After a failure it can only be undone.
 */
int sx_transaction_validate(struct sx_transaction *transaction, struct sx_error *err);

/** The effective difference, after validation. Owned by the transaction. */
const struct sx_change_list *sx_transaction_changes(struct sx_transaction *transaction);

/** The store's rows that the changes touched, as they are now. Owned by the transaction. */
const struct sx_fragment_list *sx_transaction_fragments(struct sx_transaction *transaction);

/** Digest of the tree with the changes. */
const uint8_t *sx_transaction_digest(const struct sx_transaction *transaction);

/** Keeps the changes, updates the tree's digest and frees the transaction. */
void sx_transaction_keep(struct sx_transaction *transaction);

/** Undoes every change, also what validation did, and frees the transaction. */
void sx_transaction_undo(struct sx_transaction *transaction);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agenda.h"
#include "schema_impl.h"
#include "touch.h"
#include "transaction.h"
#include "undo.h"

/* The inside of a transaction, shared by the files that make it up. */

/** Clear-text passwords that one transaction hashes; each takes some milliseconds. */
#define SX_TRANSACTION_PASSWORDS_MAX 32

struct sx_transaction {
    struct sx_tree *tree; /**< borrowed */
    uint8_t random[16];
    unsigned passwords; /**< hashed so far */
    struct sx_undo undo;
    struct sx_touch touch;
    struct sx_agenda conditions; /**< WHEN constraints that changes can have turned */
    struct sx_agenda agenda; /**< all others that changes can have broken */
    size_t completed; /**< steps of the undo list whose defaults are completed */
    size_t conditioned; /**< steps of it whose influence on conditions is evaluated */
    bool loading; /**< what was stored is not taken away for its conditions */
    bool replaced; /**< a whole scope was: there are no changes and fragments to tell */

    bool ready; /**< the rest is up to date */
    struct sx_change_list changes;
    struct sx_fragment_list fragments;
    uint8_t digest[SX_DIGEST_SIZE];
};

/* transaction.c: every change of the tree goes through these. */

/** Links a node that stands alone, which passes to the tree, at the place that the schema gives it
 * (an entry comes last in its list). `parent` NULL: top level. */
void sx_transaction_insert(
    struct sx_transaction *transaction, struct lyd_node *parent, struct lyd_node *node);

/** Takes a node out with all below it. */
void sx_transaction_remove(struct sx_transaction *transaction, struct lyd_node *node);

/** Puts an entry of a user-ordered list behind `after`, or first when NULL. */
void sx_transaction_place(
    struct sx_transaction *transaction, struct lyd_node *node, struct lyd_node *after);

/** Makes a container without presence; it is empty and counts as default until something explicit
 * comes into it. */
struct lyd_node *sx_transaction_new_container(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema);

/** The same for a container that may not be allowed there: the caller evaluates its conditions, and
 * either calls sx_transaction_note_effects() or takes it back. */
struct lyd_node *sx_transaction_try_container(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema);

/** The same for a leaf or leaf-list entry that counts as default, with a canonical value. */
struct lyd_node *sx_transaction_try_default(struct sx_transaction *transaction,
    struct lyd_node *parent, const struct lysc_node *schema, const char *value);

/** True while the node is part of the tree: what was taken out stays in memory until the end. */
bool sx_transaction_has(const struct sx_transaction *transaction, const struct lyd_node *node);

/** True for a node that is there and was set, not filled in as a default. */
static inline bool sx_is_explicit(const struct lyd_node *node)
{
    return node && !(node->flags & LYD_DEFAULT);
}

/** The child (or, with `parent` NULL, top-level node) of that schema node: the first entry of a
 * list. NULL when there is none. */
struct lyd_node *sx_transaction_child(const struct sx_transaction *transaction,
    const struct lyd_node *parent, const struct lysc_node *schema);

/** libyang takes a container for explicit when anything but a default is linked below it. The
 * topmost of `parent` and the default nodes above it, NULL for none: to be asked before. */
struct lyd_node *sx_topmost_default(struct lyd_node *parent);

/** Makes `parent` and what is above it up to `topmost` (NULL: nothing) count as default again. */
void sx_restore_defaults(struct lyd_node *parent, const struct lyd_node *topmost);

/** transaction_effect.c: notes which constraints a change of `node`, which stands or will stand
 * below `parent`, can break. To be called before or after it is linked, or before it is taken out;
 * `gone` tells that it is taken out. */
void sx_transaction_note_effects(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lyd_node *node, bool gone);

/** transaction_check.c: evaluates what sx_transaction_note_effects() noted, and all that stands in
 * what came. Defaults are complete and conditions hold. */
int sx_transaction_check(struct sx_transaction *transaction, struct sx_error *err);

/** transaction_check.c: evaluates every constraint of the tree, whose index is made anew. */
int sx_transaction_check_all(struct sx_transaction *transaction, struct sx_error *err);

/** transaction_structure.c: checks that the children of `parent` (NULL: the top-level nodes of
 * `module`) are as many as there must be: mandatory, min-elements and max-elements. */
int sx_transaction_check_structure(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lys_module *module, struct sx_error *err);

/** transaction_choice.c: takes out what stands in other cases than the one that `schema` is in. */
void sx_transaction_leave_cases(
    struct sx_transaction *transaction, struct lyd_node *parent, const struct lysc_node *schema);

/** output.c: makes changes, fragments and digest up to date. */
void sx_transaction_prepare(struct sx_transaction *transaction);

/** password.c: the crypt-hash value for `value` of RFC 7317: a `$0$text` is hashed, or is `present`
 * (the node's present value, or NULL) when that is a hash of the same text; others are copied.
 * *ret_value is for free(). */
int sx_transaction_password(struct sx_transaction *transaction, const char *value,
    const char *present, char **ret_value, struct sx_error *err);

/** complete.c: fills in the defaults that the changes call for, and takes out those of cases that
 * are not selected. */
void sx_transaction_complete(struct sx_transaction *transaction);

/** complete.c: the same for the whole tree, changed or not. */
void sx_transaction_complete_all(struct sx_transaction *transaction);

/** complete.c: the same for the children of one node (NULL: the top-level nodes of `module`). */
void sx_transaction_complete_children(struct sx_transaction *transaction, struct lyd_node *parent,
    const struct lysc_node *schema, const struct lysc_module *module);

/** condition.c: evaluates each `when` that the changes since the last call can have turned. What
 * was there and must not be any more goes; what is new and must not be is an error. */
int sx_transaction_check_conditions(struct sx_transaction *transaction, struct sx_error *err);

/** condition.c: true when every `when` of the node, and of the cases that it stands in, holds. */
bool sx_condition_holds(const struct lyd_node *node);

/** condition.c: the same for a node of `schema` that is not there, below `parent` (NULL: at the top
 * level); `schema` may be a choice. The tree is as before afterwards. */
bool sx_condition_would_hold(
    struct sx_tree *tree, struct lyd_node *parent, const struct lysc_node *schema);

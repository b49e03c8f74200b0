// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction_impl.h"

/* The inside of sx_transaction_edit(), shared by the files that make it up. */

/** The operations of RFC 6241 section 7.2. */
enum sx_edit_operation {
    SX_EDIT_MERGE = 0,
    SX_EDIT_REPLACE,
    SX_EDIT_NONE,
    SX_EDIT_CREATE,
    SX_EDIT_DELETE,
    SX_EDIT_REMOVE,
};

/**
 * Where in the tree an edit has arrived: below a node, which may be a container without presence
 * that is not there yet. It is made when the first item below it is.
 */
struct sx_edit_place {
    struct sx_edit_place *above; /**< NULL at the top level */
    const struct lysc_node *schema; /**< NULL at the top level */
    struct lyd_node *node; /**< NULL at the top level, or not there yet */
    bool whole; /**< below what is replaced or created: taken whole or not at all */
    bool in_entry; /**< in a list entry or presence container */
};

/** One edit under way. */
struct sx_edit {
    struct sx_transaction *transaction;
    struct sx_error *err;
    struct sx_error_list *errors; /**< of items passed over; NULL: the first error ends the edit */
    const struct lyd_node **failed; /**< the items; owned */
    size_t failed_count, failed_capacity;
};

/** edit_try.c: after the error of a node whose edit began when the undo list had `mark` steps: true
 * when it was noted and the edit goes on behind it. */
bool sx_edit_pass_over(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node, size_t mark);

/** transaction_edit.c: edits siblings below a place. */
int sx_edit_all(
    struct sx_edit *edit, const struct lyd_node *config, enum sx_default_operation operation);

/** edit_place.c: the node of a place, made now if need be; NULL for the top level. `schema` is the
 * child to come: cases that exclude it are left. */
struct lyd_node *sx_edit_arrive(
    struct sx_edit *edit, struct sx_edit_place *place, const struct lysc_node *schema);

/** edit_place.c: the child of that schema node (not for lists), or NULL. */
struct lyd_node *sx_edit_child(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lysc_node *schema);

/** edit_place.c: the first entry beside `first` (may be NULL) with the keys or value of `like`, or
 * NULL. Others there may be what could not be parsed. */
struct lyd_node *sx_edit_entry_beside(const struct lyd_node *first, const struct lyd_node *like);

/** edit_place.c: the entry of a list or leaf-list with the keys or value of `like`, or NULL. */
struct lyd_node *sx_edit_entry(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lyd_node *like);

/** edit_place.c: names a node (`entry` is NULL or tells its keys) in the error; returns -1. */
int sx_edit_fail_at(const struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *entry);

/** Namespace of the operation attribute. */
#define SX_EDIT_NAMESPACE "urn:ietf:params:xml:ns:netconf:base:1.0"

/** edit_attribute.c: refuses an operation that does not exist, on a node that libyang could not
 * make sense of. (On others its parser does.) */
int sx_edit_check_operation(const struct sx_edit *edit, const struct lyd_node *node);

/** edit_attribute.c: the operation attribute of a node, or `inherited`. */
enum sx_edit_operation sx_edit_operation_of(
    const struct lyd_node *node, enum sx_edit_operation inherited);

/** edit_attribute.c: puts an entry of a user-ordered list where `insert`, `key` and `value` of
 * `from` say. Without them it stays, but an entry below a replaced node follows the one that it
 * follows in the edit. */
int sx_edit_position(struct sx_edit *edit, struct sx_edit_place *place, struct lyd_node *entry,
    const struct lyd_node *from, bool replacing);

/** edit_opaque.c: a node that libyang could not make sense of. */
int sx_edit_opaque(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation inherited);

/** edit_item.c: sets, creates or deletes a leaf, leaf-list entry or anydata. */
int sx_edit_item(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation operation, bool replacing);

/** edit_item.c: deletes the child of `schema`; with `must_exist`, not finding it is an error. */
int sx_edit_delete(struct sx_edit *edit, struct sx_edit_place *place,
    const struct lysc_node *schema, struct lyd_node *node, bool must_exist);

/** edit_default.c: sets a leaf or leaf-list that the edit tags as default (RFC 6243 section
 * 4.5.2): nothing explicit is left of it. */
int sx_edit_default(struct sx_edit *edit, struct sx_edit_place *place, const struct lyd_node *node,
    enum sx_edit_operation operation);

/** edit_item.c: the errors of RFC 6241 appendix A for a node that is there, or is not. */
int sx_edit_exists(
    const struct sx_edit *edit, const struct sx_edit_place *place, const struct lyd_node *node);
int sx_edit_missing(const struct sx_edit *edit, const struct sx_edit_place *place,
    const struct lysc_node *schema, const struct lyd_node *entry);

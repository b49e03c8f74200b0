// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libyang/libyang.h>
#include <stddef.h>

struct sx_index;

/** What was done to a node. */
enum sx_undo_kind {
    SX_UNDO_INSERT = 0, /**< linked: the tree owns it */
    SX_UNDO_REMOVE, /**< taken out: the list owns it */
    SX_UNDO_MOVE, /**< another place among the entries of its user-ordered list */
};

/** One step. `parent` NULL means the top level. */
struct sx_undo_step {
    enum sx_undo_kind kind;
    struct lyd_node *node;
    struct lyd_node *parent;
    struct lyd_node *before, *after; /**< remove, move: its former neighbours, or NULL */
};

/**
 * Changes made in place to a tree, each of which can be taken back. No node is freed before the
 * end, so a pointer to a node stays valid whatever becomes of the node.
 */
struct sx_undo {
    struct lyd_node **root; /**< first top-level node of the tree; borrowed */
    struct sx_index *index; /**< follows the changes; borrowed; NULL: none */
    struct sx_undo_step *steps;
    size_t count, capacity;
};

/** Links a node that stands alone below `parent`, where the schema's order puts it; an entry of a
 * list comes last in its list. */
void sx_undo_insert(struct sx_undo *undo, struct lyd_node *parent, struct lyd_node *node);

/** Notes a node that was just linked by other means. */
void sx_undo_note_insert(struct sx_undo *undo, struct lyd_node *node);

/** Takes a node out, with all below it. */
void sx_undo_remove(struct sx_undo *undo, struct lyd_node *node);

/** Moves an entry of a user-ordered list behind `after`, an entry of the same list, or to the front
 * when NULL. */
void sx_undo_move(struct sx_undo *undo, struct lyd_node *node, struct lyd_node *after);

/** Takes the newest change back, of which there must be one. */
void sx_undo_take_back(struct sx_undo *undo);

/** Makes the changes final. The list is empty afterwards. */
void sx_undo_keep(struct sx_undo *undo);

/** Takes every change back: content, order and default flags are as before. The list is empty
 * afterwards. */
void sx_undo_revert(struct sx_undo *undo);

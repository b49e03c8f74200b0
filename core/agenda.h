// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index.h"
#include "slots.h"

/** A constraint to be looked at again, below one instance of its apex. */
struct sx_task {
    const struct sx_constraint *constraint;
    const struct lyd_node *where; /**< the instance; NULL: the root */
    struct sx_key value; /**< LEAFREF, TYPE by value: readers of the value that came or went */
    const struct lyd_node *gone; /**< LEAFREF: a target that went, owned by the undo list */
};

/** Tasks, each once, in the order in which they came. Start it zeroed. */
struct sx_agenda {
    struct sx_task *items;
    size_t count, capacity;
    struct sx_slots slots;
};

/** Adds a task; false when it is there already, whatever target it names. */
bool sx_agenda_add(struct sx_agenda *agenda, struct sx_task task);

/** Releases everything; the agenda is empty afterwards. */
void sx_agenda_clear(struct sx_agenda *agenda);

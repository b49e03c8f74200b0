// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/event.h"
#include "transaction.h"

struct sx_engine;

/* What a cluster requires of its members, as the configuration of this system has it:
 * requirements.c. */

/** A value of this system that no other peer may have. */
struct sx_unique {
    uint64_t hash;
    char *path, *value; /**< owned */
};

/** Notes that a change may concern what the cluster requires. */
void sx_requirements_note(struct sx_engine *engine, const struct sx_change *change);
/** Looks at the configuration again, if it may have changed. */
void sx_requirements_settle(struct sx_engine *engine, bool cluster_changed);
/** SX_EVENT_ROUND_TRIP. */
void sx_requirements_round_trip(struct sx_engine *engine, const struct sx_event *event);
/** The address leaf of the first neighbour zone that has one of these two addresses (`resolved` may
 * be ""), and the zone's name; or NULL. Borrowed from the tree. */
const struct lyd_node *sx_requirements_zone(
    const struct sx_tree *tree, const char *address, const char *resolved, const char **ret_zone);
/** Releases what it has found. */
void sx_requirements_clear(struct sx_engine *engine);

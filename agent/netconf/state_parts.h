// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/state.h"

/*
 * The parts that state data is made of, one function for each top-level node that has some, and
 * what they share. Functions return -1 when a value does not fit the schema, libyang's message says
 * which.
 */

/** Builds the state below `top` as *ret_tree, which is the caller's also after a failure. */
typedef int ag_state_part(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree);

/** state_cluster.c: this system's role, its peers, replication. */
ag_state_part ag_state_cluster;
/** state_set_aside.c: rows of the database that did not fit the schema. */
ag_state_part ag_state_set_aside;
/** state_alarms.c: inventory, summary and list of RFC 8632. */
ag_state_part ag_state_alarms;
/** state_monitoring.c: datastores, schemas, sessions and statistics of RFC 6022. */
ag_state_part ag_state_monitoring;
/** state_streams.c: the event stream of RFC 5277. */
ag_state_part ag_state_streams;
/** state_system.c: platform and clock of RFC 7317. */
ag_state_part ag_state_system;
/** state_system.c: RFC 8525, as libyang gives it. */
ag_state_part ag_state_yang_library;

/** state_cluster.c: fills in how far a restart in sequence is, as the grouping
 * rolling-restart-progress of sextant-cluster has it. */
int ag_state_put_rolling(struct lyd_node *node, const struct sx_rolling_status *rolling);

/** The status of the engine, read once for a request. */
const struct sx_status *ag_state_status(struct ag_state *state);

/** Adds a leaf or leaf-list entry. */
int ag_state_leaf(struct lyd_node *parent, const char *name, const char *value);
/** Adds a leaf with a number. */
int ag_state_number(struct lyd_node *parent, const char *name, uint64_t value);
/** Longest date and time, with NUL. */
#define AG_STATE_TIME_MAX 40
/** Writes a date and time as RFC 3339 has it (UTC, milliseconds since 1970). */
void ag_state_time_text(int64_t time_ms, char ret_text[AG_STATE_TIME_MAX]);
/** Adds a leaf with a date and time (UTC, milliseconds since 1970). */
int ag_state_time(struct lyd_node *parent, const char *name, int64_t time_ms);
/** Adds a container of the parent's module; NULL when the schema has none. */
struct lyd_node *ag_state_container(struct lyd_node *parent, const char *name);

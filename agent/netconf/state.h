// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "sextant/error.h"
#include "sextant/schema.h"
#include "sextant/status.h"

struct ag_netconf;
struct lyd_node;
struct lysc_node;

/** State data for one request (RFC 7950 section 4.2.3): what the system shows of itself, made when
 * it is asked for. */
struct ag_state {
    const struct sx_schema *schema; /**< borrowed */
    struct ag_host *host; /**< borrowed */
    struct ag_netconf *netconf; /**< borrowed; sessions are shown from it */
    struct sx_status status; /**< filled at the first need */
    bool has_status;
};

/** Releases what the state holds. */
void ag_state_clear(struct ag_state *state);

/**
 * State below a top-level node of the schema: *ret_tree is the caller's, NULL when there is none.
 * It holds state nodes and the keys and containers on the way to them.
 */
int ag_state_build(struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree,
    struct sx_error *err);

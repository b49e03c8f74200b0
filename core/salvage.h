// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

/** Rows that one boot sets aside at most, and those that only validation finds, each of which costs
 * loading all anew. More of them are no matter of single rows. */
#define SX_SET_ASIDE_MAX 1000
#define SX_SET_ASIDE_ROUNDS 32

/** Rows that do not fit the schema, and why. */
struct sx_salvage {
    struct sx_fragment_list rows;
    char *reasons[SX_SET_ASIDE_MAX]; /**< of the rows, owned */
    bool clear; /**< a secret was not sealed */
};

/** Loads the engine's tree from the store, without the rows that do not fit: *ret_salvage, for
 * sx_salvage_clear(), also after a failure. Fails when too many do not. */
int sx_salvage_load(struct sx_engine *engine, struct sx_salvage *ret_salvage, struct sx_error *err);

/** Sets these rows aside in the store, after a copy of it was kept. The replicated rest becomes a
 * revision of a lineage of its own, or, where it is another system's, waits for a snapshot. Call it
 * when history and membership are loaded. */
int sx_salvage_store(
    struct sx_engine *engine, const struct sx_salvage *salvage, struct sx_error *err);

void sx_salvage_clear(struct sx_salvage *salvage);

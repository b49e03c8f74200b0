// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <stdint.h>

/**
 * A lock that is given in the order of asking. A plain mutex lets a thread that has just released
 * it take it again before one that waits, so that sessions which edit without a pause would keep
 * the peers' messages from the engine.
 */
struct ag_fair_lock {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t next; /**< number of the next one to ask */
    uint64_t serving; /**< number of the one whose turn it is */
};

void ag_fair_lock_init(struct ag_fair_lock *lock);
void ag_fair_lock_destroy(struct ag_fair_lock *lock);

/** Waits for its turn. */
void ag_fair_lock_take(struct ag_fair_lock *lock);
/** Ends the turn. */
void ag_fair_lock_give(struct ag_fair_lock *lock);

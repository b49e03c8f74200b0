// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/message.h"

#include <stdbool.h>
#include <stdint.h>

struct ag_host;

/** Commits whose answers wait for peers at the same time; more are refused before they commit. */
#define AG_WAITERS_MAX 32

/** Whom an answer waits for. */
enum ag_wait_for {
    AG_WAIT_MAJORITY = 1, /**< more than half of the list of peers, this system counted */
    AG_WAIT_ALL, /**< every peer that is linked when the wait begins */
};

/** How a wait ended. By value. */
struct ag_wait_result {
    bool held; /**< those that were waited for hold the revision */
    char missing[SX_PEERS_MAX][SX_ADDRESS_MAX]; /**< else: peers that do not, as listed */
    size_t count;
};

/** Takes one of the places, before the commit; refused when all are taken. Any thread. */
int ag_waiters_enter(struct ag_host *host, struct sx_error *err);

/** Gives the place back. */
void ag_waiters_leave(struct ag_host *host);

/**
 * Waits until enough peers say that they hold `revision` of this system's history, for `timeout_ms`
 * at most, or until `stop` (asked whenever ag_waiters_wake() is called) says so. Holds no lock of
 * the engine. A system that is not the primary has nobody to wait for; one that ceases to be it
 * waits no longer. The calling thread has a place.
 */
void ag_waiters_wait(struct ag_host *host, enum ag_wait_for who, uint64_t revision,
    int64_t timeout_ms, bool (*stop)(void *context), void *context,
    struct ag_wait_result *ret_result);

/** Waits until the engine has made more previews than `previews`, in the same way; false when it
 * has not in time, or was told to stop. */
bool ag_waiters_wait_preview(struct ag_host *host, uint64_t previews, int64_t timeout_ms,
    bool (*stop)(void *context), void *context);

/** Has every waiter ask whether it is to stop. Any thread; for moments only. */
void ag_waiters_wake(struct ag_host *host);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdint.h>

struct ag_links;

/** Milliseconds that a visitor may stay. */
#define AG_VISIT_MS 10000

/**
 * The recovery port: a peer of the list, let in by the same verdict on its certificate as for a
 * link, may ask for this system's status, even when the two cannot replicate. It is answered
 * without the engine.
 */
struct ag_recovery;

/** Listens at each address (ends with NULL). `links` must outlive it. *ret_recovery is the
 * caller's. */
int ag_recovery_new(struct ag_links *links, const char *const *addresses, uint16_t port,
    struct ag_recovery **ret_recovery, struct sx_error *err);

/** Stops listening (NULL is fine); visitors end with the pool of connections. */
void ag_recovery_free(struct ag_recovery *recovery);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "loop.h"

struct ag_netconf;

/** How often the engine is told what the agent uses of its machine, in seconds. */
#define AG_USAGE_SECONDS 10

/** Measures the agent's own memory, processor time and sessions. */
struct ag_usage;

/** Tells the engine now and then every AG_USAGE_SECONDS. host and netconf (NULL: no sessions)
 * outlive it; *ret_usage is the caller's. Loop thread, or before the loop runs. */
int ag_usage_start(struct ag_loop *loop, struct ag_host *host, const struct ag_netconf *netconf,
    struct ag_usage **ret_usage, struct sx_error *err);

/** Stops and releases (NULL is fine). Loop thread, or when the loop does not run. */
void ag_usage_stop(struct ag_usage *usage);

/** The second number of /proc/self/statm: resident pages; 0 for a text that has none. */
uint64_t ag_usage_pages(const char *statm);

/** Thousandths of one processor: `used_us` of its time in `passed_us`; 0 when none passed. */
uint32_t ag_usage_processor(int64_t used_us, int64_t passed_us);

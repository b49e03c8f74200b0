// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "script.h"

/** Longest reason of a failure, with NUL. */
#define SIM_REASON_MAX 4096

/** What a run of a script came to. */
struct sim_outcome {
    bool held; /**< all rules did */
    char reason[SIM_REASON_MAX]; /**< what did not, or how the process ended */
    int64_t virtual_ms;
    uint64_t trace;
    struct sim_counts counts;
};

/** Plays a script in a process of its own, in a fresh folder below `root` that is removed after it.
 * `trace_path`: the file that gets the trace as text, or NULL. With `loud` what the process writes
 * to standard error is passed on, and not in the reason. */
void sim_run_script(const struct sx_schema *const *schemas, const struct sim_script *script,
    const char *root, const char *trace_path, bool loud, struct sim_outcome *ret_outcome);

/** shrink.c: leaves out of a script that fails what it does not need to fail for the same reason,
 * in `runs_max` runs at the most. */
void sim_shrink(const struct sx_schema *const *schemas, struct sim_script *script, const char *root,
    unsigned runs_max, struct sim_outcome *outcome);

/** scenarios.c: what must hold in single cases, as cmocka tests, and short runs of seeds. */
int sim_scenarios(const struct sx_schema *const *schemas, const char *root);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"

/** How an agent ended. */
enum ag_end {
    AG_END_STOPPED, /**< by SIGTERM or SIGINT */
    AG_END_RESTART, /**< the restart RPC: execute the program anew */
};

/** Runs an agent until it is stopped. Fails with one clear error when it cannot start. */
int ag_agent_run(const struct ag_options *options, enum ag_end *ret_end, struct sx_error *err);

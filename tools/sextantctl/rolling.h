// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

#include <stdio.h>

/** Restarts all systems in sequence and writes a line for each step until it is over; fails with
 * CTL_EXIT_REFUSED where it stops. */
int ctl_rolling_restart(struct ctl_call *call, struct ctl_fault *fault);

/** Writes a line for what `now` (the state `rolling-restart`, may be NULL) tells and `last`, a text
 * of `size` bytes that is kept between the calls, did not. True when it is over. */
bool ctl_rolling_progress(const struct lyd_node *now, char *last, size_t size, FILE *out);

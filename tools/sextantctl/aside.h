// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

/** `set-aside`: lists the parts of the stored configuration that do not fit and are not in force.
 */
int ctl_set_aside(struct ctl_call *call, struct ctl_fault *fault);

/** `discard-set-aside [PATH]`: forgets one of them, or all. */
int ctl_discard_set_aside(struct ctl_call *call, struct ctl_fault *fault);

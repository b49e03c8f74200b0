// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

/** `backup [FILE]`: has the daemon make a backup, and copies it to FILE, which must not exist. */
int ctl_backup(struct ctl_call *call, struct ctl_fault *fault);

/** `restore FILE`: has the daemon restore a backup. */
int ctl_restore(struct ctl_call *call, struct ctl_fault *fault);

/** `verify-backup FILE`: reads the whole file, without the daemon, and says what it holds. */
int ctl_verify_backup(struct ctl_call *call, struct ctl_fault *fault);

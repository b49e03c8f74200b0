// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

/**
 * `purge-database`: moves the database of a state folder aside, under a name with the time, so that
 * the next start begins with an empty one. Asks twice, unless --yes was given twice. Refused while
 * a daemon works in the folder.
 */
int ctl_purge_database(struct ctl_call *call, struct ctl_fault *fault);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault.h"

#include <stdbool.h>

/**
 * Asks for the passphrase of a backup, twice if it is a new one: on the terminal, without echo, or
 * with `file` from the first line of that file ("-": standard input; /dev/fd/N: a descriptor).
 * *ret_passphrase is for ctl_passphrase_free(). Fails with CTL_EXIT_USAGE.
 */
int ctl_passphrase_ask(
    const char *file, bool is_new, char **ret_passphrase, struct ctl_fault *fault);

/** Wipes and releases it (NULL is fine). */
void ctl_passphrase_free(char *passphrase);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

/** A command line that was understood. Strings are borrowed from argv, the environment or static
 * storage. */
struct ctl_options {
    const struct ctl_command *command; /**< NULL: write `text` and end */
    const char *text; /**< of --help or --version */
    const char *socket;
    bool json;
    int sure; /**< how often --yes was given */
    unsigned lines; /**< -n, or 0 */
    const char *passphrase_file; /**< or NULL */
    const char *wait; /**< --wait, or NULL */
    const char *state;
    char **arguments; /**< of the command */
    int count;
};

/** Reads the command line and SEXTANT_SOCKET. Reorders nothing: options stand before the argument
 * they could be mistaken for. Fails with CTL_EXIT_USAGE. */
int ctl_options_parse(
    int argc, char **argv, struct ctl_options *ret_options, struct ctl_fault *fault);

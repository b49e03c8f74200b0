// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <stdbool.h>

/** What a command works with. */
struct ctl_call {
    struct ctl_session session; /**< open, if the command is not offline */
    const char *socket; /**< to come back after a restart */
    bool json; /**< --json */
    int sure; /**< how often --yes was given */
    unsigned lines; /**< -n, or 0 */
    const char *passphrase_file; /**< --passphrase-file, or NULL */
    const char *wait; /**< --wait, or NULL */
    const char *state; /**< --state, or sextantd's default */
    char **arguments; /**< what follows the command and its options */
    int count;
};

/** Among what a command takes: it works without the daemon, its session is not open. */
#define CTL_OFFLINE '-'

/** A command of sextantctl(1). */
struct ctl_command {
    const char *name;
    const char *usage; /**< arguments, as the usage message has them */
    const char *takes; /**< options: `j` --json, `n` -n, `y` --yes, `p` --passphrase-file, `s`
                            --state, `w` --wait; CTL_OFFLINE: works without the daemon */
    int least, most; /**< arguments */
    int (*run)(struct ctl_call *call, struct ctl_fault *fault);
};

/** Connects anew until the daemon answers or CTL_ANSWER_SECONDS are over. */
int ctl_come_back(struct ctl_call *call, struct ctl_fault *fault);

/** True when the command takes this option, or CTL_OFFLINE. */
bool ctl_command_takes(const struct ctl_command *command, int option);

/** The command with this name, or NULL. Static storage. */
const struct ctl_command *ctl_command(const char *name);

/** All commands; ends with an entry without name. */
extern const struct ctl_command ctl_commands[];

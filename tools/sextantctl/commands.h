// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <stdbool.h>

/** What a command works with. */
struct ctl_call {
    struct ctl_session session; /**< open */
    const char *socket; /**< to come back after a restart */
    bool json; /**< --json */
    bool sure; /**< --yes */
    unsigned lines; /**< -n, or 0 */
    char **arguments; /**< what follows the command and its options */
    int count;
};

/** A command of sextantctl(1). */
struct ctl_command {
    const char *name;
    const char *usage; /**< arguments, as the usage message has them */
    const char *takes; /**< options: `j` --json, `n` -n, `y` --yes */
    int least, most; /**< arguments */
    int (*run)(struct ctl_call *call, struct ctl_fault *fault);
};

/** The command with this name, or NULL. Static storage. */
const struct ctl_command *ctl_command(const char *name);

/** All commands; ends with an entry without name. */
extern const struct ctl_command ctl_commands[];

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One operation on plain files, tried on a disk that fails or loses its power at each call. */

/** An operation, and how its outcome is told. */
struct fault_files_operation {
    const char *name;
    void *context; /**< what the functions are called with */
    /** Makes the state before; the folder that is on the disk. */
    const char *(*prepare)(void *context);
    /** True when the operation was acknowledged. */
    bool (*act)(void *context);
    /** The power goes, called by the call that it goes in; NULL: nothing else has to know. */
    void (*power_goes)(void *context);
    /** The process ends; what else lost its power comes back by this seed. NULL: nothing to do. */
    void (*stop)(void *context, uint64_t seed);
    /** A new process looks at what is there, goes on, and releases what prepare() made. */
    void (*check)(void *context, bool acknowledged);
};

/**
 * At every call the power goes, with every kind of loss; at every call the disk fails once, or is
 * full, or does half of a write; and then the process ends, or loses its power too. Prints the
 * calls that were visited, by kind. $SEXTANT_FAULT_ROUNDS as for fault_sweep().
 */
void fault_files_sweep(const struct fault_files_operation *operation);

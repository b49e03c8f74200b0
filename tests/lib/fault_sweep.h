// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_vfs.h"
#include "test_engine.h"

/*
 * One operation of an engine, tried on a disk that fails or loses its power at each call that the
 * operation makes to it, one call after the other.
 */

/** How many kinds of losses there are, see fault_vfs_crash_recover(). */
#define FAULT_LOSSES 4

/** An operation, and how its outcome is told. The engine under test is `b`; `a` is another one on a
 * disk that works, for prepare() to open, or zeroed. */
struct fault_operation {
    const char *name; /**< of the VFS too */
    /** Makes the state before, on disks that work. */
    void (*prepare)(struct sx_test_engine *a, struct sx_test_engine *b);
    /** True when the operation was acknowledged. It may leave b->engine NULL. */
    bool (*act)(struct sx_test_engine *a, struct sx_test_engine *b);
    /** Looks at what a call that failed has led to before the next boot: `b` goes on. Or NULL. */
    void (*told)(struct sx_test_engine *b, bool acknowledged);
    /** After the boot: whether it is done; ends the test when it is done by halves. */
    bool (*is_done)(struct sx_test_engine *b);
    /** What must work afterwards, done or not. */
    void (*go_on)(struct sx_test_engine *a, struct sx_test_engine *b, bool done);
    bool by_boot; /**< the next boot does it when it was not done */
};

/**
 * At every call the power goes, and what was not synced is lost in more than one way: after the
 * boot the operation is done or not, never by halves, and what was acknowledged is done. At every
 * call the disk fails once, or is full, or tears the write, or is locked: then done and
 * acknowledged are one. Prints the calls that were visited, by kind. $SEXTANT_FAULT_ROUNDS (1) says
 * how often that is done, each time with other losses; three rounds try every kind at every call.
 */
void fault_sweep(const struct sx_schema *schema, const struct fault_operation *operation);

/** Calls to a disk, by kind. */
struct fault_visits {
    uint64_t calls[FAULT_KINDS];
};

/** Begins to count. */
void fault_visits_start(const struct fault_vfs *vfs, struct fault_visits *visits);
/** Ends it: what was counted since. */
void fault_visits_stop(const struct fault_vfs *vfs, struct fault_visits *visits);
/** Prints it as what an operation of this name made. */
void fault_visits_print(const char *name, const struct fault_visits *visits);

/** The number of rounds that $SEXTANT_FAULT_ROUNDS asks for, at least 1. */
unsigned fault_rounds(void);

/** Copies of the database made by b for this reason whose making was not cut off. Each is opened
 * and must have this number for the phone-book entry "ann". */
unsigned fault_copies(const struct sx_test_engine *b, const char *why, const char *number);

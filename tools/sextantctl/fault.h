// SPDX-License-Identifier: Apache-2.0
#pragma once

/** Exit statuses, part of what sextantctl(1) promises to scripts. */
enum ctl_exit {
    CTL_EXIT_OK = 0,
    CTL_EXIT_REFUSED = 1, /**< the daemon refused, or there is nothing at the path */
    CTL_EXIT_USAGE = 2, /**< the command line is wrong */
    CTL_EXIT_UNREACHABLE = 3, /**< no daemon, no permission, or no answer */
};

/** Longest message; longer ones are cut. */
#define CTL_FAULT_MAX 2048

/** Why a command failed, by value. Filled in by a function that returns -1. */
struct ctl_fault {
    enum ctl_exit status;
    char message[CTL_FAULT_MAX]; /**< one line, or one line an error of the daemon */
};

/** Fills in `fault` with a printf-like message. Returns -1, so that `return ctl_fail(...)` works.
 */
int ctl_fail(struct ctl_fault *fault, enum ctl_exit status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

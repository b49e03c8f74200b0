// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <stdbool.h>
#include <stdio.h>

/** Most arguments of one edit. */
#define CTL_EDIT_MAX 200

enum ctl_edit {
    CTL_EDIT_SET, /**< arguments are pairs of a path and a value */
    CTL_EDIT_DELETE, /**< arguments are paths */
};

/** Fails with CTL_EXIT_USAGE unless `wait` (not NULL) is whom an edit can wait for. */
int ctl_check_wait(const char *wait, struct ctl_fault *fault);

/**
 * Changes <running> in one <edit-config>: all of it or nothing. Writes a line of what happened,
 * and the warnings that the daemon newly has. A value "-" is read from standard input, up to the
 * end of its first line. `wait`: as for ctl_request_edit(); that peers did not follow in time is a
 * warning.
 */
int ctl_edit(struct ctl_session *session, enum ctl_edit kind, char **arguments, int count,
    const char *wait, FILE *out, struct ctl_fault *fault);

/**
 * Writes what the path selects, state included: a value a line if it ends at a leaf or leaf-list
 * and `json` is not set, else JSON (RFC 7951) with all ancestors. Fails with CTL_EXIT_REFUSED if
 * there is nothing.
 */
int ctl_get(
    struct ctl_session *session, const char *text, bool json, FILE *out, struct ctl_fault *fault);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <stdbool.h>
#include <stdio.h>

#define CTL_HISTORY_NS "urn:sextant:params:xml:ns:yang:sextant-history"
/** Most revisions that one `history` shows. */
#define CTL_HISTORY_MAX 10000

/**
 * Writes what a revision changed (`from` NULL; `to` NULL: the present one), or what leads from one
 * to another; as JSON, or as a person reads it, in colour if wanted. Both are numbers as text.
 * *ret_count is how many changes there are.
 */
int ctl_diff(struct ctl_session *session, const char *from, const char *to, bool json, bool colour,
    FILE *out, size_t *ret_count, struct ctl_fault *fault);

/** Writes the last `count` revisions, newest first. */
int ctl_history(
    struct ctl_session *session, unsigned count, bool json, FILE *out, struct ctl_fault *fault);

/**
 * Rolls back to a revision: writes what that changes and asks on standard input, unless `sure`.
 * Fails with CTL_EXIT_REFUSED if the answer is not yes, and with CTL_EXIT_USAGE if there is nobody
 * to ask.
 */
int ctl_rollback(struct ctl_session *session, const char *revision, bool sure, bool colour,
    FILE *out, struct ctl_fault *fault);

/** Returns 0 if `text` is the number of a revision, or -1 with CTL_EXIT_USAGE. */
int ctl_check_revision(const char *text, struct ctl_fault *fault);

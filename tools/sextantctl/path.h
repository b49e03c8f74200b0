// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault.h"

#include <stddef.h>

/** Bounds of a path on the command line. */
#define CTL_PATH_STEPS_MAX 32
#define CTL_PATH_PREDICATES_MAX 8

/** [name='value'] of a step; the name is "." for a value of a leaf-list. */
struct ctl_predicate {
    char *module; /**< NULL: that of its step */
    char *name;
    char *value;
};

/** One step of a path: module:name[key='value']… */
struct ctl_step {
    char *module; /**< NULL: that of the step before */
    char *name;
    struct ctl_predicate predicates[CTL_PATH_PREDICATES_MAX];
    size_t predicate_count;
};

/** A data path as RFC 7951 section 6.11 writes an instance-identifier; keys may be left out. */
struct ctl_path {
    struct ctl_step steps[CTL_PATH_STEPS_MAX];
    size_t step_count; /**< 1 or more */
};

/**
 * Takes `text` apart into *ret_path, which the caller clears. Knows no schema: only the form is
 * looked at. Fails with CTL_EXIT_USAGE and a message that says what was expected where.
 */
int ctl_path_parse(const char *text, struct ctl_path *ret_path, struct ctl_fault *fault);

/** Releases what the path owns and empties it. */
void ctl_path_clear(struct ctl_path *path);

/** Bytes of a path's text before its last step; quoted slashes do not count. */
size_t ctl_parent_length(const char *text);

/** The path as text, values quoted; for free(). Parsing it gives the same path. */
char *ctl_path_print(const struct ctl_path *path);

/** A path of NETCONF, whose nodes have XML prefixes, as an operator writes it: without them. The
 * text itself if it is no path. For free(). */
char *ctl_path_plain(const char *text);

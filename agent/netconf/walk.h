// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/filter.h"
#include "netconf/rows.h"
#include "netconf/stream.h"
#include "netconf/xpath.h"

/**
 * Writes the content of a <data> element: every top-level node of the schema in its order, and of
 * each what the filter selects. Containers are written by the walk, list entries one at a time as
 * they come from the store, so memory does not grow with a list.
 */
struct ag_walk {
    struct ag_stream *stream; /**< borrowed, as all that follows */
    struct ag_rows *rows;
    struct ag_filter *filter; /**< subtree filter, or NULL */
    struct ag_xpath *xpath; /**< XPath filter, or NULL; at most one of both */
};

/** Walks. After a failure the message is incomplete: nothing can be said of what was written. */
int ag_walk_write(struct ag_walk *walk, struct sx_error *err);

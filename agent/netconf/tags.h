// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/rows.h"
#include "netconf/stream.h"

/**
 * Writes data nodes as XML, with the start tags of their ancestors when there is something to
 * write inside them: a container of which nothing is selected leaves no trace.
 */
struct ag_tags {
    struct ag_stream *stream; /**< borrowed */
    uint32_t options; /**< of libyang's printer */
    const struct lysc_node **open; /**< ancestors, outermost first; owned */
    size_t depth, capacity;
    size_t written; /**< how many of them have their start tag written */
};

/** Begins outside of any container. */
void ag_tags_init(struct ag_tags *tags, struct ag_stream *stream, enum ag_defaults defaults);

/** Releases the list of ancestors. */
void ag_tags_clear(struct ag_tags *tags);

/** Enters a container. */
void ag_tags_open(struct ag_tags *tags, const struct lysc_node *container);

/** Writes the start tags that are missing. */
int ag_tags_need(struct ag_tags *tags, struct sx_error *err);

/** Leaves the container, with an end tag if it has a start tag. */
int ag_tags_close(struct ag_tags *tags, struct sx_error *err);

/** Writes a node with all below it; nothing when the with-defaults mode leaves nothing of it. */
int ag_tags_put(struct ag_tags *tags, const struct lyd_node *node, struct sx_error *err);

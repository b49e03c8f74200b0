// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** `climb` of an expression that may read anything. */
#define SX_REACH_ROOT 1000
/** Names of nodes read by their value that are told apart; with more, any node counts as one. */
#define SX_REACH_NAMES_MAX 16

/** How far from where it is evaluated an XPath expression can read, found from its text alone. */
struct sx_reach {
    int climb; /**< levels of data nodes above the context node; SX_REACH_ROOT: up to the root */
    bool any_value; /**< the text value of any node on its way may matter */
    struct {
        const char *text; /**< in the expression; not terminated */
        size_t length;
    } names[SX_REACH_NAMES_MAX]; /**< last steps, without prefix, of paths whose value matters */
    size_t count;
};

/**
 * Fills in the reach of `expression`, which libyang has accepted and which must outlive it. `name`
 * is that of the context node. What is not understood counts as reading everything, by its value.
 */
void sx_xpath_reach(const char *expression, const char *name, struct sx_reach *ret_reach);

/** True when the text value of a node of that name may matter. */
bool sx_reach_reads_value(const struct sx_reach *reach, const char *name);

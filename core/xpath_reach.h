// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** `climb` of an expression that may read anything. */
#define SX_REACH_ROOT 1000
/** Names that are told apart; with more, any node counts. */
#define SX_REACH_NAMES_MAX 16

/** Names of nodes in an expression, without prefix. */
struct sx_reach_names {
    bool any; /**< not all are known */
    struct {
        const char *text; /**< in the expression; not terminated */
        size_t length;
    } items[SX_REACH_NAMES_MAX];
    size_t count;
};

/** How far from where it is evaluated an XPath expression can read, found from its text alone. */
struct sx_reach {
    int climb; /**< levels of data nodes above the context node; SX_REACH_ROOT: up to the root */
    bool sideways; /**< along the axes of siblings, or of what precedes or follows: libyang's list
                      of what an expression reads is not complete then */
    bool divides; /**< by `mod`, and perhaps by zero: libyang 2.1.30 then ends the process */
    struct sx_reach_names steps; /**< nodes that it steps down to, or along */
    struct sx_reach_names values; /**< of them, those whose text value may matter */
};

/**
 * Fills in the reach of `expression`, which libyang has accepted and which must outlive it. `name`
 * is that of the context node. What is not understood counts as reading everything, by its value.
 */
void sx_xpath_reach(const char *expression, const char *name, struct sx_reach *ret_reach);

/** True when a node of that name may be among them. */
bool sx_reach_has(const struct sx_reach_names *names, const char *name);

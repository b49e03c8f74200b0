// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>
#include <stddef.h>

struct ly_ctx;
struct ly_set;
struct lyd_node;
struct lyd_node_opaq;
struct lysc_node;

/** Longest XPath filter in bytes. */
#define AG_XPATH_MAX 4096
/** Entries of lists that are loaded for an expression that cannot be judged entry by entry. */
#define AG_XPATH_ROWS_MAX 20000
/** Steps that an expression may take at most whose predicates look outside of their node: with
 * such predicates nested d deep on a tree of n nodes these are n to the power of d + 1. A step
 * along what precedes or follows counts as one level more. */
#define AG_XPATH_STEPS_MAX 200000000.0

/**
 * An XPath filter (RFC 6241 section 8.9) and the plan of how to answer it. Where the expression is
 * one path down to an outermost list, and what it asks of an entry can be seen from the entry, the
 * list's entries are judged one at a time (or the one with that key is looked up); otherwise all
 * entries of the lists that it touches must be in memory.
 */
struct ag_xpath {
    char *text; /**< prefixes are module names */
    bool everything; /**< "/" */
    const struct lysc_node *list; /**< the list that is judged entry by entry, or NULL */
    char *key; /**< predicates of the one entry that can match, or NULL */
    struct ly_set *touched; /**< schema nodes that the expression reads, when `list` is NULL */
    unsigned depth; /**< nesting of predicates that look outside of their node */
};

/** What an evaluation found of a node. */
enum ag_mark {
    AG_MARK_NONE = 0,
    AG_MARK_PART, /**< something below it is selected */
    AG_MARK_WHOLE, /**< it is selected, with all below it */
};

/** Reads the `select` attribute of a <filter>. *ret_xpath is the caller's. */
int ag_xpath_new(const struct ly_ctx *context, const struct lyd_node_opaq *filter,
    struct ag_xpath **ret_xpath, struct sx_error *err);

/** Releases a filter (NULL is fine). */
void ag_xpath_free(struct ag_xpath *xpath);

/** True when the expression may read or select something below this top-level node. */
bool ag_xpath_touches_top(const struct ag_xpath *xpath, const struct lysc_node *top);

/** True when the entries of this outermost list must be in memory for the evaluation. */
bool ag_xpath_touches_list(const struct ag_xpath *xpath, const struct lysc_node *list);

/** Evaluates the expression on a forest (its first tree) and marks what it selects. Fails when it
 * does not give nodes, or would take too long. */
int ag_xpath_mark(const struct ag_xpath *xpath, struct lyd_node *forest, struct sx_error *err);

/** The mark of a node. */
enum ag_mark ag_xpath_mark_of(const struct lyd_node *node);

/** Takes away what is not marked below a node; keys stay. False when the node is not marked. */
bool ag_xpath_prune(struct lyd_node *node);

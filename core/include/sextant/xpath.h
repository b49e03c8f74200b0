// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>

struct lyd_node;
struct lys_module;
struct lysc_prefix;

/*
 * libyang up to 2.1.30 (Debian 12) puts nodes into document order by searching the tree for each of
 * them, from the one before. When a node comes earlier than that, as along the axes that go
 * backwards, the search begins anew at the first top-level node; but if the last top-level node has
 * no children, it goes on from there in truth, and follows a null pointer (xpath.c, get_node_pos).
 * So an expression in a module or a filter could end the process. While a node with children comes
 * last, nothing of that happens.
 */

/** What sx_xpath_end() has to put back. By value. */
struct sx_xpath_order {
    struct lyd_node *moved; /**< the top-level node that stands last meanwhile, or NULL */
    struct lyd_node *before; /**< the one that it belongs before */
};

/**
 * To be called before libyang evaluates `expression` in the tree that `node` is part of: puts a
 * top-level node with children last. Between this and sx_xpath_end() the tree must not be changed.
 * False when no top-level node has children and the expression goes backwards along top-level
 * nodes: it must not be evaluated then, and nothing has to be put back.
 */
bool sx_xpath_begin(
    struct lyd_node *node, const char *expression, struct sx_xpath_order *ret_order);

/** Puts the top-level nodes into the order that they had. */
void sx_xpath_end(const struct sx_xpath_order *order);

/**
 * Evaluates the expression of a must or when of `module`, with the module's compiled prefixes, at a
 * node. False also when it cannot be evaluated.
 */
bool sx_xpath_holds(const struct lyd_node *node, const struct lys_module *module,
    const char *expression, const struct lysc_prefix *prefixes);

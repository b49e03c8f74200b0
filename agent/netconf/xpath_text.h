// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/xpath.h"

/*
 * What can be seen from the text of an XPath expression, without evaluating it. Where the text is
 * not understood the answer is the careful one: libyang alone knows the language.
 */

/** The expression of a <filter> with module names in the place of XML prefixes; for free(), or NULL
 * with *err when a prefix belongs to no module. */
char *ag_xpath_text_convert(
    const struct ly_ctx *context, const struct lyd_node_opaq *filter, struct sx_error *err);

/** True when the expression uses the operator `mod`: libyang 2.1.30 divides integers for it and the
 * process dies of a divisor below 1. False for what is no expression at all. */
bool ag_xpath_text_divides(const char *text);

/** How deep predicates are nested that look outside of the node they stand at: each one may go
 * through the whole tree for each node of the one around it. */
unsigned ag_xpath_text_depth(const char *text);

/** Fills in `list` and `key` where the list's entries can be judged one at a time. */
void ag_xpath_text_plan(const struct ly_ctx *context, struct ag_xpath *xpath);

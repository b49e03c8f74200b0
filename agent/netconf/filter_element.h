// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/errors.h"
#include "netconf/filter.h"
#include "netconf/xpath.h"

/** What a <filter> parameter holds: a filter of one of the two types; empty without one. */
struct ag_element_filter {
    struct ag_filter *subtree;
    struct ag_xpath *xpath;
};

/** Reads a <filter> element (RFC 6241 sections 6 and 8.9), which must outlive *ret_filter. That is
 * the caller's to clear, also after a failure. */
int ag_element_filter_read(const struct ly_ctx *context, const struct lyd_node_opaq *element,
    struct ag_element_filter *ret_filter, struct ag_error_info *info, struct sx_error *err);

/** Releases what it holds. */
void ag_element_filter_clear(struct ag_element_filter *filter);

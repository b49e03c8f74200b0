// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"
#include "session.h"

struct lysc_node;

/**
 * Builds a context of the modules that the daemon has, fetched from it with <get-schema>
 * (RFC 6022), so that it fits the daemon whatever modules an operator has added. *ret_context is
 * the caller's, for ly_ctx_destroy().
 */
int ctl_schema_load(
    struct ctl_session *session, struct ly_ctx **ret_context, struct ctl_fault *fault);

/** What a path must have. */
enum ctl_keys {
    CTL_KEYS_OPTIONAL, /**< a list without keys stands for all of its entries */
    CTL_KEYS_NEEDED, /**< each list has all of its keys */
};

/**
 * Follows the path through the schema; *ret_node is what it ends at (borrowed from the context).
 * A first node without module gets it, if one module alone has a node of that name at the top.
 * Fails with CTL_EXIT_USAGE, naming the step and what stands there.
 */
int ctl_schema_resolve(const struct ly_ctx *context, struct ctl_path *path, enum ctl_keys keys,
    const struct lysc_node **ret_node, struct ctl_fault *fault);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"

struct ly_ctx;
struct lyd_node;

/**
 * <get> with a subtree filter (RFC 6241 section 6) that selects what the path names; for free().
 * The path was resolved, see ctl_schema_resolve().
 */
char *ctl_request_get(const struct ly_ctx *context, const struct ctl_path *path);

/** A leaf without a namespace of its own, as a parameter of an operation; for free(). */
char *ctl_request_leaf(const char *name, const char *value);

/**
 * Adds a node to an edit. `path` was resolved with CTL_KEYS_NEEDED; `value` is as RFC 7951 writes
 * it, without quotes. A value that does not fit the type is left for the daemon to refuse. *tree
 * starts as NULL and is the caller's, for lyd_free_all(), whatever the result. Fails with
 * CTL_EXIT_USAGE.
 */
int ctl_request_add(const struct ly_ctx *context, const struct ctl_path *path, const char *value,
    struct lyd_node **tree, struct ctl_fault *fault);

/** The same for a node that is to be deleted. It must exist (RFC 6241 section 7.2, delete). */
int ctl_request_remove(const struct ly_ctx *context, const struct ctl_path *path,
    struct lyd_node **tree, struct ctl_fault *fault);

/** <edit-config> on <running> with what was added; `default_operation` as in RFC 6241; `wait` is
 * whom the answer waits for ("majority", "all"), or NULL. For free(). */
char *ctl_request_edit(
    const struct lyd_node *tree, const char *default_operation, const char *wait);

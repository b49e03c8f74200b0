// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client.h"

struct ly_ctx;
struct lyd_node;

/** A NETCONF session whose replies are XML trees without schema (libyang's opaque nodes). */
struct ctl_session {
    struct ctl_client *client;
    struct ly_ctx *plain; /**< a context without modules: what opaque trees stand in */
};

/** Connects. The caller closes the session, also when this has failed. */
int ctl_session_open(const char *socket, struct ctl_session *session, struct ctl_fault *fault);

/** Drops the connection and empties the session. Trees of it must be free already. */
void ctl_session_close(struct ctl_session *session);

/**
 * Sends `operation`, the XML inside <rpc>. *ret_reply is the <rpc-reply>, for lyd_free_all(). An
 * <rpc-error> in it fails with CTL_EXIT_REFUSED and a line an error.
 */
int ctl_session_call(struct ctl_session *session, const char *operation,
    struct lyd_node **ret_reply, struct ctl_fault *fault);

/** The first child with that local name, or NULL; `parent` may be NULL. Borrowed. */
const struct lyd_node *ctl_child(const struct lyd_node *parent, const char *name);

/** The next sibling with the same local name, or NULL. Borrowed. */
const struct lyd_node *ctl_next(const struct lyd_node *node);

/** The text of the first child with that local name, or "". Borrowed. */
const char *ctl_text(const struct lyd_node *parent, const char *name);

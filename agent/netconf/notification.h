// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/event.h"

struct ly_ctx;
struct lyd_node;

/** The content of an event's notification, of the module that defines it; *ret_tree is the
 * caller's. */
int ag_notification_tree(const struct ly_ctx *context, const struct ag_event *event,
    struct lyd_node **ret_tree, struct sx_error *err);

/** The whole <notification> message (RFC 5277 section 4), without framing; for free(). */
char *ag_notification_xml(const struct ag_event *event, const struct lyd_node *tree);

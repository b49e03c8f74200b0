// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.h"

struct ly_ctx;
struct lyd_node;

/** Writes a <revision> of a reply as an object. */
void ctl_revision_json(const struct lyd_node *revision, struct ctl_json *json);

/** Writes a <change> as an object, its values as RFC 7951 has them. `context` holds the daemon's
 * modules; a value that does not fit them is left out. */
void ctl_change_json(
    const struct ly_ctx *context, const struct lyd_node *change, struct ctl_json *json);

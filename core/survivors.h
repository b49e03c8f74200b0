// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>

struct lyd_node;
struct lysc_node;

/*
 * The argument of the extension `survives-factory-reset`: `always`, `never`, or, in a list, which
 * entries do, such as `name = 'lan1' or name = 'lan2'`.
 */

#define SX_SURVIVES_ALWAYS "always"
#define SX_SURVIVES_NEVER "never"

/** Refuses an argument that is none of the three, or that names no key of `node`. `where` begins
 * the message. */
int sx_survivors_check(
    const struct lysc_node *node, const char *argument, const char *where, struct sx_error *err);

/** True when a list entry is among those that a (checked) condition names. */
bool sx_survivors_hold(const char *condition, const struct lyd_node *entry);

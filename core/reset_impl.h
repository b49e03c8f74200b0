// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

struct lyd_node;

/* The inside of the factory reset, shared by reset.c (when) and reset_content.c (what is left). */

/** A reset waits so long for its alarm to leave through SNMP. */
#define SX_RESET_WAIT_MS 5000

/** A copy of all that survives, for lyd_free_all(), or NULL when nothing does. */
struct lyd_node *sx_reset_survivors(const struct sx_tree *tree);

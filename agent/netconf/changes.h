// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"

struct lyd_node;

/** Adds a change to the output of an operation that lists some, as sextant-history has them: an
 * entry of its list `change`, with secrets masked. `position` counts from 1. Returns about how many
 * bytes it takes. */
size_t ag_changes_put(const struct sx_schema *schema, struct lyd_node *output, size_t position,
    const struct sx_change *change);

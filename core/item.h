// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <libyang/libyang.h>
#include <stdbool.h>

/**
 * Parses RFC 7951 JSON below `parent` (NULL: top level), as strictly as a client's edit: explicit
 * configuration nodes without metadata alone; containers without presence that hold nothing are
 * dropped. `parent` is not changed. *ret_first is the first of the nodes, which stand alone, for
 * lyd_free_siblings(); NULL for none. Nothing is validated across nodes.
 */
int sx_item_parse(struct ly_ctx *context, const struct lyd_node *parent, const char *json,
    struct lyd_node **ret_first, struct sx_error *err);

/** True when two leafs, leaf-list entries or anydata of the same schema node hold the same. */
bool sx_item_equal(const struct lyd_node *a, const struct lyd_node *b);

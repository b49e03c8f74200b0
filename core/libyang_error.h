// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>

struct ly_ctx;

/**
 * Fills `err` with `what` and the text of libyang's newest error in this thread, without its final
 * full stop, and its data path. libyang keeps one error per thread and context, so this comes at
 * once after the call that failed. `what` may be NULL. A text that would show the value of a secret
 * is replaced. Returns -1.
 */
int sx_libyang_error(
    const struct ly_ctx *context, enum sx_error_code code, const char *what, struct sx_error *err);

/** Copies the data (or schema) path out of libyang's newest error into ret_path (of
 * SX_ERROR_PATH_MAX bytes), "" when it has none. */
void sx_libyang_error_path(const struct ly_ctx *context, char *ret_path);

/** True for what libyang itself says of a value that its type does not take, which quotes the
 * value; false for a text of the model's. */
bool sx_libyang_error_is_generated(const char *message);

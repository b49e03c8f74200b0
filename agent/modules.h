// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"
#include "sextant/schema.h"

/**
 * Loads the schema: every YANG module of the modules folders, and the standard ones that the
 * protocol needs. A folder that cannot be read or holds no module is an error that names it.
 * *ret_schema is the caller's.
 */
int ag_modules_load(
    const struct ag_options *options, struct sx_schema **ret_schema, struct sx_error *err);

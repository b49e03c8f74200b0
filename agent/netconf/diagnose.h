// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/errors.h"
#include "netconf/request.h"

/** Finds out why a message fits no operation of the schema: fills in *err, and *ret_info for its
 * <error-info> (names in it are borrowed from the request). Always returns -1. */
int ag_diagnose(const struct ly_ctx *context, const struct ag_request *request, const char *body,
    struct ag_error_info *ret_info, struct sx_error *err);

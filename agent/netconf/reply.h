// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/errors.h"
#include "netconf/request.h"
#include "netconf/stream.h"

/** Begins an <rpc-reply> with all the attributes of the <rpc> (RFC 6241 section 4.1). */
int ag_reply_begin(
    struct ag_stream *stream, const struct ag_request *request, struct sx_error *err);

/** Ends it, and the message. */
int ag_reply_end(struct ag_stream *stream, struct sx_error *err);

/** Answers <ok/>. */
int ag_reply_ok(struct ag_stream *stream, const struct ag_request *request, struct sx_error *err);

/**
 * Answers with `count` errors, of which there must be one at least. `info` is of the only one (NULL
 * for nothing). `request` may be NULL when the message could not be parsed; `context`
 * names the modules of the error's path. Returns -1 with *err when it cannot be sent.
 */
int ag_reply_error(struct ag_stream *stream, const struct ag_request *request,
    const struct ly_ctx *context, const struct sx_error *errors, size_t count,
    const struct ag_error_info *info, struct sx_error *err);

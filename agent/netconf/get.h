// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "netconf/request.h"
#include "netconf/stream.h"

struct ag_netconf;

/**
 * Answers <get> and <get-config> (RFC 6241 sections 7.1 and 7.7, RFC 6243) from the store, as one
 * consistent revision and without the engine's lock. An error before the first byte has left is
 * answered as an error. Returns -1 with *err when the session cannot go on: the client is gone, or
 * the store failed in the middle of a reply. *ret_error tells whether the answer was an error.
 */
int ag_get(struct ag_netconf *netconf, const struct ag_request *request, struct ag_stream *stream,
    bool *ret_error, struct sx_error *err);

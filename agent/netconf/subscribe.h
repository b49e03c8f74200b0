// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/request.h"

struct ag_session;

/**
 * Answers <create-subscription> (RFC 5277 section 2.1.1), a message of `length` bytes, and
 * subscribes the session, whose thread this is: the request passes on to the subscription then, and
 * is empty. Returns -1 with *err when the session cannot go on. *ret_error tells whether the answer
 * was an error.
 */
int ag_subscribe(struct ag_session *session, struct ag_request *request, size_t length,
    bool *ret_error, struct sx_error *err);

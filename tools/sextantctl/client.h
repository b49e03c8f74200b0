// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault.h"

#include <stddef.h>

/** Longest reply that is taken, in bytes. */
#define CTL_REPLY_MAX (256u << 20)
/** How long an answer may take, in seconds. */
#define CTL_ANSWER_SECONDS 60

/**
 * A NETCONF session over the daemon's UNIX socket (RFC 6241, chunked framing of RFC 6242). One
 * request at a time.
 */
struct ctl_client;

/** Connects and exchanges hellos. *ret_client is the caller's. Fails with CTL_EXIT_UNREACHABLE. */
int ctl_client_open(const char *socket, struct ctl_client **ret_client, struct ctl_fault *fault);

/** Drops the connection (NULL is fine). */
void ctl_client_close(struct ctl_client *client);

/**
 * Sends `operation`, the XML inside <rpc>, and waits for the answer: *ret_reply is the whole
 * <rpc-reply>, NUL-terminated, for free(); an <rpc-error> in it is not looked at. Fails with
 * CTL_EXIT_UNREACHABLE; the client can then only be closed.
 */
int ctl_client_call(
    struct ctl_client *client, const char *operation, char **ret_reply, struct ctl_fault *fault);

/** Waits until the daemon has closed the connection; fails with CTL_EXIT_UNREACHABLE when it has
 * not after CTL_ANSWER_SECONDS. The client can then only be closed. */
int ctl_client_wait_end(struct ctl_client *client, struct ctl_fault *fault);

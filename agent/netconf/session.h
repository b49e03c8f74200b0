// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/netconf.h"

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

/** Sessions at the same time, over all transports. */
#define AG_SESSIONS_MAX 128
/** Messages of a client that wait for its session's thread, and their bytes (one message may always
 * wait): beyond it the transport is paused. */
#define AG_SESSION_QUEUE_MAX 64
#define AG_SESSION_QUEUE_BYTES_MAX (16u << 20)
/** Bytes that wait in the transport before the session stops producing more. */
#define AG_SESSION_PENDING_MAX (256u << 10)
/** A client that has logged in must send its <hello> within this time. */
#define AG_SESSION_HELLO_SECONDS 60

/** What a session asks of the transport that carries it. All in the loop thread. */
struct ag_transport {
    /** Takes all bytes out of `data` and sends them when it can. */
    void (*write)(void *context, struct evbuffer *data);
    /** Bytes taken that have not left yet: the session stops producing while they are many. */
    size_t (*pending)(void *context);
    /** With true: stop reading from the client, the session has enough to do; with false: read on.
     * Not called twice with the same value. May be called inside ag_session_receive(), which should
     * then be given at most what was already read. */
    void (*pause)(void *context, bool pause);
    /** The session is over: send what is pending, then close. The context is the transport's
     * again; the session makes no further call. Never called inside a call of the transport into
     * the session. */
    void (*close)(void *context);
};

/** One NETCONF session: its loop side (guard, output) and its thread. */
struct ag_session;

/**
 * Starts a session for a user who has proved who he is. `source` is the client's address, or
 * "unix". Returns NULL when AG_SESSIONS_MAX is reached: the transport then closes.
 * The session frees itself after `close` or ag_session_hangup(). Loop thread.
 */
struct ag_session *ag_session_open(struct ag_netconf *netconf, const char *user, const char *source,
    const struct ag_transport *transport, void *context);

/** Bytes from the client. Loop thread. */
void ag_session_receive(struct ag_session *session, const void *data, size_t length);

/** The client will send no more (an SSH EOF, a half-closed socket) but may still listen, as in
 * `ssh -s host netconf < requests`: what it sent is answered, then the session closes. Loop thread.
 */
void ag_session_eof(struct ag_session *session);

/** The transport has room again: call it whenever what was pending falls below half of
 * AG_SESSION_PENDING_MAX. Loop thread. */
void ag_session_drained(struct ag_session *session);

/** The client is gone; the transport must not be called again. Loop thread. */
void ag_session_hangup(struct ag_session *session);

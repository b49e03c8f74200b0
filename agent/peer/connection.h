// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer/envelope.h"
#include "peer/socket.h"
#include "peer/tls.h"

#include <sys/queue.h>

struct event_base;

/** Most connections at once, of either direction and in any state. */
#define AG_CONNECTIONS_MAX 96
/** Most bytes that wait to be sent on one connection. */
#define AG_OUTPUT_MAX (32u << 20)
/** Longest envelope before a connection has become a link. */
#define AG_FIRST_ENVELOPE_MAX 4096u
/** Milliseconds that a farewell may take to be sent and read. */
#define AG_GOODBYE_MS 1000

/**
 * One TCP connection with TLS on it, which carries frames: four bytes of length, most significant
 * first, and an envelope. Loop thread only.
 */
struct ag_connection;

/** All connections of an agent's links. Set up by its owner, who keeps base and tls alive. */
struct ag_connection_pool {
    struct event_base *base;
    struct ag_tls *tls;
    TAILQ_HEAD(ag_connection_list, ag_connection) list;
    size_t count;
};

/** What a connection tells its owner, who may close it in any of these calls. */
struct ag_connection_handlers {
    /** TCP has connected the two sides of a connection that was dialled. May be NULL. */
    void (*connected)(void *owner);
    /** The TLS handshake is done. */
    void (*secured)(void *owner);
    /** An envelope came in; `bytes` are valid during the call. */
    void (*frame)(void *owner, const uint8_t *bytes, size_t length);
    /** Bytes came in, whatever they are: a sign of life. Before frame(). */
    void (*alive)(void *owner);
    /** The connection failed, or (`ended`) the other side closed it; it is gone when this returns.
     */
    void (*lost)(void *owner, const char *reason, bool ended);
};

/** Dials; a failure is told to lost() later, never during this call. NULL when the pool is full. */
struct ag_connection *ag_connection_dial(struct ag_connection_pool *pool,
    const struct ag_endpoint *local, const struct ag_endpoint *remote,
    const struct ag_connection_handlers *handlers, void *owner);

/** Takes an accepted socket over, or closes it and returns NULL when the pool is full. */
struct ag_connection *ag_connection_accept(struct ag_connection_pool *pool, int socket,
    const struct sockaddr *remote, const struct ag_connection_handlers *handlers, void *owner);

/** Sends an envelope. Fails when it exceeds a bound, or when AG_OUTPUT_MAX bytes wait. */
int ag_connection_send(
    struct ag_connection *connection, const struct ag_envelope *envelope, struct sx_error *err);

/** Fails the connection with this reason after so many milliseconds; 0: no more. */
void ag_connection_deadline(struct ag_connection *connection, unsigned ms, const char *reason);

/** Takes envelopes of up to AG_ENVELOPE_MAX from now on. */
void ag_connection_trust(struct ag_connection *connection);

/** Ends it at once, without a call to lost(). The pointer is not valid afterwards. */
void ag_connection_close(struct ag_connection *connection);

/** As ag_connection_close(), but tells the other side why, in the background. */
void ag_connection_goodbye(struct ag_connection *connection, const char *reason);

/** The other end, e.g. 127.0.0.1:4372. */
const char *ag_connection_remote(const struct ag_connection *connection);

/** Whether TCP has connected the two sides. */
bool ag_connection_reached(const struct ag_connection *connection);

/** Judges the certificate that the other side showed; after secured(). */
void ag_connection_judge(
    const struct ag_connection *connection, const char *name, struct ag_verdict *ret_verdict);

/** Closes all connections without a word to anyone. Not in a call of a handler. */
void ag_connection_pool_clear(struct ag_connection_pool *pool);

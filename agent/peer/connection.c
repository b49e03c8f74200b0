// SPDX-License-Identifier: Apache-2.0
#include "peer/connection.h"

#include "peer/frame.h"
#include "sextant/memory.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum state {
    STATE_CONNECTING, /**< TCP is on its way */
    STATE_HANDSHAKE,
    STATE_OPEN,
    STATE_CLOSING, /**< has no owner any more: the farewell is on its way */
    STATE_DEAD, /**< to be released when no call of ours is on the stack */
};

struct ag_connection {
    TAILQ_ENTRY(ag_connection) entry;
    struct ag_connection_pool *pool;
    const struct ag_connection_handlers *handlers;
    void *owner;
    enum state state;
    bool dialled;
    unsigned calls; /**< of ours on the stack */
    int socket; /**< while connecting, otherwise -1 */
    struct event *writable; /**< while connecting */
    struct bufferevent *stream;
    struct event *deadline;
    char deadline_reason[SX_REASON_MAX];
    size_t frame_max;
    char remote[AG_ENDPOINT_MAX];
};

static void release(struct ag_connection *connection)
{
    TAILQ_REMOVE(&connection->pool->list, connection, entry);
    connection->pool->count--;
    if (connection->writable)
        event_free(connection->writable);
    event_free(connection->deadline);
    if (connection->stream)
        bufferevent_free(connection->stream);
    if (connection->socket >= 0)
        close(connection->socket);
    /* Ending a session in its handshake leaves an error that would be taken for another's. */
    ERR_clear_error();
    free(connection);
}

void ag_connection_close(struct ag_connection *connection)
{
    connection->state = STATE_DEAD;
    if (connection->calls == 0)
        release(connection);
}

static void enter(struct ag_connection *connection)
{
    connection->calls++;
}

static void leave(struct ag_connection *connection)
{
    connection->calls--;
    if (connection->calls == 0 && connection->state == STATE_DEAD)
        release(connection);
}

/** Tells the owner, between enter() and leave(). */
static void lose(struct ag_connection *connection, const char *reason, bool ended)
{
    enum state state = connection->state;

    connection->state = STATE_DEAD;
    if (state != STATE_CLOSING && state != STATE_DEAD)
        connection->handlers->lost(connection->owner, reason, ended);
}

static void fail(struct ag_connection *connection, const char *reason)
{
    lose(connection, reason, false);
}

/** Hands on each whole frame that has come in. */
static void take_frames(struct ag_connection *connection, struct evbuffer *input)
{
    while (connection->state == STATE_OPEN && evbuffer_get_length(input) >= AG_FRAME_PREFIX) {
        uint8_t prefix[AG_FRAME_PREFIX];
        const uint8_t *bytes;
        size_t length;

        evbuffer_copyout(input, prefix, AG_FRAME_PREFIX);
        length = ag_frame_length(prefix);
        if (length > connection->frame_max) {
            char reason[SX_REASON_MAX];

            snprintf(reason, sizeof reason,
                "it sent an envelope of %zu bytes; at most %zu are taken", length,
                connection->frame_max);
            fail(connection, reason);
            return;
        }
        if (evbuffer_get_length(input) < AG_FRAME_PREFIX + length)
            return;
        bytes = evbuffer_pullup(input, (ev_ssize_t)(AG_FRAME_PREFIX + length));
        connection->handlers->frame(connection->owner, bytes + AG_FRAME_PREFIX, length);
        evbuffer_drain(input, AG_FRAME_PREFIX + length);
    }
}

static void on_read(struct bufferevent *stream, void *argument)
{
    struct ag_connection *connection = argument;
    struct evbuffer *input = bufferevent_get_input(stream);

    enter(connection);
    if (connection->state == STATE_OPEN)
        connection->handlers->alive(connection->owner);
    take_frames(connection, input);
    if (connection->state == STATE_CLOSING)
        evbuffer_drain(input, evbuffer_get_length(input));
    leave(connection);
}

/** All that was to be sent is with the kernel. */
static void on_drained(struct bufferevent *stream, void *argument)
{
    struct ag_connection *connection = argument;

    /* The other side reads the farewell, closes, and so ends this: a close now, with bytes of the
     * other side unread, would be a reset that overtakes it. */
    if (connection->state == STATE_CLOSING)
        shutdown(bufferevent_getfd(stream), SHUT_WR);
}

static void tls_reason(struct ag_connection *connection, char *reason, size_t size)
{
    unsigned long code = bufferevent_get_openssl_error(connection->stream);
    int error = EVUTIL_SOCKET_ERROR();
    const char *text = code ? ERR_reason_error_string(code) : NULL;

    if (text)
        snprintf(reason, size, "TLS failed: %s", text);
    else if (code)
        snprintf(reason, size, "TLS failed: error %lx", code);
    else
        snprintf(reason, size, "%s", error ? strerror(error) : "the connection broke");
    ERR_clear_error();
}

static void on_event(struct bufferevent *stream, short what, void *argument)
{
    struct ag_connection *connection = argument;
    char reason[SX_REASON_MAX];

    (void)stream;
    enter(connection);
    if ((what & BEV_EVENT_CONNECTED) && connection->state == STATE_HANDSHAKE) {
        connection->state = STATE_OPEN;
        connection->handlers->secured(connection->owner);
    } else if (what & BEV_EVENT_ERROR) {
        tls_reason(connection, reason, sizeof reason);
        fail(connection, reason);
    } else if (what & BEV_EVENT_EOF) {
        lose(connection,
            connection->state == STATE_HANDSHAKE
                ? "it closed the connection in the TLS handshake; perhaps it does not list this "
                  "system"
                : "it closed the connection",
            true);
    }
    leave(connection);
}

static void on_deadline(evutil_socket_t unused, short what, void *argument)
{
    struct ag_connection *connection = argument;

    (void)unused;
    (void)what;
    enter(connection);
    fail(connection, connection->deadline_reason);
    leave(connection);
}

/** Puts TLS on a connected socket, which passes to the connection. */
static void secure(struct ag_connection *connection, int socket)
{
    ag_socket_tune(socket);
    connection->state = STATE_HANDSHAKE;
    connection->stream = bufferevent_openssl_socket_new(connection->pool->base, socket,
        ag_tls_session(connection->pool->tls, connection->dialled),
        connection->dialled ? BUFFEREVENT_SSL_CONNECTING : BUFFEREVENT_SSL_ACCEPTING,
        BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!connection->stream)
        abort(); /* out of memory, as sx_alloc() */
    bufferevent_openssl_set_allow_dirty_shutdown(connection->stream, 1);
    bufferevent_setcb(connection->stream, on_read, on_drained, on_event, connection);
    bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
}

static void on_connected(evutil_socket_t socket, short what, void *argument)
{
    struct ag_connection *connection = argument;
    int error = 0;
    socklen_t size = sizeof error;

    (void)what;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error == 0) {
        connection->socket = -1;
        secure(connection, socket);
        enter(connection);
        if (connection->handlers->connected)
            connection->handlers->connected(connection->owner);
        leave(connection);
        return;
    }
    enter(connection);
    fail(connection, strerror(error));
    leave(connection);
}

static struct ag_connection *make(struct ag_connection_pool *pool, const struct sockaddr *remote,
    const struct ag_connection_handlers *handlers, void *owner)
{
    struct ag_connection *connection;

    if (pool->count >= AG_CONNECTIONS_MAX)
        return NULL;
    connection = sx_alloc(sizeof *connection);
    connection->pool = pool;
    connection->handlers = handlers;
    connection->owner = owner;
    connection->socket = -1;
    connection->frame_max = AG_FIRST_ENVELOPE_MAX;
    connection->deadline = evtimer_new(pool->base, on_deadline, connection);
    if (!connection->deadline)
        abort(); /* out of memory, as sx_alloc() */
    ag_endpoint_text(remote, connection->remote);
    TAILQ_INSERT_TAIL(&pool->list, connection, entry);
    pool->count++;
    return connection;
}

struct ag_connection *ag_connection_dial(struct ag_connection_pool *pool,
    const struct ag_endpoint *local, const struct ag_endpoint *remote,
    const struct ag_connection_handlers *handlers, void *owner)
{
    struct ag_connection *connection = make(pool, &remote->any, handlers, owner);
    struct sx_error err;

    if (!connection)
        return NULL;
    connection->dialled = true;
    if (ag_socket_dial(local, remote, &connection->socket, &err) != 0) {
        snprintf(connection->deadline_reason, sizeof connection->deadline_reason, "%.*s",
            SX_REASON_MAX - 1, err.message);
        event_active(connection->deadline, EV_TIMEOUT, 0);
        return connection;
    }
    connection->writable =
        event_new(pool->base, connection->socket, EV_WRITE, on_connected, connection);
    if (!connection->writable)
        abort(); /* out of memory, as sx_alloc() */
    event_add(connection->writable, NULL);
    return connection;
}

struct ag_connection *ag_connection_accept(struct ag_connection_pool *pool, int socket,
    const struct sockaddr *remote, const struct ag_connection_handlers *handlers, void *owner)
{
    struct ag_connection *connection = make(pool, remote, handlers, owner);

    if (connection)
        secure(connection, socket);
    else
        close(socket);
    return connection;
}

int ag_connection_send(
    struct ag_connection *connection, const struct ag_envelope *envelope, struct sx_error *err)
{
    struct evbuffer *output;
    uint8_t prefix[AG_FRAME_PREFIX], *bytes = NULL;
    size_t length;

    if (connection->state != STATE_OPEN)
        return sx_error_set(err, SX_E_OPERATION_FAILED, "the connection is not open");
    if (ag_envelope_encode(envelope, &bytes, &length, err) != 0)
        return -1;
    output = bufferevent_get_output(connection->stream);
    if (evbuffer_get_length(output) + AG_FRAME_PREFIX + length > AG_OUTPUT_MAX) {
        free(bytes);
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "it takes nothing: %u MiB wait to be sent to it", AG_OUTPUT_MAX >> 20);
    }
    ag_frame_begin(prefix, length);
    evbuffer_expand(output, AG_FRAME_PREFIX + length);
    evbuffer_add(output, prefix, AG_FRAME_PREFIX);
    evbuffer_add(output, bytes, length);
    free(bytes);
    return 0;
}

void ag_connection_deadline(struct ag_connection *connection, unsigned ms, const char *reason)
{
    const struct timeval delay = {
        .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    /* An attempt that failed at once has its reason there already. */
    if (connection->state == STATE_CONNECTING && connection->socket < 0)
        return;
    evtimer_del(connection->deadline);
    if (ms == 0)
        return;
    snprintf(connection->deadline_reason, sizeof connection->deadline_reason, "%s", reason);
    evtimer_add(connection->deadline, &delay);
}

void ag_connection_trust(struct ag_connection *connection)
{
    connection->frame_max = AG_ENVELOPE_MAX;
}

void ag_connection_goodbye(struct ag_connection *connection, const char *reason)
{
    struct ag_envelope envelope = {.type = AG_ENVELOPE_GOODBYE};
    struct sx_error err;

    snprintf(envelope.goodbye, sizeof envelope.goodbye, "%s", reason);
    if (ag_connection_send(connection, &envelope, &err) != 0) {
        ag_connection_close(connection);
        return;
    }
    connection->state = STATE_CLOSING;
    connection->owner = NULL;
    ag_connection_deadline(connection, AG_GOODBYE_MS, reason);
}

const char *ag_connection_remote(const struct ag_connection *connection)
{
    return connection->remote;
}

bool ag_connection_reached(const struct ag_connection *connection)
{
    return connection->stream != NULL;
}

void ag_connection_judge(
    const struct ag_connection *connection, const char *name, struct ag_verdict *ret_verdict)
{
    ag_tls_judge(
        connection->pool->tls, bufferevent_openssl_get_ssl(connection->stream), name, ret_verdict);
}

void ag_connection_pool_clear(struct ag_connection_pool *pool)
{
    struct ag_connection *connection;

    while ((connection = TAILQ_FIRST(&pool->list)))
        ag_connection_close(connection);
}

// SPDX-License-Identifier: Apache-2.0
/* A client's SSH connection: libssh driven by the loop. */
#include "log.h"
#include "netconf/ssh_private.h"
#include "sextant/memory.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void ag_ssh_connection_end(struct ag_ssh_connection *connection, const char *format, ...)
{
    va_list arguments;

    if (connection->ended)
        return;
    connection->ended = true;
    va_start(arguments, format);
    vsnprintf(connection->reason, sizeof connection->reason, format, arguments);
    va_end(arguments);
}

void ag_ssh_connection_free(struct ag_ssh_connection *connection)
{
    struct ag_ssh_server *server = connection->server;

    ag_auth_cancel(connection->ticket);
    ssh_message_free(connection->asked);
    for (size_t i = 0; i < AG_SSH_CHANNELS_MAX; i++)
        ag_ssh_channel_free(connection->channels[i]);
    if (connection->user) {
        TAILQ_REMOVE(&server->connections, connection, link);
        server->connection_count--;
    } else {
        TAILQ_REMOVE(&server->logins, connection, link);
        server->login_count--;
    }
    if (connection->readable)
        event_free(connection->readable);
    if (connection->writable)
        event_free(connection->writable);
    if (connection->wake)
        event_free(connection->wake);
    if (connection->ssh && ssh_is_connected(connection->ssh)) {
        /* As much as the socket takes without waiting. */
        ssh_blocking_flush(connection->ssh, 0);
        ssh_session_set_disconnect_message(
            connection->ssh, *connection->reason ? connection->reason : "goodbye");
        ssh_set_fd_towrite(connection->ssh);
        ssh_disconnect(connection->ssh);
    }
    ssh_free(connection->ssh);
    close(connection->fd);
    free(connection->user);
    free(connection->refused);
    free(connection);
}

/* Ends what has ended, and lets others in. */
static void finish(struct ag_ssh_connection *connection)
{
    struct ag_ssh_server *server = connection->server;

    if (*connection->reason)
        ag_log(SX_LOG_WARNING, "SSH: connection from %s ended: %s", connection->address,
            connection->reason);
    ag_ssh_connection_free(connection);
    ag_ssh_callers_admit(server, ag_ssh_now_ms());
    ag_ssh_arm(server);
}

/* Notices that the client is gone or has broken the protocol. */
static bool is_alive(struct ag_ssh_connection *connection)
{
    const char *error;

    if (connection->ended)
        return false;
    if (ssh_get_fd(connection->ssh) >= 0 && ssh_is_connected(connection->ssh) &&
        !(ssh_get_status(connection->ssh) & (SSH_CLOSED | SSH_CLOSED_ERROR)))
        return true;
    /* A client that has logged in may leave as it likes. */
    error = ssh_get_error(connection->ssh);
    if (connection->user)
        ag_ssh_connection_end(connection, "%s", "");
    else if (connection->refused)
        ag_ssh_connection_end(
            connection, "it left after user '%.64s' was refused", connection->refused);
    else
        ag_ssh_connection_end(
            connection, "before a log-in: %s", error && *error ? error : "the client left");
    return false;
}

static void handle(struct ag_ssh_connection *connection, ssh_message message)
{
    bool kept = false;

    switch (ssh_message_type(message)) {
    case SSH_REQUEST_SERVICE:
    case SSH_REQUEST_AUTH:
        kept = ag_ssh_login_message(connection, message);
        break;
    case SSH_REQUEST_CHANNEL_OPEN:
    case SSH_REQUEST_CHANNEL:
        ag_ssh_channel_message(connection, message);
        break;
    default:
        /* Forwarding and its like. */
        ssh_message_reply_default(message);
    }
    if (!kept)
        ssh_message_free(message);
}

/* Reads and handles messages. ssh_message_get() looks at the socket once when no message waits, and
 * never blocks. Returns false when there may be more that no event will tell of. */
static bool take_messages(struct ag_ssh_connection *connection)
{
    for (int i = 0; i < AG_SSH_MESSAGES_PER_STEP; i++) {
        ssh_message message;

        if (connection->asked)
            return true;
        message = ssh_message_get(connection->ssh);
        if (!is_alive(connection)) {
            ssh_message_free(message);
            return true;
        }
        if (!message)
            return true;
        handle(connection, message);
    }
    return false;
}

/* Bounds what libssh keeps for a client that asks and does not read. */
static void watch_output(struct ag_ssh_connection *connection)
{
    /* Most packets are this much longer on the wire than what they carry. */
    const uint64_t overhead = 32;
    uint64_t produced =
        connection->produced.out_bytes + overhead * connection->produced.out_packets;

    if (!(ssh_get_status(connection->ssh) & SSH_WRITE_PENDING)) {
        memset(&connection->sent, 0, sizeof connection->sent);
        memset(&connection->produced, 0, sizeof connection->produced);
    } else if (produced > connection->sent.out_bytes + AG_SSH_OUTPUT_MAX) {
        ag_ssh_connection_end(connection, "it does not read what it is sent");
    }
}

static void set_event(struct event *event, bool wanted, bool *pending)
{
    if (wanted == *pending)
        return;
    if (wanted)
        event_add(event, NULL);
    else
        event_del(event);
    *pending = wanted;
}

/* While an answer is awaited nothing is read: the messages that libssh keeps stay few. */
static void set_events(struct ag_ssh_connection *connection)
{
    bool active = !connection->asked;
    bool output = ssh_get_poll_flags(connection->ssh) & SSH_WRITE_PENDING;

    set_event(connection->readable, active, &connection->reading);
    set_event(connection->writable, active && output, &connection->writing);
}

void ag_ssh_connection_wake(struct ag_ssh_connection *connection)
{
    event_active(connection->wake, EV_TIMEOUT, 0);
}

void ag_ssh_connection_step(struct ag_ssh_connection *connection)
{
    bool complete = true, more = true;

    /* Writing can read, so messages come first again; a long output leaves others their turn. */
    for (int round = 0; more && complete && round < 4; round++) {
        complete = take_messages(connection);
        if (!is_alive(connection))
            break;
        more = ag_ssh_channels_work(connection);
    }
    if (is_alive(connection))
        watch_output(connection);
    if (connection->ended) {
        finish(connection);
        return;
    }
    if (complete && !more)
        ag_ssh_channels_reap(connection);
    else
        ag_ssh_connection_wake(connection);
    set_events(connection);
}

static void on_event(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    ag_ssh_connection_step(argument);
}

/*
 * Gives libssh the socket. It would send an identification line, but the caller has had one; so it
 * writes it into a socket pair, of which it holds one end under the descriptor that then becomes
 * the client's. The events watch a descriptor of our own: libssh closes its one when it likes.
 */
static bool hand_over(struct ag_ssh_connection *connection)
{
    const char *banner = connection->server->banner;
    char line[sizeof connection->server->banner];
    int pair[2];
    bool right;
    ssize_t got;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    /* From here on the session closes pair[0]. */
    if (ssh_bind_accept_fd(connection->server->bind, connection->ssh, pair[0]) != SSH_OK) {
        close(pair[1]);
        return false;
    }
    ssh_set_blocking(connection->ssh, 0);
    ssh_handle_key_exchange(connection->ssh);
    got = recv(pair[1], line, sizeof line, 0);
    right = got == (ssize_t)strlen(banner) && memcmp(line, banner, (size_t)got) == 0 &&
            ssh_get_fd(connection->ssh) == pair[0] &&
            dup3(connection->fd, pair[0], O_CLOEXEC) == pair[0];
    close(pair[1]);
    return right;
}

static void set_session(struct ag_ssh_connection *connection)
{
    ssh_set_auth_methods(connection->ssh, SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_PASSWORD);
    /* Compressed data could be a thousand times what came over the wire. */
    ssh_options_set(connection->ssh, SSH_OPTIONS_COMPRESSION, "no");
    ssh_set_counters(connection->ssh, &connection->sent, &connection->produced);
}

void ag_ssh_connection_start(struct ag_ssh_server *server, int fd, const char *address)
{
    struct ag_ssh_connection *connection = sx_alloc(sizeof *connection);
    struct event_base *base = ag_loop_base(server->loop);

    connection->server = server;
    connection->since_ms = ag_ssh_now_ms();
    snprintf(connection->address, sizeof connection->address, "%s", address);
    TAILQ_INSERT_TAIL(&server->logins, connection, link);
    server->login_count++;
    connection->fd = fd;
    connection->ssh = ssh_new();
    if (connection->ssh)
        set_session(connection);
    if (!connection->ssh || !hand_over(connection)) {
        ag_log(SX_LOG_ERROR, "SSH: a log-in from %s cannot be started: %s", address,
            ssh_get_error(server->bind));
        ag_ssh_connection_free(connection);
        return;
    }
    connection->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_event, connection);
    connection->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_event, connection);
    connection->wake = event_new(base, -1, 0, on_event, connection);
    /* Not here: a step may end the connection and start another. */
    ag_ssh_connection_wake(connection);
}

// SPDX-License-Identifier: Apache-2.0
/* Channels of an SSH connection (RFC 4254), each the transport of one NETCONF session (RFC 6242).
 */
#include "log.h"
#include "netconf/ssh_private.h"
#include "sextant/memory.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

/** Bytes read at once of a channel that was paused, and how often in a step. */
#define READ_SIZE 16384
#define READS_PER_STEP 16

static void transport_write(void *context, struct evbuffer *data)
{
    struct ag_ssh_channel *channel = context;

    evbuffer_add_buffer(channel->out, data);
    if (evbuffer_get_length(channel->out) >= AG_SESSION_PENDING_MAX / 2)
        channel->full = true;
    ag_ssh_connection_wake(channel->connection);
}

static size_t transport_pending(void *context)
{
    const struct ag_ssh_channel *channel = context;

    return evbuffer_get_length(channel->out);
}

static void transport_pause(void *context, bool pause)
{
    struct ag_ssh_channel *channel = context;

    channel->paused = pause;
    if (pause)
        return;
    channel->resumed = true;
    ag_ssh_connection_wake(channel->connection);
}

static void transport_close(void *context)
{
    struct ag_ssh_channel *channel = context;

    channel->session = NULL;
    channel->closing = true;
    ag_ssh_connection_wake(channel->connection);
}

static const struct ag_transport transport = {
    .write = transport_write,
    .pending = transport_pending,
    .pause = transport_pause,
    .close = transport_close,
};

/* What is not taken stays with libssh, which then does not open the client's window again. Data may
 * come in before the request for the subsystem, which is in a queue, has been looked at. */
static int on_data(ssh_session ssh, ssh_channel libssh_channel, void *data, uint32_t length,
    int is_stderr, void *userdata)
{
    struct ag_ssh_channel *channel = userdata;

    (void)ssh;
    (void)libssh_channel;
    if (is_stderr || channel->closing)
        return (int)length;
    if (!channel->session || channel->paused || channel->resumed) {
        if (length > AG_SSH_INPUT_MAX)
            ag_ssh_connection_end(channel->connection, "it sends more than its window allows");
        return 0;
    }
    ag_session_receive(channel->session, data, length);
    return (int)length;
}

static void on_eof(ssh_session ssh, ssh_channel libssh_channel, void *userdata)
{
    struct ag_ssh_channel *channel = userdata;

    (void)ssh;
    (void)libssh_channel;
    channel->eof = true;
}

static void on_close(ssh_session ssh, ssh_channel libssh_channel, void *userdata)
{
    struct ag_ssh_channel *channel = userdata;

    (void)ssh;
    (void)libssh_channel;
    channel->gone = true;
}

void ag_ssh_channel_free(struct ag_ssh_channel *channel)
{
    if (!channel)
        return;
    if (channel->session)
        ag_session_hangup(channel->session);
    ssh_remove_channel_callbacks(channel->channel, &channel->callbacks);
    evbuffer_free(channel->out);
    free(channel);
}

static struct ag_ssh_channel **find_slot(
    struct ag_ssh_connection *connection, ssh_channel libssh_channel)
{
    for (size_t i = 0; i < AG_SSH_CHANNELS_MAX; i++)
        if ((connection->channels[i] ? connection->channels[i]->channel : NULL) == libssh_channel)
            return &connection->channels[i];
    return NULL;
}

static void open_channel(struct ag_ssh_connection *connection, ssh_message message)
{
    struct ag_ssh_channel **slot = find_slot(connection, NULL);
    struct ag_ssh_channel *channel;
    ssh_channel opened;

    if (!slot || !connection->user || ssh_message_subtype(message) != SSH_CHANNEL_SESSION) {
        ssh_message_reply_default(message);
        return;
    }
    opened = ssh_message_channel_request_open_reply_accept(message);
    if (!opened) {
        ag_ssh_connection_end(connection, "a channel cannot be opened");
        return;
    }
    if (!ag_ssh_packets_fit(opened)) {
        ag_ssh_connection_end(
            connection, "its channel takes packets of less than %d bytes", AG_SSH_PACKET_MIN);
        return;
    }
    channel = sx_alloc(sizeof *channel);
    channel->connection = connection;
    channel->channel = opened;
    channel->out = evbuffer_new();
    channel->callbacks.userdata = channel;
    channel->callbacks.channel_data_function = on_data;
    channel->callbacks.channel_eof_function = on_eof;
    channel->callbacks.channel_close_function = on_close;
    ssh_callbacks_init(&channel->callbacks);
    ssh_set_channel_callbacks(opened, &channel->callbacks);
    *slot = channel;
}

/* Only subsystem netconf is offered, once a channel. */
static bool open_session(struct ag_ssh_channel *channel, ssh_message message)
{
    struct ag_ssh_connection *connection = channel->connection;
    const char *subsystem = ssh_message_subtype(message) == SSH_CHANNEL_REQUEST_SUBSYSTEM
                                ? ssh_message_channel_request_subsystem(message)
                                : NULL;

    if (!subsystem || strcmp(subsystem, "netconf") != 0 || channel->session || channel->closing ||
        channel->gone)
        return false;
    channel->session = ag_session_open(
        connection->server->netconf, connection->user, connection->address, &transport, channel);
    if (!channel->session)
        ag_log(SX_LOG_WARNING,
            "SSH: a session of user '%s' from %s refused: %d sessions are the most",
            connection->user, connection->address, AG_SESSIONS_MAX);
    channel->resumed = channel->session != NULL;
    return channel->session != NULL;
}

void ag_ssh_channel_message(struct ag_ssh_connection *connection, ssh_message message)
{
    struct ag_ssh_channel **slot;

    if (ssh_message_type(message) == SSH_REQUEST_CHANNEL_OPEN) {
        open_channel(connection, message);
        return;
    }
    slot = find_slot(connection, ssh_message_channel_request_channel(message));
    /* A channel that is gone is not named any more: libssh may have released it. */
    if (!slot || !*slot)
        return;
    if (open_session(*slot, message))
        ssh_message_channel_request_reply_success(message);
    else
        ssh_message_reply_default(message);
}

/* Gives the session what libssh kept while it was paused. */
static void resume(struct ag_ssh_channel *channel)
{
    char *data = sx_alloc(READ_SIZE);
    int got = 1;

    for (int i = 0; i < READS_PER_STEP && !channel->paused && got > 0; i++) {
        got = ssh_channel_read_nonblocking(channel->channel, data, READ_SIZE, 0);
        if (got > 0)
            ag_session_receive(channel->session, data, (size_t)got);
    }
    if (got <= 0)
        channel->resumed = false;
    else if (!channel->paused)
        ag_ssh_connection_wake(channel->connection);
    free(data);
}

static bool write_some(struct ag_ssh_channel *channel)
{
    struct ag_ssh_connection *connection = channel->connection;
    uint32_t window = ssh_channel_window_size(channel->channel);
    struct evbuffer_iovec piece;
    int written;

    if (channel->gone || channel->close_sent || window == 0 ||
        (ssh_get_status(connection->ssh) & SSH_WRITE_PENDING) ||
        evbuffer_peek(channel->out, AG_SSH_WRITE_MAX, NULL, &piece, 1) < 1)
        return false;
    if (piece.iov_len > AG_SSH_WRITE_MAX)
        piece.iov_len = AG_SSH_WRITE_MAX;
    if (piece.iov_len > window)
        piece.iov_len = window;
    written = ssh_channel_write(channel->channel, piece.iov_base, (uint32_t)piece.iov_len);
    if (written <= 0)
        return false;
    evbuffer_drain(channel->out, (size_t)written);
    return true;
}

/* Says goodbye: OpenSSH's client takes its exit status from it. In non-blocking mode libssh sends
 * the end of file, then the close, in two calls. */
static void send_close(struct ag_ssh_channel *channel)
{
    int result;

    ssh_channel_request_send_exit_status(channel->channel, 0);
    result = ssh_channel_close(channel->channel);
    if (result == SSH_AGAIN)
        result = ssh_channel_close(channel->channel);
    if (result == SSH_ERROR)
        ag_ssh_connection_end(channel->connection, "a channel cannot be closed");
    channel->close_sent = true;
}

static void tell_session(struct ag_ssh_channel *channel)
{
    size_t pending = evbuffer_get_length(channel->out);
    bool drained = channel->full && pending < AG_SESSION_PENDING_MAX / 2;

    if (drained)
        channel->full = false;
    if (channel->session && channel->gone) {
        ag_session_hangup(channel->session);
        channel->session = NULL;
    }
    if (channel->session && drained)
        ag_session_drained(channel->session);
    if (channel->session && channel->eof && !channel->eof_told && !channel->resumed &&
        ssh_channel_is_eof(channel->channel)) {
        channel->eof_told = true;
        ag_session_eof(channel->session);
    }
}

bool ag_ssh_channels_work(struct ag_ssh_connection *connection)
{
    bool wrote = false;

    for (size_t i = 0; i < AG_SSH_CHANNELS_MAX && !connection->ended; i++) {
        struct ag_ssh_channel *channel = connection->channels[i];

        if (!channel)
            continue;
        if (channel->resumed && !channel->paused && channel->session)
            resume(channel);
        wrote = write_some(channel) || wrote;
        tell_session(channel);
        if (channel->closing && !channel->close_sent && !channel->gone &&
            evbuffer_get_length(channel->out) == 0)
            send_close(channel);
    }
    return wrote;
}

void ag_ssh_channels_reap(struct ag_ssh_connection *connection)
{
    for (size_t i = 0; i < AG_SSH_CHANNELS_MAX; i++) {
        struct ag_ssh_channel *channel = connection->channels[i];
        ssh_channel released;

        if (!channel || !channel->gone)
            continue;
        released = channel->channel;
        ag_ssh_channel_free(channel);
        connection->channels[i] = NULL;
        ssh_channel_free(released);
    }
}

// SPDX-License-Identifier: Apache-2.0
/* The UNIX socket: NETCONF for local tools, straight over the stream. Who is at the other end the
 * kernel tells; whether he may come in, and what he is called, the log-in thread finds out, since
 * both are in files. */
#include "log.h"
#include "netconf/auth.h"
#include "netconf/listen.h"
#include "netconf/server.h"
#include "netconf/session.h"
#include "sextant/memory.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

/** Clients at the same time, those that wait for their log-in included. */
#define CLIENTS_MAX 256
/** Clients accepted before other sockets get their turn. */
#define ACCEPTS_PER_TURN 16
/** Seconds without listening when there are no descriptors left. */
#define PAUSE_SECONDS 1
/** Seconds that a client may take for the rest of the output when its session is over. */
#define LINGER_SECONDS 10

struct client {
    TAILQ_ENTRY(client) link;
    struct ag_unix_server *server;
    struct bufferevent *stream;
    struct ag_auth_ticket *ticket; /**< until the log-in is answered */
    struct ag_session *session;
    uid_t uid;
    bool full; /**< half of AG_SESSION_PENDING_MAX was pending */
    bool eof; /**< the client sends no more */
    bool closing; /**< the session is over: close when all is sent */
};

TAILQ_HEAD(clients, client);

struct ag_unix_server {
    struct ag_netconf *netconf;
    struct ag_loop *loop;
    struct ag_auth *auth;
    char *path;
    int fd;
    struct event *readable;
    struct event *again; /**< pending while no descriptor is left */
    struct clients clients;
    unsigned count;
};

static size_t pending(const struct client *client)
{
    return evbuffer_get_length(bufferevent_get_output(client->stream));
}

/* The session, if there was one, has been told or has told us. */
static void free_client(struct client *client)
{
    ag_auth_cancel(client->ticket);
    TAILQ_REMOVE(&client->server->clients, client, link);
    client->server->count--;
    bufferevent_free(client->stream);
    free(client);
}

static void transport_write(void *context, struct evbuffer *data)
{
    struct client *client = context;

    bufferevent_write_buffer(client->stream, data);
    if (pending(client) >= AG_SESSION_PENDING_MAX / 2)
        client->full = true;
}

static size_t transport_pending(void *context)
{
    return pending(context);
}

static void transport_pause(void *context, bool pause)
{
    struct client *client = context;

    if (pause)
        bufferevent_disable(client->stream, EV_READ);
    else if (!client->eof)
        bufferevent_enable(client->stream, EV_READ);
}

static void transport_close(void *context)
{
    const struct timeval linger = {.tv_sec = LINGER_SECONDS};
    struct client *client = context;

    client->session = NULL;
    client->closing = true;
    if (pending(client) == 0) {
        free_client(client);
        return;
    }
    bufferevent_disable(client->stream, EV_READ);
    bufferevent_setwatermark(client->stream, EV_WRITE, 0, 0);
    bufferevent_set_timeouts(client->stream, NULL, &linger);
}

static const struct ag_transport transport = {
    .write = transport_write,
    .pending = transport_pending,
    .pause = transport_pause,
    .close = transport_close,
};

static void on_read(struct bufferevent *stream, void *context)
{
    struct client *client = context;
    struct evbuffer *input = bufferevent_get_input(stream);
    struct evbuffer_iovec piece;

    while (client->session && evbuffer_peek(input, -1, NULL, &piece, 1) > 0) {
        ag_session_receive(client->session, piece.iov_base, piece.iov_len);
        evbuffer_drain(input, piece.iov_len);
    }
}

static void on_write(struct bufferevent *stream, void *context)
{
    struct client *client = context;

    (void)stream;
    if (client->closing) {
        free_client(client);
    } else if (client->full && client->session) {
        client->full = false;
        ag_session_drained(client->session);
    }
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
    struct client *client = context;

    (void)stream;
    /* An end of file may be half a close: the client may wait for answers. */
    if ((what & BEV_EVENT_EOF) && client->session) {
        client->eof = true;
        ag_session_eof(client->session);
        return;
    }
    if (client->session)
        ag_session_hangup(client->session);
    free_client(client);
}

static void answered(void *context, bool accepted, const char *user)
{
    struct client *client = context;

    client->ticket = NULL;
    if (!accepted) {
        ag_log(SX_LOG_WARNING,
            "local socket: user '%s' (uid %u) refused: only root, the daemon's own user and "
            "configured users may log in",
            user, client->uid);
        free_client(client);
        return;
    }
    client->session = ag_session_open(client->server->netconf, user, "unix", &transport, client);
    if (!client->session) {
        ag_log(SX_LOG_WARNING,
            "local socket: a session of user '%s' refused: %d sessions are the most", user,
            AG_SESSIONS_MAX);
        free_client(client);
        return;
    }
    ag_log(SX_LOG_INFO, "local socket: user '%s' logged in", user);
    bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void take_client(struct ag_unix_server *server, int fd)
{
    struct ag_auth_question question = {.method = AG_AUTH_UID};
    socklen_t length = sizeof(struct ucred);
    struct client *client;
    struct ucred peer;

    if (server->count >= CLIENTS_MAX ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) {
        close(fd);
        return;
    }
    client = sx_alloc(sizeof *client);
    client->server = server;
    client->uid = question.uid = peer.uid;
    client->stream = bufferevent_socket_new(ag_loop_base(server->loop), fd, BEV_OPT_CLOSE_ON_FREE);
    /* Nothing is read before the log-in. */
    bufferevent_disable(client->stream, EV_READ | EV_WRITE);
    bufferevent_setcb(client->stream, on_read, on_write, on_event, client);
    bufferevent_setwatermark(client->stream, EV_WRITE, AG_SESSION_PENDING_MAX / 2 - 1, 0);
    TAILQ_INSERT_TAIL(&server->clients, client, link);
    server->count++;
    client->ticket = ag_auth_ask(server->auth, &question, answered, client);
    if (!client->ticket)
        free_client(client);
}

static void on_accept(evutil_socket_t listener, short what, void *argument)
{
    const struct timeval pause = {.tv_sec = PAUSE_SECONDS};
    struct ag_unix_server *server = argument;

    (void)what;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            take_client(server, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            /* A socket that cannot be accepted from would keep the loop spinning. */
            ag_log(SX_LOG_ERROR, "local socket: connections cannot be accepted for a moment: %s",
                strerror(errno));
            event_del(server->readable);
            event_add(server->again, &pause);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void on_again(evutil_socket_t fd, short what, void *argument)
{
    const struct ag_unix_server *server = argument;

    (void)fd;
    (void)what;
    event_add(server->readable, NULL);
}

int ag_unix_server_new(struct ag_netconf *netconf, struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_unix_server **ret_server,
    struct sx_error *err)
{
    struct ag_unix_server *server = sx_alloc(sizeof *server);

    server->netconf = netconf;
    server->loop = loop;
    server->fd = -1;
    TAILQ_INIT(&server->clients);
    if (ag_listen_unix(options->unix_path, &server->fd, err) < 0 ||
        ag_auth_new(loop, ag_auth_store(host), &server->auth, err) < 0) {
        ag_unix_server_free(server);
        return -1;
    }
    server->path = sx_strdup(options->unix_path);
    server->readable =
        event_new(ag_loop_base(loop), server->fd, EV_READ | EV_PERSIST, on_accept, server);
    server->again = evtimer_new(ag_loop_base(loop), on_again, server);
    event_add(server->readable, NULL);
    *ret_server = server;
    return 0;
}

void ag_unix_server_free(struct ag_unix_server *server)
{
    struct client *client;

    if (!server)
        return;
    while ((client = TAILQ_FIRST(&server->clients))) {
        if (client->session)
            ag_session_hangup(client->session);
        /* What the session said last, as far as the client takes it without waiting. */
        evbuffer_write(bufferevent_get_output(client->stream), bufferevent_getfd(client->stream));
        free_client(client);
    }
    ag_auth_free(server->auth);
    if (server->readable)
        event_free(server->readable);
    if (server->again)
        event_free(server->again);
    if (server->fd >= 0)
        close(server->fd);
    if (server->path)
        unlink(server->path);
    free(server->path);
    free(server);
}

size_t ag_unix_server_pending(const struct ag_unix_server *server)
{
    const struct client *client;
    size_t sum = 0;

    TAILQ_FOREACH(client, &server->clients, link)
    {
        sum += pending(client);
    }
    return sum;
}

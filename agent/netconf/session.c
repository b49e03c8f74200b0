// SPDX-License-Identifier: Apache-2.0
#include "netconf/session.h"

#include "log.h"
#include "netconf/library.h"
#include "netconf/private.h"
#include "sextant/memory.h"
#include "waiters.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/** Bytes taken from the thread's socket at a time. */
#define PUMP_BYTES (64u << 10)

static void free_items(struct ag_session_item *item)
{
    while (item) {
        struct ag_session_item *next = item->next;

        free(item->body);
        free(item);
        item = next;
    }
}

static void release(struct ag_session *session)
{
    if (session->readable)
        event_free(session->readable);
    if (session->hello_timer)
        event_free(session->hello_timer);
    if (session->out)
        evbuffer_free(session->out);
    if (session->loop_fd >= 0)
        close(session->loop_fd);
    if (session->fd >= 0)
        close(session->fd);
    free_items(session->queue_first);
    ag_guard_free(session->guard);
    pthread_mutex_destroy(&session->lock);
    pthread_cond_destroy(&session->filled);
    free(session);
}

void ag_session_stop(struct ag_session *session, bool now)
{
    pthread_mutex_lock(&session->lock);
    session->finish = true;
    session->stop = session->stop || now;
    pthread_cond_signal(&session->filled);
    pthread_mutex_unlock(&session->lock);
    if (!now)
        return;
    /* Wakes a thread that waits in a write, or for a <hello> that will not come, or for peers. */
    shutdown(session->loop_fd, SHUT_RDWR);
    ag_waiters_wake(session->netconf->host);
}

void ag_session_ends(struct ag_session *session, enum ag_session_end reason)
{
    int none = AG_END_OTHER;

    atomic_compare_exchange_strong(&session->end_reason, &none, (int)reason);
}

/* Takes nothing more from the client. */
static void end(struct ag_session *session, bool now)
{
    session->ended = true;
    if (session->hello_timer)
        event_del(session->hello_timer);
    ag_session_stop(session, now || session->hello_timer);
}

void ag_session_pump(struct ag_session *session, bool all)
{
    int got = 1;

    while (got > 0 && (all || !session->transport ||
                          session->transport->pending(session->context) < AG_SESSION_PENDING_MAX)) {
        got = evbuffer_read(session->out, session->loop_fd, PUMP_BYTES);
        if (!session->transport)
            evbuffer_drain(session->out, evbuffer_get_length(session->out));
        else if (got > 0)
            session->transport->write(session->context, session->out);
        if (!all && got > 0 && got < (int)PUMP_BYTES)
            return;
    }
    /* Either the transport is full, until ag_session_drained(), or the socket is at its end: the
     * thread closes nothing before it has posted its end, so that comes next. */
    if (!all && (got > 0 || got == 0 || (errno != EAGAIN && errno != EINTR)))
        event_del(session->readable);
}

static void on_readable(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    ag_session_pump(argument, false);
}

static void on_hello_timeout(evutil_socket_t fd, short what, void *argument)
{
    struct ag_session *session = argument;

    (void)fd;
    (void)what;
    ag_log(SX_LOG_WARNING, "%s@%s sent no <hello> for %d seconds", session->user, session->source,
        AG_SESSION_HELLO_SECONDS);
    end(session, true);
}

static int prepare(struct ag_session *session, struct sx_error *err)
{
    struct event_base *base = ag_loop_base(session->netconf->loop);
    struct timeval hello = {.tv_sec = AG_SESSION_HELLO_SECONDS};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return sx_error_set(
            err, SX_E_RESOURCE_DENIED, "no socket for a session: %s", strerror(errno));
    session->loop_fd = pair[0];
    session->fd = pair[1];
    evutil_make_socket_nonblocking(session->loop_fd);
    ag_stream_init(&session->stream, session->fd);
    session->readable =
        event_new(base, session->loop_fd, EV_READ | EV_PERSIST, on_readable, session);
    session->hello_timer = evtimer_new(base, on_hello_timeout, session);
    if (!session->readable || !session->hello_timer || !session->out ||
        event_add(session->readable, NULL) < 0 || event_add(session->hello_timer, &hello) < 0)
        return sx_error_set(err, SX_E_RESOURCE_DENIED, "no event for a session");
    return 0;
}

/* Cut where a character begins: half a one would not be UTF-8 any more. */
static void copy_text(char *to, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(to, text, length);
    to[length] = '\0';
}

struct ag_session *ag_session_open(struct ag_netconf *netconf, const char *user, const char *source,
    const struct ag_transport *transport, void *context)
{
    struct ag_session *session = sx_alloc(sizeof *session);
    struct timespec now;
    struct sx_error err = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    session->netconf = netconf;
    session->login_ms = now.tv_sec * 1000ll + now.tv_nsec / 1000000;
    copy_text(session->user, sizeof session->user, user);
    strncpy(session->source, source, sizeof session->source - 1);
    session->transport = transport;
    session->context = context;
    session->loop_fd = session->fd = -1;
    session->guard = ag_guard_new();
    session->out = evbuffer_new();
    pthread_mutex_init(&session->lock, NULL);
    pthread_cond_init(&session->filled, NULL);
    if (!ag_sessions_add(netconf, session)) {
        ag_log(SX_LOG_WARNING, "%s@%s is turned away: there are %d sessions, which is the most",
            session->user, session->source, AG_SESSIONS_MAX);
        release(session);
        return NULL;
    }
    if (prepare(session, &err) < 0 || ag_worker_start(session, &err) < 0) {
        ag_log(
            SX_LOG_ERROR, "%s@%s is turned away: %s", session->user, session->source, err.message);
        ag_sessions_remove(netconf, session);
        release(session);
        return NULL;
    }
    atomic_fetch_add(&netconf->in_sessions, 1);
    return session;
}

/* The guard has seen the client's <hello>: the library may see the like of it. */
static void pass_hello(struct ag_session *session)
{
    const char *hello = ag_library_hello(ag_guard_chunked(session->guard));

    event_free(session->hello_timer);
    session->hello_timer = NULL;
    /* The socket is empty and has room for it. */
    if (send(session->loop_fd, hello, strlen(hello), MSG_NOSIGNAL) != (ssize_t)strlen(hello))
        end(session, true);
}

static bool has_room(struct ag_session *session)
{
    bool room;

    pthread_mutex_lock(&session->lock);
    room = !ag_session_is_full(session);
    pthread_mutex_unlock(&session->lock);
    return room;
}

/* Queues a message for the thread. */
static void enqueue(struct ag_session *session, const struct ag_guard_message *message,
    const struct sx_error *refusal)
{
    struct ag_session_item *item = sx_alloc(sizeof *item);

    item->body = sx_strndup(message->body, message->length);
    item->length = message->length;
    item->reads =
        strcmp(message->operation, "get") == 0 || strcmp(message->operation, "get-config") == 0;
    item->subscribes = message->subscribes;
    if (refusal) {
        item->refused = true;
        item->error = *refusal;
    }
    pthread_mutex_lock(&session->lock);
    if (session->queue_last)
        session->queue_last->next = item;
    else
        session->queue_first = item;
    session->queue_last = item;
    session->queued++;
    session->queued_bytes += item->length;
    pthread_cond_signal(&session->filled);
    pthread_mutex_unlock(&session->lock);
}

static void set_paused(struct ag_session *session, bool paused)
{
    if (session->paused == paused)
        return;
    session->paused = paused;
    if (session->transport)
        session->transport->pause(session->context, paused);
}

static void refuse_bytes(struct ag_session *session, const struct sx_error *err)
{
    ag_log(SX_LOG_WARNING, "session %u of %s@%s ends: %s", atomic_load(&session->id), session->user,
        session->source, err->message);
    if (session->hello_timer)
        atomic_fetch_add(&session->netconf->in_bad_hellos, 1);
    atomic_fetch_add(&session->netconf->dropped_sessions, 1);
    end(session, true);
}

/* Takes messages out of the guard as long as there is room for them. */
static void take_messages(struct ag_session *session)
{
    bool room = true;

    while (!session->ended && (room = has_room(session))) {
        struct ag_guard_message message = {0};
        struct sx_error err = {0};
        int result = ag_guard_next(session->guard, &message, &err);

        if (result < 0)
            refuse_bytes(session, &err);
        if (result <= 0)
            break;
        if (message.hello)
            pass_hello(session);
        else
            enqueue(session, &message, result == 2 ? &err : NULL);
    }
    set_paused(session, !room);
}

void ag_session_receive(struct ag_session *session, const void *data, size_t length)
{
    if (session->ended)
        return;
    ag_guard_feed(session->guard, data, length);
    if (!session->paused)
        take_messages(session);
}

void ag_session_resume(void *argument)
{
    struct ag_session *session = argument;

    if (session->paused && !session->ended)
        take_messages(session);
    /* What the client sent before its end of file is answered; the rest is not whole. */
    if (session->eof && !session->paused && !session->ended) {
        ag_session_ends(session, AG_END_DROPPED);
        end(session, false);
    }
}

void ag_session_eof(struct ag_session *session)
{
    session->eof = true;
    ag_session_resume(session);
}

void ag_session_drained(struct ag_session *session)
{
    event_add(session->readable, NULL);
    ag_session_pump(session, false);
}

void ag_session_hangup(struct ag_session *session)
{
    session->transport = NULL;
    ag_session_ends(session, AG_END_DROPPED);
    atomic_fetch_add(&session->netconf->dropped_sessions, session->ended ? 0 : 1);
    end(session, true);
}

void ag_session_finished(void *argument)
{
    struct ag_session *session = argument;

    if (!session->joined)
        pthread_join(session->thread, NULL);
    ag_session_pump(session, true);
    if (session->transport)
        session->transport->close(session->context);
    ag_sessions_remove(session->netconf, session);
    release(session);
}

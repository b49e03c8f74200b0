// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/event.h"
#include "netconf/guard.h"
#include "netconf/readers.h"
#include "netconf/server.h"
#include "netconf/session.h"
#include "netconf/stream.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>

struct ag_library;
struct ag_subscription;
struct evbuffer;
struct ly_ctx;

/*
 * The inside of the NETCONF server, shared by netconf.c (start and stop), sessions.c (the table of
 * sessions), session.c (a session's side in the loop) and worker.c (its thread).
 */

/** Numbers of RFC 6022 section 2.1.5, of a session or of all. */
struct ag_netconf_counters {
    atomic_uint in_rpcs;
    atomic_uint in_bad_rpcs;
    atomic_uint out_rpc_errors;
    atomic_uint out_notifications;
};

/** A session as others see it. By value. */
struct ag_session_view {
    uint32_t id;
    char user[64];
    char source[64];
    int64_t login_ms; /**< UTC */
    uint32_t in_rpcs, in_bad_rpcs, out_rpc_errors, out_notifications;
};

struct ag_netconf {
    struct ag_loop *loop;
    struct ag_host *host;
    struct ly_ctx *requests; /**< context without modules, see request.h */
    struct ag_readers readers;
    struct ag_ssh_server *ssh;
    struct ag_unix_server *unix_server;
    int64_t start_ms; /**< UTC */
    struct ag_netconf_counters counters;
    atomic_uint in_sessions, in_bad_hellos, dropped_sessions;
    atomic_uint subscribers; /**< sessions that are subscribed to events */

    pthread_mutex_t lock; /**< held for moments only: the loop takes it */
    struct ag_session *first; /**< all sessions; changed by the loop thread */
    size_t count;

    atomic_bool flushing; /**< replies are awaited before a restart: none is held back */
    struct event *flush_timer; /**< NULL: no flush under way */
    unsigned flush_tries;
    void (*flushed)(void *context);
    void *flush_context;
};

/** One thing that waits for a session's thread. */
struct ag_session_item {
    char *body; /**< text of the message; owned */
    size_t length;
    bool reads; /**< <get> or <get-config>: answered without the library */
    bool subscribes; /**< <create-subscription>: the same */
    bool refused; /**< not to be carried out: `error` is the answer */
    struct sx_error error;
    struct ag_session_item *next;
};

struct ag_session {
    struct ag_netconf *netconf;
    struct ag_session *next; /**< under the server's lock */
    char user[64];
    char source[64];
    int64_t login_ms; /**< UTC */
    atomic_uint id; /**< 0 until the library has given it */
    struct ag_netconf_counters counters;

    /* The loop's side. */
    const struct ag_transport *transport; /**< NULL once the client is gone */
    void *context;
    struct ag_guard *guard;
    int loop_fd; /**< the loop's end of the socket pair */
    struct event *readable; /**< replies of the thread */
    struct event *hello_timer; /**< NULL once the client has said hello */
    struct evbuffer *out;
    bool paused; /**< the transport was told not to read */
    bool eof; /**< the client sends no more */
    bool ended; /**< nothing more is taken from the client */
    bool joined; /**< the thread is gone */
    unsigned flush_mark; /**< `handled` when a flush began */

    /* Between loop and thread. */
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct ag_session_item *queue_first, *queue_last;
    size_t queued, queued_bytes;
    bool finish; /**< end when the queue is empty */
    bool stop; /**< end as soon as possible */
    atomic_uint started, handled; /**< messages begun and answered */
    atomic_uint undelivered; /**< events that wait or are being written */
    atomic_int end_reason; /**< enum ag_session_end */
    atomic_uint killed_by; /**< session id, with AG_END_KILLED */
    /** NULL without one; the thread's to set, under the lock, as its queue. */
    struct ag_subscription *subscription;

    /* The thread's side. */
    pthread_t thread;
    int fd; /**< the thread's end of the socket pair */
    struct ag_stream stream;
    struct ag_library *library;
};

/** netconf.c: a server without listeners: sessions are opened by whoever has transports for them.
 * *ret_netconf is the caller's, for ag_netconf_stop(). */
int ag_netconf_new(struct ag_loop *loop, struct ag_host *host, struct ag_netconf **ret_netconf,
    struct sx_error *err);

/** True while nothing more may be queued. Under the session's lock. */
static inline bool ag_session_is_full(const struct ag_session *session)
{
    return session->queued >= AG_SESSION_QUEUE_MAX ||
           session->queued_bytes >= AG_SESSION_QUEUE_BYTES_MAX;
}

/** sessions.c: adds and removes a session of the table. Loop thread. */
bool ag_sessions_add(struct ag_netconf *netconf, struct ag_session *session);
void ag_sessions_remove(struct ag_netconf *netconf, struct ag_session *session);
/** sessions.c: ends the session with this id, as the session `killer` wants; false when there is
 * none. Any thread. */
bool ag_sessions_kill(struct ag_netconf *netconf, uint32_t id, uint32_t killer);
/** sessions.c: fills in at most `size` views of sessions that have an id. Any thread. */
size_t ag_sessions_view(struct ag_netconf *netconf, struct ag_session_view *ret_views, size_t size);

/** session.c: makes the thread end, with what it is doing (`now`) or after all that is queued. Any
 * thread that knows that the session is in the table. */
void ag_session_stop(struct ag_session *session, bool now);
/** session.c: notes why the session ends; the first reason stands. Any thread. */
void ag_session_ends(struct ag_session *session, enum ag_session_end reason);
/** session.c: takes bytes of replies on to the transport, as many as it likes now, or all. Loop
 * thread. */
void ag_session_pump(struct ag_session *session, bool all);
/** session.c: room in the queue was made: reads on. Posted by the thread to the loop. */
void ag_session_resume(void *argument);
/** session.c: last call of the thread, posted to the loop: closes the transport and frees the
 * session. */
void ag_session_finished(void *argument);

/** delivery.c: sends the notifications that wait, as far as the filter selects them. Returns -1
 * with *err when the session is over. The session's thread, as the next two. */
int ag_session_deliver(struct ag_session *session, struct sx_error *err);
/** delivery.c: subscribes the session, which has no subscription yet; it passes on. */
void ag_session_subscribe(struct ag_session *session, struct ag_subscription *subscription);
/** delivery.c: ends and releases the subscription, if there is one. */
void ag_session_unsubscribe(struct ag_session *session);

/** worker.c: starts the thread. */
int ag_worker_start(struct ag_session *session, struct sx_error *err);

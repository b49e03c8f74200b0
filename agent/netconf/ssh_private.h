// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop.h"
#include "netconf/auth.h"
#include "netconf/server.h"
#include "netconf/session.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * The SSH server from inside. A client goes three ways: a *caller* is a socket that has been
 * accepted and says nothing yet, and costs next to nothing; its first byte makes it a *connection*,
 * which logs in; and each of its *channels* with subsystem netconf carries a session. Everything
 * here happens in the loop thread.
 */

struct event;
struct evbuffer;

/** Callers at the same time. When one more comes, the oldest of the address that has most goes. */
#define AG_SSH_CALLERS_MAX 1200
/** Seconds that a caller may be silent. */
#define AG_SSH_SILENT_SECONDS 30
/** Log-ins at the same time; callers that have sent something wait for a place. */
#define AG_SSH_LOGINS_MAX 64
/** Seconds that a log-in may take. */
#define AG_SSH_LOGIN_SECONDS 30
/** While callers wait for a place, the oldest log-in that has taken so long makes room: that has
 * not come as far as a user's name, and any. */
#define AG_SSH_PATIENCE_NAMELESS_MS 500
#define AG_SSH_PATIENCE_MS 2000
/** Failed tries of a log-in, after which the connection ends. */
#define AG_SSH_TRIES_MAX 6
/** Authentication requests of any kind in a log-in. */
#define AG_SSH_REQUESTS_MAX 32
/** Connections that have logged in; one without a session makes room for a new one. */
#define AG_SSH_CONNECTIONS_MAX 256
/** Channels of one connection. */
#define AG_SSH_CHANNELS_MAX 4
/** Messages handled for one connection before others get their turn. */
#define AG_SSH_MESSAGES_PER_STEP 64
/** Bytes written to a channel at once: libssh keeps all that it is given, without a bound. */
#define AG_SSH_WRITE_MAX (32u << 10)
/** Bytes that libssh may keep for a client that does not read: answers to requests, keys. */
#define AG_SSH_OUTPUT_MAX (1u << 20)
/** Bytes that libssh may keep of a paused channel. A client that respects the window of 1,280,000
 * bytes stays below. */
#define AG_SSH_INPUT_MAX (2u << 20)
/** Smallest packet that a client must take, in bytes: each costs an encryption. */
#define AG_SSH_PACKET_MIN 1024
/** Text of an address with its NUL. */
#define AG_SSH_ADDRESS_SIZE INET6_ADDRSTRLEN

TAILQ_HEAD(ag_ssh_caller_list, ag_ssh_caller);
TAILQ_HEAD(ag_ssh_connection_list, ag_ssh_connection);
LIST_HEAD(ag_ssh_source_list, ag_ssh_source);

/** An address that callers come from: an IPv4 address, or an IPv6 network of 64 bits. */
struct ag_ssh_source {
    LIST_ENTRY(ag_ssh_source) link;
    uint64_t address;
    bool ipv6;
    unsigned count;
    struct ag_ssh_caller_list callers; /**< oldest first */
};

struct ag_ssh_caller {
    TAILQ_ENTRY(ag_ssh_caller) by_age;
    TAILQ_ENTRY(ag_ssh_caller) by_source;
    TAILQ_ENTRY(ag_ssh_caller) by_turn; /**< while `waiting` */
    struct ag_ssh_server *server;
    struct ag_ssh_source *source;
    int fd;
    struct event *readable;
    int64_t since_ms;
    bool waiting; /**< has sent something, and there is no place for its log-in */
    char address[AG_SSH_ADDRESS_SIZE];
};

/** Buckets of the table of sources. */
#define AG_SSH_SOURCE_BUCKETS 256

struct ag_ssh_callers {
    struct ag_ssh_caller_list all; /**< oldest first */
    struct ag_ssh_caller_list waiting;
    unsigned count;
    bool crowded; /**< the table was full: said once until it is half empty */
    struct ag_ssh_source_list sources[AG_SSH_SOURCE_BUCKETS];
};

struct ag_ssh_listener {
    int fd;
    struct event *readable;
};

struct ag_ssh_server {
    struct ag_netconf *netconf;
    struct ag_loop *loop;
    struct ag_auth *auth;
    ssh_bind bind;
    char banner[64]; /**< identification line that a caller gets, with its line end */
    struct ag_ssh_listener *listeners;
    size_t listener_count;
    bool listening; /**< false while no descriptor is left */
    struct ag_ssh_callers callers;
    struct ag_ssh_connection_list logins; /**< oldest first */
    unsigned login_count;
    struct ag_ssh_connection_list connections; /**< that have logged in, oldest first */
    unsigned connection_count;
    struct event *timer; /**< pending while something can run out of time */
};

struct ag_ssh_channel {
    struct ag_ssh_connection *connection;
    ssh_channel channel;
    struct ssh_channel_callbacks_struct callbacks;
    struct ag_session *session; /**< NULL before the subsystem and after the session's end */
    struct evbuffer *out;
    bool full; /**< half of AG_SESSION_PENDING_MAX was pending */
    bool paused, resumed;
    bool eof; /**< the client sends no more */
    bool eof_told;
    bool closing; /**< the session is over: close when all is sent */
    bool close_sent;
    bool gone; /**< the client has closed the channel */
};

struct ag_ssh_connection {
    TAILQ_ENTRY(ag_ssh_connection) link;
    struct ag_ssh_server *server;
    ssh_session ssh;
    int fd; /**< what the events watch; libssh has another descriptor of the same socket */
    struct event *readable, *writable;
    struct event *wake; /**< another turn of the loop is wanted, whatever the socket does */
    bool reading, writing; /**< which of the events are pending */
    int64_t since_ms;
    char address[AG_SSH_ADDRESS_SIZE];
    char *user; /**< who has logged in; NULL before */
    unsigned tries, requests;
    char *refused; /**< the user of the last request that was refused; NULL when there was none */
    ssh_message asked; /**< authentication request that waits for the ticket's answer */
    bool probe; /**< it only asks whether a key would do */
    struct ag_auth_ticket *ticket;
    struct ssh_counter_struct sent, produced; /**< since libssh's output was last empty */
    struct ag_ssh_channel *channels[AG_SSH_CHANNELS_MAX];
    bool ended;
    char reason[160]; /**< why it ended, for the log; "" when the client left */
};

/** Milliseconds of the monotonic clock. */
int64_t ag_ssh_now_ms(void);

/** Sets the timer to the next moment at which something runs out of time. */
void ag_ssh_arm(struct ag_ssh_server *server);

/** Takes what a listener has accepted. `address` is the client's. */
void ag_ssh_caller_add(struct ag_ssh_server *server, int fd, const struct sockaddr *address);

/** Closes the oldest caller of the address that has most. False when there is none. */
bool ag_ssh_caller_drop(struct ag_ssh_server *server);

/** Closes callers that were silent for too long. */
void ag_ssh_callers_expire(struct ag_ssh_server *server, int64_t now_ms);

/** While callers wait for a place: the moment at which this log-in has to make room. */
int64_t ag_ssh_patience_ms(const struct ag_ssh_connection *login);

/** Lets callers that wait log in while there are places, the newest first: who waited long has
 * left, or never meant to log in. */
void ag_ssh_callers_admit(struct ag_ssh_server *server, int64_t now_ms);

/** Closes every caller. */
void ag_ssh_callers_clear(struct ag_ssh_server *server);

/** Starts a log-in on a socket, which passes to it even on failure. */
void ag_ssh_connection_start(struct ag_ssh_server *server, int fd, const char *address);

/** Moves a connection on: reads, handles messages, writes, and releases it when it has ended. Never
 * inside a call of a session. */
void ag_ssh_connection_step(struct ag_ssh_connection *connection);

/** Has the connection stepped in the loop's next turn. */
void ag_ssh_connection_wake(struct ag_ssh_connection *connection);

/** The connection is to end at the end of the step; the first reason counts. "" is none to log. */
void ag_ssh_connection_end(struct ag_ssh_connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Hangs up sessions, closes the socket and releases the connection. */
void ag_ssh_connection_free(struct ag_ssh_connection *connection);

/** Handles a service or authentication request. Returns true when it keeps the message. */
bool ag_ssh_login_message(struct ag_ssh_connection *connection, ssh_message message);

/** Handles a request to open a channel, or one that concerns a channel. */
void ag_ssh_channel_message(struct ag_ssh_connection *connection, ssh_message message);

/** Whether the client takes packets of AG_SSH_PACKET_MIN bytes, as far as that can be known. For a
 * channel that has just been accepted. */
bool ag_ssh_packets_fit(ssh_channel channel);

/** Tells the sessions what has happened, and writes what they have. True when bytes were written:
 * messages may have come in meanwhile. */
bool ag_ssh_channels_work(struct ag_ssh_connection *connection);

/** Releases channels that the client has closed. No message that names them may be left. */
void ag_ssh_channels_reap(struct ag_ssh_connection *connection);

/** Hangs up the channel's session, if it has one, and releases all but libssh's part. */
void ag_ssh_channel_free(struct ag_ssh_channel *channel);

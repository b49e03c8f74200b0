// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer/connection.h"
#include "peer/links.h"
#include "peer/listener.h"

#include <pthread.h>
#include <sys/queue.h>

struct ag_names;
struct ag_recovery;

/*
 * What the files of this folder share: the table of peers, each with its connections, of which one
 * at most is the link. links.h is the way in from outside.
 *
 *   links.c     the table, actions of the engine, the one timer
 *   peer.c      when to dial, and what the engine is told
 *   link.c      one connection of a peer: verdict, greeting, which connection becomes the link
 *   heartbeat.c life and messages of the connection that is the link
 *   accept.c    connections from outside, and who may have one
 */

/** Peers in the table: a whole new list may be opened before the old one is closed. */
#define AG_PEERS_MAX (2 * SX_PEERS_MAX)
/** Connections that one peer may have come in and not become the link; the oldest goes first. */
#define AG_PEER_PENDING_MAX 8
/** Milliseconds for TCP to connect an attempt to dial. Kernels before Linux 6.5 try after one
 * second and after three: the next attempt comes before that. */
#define AG_CONNECT_MS 2000
/** Milliseconds for TLS and greeting once TCP has connected. */
#define AG_DIAL_MS 3000
/** Milliseconds for a connection from outside to finish TLS and greet. */
#define AG_GREETING_MS 5000
/** Milliseconds that a greeted connection may wait to become the link. */
#define AG_CHOICE_MS 5000
/** Milliseconds from one attempt to dial to the next, if it fails by then; doubled each time up to
 * the most. */
#define AG_REDIAL_MS 100
#define AG_REDIAL_MAX_MS 1000
/** Milliseconds without a link after the engine reset it, doubled up to the most with each further
 * reset that comes within so many milliseconds of a link. */
#define AG_RESET_MS 1000
#define AG_RESET_MAX_MS 16000
#define AG_RESET_SOON_MS 60000
/** A timer that fires so many milliseconds late tells that this process was held up. */
#define AG_LATE_MS 100
/** Milliseconds between looks whether the host takes held messages. */
#define AG_HELD_RETRY_MS 10
/** Most bytes of envelopes that wait for the host on one link. The engines' protocol has a few
 * messages on their way at most, snapshots being asked for piece by piece; reading goes on
 * meanwhile, so that heartbeats are seen. */
#define AG_HELD_MAX (16u << 20)
/** Answers in a row by which a round trip is too long, or no longer so, before the engine is told:
 * a short hold-up is no slow network. */
#define AG_SLOW_ANSWERS 20
/** Microseconds below which round trips that were too long are no longer so: around the bound the
 * alarm would come and go. */
#define AG_ROUND_TRIP_GOOD_US (SX_ROUND_TRIP_MAX_US / 5 * 4)
/** Milliseconds without progress of a busy engine after which the log says so. */
#define AG_STUCK_MS 30000
/** Milliseconds after which the certificate of a link is judged again: it, its issuers and the CRLs
 * expire, and the CA bundle and the CRLs are read anew when they change. */
#define AG_JUDGE_MS 5000

/** A message that waits for the host. */
struct ag_held {
    STAILQ_ENTRY(ag_held) entry;
    struct sx_message *message;
    size_t bytes; /**< on the wire */
};

/** One connection of a peer. */
struct ag_link {
    TAILQ_ENTRY(ag_link) entry;
    struct ag_peer *peer;
    struct ag_connection *connection;
    bool dialled;
    bool greeted; /**< the other side's greeting came */
    bool chooser; /**< this side chooses which connection is the link */
    uint64_t instance; /**< of the other side's process, when greeted */
    struct ag_verdict verdict;
    /* Of the link alone: */
    int64_t life_ms; /**< when bytes came last */
    int64_t ping_ms; /**< when the next ping is due */
    int64_t judge_ms; /**< when its certificate is judged again */
    uint64_t pings;
    unsigned slow_answers; /**< in a row that say otherwise than `slow` of the peer */
    bool said_hello; /**< the engine's first message on this link was sent */
    STAILQ_HEAD(, ag_held) held;
    size_t held_bytes;
    uint64_t progress; /**< of the other side's engine */
    int64_t progress_ms; /**< when it was last seen to advance, or to have nothing to do */
    bool stuck; /**< the log has said so */
};

/** One peer of the table. */
struct ag_peer {
    TAILQ_ENTRY(ag_peer) entry;
    struct ag_links *links;
    char address[SX_ADDRESS_MAX]; /**< as the engine's list has it */
    struct ag_endpoint remote;
    struct ag_endpoint local; /**< length 0: any */
    char name[SX_ADDRESS_MAX];
    char local_text[64];
    char self[SX_ADDRESS_MAX];
    char clusters[SX_CLUSTER_NAMES][SX_NAME_MAX]; /**< of this system; "" for none */
    bool enforce;
    uint32_t interval_ms;
    uint32_t timeout_ms;
    TAILQ_HEAD(, ag_link) connections; /**< oldest first */
    struct ag_link *link; /**< the one that is up, or NULL */
    struct ag_link *dial; /**< the one that is being dialled, or NULL */
    int64_t dial_ms; /**< when to dial next */
    int64_t dialled_ms; /**< when it was dialled last */
    unsigned backoff_ms; /**< delay before the dial after the next failure */
    int64_t up_ms; /**< when it was linked last */
    unsigned reset_ms; /**< length of the last pause after a reset, or 0 */
    int64_t refuse_until_ms; /**< no connection is taken from outside until then */
    char told[SX_REASON_MAX]; /**< last reason that the engine was told; "" after a link */
    struct sx_certificate shown; /**< the last that it showed */
    bool unreachable; /**< the last dial got no TCP connection */
    bool slow; /**< the engine was told that round trips are too long */
    size_t slot; /**< of its times */
};

/** Times of a peer, for all threads. */
struct ag_times_slot {
    char peer[SX_ADDRESS_MAX]; /**< "": free */
    struct ag_link_times times;
};

struct ag_links {
    struct ag_loop *loop;
    struct ag_host *host;
    struct ag_connection_pool pool;
    uint16_t port;
    uint64_t instance; /**< random number of this process */
    TAILQ_HEAD(, ag_peer) peers;
    size_t peer_count;
    struct ag_listener *listeners[AG_LISTEN_MAX];
    size_t listener_count;
    struct ag_recovery *recovery;
    struct ag_names *names;
    struct event *timer;
    int64_t timer_ms; /**< when it is due; INT64_MAX: never */
    uint64_t posted_progress; /**< progress of our engine when an event was last posted */
    bool posted;
    int64_t complaints_ms; /**< when the count below was last filled up */
    unsigned complaints; /**< lines about connections from outside that may still be logged */
    unsigned silent; /**< lines that were not */
    pthread_mutex_t times_lock;
    struct ag_times_slot times[AG_PEERS_MAX];
};

/* links.c */

/** Makes the timer fire at this monotonic time at the latest. */
void ag_links_wake(struct ag_links *links, int64_t at_ms);

/** Peer with the IP address of `remote`, or NULL. */
struct ag_peer *ag_links_peer_at(const struct ag_links *links, const struct sockaddr *remote);

/** Posts an event to the host, and notes that its engine has work. */
void ag_links_post(struct ag_links *links, const struct sx_event *event);

/* peer.c */

/** Opens a peer, or takes its other values; see SX_ACTION_LINK_OPEN. */
void ag_peer_open(struct ag_links *links, const struct sx_action *action);

/** Ends all connections of the peer with this reason and forgets the peer. */
void ag_peer_close(struct ag_peer *peer, const char *reason);

/** Ends all its connections with this reason; dials again after AG_RESET_MS. */
void ag_peer_reset(struct ag_peer *peer, const char *reason);

/** Sends a message over the link, or drops it when there is none. */
void ag_peer_send(struct ag_peer *peer, struct sx_message *message);

/** Does what is due, and asks for the next call by ag_links_wake(). `late`: this process was held
 * up, so silence of peers tells nothing. */
void ag_peer_tick(struct ag_peer *peer, int64_t now_ms, bool late);

/** Makes a connection the link: the engine is told, attempts to dial end. */
void ag_peer_up(struct ag_peer *peer, struct ag_link *link);

/** A connection of the peer was lost or given up for this reason; it is released. The engine is
 * told if that is news. */
void ag_peer_lost(struct ag_link *link, const char *reason, bool certificate);

/* link.c */

/** Dials the peer. */
struct ag_link *ag_link_dial(struct ag_peer *peer);

/** Takes a socket from the peer over; NULL when there are too many connections. */
struct ag_link *ag_link_accept(struct ag_peer *peer, int socket, const struct sockaddr *remote);

/** Tells the other side why and gives the connection up, as ag_peer_lost(). */
void ag_link_refuse(struct ag_link *link, const char *reason, bool certificate);

/** Judges the certificate again. False when it does not do any more and the link is given up. */
bool ag_link_judge(struct ag_link *link);

/** Makes a greeted connection the link, and tells the other side so. */
void ag_link_choose(struct ag_link *link);

/** Releases it with what it holds; its connection must be closed already or given away. */
void ag_link_free(struct ag_link *link);

/* heartbeat.c */

/** Starts heartbeats of a connection that became the link, which the engine was told. If round
 * trips were too long on the last one, it is told that, too. */
void ag_heartbeat_start(struct ag_link *link);

/** Something came from the other side. */
void ag_heartbeat_alive(struct ag_link *link);

/** A ping, pong or message came over the link; takes it over. */
void ag_heartbeat_envelope(struct ag_link *link, struct ag_envelope *envelope, size_t bytes);

/** Pings, delivers what is held, finds a silent peer lost; asks for the next call. */
void ag_heartbeat_tick(struct ag_link *link, int64_t now_ms, bool late);

/* accept.c */

/** A socket was accepted on the cluster port. `context` is the struct ag_links. */
void ag_links_accept(int socket, const struct sockaddr *remote, void *context);

/** Logs why a connection from outside was ended; a flood of such lines is cut to a count. */
void ag_links_complain(struct ag_links *links, const char *remote, const char *reason);

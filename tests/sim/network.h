// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct sim_node;
struct sx_action;

#define SIM_NODES_MAX 6
/** Things that are to happen, at once. */
#define SIM_QUEUE_MAX 4096
/** Parts of messages on the way in one direction. */
#define SIM_CHUNKS_MAX 8192
/** Messages that may be repeated after a reconnect. */
#define SIM_RECENT_MAX 4
/** A link over which nothing is heard for so long is given up. */
#define SIM_SILENCE_MS 700

/** What is to happen at some time. */
struct sim_delivery {
    int64_t at;
    uint64_t order; /**< deliveries at one time come in the order of their making */
    enum {
        SIM_ARRIVAL, /**< bytes from `from` reach `to` */
        SIM_SILENCE, /**< `to` has not heard `from` for SIM_SILENCE_MS */
        SIM_LINK_DOWN, /**< `to` learns that its link with `from` is lost */
        SIM_CONNECT, /**< `from` dials `to` */
        SIM_ANSWER, /**< of DNS, to `to`, about the name of `from` */
        SIM_NOTIFIED, /**< notifications of `to` went out */
        SIM_RESTART, /**< `to` executes itself anew */
    } what;
    unsigned from, to;
    unsigned incarnation; /**< of the link */
};

/** Bytes on the way. */
struct sim_chunk {
    int64_t at;
    uint8_t *bytes;
    size_t length;
};

/** A whole message as it was sent. */
struct sim_frame {
    uint8_t *bytes;
    size_t length;
};

/** One direction between two nodes. */
struct sim_way {
    uint64_t random;
    bool blocked;
    int64_t blocked_at;
    int64_t delay_ms;
    int64_t last_at; /**< nothing overtakes what was sent before */
    struct sim_chunk chunks[SIM_CHUNKS_MAX]; /**< a ring */
    size_t first, count;
    struct sim_frame recent[SIM_RECENT_MAX]; /**< newest messages about configuration, a ring */
    uint64_t sent;
    unsigned repeat; /**< of them, when the link stands again */
    int64_t repeated_at; /**< when that was last; 0: never */
    uint8_t *input; /**< bytes that came in and are no whole message yet */
    size_t input_length;
};

struct sim_network {
    struct sim_way *ways[SIM_NODES_MAX][SIM_NODES_MAX]; /**< from, to */
    bool linked[SIM_NODES_MAX][SIM_NODES_MAX];
    unsigned incarnation[SIM_NODES_MAX][SIM_NODES_MAX];
    struct sim_delivery queue[SIM_QUEUE_MAX];
    size_t queued;
    uint64_t order;
};

void sim_network_open(struct sim *sim);
void sim_network_close(struct sim *sim);

/** Plans a delivery. */
void sim_network_plan(struct sim *sim, struct sim_delivery delivery, int64_t after);
/** Takes the next delivery that is due at `until` at the latest; false when there is none. */
bool sim_network_next(struct sim *sim, int64_t until, struct sim_delivery *ret_delivery);
/** Lets it happen. */
void sim_network_deliver(struct sim *sim, const struct sim_delivery *delivery);

/** What an engine wants of its links. */
void sim_network_action(struct sim *sim, struct sim_node *from, struct sx_action *action);
/** Ends links that can no longer stand. */
void sim_network_settle(struct sim *sim);
/** A node went down. */
void sim_network_down(struct sim *sim, struct sim_node *node);

/** Blocks or opens one direction. */
void sim_block(struct sim *sim, unsigned from, unsigned to, bool blocked);
/** Both directions. */
void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut);
/** Breaks a link, wherever in a message its bytes are. */
void sim_break(struct sim *sim, unsigned a, unsigned b);
/** Delays what goes in one direction from now on. */
void sim_delay(struct sim *sim, unsigned from, unsigned to, int64_t delay_ms);
/** Lets the newest messages of one direction come again after its next reconnect. */
void sim_repeat(struct sim *sim, unsigned from, unsigned to, unsigned count);

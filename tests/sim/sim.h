// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_vfs.h"
#include "sextant/engine.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A cluster in one process: real engines on real database files, virtual time, links and disks that
 * fail as a seed tells. After every step the rules of the design's section 5 are checked; a rule
 * that does not hold ends the program and prints the seed.
 */

#define SIM_NODES_MAX 6
/** Calls of the disk at which power can go: those that change what it holds. */
#define SIM_POINTS (FAULT_WRITE | FAULT_TRUNCATE | FAULT_SYNC | FAULT_DELETE)
/** Deliveries on the way at once. */
#define SIM_QUEUE_MAX 65536
/** Revisions that the model remembers. */
#define SIM_COMMITS_MAX 65536

/** One system of the cluster. */
struct sim_node {
    unsigned number; /**< from 0 */
    char address[32];
    char directory[256];
    char vfs[32];
    struct fault_vfs *disk;
    struct sx_engine *engine; /**< NULL while it is down */
    uint8_t system_key[SX_SYSTEM_KEY_SIZE]; /**< the file of the system key */
    uint8_t next_key[SX_SYSTEM_KEY_SIZE]; /**< the one beside it, while has_next */
    bool has_next;
    bool key_saving; /**< it is to be told that the key was written */
    int64_t tick_at;
    unsigned boots;
    bool wants[SIM_NODES_MAX]; /**< it keeps a link with that node */
    bool sees[SIM_NODES_MAX]; /**< it was told that the link is up */
    bool tried[SIM_NODES_MAX]; /**< it was told that an attempt failed */
    struct sx_status status; /**< after its last step */
    uint64_t acknowledged; /**< newest revision that it acknowledged, rule 1 */
    uint64_t alarm_sequence; /**< newest event that it told, rule 8 */
    char peer_specific[64]; /**< what its own item must be, rule 3 */
    bool forced; /**< its history may be replaced: joining or forced, rule 5 */
    bool edit_in_flight; /**< it went down during an edit of its own */
};

/** What is to happen at some time. */
struct sim_delivery {
    int64_t at;
    uint64_t order; /**< deliveries at one time come in the order of their making */
    enum { SIM_TICK, SIM_MESSAGE, SIM_LINK_UP, SIM_LINK_DOWN, SIM_CONNECT } what;
    unsigned from, to;
    unsigned incarnation; /**< of the link: what was sent over an older one is lost */
    uint8_t *bytes;
    size_t length;
};

/** A revision that was committed. */
struct sim_commit {
    char lineage[SX_UUID_SIZE];
    uint64_t revision;
    uint8_t digest[SX_DIGEST_SIZE];
};

struct sim {
    const struct sx_schema *schema;
    uint64_t seed, state;
    int64_t now; /**< milliseconds; both clocks of every engine follow it */
    unsigned count;
    char folder[128];
    struct sim_node nodes[SIM_NODES_MAX];
    bool cut[SIM_NODES_MAX][SIM_NODES_MAX];
    bool linked[SIM_NODES_MAX][SIM_NODES_MAX];
    unsigned incarnation[SIM_NODES_MAX][SIM_NODES_MAX];
    struct sim_delivery *queue;
    size_t queued;
    uint64_t order;
    struct sim_commit *commits;
    size_t committed;
    uint64_t trace; /**< hash over everything that happened */
    uint64_t steps;
    bool verbose;
};

/** A cluster of `count` systems that run and know nothing of each other. `folder` must be fresh. */
void sim_open(struct sim *sim, const struct sx_schema *schema, unsigned count, uint64_t seed,
    const char *folder);
void sim_close(struct sim *sim);

/** A number below `bound`, of the seed. */
uint64_t sim_random(struct sim *sim, uint64_t bound);

/** Lets `milliseconds` of virtual time pass, with all that happens in them. */
void sim_run(struct sim *sim, int64_t milliseconds);

/** Steps a node with an event that it fills time and randomness into; true when it succeeded. The
 * error is left in *ret_error when that is not NULL. */
bool sim_step(struct sim *sim, unsigned node, struct sx_event *event, struct sx_error *ret_error);

/** <edit-config> with this XML as <config>; true when it was acknowledged. */
bool sim_edit(struct sim *sim, unsigned node, const char *xml, struct sx_error *ret_error);

/** Stops a node at once, as a power cut does. */
void sim_crash(struct sim *sim, unsigned node);
/** Boots a node that is down. */
void sim_boot(struct sim *sim, unsigned node);
/** Both, for a node that runs. */
void sim_restart(struct sim *sim, unsigned node);

/** Cuts or heals the path between two nodes. */
void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut);

/** Link events of network.c. */
void sim_network_settle(struct sim *sim);
void sim_network_down(struct sim *sim, unsigned node);
void sim_network_action(struct sim *sim, unsigned from, struct sx_action *action);
void sim_network_deliver(struct sim *sim, struct sim_delivery *delivery);
void sim_queue(struct sim *sim, struct sim_delivery delivery);

/** rules.c: checks after a step of `node`, and at its boot. */
void sim_check_step(struct sim *sim, struct sim_node *node, const struct sx_update *update);
void sim_check_boot(struct sim *sim, struct sim_node *node);
void sim_note_commit(struct sim *sim, struct sim_node *node);
/** rules.c: the node's content is what it was at that revision. */
void sim_check_rolled_back(struct sim *sim, const struct sim_node *node, uint64_t revision);
/** rules.c: every node holds what node `primary` holds (rule 4). */
void sim_check_converged(struct sim *sim, unsigned primary);
/** True when an alarm of this kind is active on the node. */
bool sim_has_alarm(const struct sim *sim, unsigned node, uint32_t id);

/** Ends the program with the seed and a reason. */
__attribute__((noreturn, format(printf, 2, 3))) void sim_fail(
    const struct sim *sim, const char *format, ...);

/** operator.c: what an operator does. */
void sim_form(struct sim *sim, unsigned primary);
bool sim_set_primary(struct sim *sim, unsigned node, unsigned primary);
bool sim_phone_book(struct sim *sim, unsigned node, unsigned entry, unsigned value);
bool sim_set_own(struct sim *sim, unsigned node, unsigned value);
void sim_roll_back(struct sim *sim, unsigned node, unsigned revisions);
void sim_force(struct sim *sim, unsigned node);
/** Gives a zone a password, a replicated secret. */
bool sim_set_password(struct sim *sim, unsigned node, unsigned value);
/** Changes the system key; refused unless the node is the primary and no change is under way. */
void sim_change_key(struct sim *sim, unsigned node);

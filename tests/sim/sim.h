// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_vfs.h"
#include "model.h"
#include "network.h"
#include "sextant/engine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A cluster in one process: real engines on real database files, virtual time; links, clocks and
 * disks that fail as a seed tells. After every step the rules of replication (ARCHITECTURE.md) are
 * checked against a model; one that does not hold ends the process, with the seed and the reason.
 */

/** Exit status of a process whose simulation found a rule broken. */
#define SIM_FAILED 3
/** Calls of the disk at which power can go: those that change what it holds. */
#define SIM_POINTS (FAULT_WRITE | FAULT_TRUNCATE | FAULT_SYNC | FAULT_DELETE)
/** Steps of all engines at one moment of virtual time: with more of them they never rest. */
#define SIM_STEPS_MAX 20000

/** Releases of the software, each with a schema of its own. */
#define SIM_RELEASES 2

/** One system of the cluster. */
struct sim_node {
    unsigned number; /**< from 0 */
    char ip[16];
    char address[32]; /**< as the lists of peers have it: the IP address, or a name */
    char directory[256];
    char vfs[32];
    uint64_t random; /**< its own stream: what happens to others does not change it */
    struct fault_vfs *disk;
    struct sx_engine *engine; /**< NULL while it is down */
    unsigned release; /**< that it runs, or will run */
    bool full; /**< its disk has no room */
    bool failing; /**< a call of its disk is about to fail */
    bool dies; /**< the power goes after its next step, before anyone hears of it */
    int64_t wall_ms; /**< its clocks less the virtual time */
    int64_t monotonic_ms;
    uint8_t system_key[SX_SYSTEM_KEY_SIZE]; /**< the file of the system key */
    uint8_t next_key[SX_SYSTEM_KEY_SIZE]; /**< the one beside it, while has_next */
    bool has_next;
    bool key_saving; /**< it is to be told that the key was written */
    int64_t tick_at; /**< virtual time */
    bool restarting; /**< it asked for its restart */
    bool notifying; /**< it is to be told that notifications went out */
    bool certificate_invalid;
    bool names_fail; /**< its DNS does not answer */
    bool wants[SIM_NODES_MAX]; /**< it keeps a link with that node */
    bool enforces[SIM_NODES_MAX]; /**< as it said when it asked for the link */
    bool sees[SIM_NODES_MAX]; /**< it was told that the link is up */
    bool dialling[SIM_NODES_MAX]; /**< an attempt is planned */
    bool tried[SIM_NODES_MAX]; /**< it was told that an attempt failed */
    int64_t maintenance_at; /**< virtual time; when its mode was last set */
    int64_t ill_at; /**< virtual time; when its disk last failed or had no room */
    struct sx_status status; /**< after its last step */
    struct sim_promise promise; /**< what it must hold */
    struct sim_level level; /**< what it must soon hold */
    struct sim_rolling rolling; /**< that it runs */
    struct sim_claim claims[SIM_NODES_MAX]; /**< what it says that each node holds */
};

/** What the operators mean the cluster to be. */
struct sim_intention {
    unsigned members[SIM_NODES_MAX]; /**< nodes in the order of the list */
    unsigned count;
    unsigned primary; /**< a node */
    bool enforce;
};

/** What happened, for the summary of a run. */
struct sim_counts {
    uint64_t steps, edits, refused, crashes, boots, partitions, breaks, snapshots, backups,
        restores, primaries, removals, full_disks, levels, upgrades, waits, rollings;
};

struct sim {
    const struct sx_schema *const *schemas; /**< of each release */
    uint64_t seed;
    int64_t now; /**< virtual time, milliseconds */
    uint64_t steps_now; /**< steps at this moment */
    unsigned count;
    char folder[128];
    struct sim_node nodes[SIM_NODES_MAX];
    struct sim_intention intention;
    struct sim_network network;
    struct sim_model model;
    struct sim_backup *backup; /**< newest backup file, or NULL */
    struct sim_counts counts;
    uint64_t trace; /**< hash over everything that happened */
    FILE *trace_to; /**< and all of it as text, or NULL */
    bool verbose;
};

/** What a simulation is made of. */
struct sim_options {
    const struct sx_schema *const
        *schemas; /**< of each release; borrowed for as long as the simulation lasts */
    unsigned count;
    uint64_t seed;
    const char *folder; /**< fresh */
    bool names; /**< peers are listed by name; else by IP address */
    FILE *trace_to; /**< or NULL */
};

/** Systems that run and know nothing of each other. */
void sim_open(struct sim *sim, const struct sim_options *options);
void sim_close(struct sim *sim);

/** A number below `bound`, of a stream. */
uint64_t sim_random(uint64_t *state, uint64_t bound);

/** Lets `milliseconds` of virtual time pass, with all that happens in them. */
void sim_run(struct sim *sim, int64_t milliseconds);

/** Steps a node with an event that it fills time and randomness into; true when it succeeded. The
 * error is left in *ret_error when that is not NULL. */
bool sim_step(struct sim *sim, unsigned node, struct sx_event *event, struct sx_error *ret_error);

/** Stops a node at once, as a power cut does. */
void sim_crash(struct sim *sim, unsigned node);
/** Boots a node that is down; the power goes again at the `crash_at`-th change of its disk, if not
 * 0. False when it does not come up, for the power or a disk without room. */
bool sim_boot(struct sim *sim, unsigned node, uint64_t crash_at);
/** Stops a node in order and boots it. */
void sim_restart(struct sim *sim, unsigned node);

/** Adds a line to the trace. */
__attribute__((format(printf, 2, 3))) void sim_trace(struct sim *sim, const char *format, ...);

/** True when an alarm of this kind is active on the node. */
bool sim_has_alarm(const struct sim *sim, unsigned node, uint32_t id);

/** Ends the process with the seed and a reason. */
__attribute__((noreturn, format(printf, 2, 3))) void sim_fail(
    const struct sim *sim, const char *format, ...);

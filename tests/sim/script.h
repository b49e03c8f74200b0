// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim.h"

/*
 * A simulation as a list of acts: what operators do and what goes wrong, each after some virtual
 * time. A seed makes one; as text, one act a line, it can be cut down by hand and played again. An
 * act stands for itself: with others left out it still means the same.
 */

/** Arguments of an act. */
#define SIM_ARGUMENTS 3
/** Acts of a script. */
#define SIM_ACTS_MAX 100000

struct sim_act {
    unsigned kind; /**< of sim_kinds */
    unsigned wait_ms; /**< before it */
    unsigned arguments[SIM_ARGUMENTS];
};

struct sim_script {
    uint64_t seed; /**< of all that is left to chance in links, disks and engines */
    unsigned nodes;
    unsigned members; /**< of the cluster at first */
    struct sim_act *acts; /**< owned */
    size_t count;
};

/** What an argument is, and so how it is chosen. */
enum sim_argument {
    SIM_NO_ARGUMENT = 0,
    SIM_WHO, /**< 0: the primary that is meant, else a node, from 1 */
    SIM_NODE, /**< from 0 */
    SIM_ENTRY, /**< of the phone book */
    SIM_NUMBER, /**< from 0, which deletes */
    SIM_RULE, /**< from 1 */
    SIM_FLAG,
    SIM_FEW, /**< up to 7 */
    SIM_MANY, /**< up to 120 */
    SIM_CALL, /**< of the disk, 0: the power goes right after the next step */
    SIM_BOOT_CALL, /**< mostly 0: none */
    SIM_DELAY, /**< milliseconds */
    SIM_JUMP, /**< seconds, from an hour back */
    SIM_SET, /**< of nodes, a bit each; mostly all */
};

/** A kind of act. */
struct sim_kind {
    const char *name;
    unsigned weight; /**< how often a seed chooses it */
    enum sim_argument arguments[SIM_ARGUMENTS];
    void (*act)(struct sim *sim, const unsigned *arguments);
};

/** acts.c: all kinds; the last has no name. */
extern const struct sim_kind sim_kinds[];

/** Makes the script of a seed; for sim_script_clear(). */
void sim_script_make(uint64_t seed, size_t acts, struct sim_script *ret_script);
/** Reads one; returns 0, or -1 after it has said what is wrong. */
int sim_script_read(FILE *from, struct sim_script *ret_script);
void sim_script_print(const struct sim_script *script, FILE *to);
void sim_script_clear(struct sim_script *script);

/** play.c: plays it in a fresh folder, then ends all faults and holds the cluster to rule 4. */
void sim_play(struct sim *sim, const struct sx_schema *const *schemas,
    const struct sim_script *script, const char *folder, FILE *trace_to);

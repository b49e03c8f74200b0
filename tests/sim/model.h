// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network.h"
#include "sextant/history.h"
#include "sextant/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;
struct sim_node;
struct sx_event;
struct sx_message;
struct sx_update;

/*
 * What must hold: every revision that was ever committed, with its content and the one before it;
 * and for each node which of them it holds, and what else it promised.
 */

/** Entries of the phone book and search rules that operators work with. */
#define SIM_ENTRIES 12
#define SIM_RULES 5
/** No revision. */
#define SIM_NOTHING SIZE_MAX
/** Alarm events that are remembered, to be compared with repeats of them. */
#define SIM_TOLD_MAX 1024
#define SIM_ACTIVE_MAX 64
/** Histories that a node gave up, of which others may still hear. */
#define SIM_LEFT_MAX 16

/** Replicated content, as far as operators change it. */
struct sim_content {
    uint16_t entries[SIM_ENTRIES]; /**< numbers in the phone book, 0: no such entry */
    uint16_t password; /**< of the zone, a secret; 0: no zone */
    uint8_t rules[SIM_RULES]; /**< search rules in their order, from 1 */
    unsigned rule_count;
};

/** A revision that was committed. */
struct sim_commit {
    char lineage[SX_UUID_SIZE];
    uint64_t revision;
    uint8_t digest[SX_DIGEST_SIZE];
    size_t parent;
    struct sim_content content;
};

struct sim_model {
    struct sim_commit *commits;
    size_t count, capacity;
};

/** A raise or clear that was told. */
struct sim_told {
    uint64_t sequence;
    uint32_t id;
    bool raised;
    char resource[160];
};

/** What a node must hold. */
struct sim_promise {
    size_t at; /**< the revision it holds, or SIM_NOTHING */
    size_t left[SIM_LEFT_MAX]; /**< what it held before its history was replaced, a ring */
    size_t left_count;
    struct sim_content intent; /**< what an edit under way makes of the content */
    size_t intent_parent; /**< the revision that the edit follows */
    bool in_flight; /**< the power went during a step: it is done or not */
    bool own_edit; /**< that step was an edit of its own */
    unsigned ran; /**< release that it ran then */
    bool whole; /**< that step was the last of a snapshot */
    unsigned release; /**< that made or took the content; SIM_RELEASES: one that is not known */
    char own[64]; /**< its peer-specific item, rule 3 */
    char own_intent[64];
    bool replaceable; /**< its history may be replaced: joining or forced, rule 5 */
    bool joins; /**< and must be: it entered its first cluster as a subordinate */
    bool member; /**< it is part of a cluster: entering one when it is not makes it join */
    bool may_reset; /**< its operator took every peer out of its list */
    bool resetting; /**< it was booted after that */
    struct sim_told told[SIM_TOLD_MAX]; /**< by sequence */
    uint64_t sequence; /**< of the newest event told, rule 8 */
    struct sim_told active[SIM_ACTIVE_MAX]; /**< alarms that are up, from what was told */
    size_t active_count;
};

/** A restart in sequence, as the node that runs it must keep to it. */
struct sim_rolling {
    int64_t since; /**< virtual time; when its last step was taken, or the boot */
    enum sx_rolling_state state;
    size_t done;
    bool begins; /**< until its node restarts: what an earlier one asked for does not count */
    int asked; /**< the node that it has restart and that has not booted since; -1: none */
    bool restarted[SIM_NODES_MAX]; /**< by it, since it was begun */
};

/** What a node says that another one holds. */
struct sim_claim {
    char lineage[SX_UUID_SIZE];
    uint64_t revision; /**< 0: nothing */
};

/** What a subordinate must hold some time after `since`, rule 4. */
struct sim_level {
    const struct sim_node *primary; /**< that it has followed since then; NULL: none */
    int64_t since; /**< virtual time */
    size_t target; /**< the revision that the primary held then */
    size_t held; /**< one that it held itself then, of which the primary must know soon */
};

/** What a step is judged by. By value. */
struct sim_before {
    bool subordinate;
    int message; /**< type of the message that the step takes; 0: none */
    char primary[64]; /**< the address that the node held for the primary's */
};

/** The node's present content, by the model. */
struct sim_content sim_content_of(const struct sim *sim, const struct sim_node *node);

/** Content of revision `number` in the past of what the node holds; NULL when it has none. */
const struct sim_content *sim_content_at(
    const struct sim *sim, const struct sim_node *node, uint64_t number);

/** True when `commit` is in the past of `of`, or is it. SIM_NOTHING is in the past of all. */
bool sim_is_past(const struct sim_model *model, size_t commit, size_t of);
/** Number of a revision, 0 of SIM_NOTHING. */
unsigned long long sim_revision_of(const struct sim_model *model, size_t commit);

/** Notes what a step will be judged by. */
struct sim_before sim_before(const struct sim_node *node, const struct sx_event *event);
/** Checks after a step of a node, from whichever event. */
void sim_check_step(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event, const struct sx_update *update);
/** Checks after a boot. */
void sim_check_boot(struct sim *sim, struct sim_node *node, const struct sx_update *update);
/** alarm_rule.c: rule 8. `booted` tells that events may be repeated. */
void sim_check_alarms(
    struct sim *sim, struct sim_node *node, const struct sx_update *update, bool booted);

/** level_rule.c: rule 4 between two that follow each other without hindrance. To be called after
 * whatever changes something. */
void sim_check_following(struct sim *sim);

/** membership_rule.c: who is part of a cluster: it enters one by a boot, or at once if it is told
 * to apply what is configured so. */
void sim_check_membership(struct sim *sim, struct sim_node *node, bool booted);

/** Gives a node another position; what it held before is noted when that is not in its past. */
void sim_move_to(struct sim *sim, struct sim_node *node, size_t at);

/** claim_rule.c: what a node says that others hold, they hold, on their disks. */
void sim_check_claims(struct sim *sim, struct sim_node *node);
/** claim_rule.c: true when a node says of another one that it holds a revision. */
bool sim_says_held(const struct sim *sim, const struct sim_node *node, const struct sim_node *peer,
    size_t revision);

/** rolling.c: what a restart in sequence does in a step of its node, or in one that it asked for.
 */
void sim_check_rolling(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event, const struct sx_update *update);
/** rolling.c: after a boot. */
void sim_check_rolling_booted(struct sim *sim, struct sim_node *node);

/** upgrade.c: a step brought another revision to a node, or its role another view of what it holds.
 * After an upgrade a subordinate takes the content whole before it follows revisions. */
void sim_check_release(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_update *update, bool moved);
/** upgrade.c: the same after a boot. */
void sim_check_release_booted(struct sim_node *node, bool moved);

/** upgrade.c: nothing is replicated between two releases. */
void sim_check_sent(
    const struct sim *sim, unsigned from, unsigned to, const struct sx_message *message);

/** The revision of a lineage with this number, or SIM_NOTHING. */
size_t sim_find_commit(const struct sim_model *model, const char *lineage, uint64_t revision);

/** True when every member holds what the primary holds. */
bool sim_is_level(const struct sim *sim);
/** Ends the process unless every member holds what the primary holds (rule 4). */
void sim_check_level(struct sim *sim);
/** Ends the process unless each member is level, or has diverged and says so (rules 4 and 5). */
void sim_check_level_or_conflict(struct sim *sim);

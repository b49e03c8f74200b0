// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/objects.h"
#include "snmp/targets.h"

#include <stdbool.h>

/** Longest engine ID (RFC 3411 section 5). */
#define AG_ENGINE_ID_MAX 32

/** What is known of the SNMP engine of a target for v3 informs (RFC 3414 section 4). Traps are
 * authenticated by our own engine, and v2c has none: those are READY at once. */
enum ag_target_engine {
    AG_ENGINE_UNKNOWN = 0,
    AG_ENGINE_ASKED, /**< a discovery message is on its way */
    AG_ENGINE_FOUND, /**< answered; the answer is not yet put to use */
    AG_ENGINE_FAILED, /**< did not answer, or with something that cannot be used */
    AG_ENGINE_READY,
};

/** Where an inform stands. The library's callbacks only note it here: they are called from within
 * the library's list of requests, and for one answer more than once. */
enum ag_inform_state {
    AG_INFORM_HELD = 0, /**< waits for the engine ID of the target */
    AG_INFORM_SENT,
    AG_INFORM_CONFIRMED,
    AG_INFORM_UNANSWERED, /**< repeated as often as it may */
    AG_INFORM_REFUSED, /**< the target reported an error */
    AG_INFORM_OTHER_ENGINE, /**< the target reported that it has another engine ID */
};

/** One inform that is not done. */
struct ag_inform {
    struct ag_inform *next;
    enum ag_inform_state state;
    bool again; /**< sent again since the engine had another ID; that is done once */
    struct sx_alarm_event event;
};

/** One target. */
struct ag_target {
    struct ag_snmp_target config;
    struct ag_snmp_user user; /**< v3 */
    const struct ag_snmp_engine_state *local;
    const char *const *sources;
    netsnmp_session *session; /**< NULL while it cannot be opened */
    enum ag_target_engine engine;
    uint8_t engine_id[AG_ENGINE_ID_MAX];
    size_t engine_id_length;
    struct ag_inform *informs; /**< oldest first */
    size_t waiting; /**< how many informs, AG_SNMP_INFORMS_MAX at most */
    bool silent; /**< said in the log that it does not answer */
};

/** A target for `config` with the v3 user `user` (NULL for v2c); both copied, the rest borrowed. */
struct ag_target *ag_target_new(const struct ag_snmp_target *config,
    const struct ag_snmp_user *user, const struct ag_snmp_engine_state *local,
    const char *const *sources);

/** Gives up what is outstanding, forgets the user at the target's engine, and releases. */
void ag_target_free(struct ag_target *target);

/** True when it was made for the same `config` and `user`. */
bool ag_target_same(const struct ag_target *target, const struct ag_snmp_target *config,
    const struct ag_snmp_user *user);

/** Opens the session when it is not open; logs why when that fails, once. */
bool ag_target_open(struct ag_target *target);

/** Sends the event; see ag_targets_notify(). */
void ag_target_notify(struct ag_target *target, const struct sx_alarm_event *event);

/** See ag_targets_run(). */
void ag_target_run(struct ag_target *target);

/** Logs, once until it answers again, that the target does not answer. */
void ag_target_silent(struct ag_target *target, const char *what);

/** Asks for the engine ID of the target, whose session is open. */
void ag_discovery_start(struct ag_target *target);

/** Puts the engine ID that was found to use: makes the user known for it. */
void ag_discovery_finish(struct ag_target *target);

/** Forgets the engine ID, to ask for it anew. */
void ag_discovery_reset(struct ag_target *target);

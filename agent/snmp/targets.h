// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/engine_state.h"
#include "snmp/snmp.h"

/** Informs to one target that may wait for their confirmation; further notifications go to it as
 * traps, which need no memory, until there is room. */
#define AG_SNMP_INFORMS_MAX 64
/** How long a confirmation is waited for, and how often an inform is repeated. */
#define AG_SNMP_INFORM_TIMEOUT_MS 1500
#define AG_SNMP_INFORM_RETRIES 3

/**
 * The management systems that notifications are sent to. A target that does not confirm never
 * holds up another: all waiting is done by Net-SNMP's timers. All in the SNMP thread, between
 * ag_snmp_library_start() and ag_snmp_library_stop().
 */
struct ag_targets;

/** No targets yet. `sources` are the addresses that the agent listens on: a notification comes from
 * the first of the target's family, so that its receiver knows which system sent it. Both are
 * borrowed and must outlive the result, which is the caller's. */
struct ag_targets *ag_targets_new(
    const struct ag_snmp_engine_state *engine, const char *const *sources);

/** Gives up what is outstanding and releases (NULL is fine). */
void ag_targets_free(struct ag_targets *targets);

/** Makes the targets those of `settings`; none when not enabled. A target that did not change keeps
 * what is outstanding. Called after ag_access_update_users(). */
void ag_targets_update(struct ag_targets *targets, const struct ag_snmp_settings *settings);

/** Sends a notification to every target. It has then been handed to the network, but for an inform
 * to a v3 target whose engine ID is still being asked for. */
void ag_targets_notify(struct ag_targets *targets, const struct sx_alarm_event *event);

/** Goes on with what answers from targets have made possible. Called after snmp_read2() and
 * snmp_timeout(). */
void ag_targets_run(struct ag_targets *targets);

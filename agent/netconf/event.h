// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/event.h"
#include "sextant/update.h"

#include <stdatomic.h>

/** Top-level nodes that the notification of a change names; when more have changed, it names none.
 */
#define AG_EVENT_TOPS_MAX 8

/** What can be told to subscribers. */
enum ag_event_type {
    AG_EVENT_ALARM = 1, /**< alarm-notification of RFC 8632 */
    AG_EVENT_ROLLING, /**< rolling-restart-progress of sextant-cluster */
    AG_EVENT_CHANGE, /**< netconf-config-change of RFC 6470 */
    AG_EVENT_SESSION_START, /**< netconf-session-start of RFC 6470 */
    AG_EVENT_SESSION_END, /**< netconf-session-end of RFC 6470 */
};

/** Why a session has ended, RFC 6470. */
enum ag_session_end {
    AG_END_OTHER = 0,
    AG_END_CLOSED, /**< by the client's request */
    AG_END_KILLED, /**< by another session's */
    AG_END_DROPPED, /**< the client was gone */
};

/** One event of the stream (RFC 5277), shared by the subscriptions that it waits in. Holds values
 * alone: it is made under the engine's lock, and becomes XML in each session's thread. */
struct ag_event {
    atomic_uint references;
    enum ag_event_type type;
    int64_t time_ms; /**< UTC */
    struct sx_origin origin; /**< CHANGE: whose it is, session 0 for the system itself; SESSION_* */
    union {
        struct sx_alarm_event alarm;
        struct sx_rolling_status rolling;
        struct {
            size_t top_count;
            char tops[AG_EVENT_TOPS_MAX][128]; /**< "module:name" */
        } change;
        struct {
            enum ag_session_end reason;
            uint32_t killed_by; /**< session id */
        } end;
    };
};

/** An event that is all zero but for these; the caller holds its one reference. */
struct ag_event *ag_event_new(enum ag_event_type type, int64_t time_ms);

/** Takes one more reference. */
struct ag_event *ag_event_ref(struct ag_event *event);

/** Gives a reference back (NULL is fine). */
void ag_event_unref(struct ag_event *event);

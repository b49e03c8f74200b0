// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/history.h"

#include <stdbool.h>
#include <stdint.h>

/** RFC 8632's states and the catalogue's words; ordered by weight. */
enum sx_severity {
    SX_SEVERITY_CLEARED = 0,
    SX_SEVERITY_NOTICE,
    SX_SEVERITY_WARNING,
    SX_SEVERITY_ERROR,
    SX_SEVERITY_ALERT,
    SX_SEVERITY_CRITICAL,
};

/** The severity's name as logs and notifications write it, e.g. "warning". Static storage. */
const char *sx_severity_name(enum sx_severity severity);

/** One kind of alarm. The catalogue is static and never changes. */
struct sx_alarm_type {
    uint32_t id; /**< e.g. 20004 */
    const char *uuid;
    const char *title;
    enum sx_severity severity;
    const char *text; /**< what it means */
    const char *raised; /**< raised when */
    const char *cleared; /**< cleared when */
    const char *remedy; /**< what the operator can do */
};

/** The catalogue, ascending by id; *ret_count is its length. */
const struct sx_alarm_type *sx_alarm_catalogue(size_t *ret_count);

/** The kind with this id, or NULL. */
const struct sx_alarm_type *sx_alarm_type(uint32_t id);

/** Longest resource and text of an alarm, with NUL. A resource is a data path such as
 * /sextant-cluster:cluster/peers/peer[index='2'], or "" for the system. */
#define SX_ALARM_RESOURCE_MAX 160
#define SX_ALARM_TEXT_MAX 320
/** Changes of state that are kept. */
#define SX_ALARM_HISTORY_MAX 10000

/** One raise or clear. By value. */
struct sx_alarm_event {
    uint64_t sequence; /**< rises by one with each event of this peer, also over restarts */
    uint32_t id;
    bool raised; /**< false: cleared */
    enum sx_severity severity;
    int64_t time_ms; /**< UTC, milliseconds since 1970 */
    char resource[SX_ALARM_RESOURCE_MAX];
    char text[SX_ALARM_TEXT_MAX];
};

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/update.h"

/*
 * The event log: lines on standard error, where a supervisor takes them. Line format:
 *   <UTC time> <level> <text>
 * What came from outside is printed with control characters escaped. A line is at most
 * AG_LOG_LINE_MAX bytes. The level is the one process-wide setting of the agent.
 */
#define AG_LOG_LINE_MAX 2048

/** Lines above this level are dropped. Any thread. */
void ag_log_set_level(enum sx_log_level level);

/** Writes one line. Any thread; never waits for anything but the descriptor. */
void ag_log(enum sx_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Writes the line of an alarm (design section 6) as a warning. Any thread. */
void ag_log_alarm(const struct sx_alarm_event *event, const char *system_name);

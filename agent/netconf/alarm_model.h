// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/alarm.h"

struct ly_ctx;

/*
 * How the catalogue's alarms appear in ietf-alarms (RFC 8632), in its lists as in notifications.
 */

/** Longest name of an alarm's identity, with its module and NUL. */
#define AG_ALARM_IDENTITY_MAX 128

/** The severity in RFC 8632's words, which are fewer than the catalogue's; sextant-alarms says how
 * they go together. Static storage. */
const char *ag_alarm_severity(enum sx_severity severity);

/** The identity of the alarm with this number, such as "sextant-alarms:…-20004"; -1 when there is
 * none. */
int ag_alarm_identity(const struct ly_ctx *context, uint32_t id, char *ret_name, size_t size);

/** What the alarm is about; borrowed from it. */
const char *ag_alarm_resource(const struct sx_alarm_event *alarm);

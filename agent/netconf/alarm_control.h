// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/alarm.h"

#include <stdbool.h>

struct ag_netconf;

/**
 * Whether notify-status-changes of /alarms/control (RFC 8632 section 4.1) has an alarm-notification
 * sent for this change of state. A clear is always sent, and so is everything while the
 * configuration cannot be read, which the log says. Any session's thread.
 */
bool ag_alarm_control_sends(struct ag_netconf *netconf, const struct sx_alarm_event *alarm);

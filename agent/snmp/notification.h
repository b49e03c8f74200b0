// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/objects.h"

/** Makes the PDU of sextantAlarmRaised or sextantAlarmCleared: sysUpTime, snmpTrapOID and the
 * notification's objects in the MIB's order. `command` is SNMP_MSG_TRAP2 or SNMP_MSG_INFORM.
 * The caller's, for snmp_send() or snmp_free_pdu(). SNMP thread. */
netsnmp_pdu *ag_notification_pdu(const struct sx_alarm_event *event, int command);

// SPDX-License-Identifier: Apache-2.0
#include "snmp/notification.h"

#include "snmp/sextant_mib.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

/* Arcs below sextantNotifications. */
#define ALARM_RAISED 1
#define ALARM_CLEARED 2

/* Arcs below sextantEvent. */
enum event_object {
    EVENT_SEQUENCE = 1,
    EVENT_ALARM_ID,
    EVENT_ALARM_UUID,
    EVENT_SEVERITY,
    EVENT_RESOURCE,
    EVENT_TEXT,
    EVENT_TIME,
};

static void add_object(
    netsnmp_pdu *pdu, enum event_object arc, u_char type, const struct ag_snmp_value *value)
{
    const oid name[] = {AG_MIB, 1, 5, arc, 0};
    snmp_pdu_add_variable(pdu, name, OID_LENGTH(name), type, value->text, value->length);
}

static void add_header(netsnmp_pdu *pdu, oid arc)
{
    static const oid uptime_name[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
    static const oid trap_name[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
    const oid trap[] = {AG_MIB, 0, arc};
    const u_long uptime = netsnmp_get_agent_uptime();
    snmp_pdu_add_variable(
        pdu, uptime_name, OID_LENGTH(uptime_name), ASN_TIMETICKS, &uptime, sizeof(uptime));
    snmp_pdu_add_variable(pdu, trap_name, OID_LENGTH(trap_name), ASN_OBJECT_ID, trap, sizeof(trap));
}

netsnmp_pdu *ag_notification_pdu(const struct sx_alarm_event *event, int command)
{
    const struct sx_alarm_type *type = sx_alarm_type(event->id);
    struct ag_snmp_value value;
    netsnmp_pdu *pdu = snmp_pdu_create(command);
    add_header(pdu, event->raised ? ALARM_RAISED : ALARM_CLEARED);
    ag_snmp_value_counter64(&value, event->sequence);
    add_object(pdu, EVENT_SEQUENCE, ASN_COUNTER64, &value);
    ag_snmp_value_number(&value, event->id);
    add_object(pdu, EVENT_ALARM_ID, ASN_UNSIGNED, &value);
    ag_snmp_value_text(&value, type ? type->uuid : "");
    add_object(pdu, EVENT_ALARM_UUID, ASN_OCTET_STR, &value);
    ag_snmp_value_number(&value, (uint64_t)ag_mib_severity(event->severity, event->id));
    add_object(pdu, EVENT_SEVERITY, ASN_INTEGER, &value);
    ag_snmp_value_text(&value, event->resource);
    add_object(pdu, EVENT_RESOURCE, ASN_OCTET_STR, &value);
    ag_snmp_value_text(&value, event->text);
    add_object(pdu, EVENT_TEXT, ASN_OCTET_STR, &value);
    ag_snmp_value_time(&value, event->time_ms);
    add_object(pdu, EVENT_TIME, ASN_OCTET_STR, &value);
    return pdu;
}

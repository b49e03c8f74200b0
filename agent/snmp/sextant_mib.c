// SPDX-License-Identifier: Apache-2.0
#include "snmp/sextant_mib.h"

#include "sextant/history.h"

#include <stdio.h>

/* TruthValue of RFC 2579. */
#define TRUTH(condition) ((condition) ? 1 : 2)

long ag_mib_severity(enum sx_severity severity, uint32_t id)
{
    const struct sx_alarm_type *type = sx_alarm_type(id);
    if (severity == SX_SEVERITY_CLEARED)
        severity = type ? type->severity : SX_SEVERITY_NOTICE;
    return (long)severity;
}

static long role_value(enum sx_role role)
{
    switch (role) {
    case SX_ROLE_PRIMARY:
        return 2;
    case SX_ROLE_SUBORDINATE:
        return 3;
    case SX_ROLE_NOT_IN_LIST:
        return 4;
    case SX_ROLE_STAND_ALONE:
    default:
        return 1;
    }
}

static long peer_state_value(enum sx_peer_state state)
{
    switch (state) {
    case SX_PEER_THIS_SYSTEM:
        return 2;
    case SX_PEER_FAILED:
        return 3;
    case SX_PEER_ACTIVE:
        return 4;
    case SX_PEER_UNKNOWN:
    default:
        return 1;
    }
}

static long certificate_value(enum sx_certificate_status status)
{
    switch (status) {
    case SX_CERTIFICATE_VALID:
        return 2;
    case SX_CERTIFICATE_INVALID:
        return 3;
    case SX_CERTIFICATE_UNKNOWN:
    default:
        return 1;
    }
}

/* The last two arcs of each scalar, as tens and units. */
enum scalar {
    SYSTEM_NAME = 11,
    SOFTWARE_VERSION = 12,
    RESTART_REQUIRED = 13,
    CLUSTER_NAME = 21,
    ROLE = 22,
    LOCAL_INDEX = 23,
    CONFIGURATION_PRIMARY = 24,
    LINEAGE = 25,
    REVISION = 26,
    DIGEST = 27,
    ALARM_SEQUENCE = 41,
    NOTIFICATIONS_DROPPED = 42,
};

static void digest_value(const struct sx_history *history, struct ag_snmp_value *value)
{
    value->length = 0;
    if (history->count == 0)
        return;
    for (size_t i = 0; i < sizeof(history->digest); i++)
        snprintf(value->text + 2 * i, 3, "%02x", history->digest[i]);
    value->length = 2 * sizeof(history->digest);
}

static bool get_scalar(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)row;
    const struct sx_status *status = view->status;
    switch ((enum scalar)argument) {
    case SYSTEM_NAME:
        ag_snmp_value_text(ret_value, status->system_name);
        break;
    case SOFTWARE_VERSION:
        ag_snmp_value_text(ret_value, status->software_version);
        break;
    case RESTART_REQUIRED:
        ag_snmp_value_number(ret_value, TRUTH(status->restart_required));
        break;
    case CLUSTER_NAME:
        ag_snmp_value_text(ret_value, status->cluster_name);
        break;
    case ROLE:
        ag_snmp_value_number(ret_value, (uint64_t)role_value(status->role));
        break;
    case LOCAL_INDEX:
        ag_snmp_value_number(ret_value, status->local_index);
        break;
    case CONFIGURATION_PRIMARY:
        ag_snmp_value_number(ret_value, status->configuration_primary);
        break;
    case LINEAGE:
        ag_snmp_value_text(ret_value, sx_history_lineage(&status->history));
        break;
    case REVISION:
        ag_snmp_value_counter64(ret_value, sx_history_revision(&status->history));
        break;
    case DIGEST:
        digest_value(&status->history, ret_value);
        break;
    case ALARM_SEQUENCE:
        ag_snmp_value_counter64(ret_value, status->alarm_sequence);
        break;
    case NOTIFICATIONS_DROPPED:
        ag_snmp_value_number(ret_value, view->dropped);
        break;
    }
    return true;
}

static size_t peer_count(const struct ag_snmp_view *view)
{
    return view->status->peer_count;
}

static uint32_t peer_index(const struct ag_snmp_view *view, size_t row)
{
    return view->status->peers[row].index;
}

static const struct ag_snmp_rows peer_rows = {peer_count, peer_index};

/* Columns of sextantPeerTable. */
enum peer_column {
    PEER_ADDRESS = 2,
    PEER_RESOLVED_ADDRESS,
    PEER_STATUS,
    PEER_STATUS_TEXT,
    PEER_CERTIFICATE_STATUS,
    PEER_ROLE,
    PEER_SYSTEM_NAME,
    PEER_SOFTWARE_VERSION,
    PEER_REVISION,
    PEER_LAG,
    PEER_ROUND_TRIP,
    PEER_LAST_SEEN,
};

static bool get_peer(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    const struct sx_peer_status *peer = &view->status->peers[row];
    switch ((enum peer_column)argument) {
    case PEER_ADDRESS:
        ag_snmp_value_text(ret_value, peer->address);
        break;
    case PEER_RESOLVED_ADDRESS:
        ag_snmp_value_text(ret_value, peer->resolved_address);
        break;
    case PEER_STATUS:
        ag_snmp_value_number(ret_value, (uint64_t)peer_state_value(peer->state));
        break;
    case PEER_STATUS_TEXT:
        ag_snmp_value_text(ret_value, peer->status_text);
        break;
    case PEER_CERTIFICATE_STATUS:
        ag_snmp_value_number(ret_value, (uint64_t)certificate_value(peer->certificate));
        break;
    case PEER_ROLE:
        ag_snmp_value_number(ret_value, (uint64_t)role_value(peer->role));
        return peer->heard || peer->state == SX_PEER_THIS_SYSTEM;
    case PEER_SYSTEM_NAME:
        ag_snmp_value_text(ret_value, peer->system_name);
        break;
    case PEER_SOFTWARE_VERSION:
        ag_snmp_value_text(ret_value, peer->software_version);
        break;
    case PEER_REVISION:
        ag_snmp_value_counter64(ret_value, peer->revision);
        break;
    case PEER_LAG:
        ag_snmp_value_number(ret_value, peer->lag < UINT32_MAX ? peer->lag : UINT32_MAX);
        break;
    case PEER_ROUND_TRIP:
        ag_snmp_value_number(ret_value, peer->round_trip_us);
        break;
    case PEER_LAST_SEEN:
        ag_snmp_value_time(ret_value, peer->last_seen_ms);
        break;
    }
    return true;
}

static size_t alarm_count(const struct ag_snmp_view *view)
{
    return view->status->alarm_count;
}

static uint32_t alarm_index(const struct ag_snmp_view *view, size_t row)
{
    return (uint32_t)view->status->alarms[row].sequence;
}

static const struct ag_snmp_rows alarm_rows = {alarm_count, alarm_index};

/* Columns of sextantAlarmTable. */
enum alarm_column {
    ALARM_ID = 2,
    ALARM_UUID,
    ALARM_TITLE,
    ALARM_RESOURCE,
    ALARM_SEVERITY,
    ALARM_TEXT,
    ALARM_TIME,
};

static bool get_alarm(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    const struct sx_alarm_event *alarm = &view->status->alarms[row];
    const struct sx_alarm_type *type = sx_alarm_type(alarm->id);
    switch ((enum alarm_column)argument) {
    case ALARM_ID:
        ag_snmp_value_number(ret_value, alarm->id);
        break;
    case ALARM_UUID:
        ag_snmp_value_text(ret_value, type ? type->uuid : "");
        break;
    case ALARM_TITLE:
        ag_snmp_value_text(ret_value, type ? type->title : "");
        break;
    case ALARM_RESOURCE:
        ag_snmp_value_text(ret_value, alarm->resource);
        break;
    case ALARM_SEVERITY:
        ag_snmp_value_number(ret_value, (uint64_t)ag_mib_severity(alarm->severity, alarm->id));
        break;
    case ALARM_TEXT:
        ag_snmp_value_text(ret_value, alarm->text);
        break;
    case ALARM_TIME:
        ag_snmp_value_time(ret_value, alarm->time_ms);
        break;
    }
    return true;
}

#define SCALAR(parent, arc, type) \
    { \
        {1, parent, arc}, 3, type, &ag_snmp_scalar, get_scalar, 10 * (parent) + (arc) \
    }
#define PEER(column, type) \
    { \
        {1, 3, 1, column}, 4, type, &peer_rows, get_peer, column \
    }
#define ALARM(column, type) \
    { \
        {1, 4, 3, 1, column}, 5, type, &alarm_rows, get_alarm, column \
    }

static const struct ag_snmp_object objects[] = {
    SCALAR(1, 1, ASN_OCTET_STR),
    SCALAR(1, 2, ASN_OCTET_STR),
    SCALAR(1, 3, ASN_INTEGER),
    SCALAR(2, 1, ASN_OCTET_STR),
    SCALAR(2, 2, ASN_INTEGER),
    SCALAR(2, 3, ASN_UNSIGNED),
    SCALAR(2, 4, ASN_UNSIGNED),
    SCALAR(2, 5, ASN_OCTET_STR),
    SCALAR(2, 6, ASN_COUNTER64),
    SCALAR(2, 7, ASN_OCTET_STR),
    PEER(PEER_ADDRESS, ASN_OCTET_STR),
    PEER(PEER_RESOLVED_ADDRESS, ASN_OCTET_STR),
    PEER(PEER_STATUS, ASN_INTEGER),
    PEER(PEER_STATUS_TEXT, ASN_OCTET_STR),
    PEER(PEER_CERTIFICATE_STATUS, ASN_INTEGER),
    PEER(PEER_ROLE, ASN_INTEGER),
    PEER(PEER_SYSTEM_NAME, ASN_OCTET_STR),
    PEER(PEER_SOFTWARE_VERSION, ASN_OCTET_STR),
    PEER(PEER_REVISION, ASN_COUNTER64),
    PEER(PEER_LAG, ASN_GAUGE),
    PEER(PEER_ROUND_TRIP, ASN_GAUGE),
    PEER(PEER_LAST_SEEN, ASN_OCTET_STR),
    SCALAR(4, 1, ASN_COUNTER64),
    SCALAR(4, 2, ASN_COUNTER),
    ALARM(ALARM_ID, ASN_UNSIGNED),
    ALARM(ALARM_UUID, ASN_OCTET_STR),
    ALARM(ALARM_TITLE, ASN_OCTET_STR),
    ALARM(ALARM_RESOURCE, ASN_OCTET_STR),
    ALARM(ALARM_SEVERITY, ASN_INTEGER),
    ALARM(ALARM_TEXT, ASN_OCTET_STR),
    ALARM(ALARM_TIME, ASN_OCTET_STR),
};

const struct ag_snmp_group ag_sextant_mib = {
    "SEXTANT-MIB", {AG_MIB}, 10, objects, sizeof(objects) / sizeof(objects[0])};

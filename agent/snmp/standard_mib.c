// SPDX-License-Identifier: Apache-2.0
#include "snmp/standard_mib.h"

#include "snmp/sextant_mib.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

/* sysServices: end-to-end and applications, as RFC 3418 says for a host. */
#define SERVICES 72
/* snmpEnableAuthenTraps: disabled. */
#define DISABLED 2
/* Largest SNMP message over UDP that we take: what fits into a datagram. */
#define MESSAGE_MAX 65507

/* Arcs of the system group. */
enum system_object {
    SYSTEM_DESCR = 1,
    SYSTEM_OBJECT_ID,
    SYSTEM_UP_TIME,
    SYSTEM_CONTACT,
    SYSTEM_NAME,
    SYSTEM_LOCATION,
    SYSTEM_SERVICES,
    SYSTEM_OR_LAST_CHANGE,
};

static bool get_system(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    static const oid object_id[] = {AG_MIB};
    (void)row;
    switch ((enum system_object)argument) {
    case SYSTEM_DESCR:
        ag_snmp_value_text(ret_value, "Sextant " SEXTANT_VERSION);
        break;
    case SYSTEM_OBJECT_ID:
        ag_snmp_value_oid(ret_value, object_id, OID_LENGTH(object_id));
        break;
    case SYSTEM_UP_TIME:
        ag_snmp_value_number(ret_value, netsnmp_get_agent_uptime());
        break;
    case SYSTEM_CONTACT:
        ag_snmp_value_text(ret_value, view->settings->contact);
        break;
    case SYSTEM_NAME:
        ag_snmp_value_text(ret_value, view->status->system_name);
        break;
    case SYSTEM_LOCATION:
        ag_snmp_value_text(ret_value, view->settings->location);
        break;
    case SYSTEM_SERVICES:
        ag_snmp_value_number(ret_value, SERVICES);
        break;
    case SYSTEM_OR_LAST_CHANGE:
        ag_snmp_value_number(ret_value, 0);
        break;
    }
    return true;
}

/* sysORTable: what this agent offers. It never changes while the agent runs. */
static const struct {
    oid id[12];
    size_t length;
    const char *description;
} offers[] = {
    {{AG_MIB, 2, 1}, 12, "SEXTANT-MIB: the cluster, its peers and alarms"},
    {{1, 3, 6, 1, 6, 3, 1}, 7, "SNMPv2-MIB: the system and SNMP entities"},
    {{1, 3, 6, 1, 6, 3, 10, 3, 1, 1}, 10, "SNMP-FRAMEWORK-MIB: the SNMP engine"},
    {{1, 3, 6, 1, 6, 3, 11, 3, 1, 1}, 10, "SNMP-MPD-MIB: message processing"},
};

static size_t offer_count(const struct ag_snmp_view *view)
{
    (void)view;
    return sizeof(offers) / sizeof(offers[0]);
}

static uint32_t offer_index(const struct ag_snmp_view *view, size_t row)
{
    (void)view;
    return (uint32_t)row + 1;
}

static const struct ag_snmp_rows offer_rows = {offer_count, offer_index};

/* Columns of sysORTable. */
enum offer_column {
    OFFER_ID = 2,
    OFFER_DESCR,
    OFFER_UP_TIME,
};

static bool get_offer(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)view;
    switch ((enum offer_column)argument) {
    case OFFER_ID:
        ag_snmp_value_oid(ret_value, offers[row].id, offers[row].length);
        break;
    case OFFER_DESCR:
        ag_snmp_value_text(ret_value, offers[row].description);
        break;
    case OFFER_UP_TIME:
        ag_snmp_value_number(ret_value, 0);
        break;
    }
    return true;
}

/* A counter that Net-SNMP keeps; the argument is its number there. */
static bool get_statistic(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)view;
    (void)row;
    ag_snmp_value_number(ret_value, snmp_get_statistic(argument));
    return true;
}

static bool get_constant(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)view;
    (void)row;
    ag_snmp_value_number(ret_value, (uint64_t)argument);
    return true;
}

/* Arcs of snmpEngine. */
enum engine_object {
    ENGINE_ID = 1,
    ENGINE_BOOTS,
    ENGINE_TIME,
};

static bool get_engine(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)view;
    (void)row;
    switch ((enum engine_object)argument) {
    case ENGINE_ID:
        ret_value->length = snmpv3_get_engineID((u_char *)ret_value->text, sizeof(ret_value->text));
        break;
    case ENGINE_BOOTS:
        ag_snmp_value_number(ret_value, snmpv3_local_snmpEngineBoots());
        break;
    case ENGINE_TIME:
        ag_snmp_value_number(ret_value, snmpv3_local_snmpEngineTime());
        break;
    }
    return true;
}

#define SCALAR(arc, type, get, argument) \
    { \
        {arc}, 1, type, &ag_snmp_scalar, get, argument \
    }
#define COUNTER(arc, statistic) SCALAR(arc, ASN_COUNTER, get_statistic, statistic)
#define OFFER(column, type) \
    { \
        {9, 1, column}, 3, type, &offer_rows, get_offer, column \
    }

static const struct ag_snmp_object system_objects[] = {
    SCALAR(SYSTEM_DESCR, ASN_OCTET_STR, get_system, SYSTEM_DESCR),
    SCALAR(SYSTEM_OBJECT_ID, ASN_OBJECT_ID, get_system, SYSTEM_OBJECT_ID),
    SCALAR(SYSTEM_UP_TIME, ASN_TIMETICKS, get_system, SYSTEM_UP_TIME),
    SCALAR(SYSTEM_CONTACT, ASN_OCTET_STR, get_system, SYSTEM_CONTACT),
    SCALAR(SYSTEM_NAME, ASN_OCTET_STR, get_system, SYSTEM_NAME),
    SCALAR(SYSTEM_LOCATION, ASN_OCTET_STR, get_system, SYSTEM_LOCATION),
    SCALAR(SYSTEM_SERVICES, ASN_INTEGER, get_system, SYSTEM_SERVICES),
    SCALAR(SYSTEM_OR_LAST_CHANGE, ASN_TIMETICKS, get_system, SYSTEM_OR_LAST_CHANGE),
    OFFER(OFFER_ID, ASN_OBJECT_ID),
    OFFER(OFFER_DESCR, ASN_OCTET_STR),
    OFFER(OFFER_UP_TIME, ASN_TIMETICKS),
};

/* The objects of the group that are not obsolete. */
static const struct ag_snmp_object snmp_objects[] = {
    COUNTER(1, STAT_SNMPINPKTS),
    COUNTER(3, STAT_SNMPINBADVERSIONS),
    COUNTER(4, STAT_SNMPINBADCOMMUNITYNAMES),
    COUNTER(5, STAT_SNMPINBADCOMMUNITYUSES),
    COUNTER(6, STAT_SNMPINASNPARSEERRS),
    SCALAR(30, ASN_INTEGER, get_constant, DISABLED),
    COUNTER(31, STAT_SNMPSILENTDROPS),
    COUNTER(32, STAT_SNMPPROXYDROPS),
};

static const struct ag_snmp_object engine_objects[] = {
    SCALAR(ENGINE_ID, ASN_OCTET_STR, get_engine, ENGINE_ID),
    SCALAR(ENGINE_BOOTS, ASN_INTEGER, get_engine, ENGINE_BOOTS),
    SCALAR(ENGINE_TIME, ASN_INTEGER, get_engine, ENGINE_TIME),
    SCALAR(4, ASN_INTEGER, get_constant, MESSAGE_MAX),
};

static const struct ag_snmp_object message_objects[] = {
    COUNTER(1, STAT_SNMPUNKNOWNSECURITYMODELS),
    COUNTER(2, STAT_SNMPINVALIDMSGS),
    COUNTER(3, STAT_SNMPUNKNOWNPDUHANDLERS),
};

static const struct ag_snmp_object usm_objects[] = {
    COUNTER(1, STAT_USMSTATSUNSUPPORTEDSECLEVELS),
    COUNTER(2, STAT_USMSTATSNOTINTIMEWINDOWS),
    COUNTER(3, STAT_USMSTATSUNKNOWNUSERNAMES),
    COUNTER(4, STAT_USMSTATSUNKNOWNENGINEIDS),
    COUNTER(5, STAT_USMSTATSWRONGDIGESTS),
    COUNTER(6, STAT_USMSTATSDECRYPTIONERRORS),
};

#define GROUP(name, objects, length, ...) \
    { \
        name, {__VA_ARGS__}, length, objects, sizeof(objects) / sizeof((objects)[0]) \
    }

const struct ag_snmp_group ag_standard_mib[AG_STANDARD_MIB_GROUPS] = {
    GROUP("system", system_objects, 7, 1, 3, 6, 1, 2, 1, 1),
    GROUP("snmp", snmp_objects, 7, 1, 3, 6, 1, 2, 1, 11),
    GROUP("snmpEngine", engine_objects, 9, 1, 3, 6, 1, 6, 3, 10, 2, 1),
    GROUP("snmpMPDStats", message_objects, 9, 1, 3, 6, 1, 6, 3, 11, 2, 1),
    GROUP("usmStats", usm_objects, 9, 1, 3, 6, 1, 6, 3, 15, 1, 1),
};

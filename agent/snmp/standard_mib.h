// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/objects.h"

/*
 * The standard objects that every SNMP agent has: system and snmp of SNMPv2-MIB (RFC 3418),
 * snmpEngine of SNMP-FRAMEWORK-MIB (RFC 3411), the counters of SNMP-MPD-MIB (RFC 3412) and of
 * SNMP-USER-BASED-SM-MIB (RFC 3414). Net-SNMP has modules for them, but they can be written to,
 * read configuration files and draw in the modules for the whole host.
 */

/** The groups, for ag_snmp_objects_register(). */
extern const struct ag_snmp_group ag_standard_mib[];

/** How many there are. */
#define AG_STANDARD_MIB_GROUPS 5

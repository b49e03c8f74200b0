// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/objects.h"

/** IANA's number of the enterprise below which SEXTANT-MIB stands, and which engine IDs carry. */
#define AG_MIB_ENTERPRISE 8072
/** sextantMIB: the module's place, the same as in mibs/SEXTANT-MIB.txt. To move the module, change
 * this macro (and the enterprise number above) and sextantRoot there. */
#define AG_MIB 1, 3, 6, 1, 4, 1, AG_MIB_ENTERPRISE, 9999, 9999, 1

/** The scalars and tables of SEXTANT-MIB. */
extern const struct ag_snmp_group ag_sextant_mib;

/** MIB's value of a severity; that of the catalogue's entry `id` for SX_SEVERITY_CLEARED. */
long ag_mib_severity(enum sx_severity severity, uint32_t id);

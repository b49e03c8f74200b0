// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/snmp.h"

struct lyd_node;

/**
 * Reads the SNMP settings out of a data tree: /sextant-system:system/snmp, and contact and location
 * of /ietf-system:system where that has none of its own.
 *
 * `tree` is the first of the top-level siblings, or NULL; it is only read. Values that are not in
 * the tree are the schema's defaults. The model keeps lists and strings within the bounds of struct
 * ag_snmp_settings; what is longer all the same is cut.
 * *ret_settings owns nothing, but holds pass phrases: wipe it after use.
 */
void ag_snmp_settings_read(const struct lyd_node *tree, struct ag_snmp_settings *ret_settings);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stddef.h>
#include <stdint.h>

/** Bytes of an engine ID that we make: enterprise number, format, 12 random bytes. RFC 3411
 * section 5 allows 5 to 32. */
#define AG_SNMP_ENGINE_ID_SIZE 17
/** Largest number of boots; there it stays (RFC 3414 section 2.2.2). */
#define AG_SNMP_BOOTS_MAX 2147483647u
/** Name of the file in the folder of the agent's SNMP state. */
#define AG_SNMP_ENGINE_FILE "snmp-engine"

/** Who an SNMP engine is, over restarts. */
struct ag_snmp_engine_state {
    uint8_t id[AG_SNMP_ENGINE_ID_SIZE];
    uint32_t boots; /**< how often it was started, this start included */
};

/**
 * Reads the engine's state from `directory`, counts one more boot and stores it. It is on disk when
 * this returns, so a boot is never used twice, not even after a power loss: replay protection of
 * SNMPv3 rests on that. A folder without the file gets a new engine ID. Fails when the file cannot
 * be read, is not one of ours, or cannot be written.
 */
int ag_snmp_engine_state_next(
    const char *directory, struct ag_snmp_engine_state *ret_state, struct sx_error *err);

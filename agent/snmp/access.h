// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/snmp.h"

#include <stdint.h>

/*
 * Who may read. The policy is as simple as the model has it: the community reads when SNMPv2c is
 * enabled, users read with authPriv, nobody writes. All in the SNMP thread.
 */

/** The user of this name with both authentication and privacy, or NULL. */
const struct ag_snmp_user *ag_access_user(
    const struct ag_snmp_settings *settings, const char *name);

/** Net-SNMP's answer to "may this request read?", taken from `*settings`, a place that outlives
 * the library and holds the settings in force. Replaces Net-SNMP's own VACM tables. */
void ag_access_install(const struct ag_snmp_settings *const *settings);

/** Takes that back: the library would release `settings` when it ends. */
void ag_access_uninstall(const struct ag_snmp_settings *const *settings);

/**
 * Makes a user known for an engine: this one's, for requests and traps, or another's, for informs.
 * The keys are made from the pass phrases and the engine's ID (RFC 3414 section 2.6). A user of
 * that name and engine is replaced. Fails for protocols that are not known.
 */
int ag_access_add_user(const struct ag_snmp_user *user, const uint8_t *engine_id,
    size_t engine_id_length, struct sx_error *err);

/** True when the user is known for an engine. */
bool ag_access_knows_user(const char *name, const uint8_t *engine_id, size_t engine_id_length);

/** Forgets a user for an engine, and the keys; nothing happens when there is none. */
void ag_access_remove_user(const char *name, const uint8_t *engine_id, size_t engine_id_length);

/** Makes the users known for this engine those of `settings` (NULL: none); `former` are the ones
 * known so far (NULL: none). Keys of users that did not change are kept. A user that cannot be
 * used is left out and logged. */
void ag_access_update_users(const struct ag_snmp_settings *former,
    const struct ag_snmp_settings *settings, const uint8_t *engine_id, size_t engine_id_length);

/** True when both users have the same name, protocols and pass phrases. */
bool ag_access_same_user(const struct ag_snmp_user *a, const struct ag_snmp_user *b);

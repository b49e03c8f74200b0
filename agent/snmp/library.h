// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/engine_state.h"
#include "snmp/objects.h"

/*
 * Net-SNMP itself. Its state is global and none of it is protected by a lock: every call to it, in
 * this file and in the others of this folder, is made in the SNMP thread.
 */

/** Takes the library for this process. False when somebody has it. Any thread. */
bool ag_snmp_library_claim(void);
/** Gives it back. */
void ag_snmp_library_release(void);

/**
 * Starts the library as an agent of its own with this engine ID and number of boots. It reads no
 * configuration file and no MIB file, and logs through ag_log(). `directory` is the folder that it
 * takes for its own; it writes no file there. `settings`: see ag_access_install().
 * Undone by ag_snmp_library_stop().
 */
void ag_snmp_library_start(const char *directory, const struct ag_snmp_engine_state *engine,
    const struct ag_snmp_settings *const *settings);

/** Closes all sessions and ends the library; `settings` as at the start. */
void ag_snmp_library_stop(const struct ag_snmp_settings *const *settings);

/** Listens on an IP literal; requests are answered while `**settings` is enabled, others are
 * dropped unread. */
int ag_snmp_library_listen(const char *address, uint16_t port,
    const struct ag_snmp_settings *const *settings, struct sx_error *err);

/** Writes the transport's name of an IP literal and port, e.g. "udp6:[::1]:161". -1 and *err when
 * `address` is not an IP literal. */
int ag_snmp_library_address(
    const char *address, uint16_t port, char *buffer, size_t size, struct sx_error *err);

/** Keeps the session's socket from being inherited by programs that the process executes. */
void ag_snmp_library_close_on_exec(netsnmp_session *session);

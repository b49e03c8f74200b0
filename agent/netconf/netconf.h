// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "loop.h"

#include <stdint.h>

/** Where NETCONF is offered. Strings are copied. */
struct ag_netconf_options {
    const char *const *listen_addresses; /**< IP literals for SSH; ends with NULL */
    uint16_t ssh_port; /**< 830 */
    const char *host_key; /**< private key file of the SSH server */
    const char *unix_path; /**< path of the local socket */
    const char *const *yang_path; /**< search path, for get-schema; ends with NULL */
};

/** The NETCONF server: transports, guard, sessions. One per process: libnetconf2's state is
 * global. */
struct ag_netconf;

/** Reads the host key, binds, listens. *ret_netconf is the caller's. Loop thread, or before the
 * loop runs. */
int ag_netconf_start(struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_netconf **ret_netconf,
    struct sx_error *err);

/** Ends every session, waits for their threads and releases (NULL is fine). Loop not running. */
void ag_netconf_stop(struct ag_netconf *netconf);

/** Sessions that are open. Loop thread. */
size_t ag_netconf_sessions(const struct ag_netconf *netconf);

/** Calls `done(context)` in the loop thread once replies that were being written when this was
 * called have left, or after two seconds. Loop thread. */
void ag_netconf_flush(struct ag_netconf *netconf, void (*done)(void *context), void *context);

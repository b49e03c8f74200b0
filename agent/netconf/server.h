// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/netconf.h"

/*
 * The listeners: SSH and the UNIX socket. Each brings a logged-in client to ag_session_open().
 */

struct ag_ssh_server;
struct ag_unix_server;

/** Listens for SSH as `options` say. *ret_server is the caller's. Loop thread. */
int ag_ssh_server_new(struct ag_netconf *netconf, struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_ssh_server **ret_server,
    struct sx_error *err);
/** Stops listening and drops connections that have no session; those that have one are closed
 * through their sessions first. */
void ag_ssh_server_free(struct ag_ssh_server *server);
/** Bytes that wait to leave through SSH connections. */
size_t ag_ssh_server_pending(const struct ag_ssh_server *server);

/** The same for the UNIX socket: root and the daemon's own user get in, named after the peer's
 * credentials; others only when a user of that name is configured. */
int ag_unix_server_new(struct ag_netconf *netconf, struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_unix_server **ret_server,
    struct sx_error *err);
void ag_unix_server_free(struct ag_unix_server *server);
size_t ag_unix_server_pending(const struct ag_unix_server *server);

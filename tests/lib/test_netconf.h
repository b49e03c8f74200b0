// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_private.h"
#include "netconf/private.h"

struct carrier;

/**
 * A NETCONF server with a real engine and no listeners: clients are sockets of the test, and every
 * one is user "admin" at 127.0.0.1. The loop runs in a thread of its own.
 */
struct ag_test_netconf {
    struct sx_schema *schema; /**< borrowed */
    char *folder; /**< the engine's store */
    struct ag_loop *loop;
    struct ag_host *host;
    struct ag_netconf *netconf;
    pthread_t thread;
    struct carrier *carriers; /**< transports that are open */
    atomic_uint restarts; /**< how often the program would have executed itself anew */
};

/** Starts one on an empty store. Ends the test when it cannot. */
void ag_test_netconf_start(struct ag_test_netconf *test, struct sx_schema *schema);

/** Stops it, with all sessions, and removes the store. */
void ag_test_netconf_stop(struct ag_test_netconf *test);

/** Stops it and starts it again on the same store: what applies on restart is in force then. */
void ag_test_netconf_restart(struct ag_test_netconf *test);

/** Runs a call in the loop's thread and waits for it. */
void ag_test_netconf_in_loop(
    struct ag_test_netconf *test, void (*call)(void *context), void *context);

/** A client: its socket and what was read ahead. */
struct ag_test_client {
    int fd;
    char buffer[65536];
    size_t used, filled;
};

/** Connects; no <hello> is said. The client is for ag_test_client_close(). */
struct ag_test_client *ag_test_client_connect(struct ag_test_netconf *test);

/** Connects, takes the server's <hello> and says one that offers base:1.1. NULL when the server
 * closes instead. */
struct ag_test_client *ag_test_client_open(struct ag_test_netconf *test);

/** Closes and releases (NULL is fine). */
void ag_test_client_close(struct ag_test_client *client);

/** Sends bytes as they are. */
void ag_test_client_send(struct ag_test_client *client, const char *text);

/** Sends a message in one chunk. */
void ag_test_client_send_chunk(struct ag_test_client *client, const char *text);

/** The next message in the framing of base:1.0 or 1.1, for free(); NULL when the server closed. A
 * server that says nothing for half a minute fails the test. */
char *ag_test_client_read_mark(struct ag_test_client *client);
char *ag_test_client_read_chunks(struct ag_test_client *client);

/** Sends an <rpc> with message-id 7 around an operation and returns the reply, for free(). */
char *ag_test_client_rpc(struct ag_test_client *client, const char *operation);

/** The same, and fails the test unless the reply holds `part`. */
void ag_test_client_expect(struct ag_test_client *client, const char *operation, const char *part);

/** A server of its own and a client that has said <hello>: the state of a test. */
struct ag_test_session {
    struct ag_test_netconf server;
    struct ag_test_client *client;
};

/** Setup and teardown of such a test, in a group of sx_test_group_setup(). */
int ag_test_session_setup(void **state);
int ag_test_session_teardown(void **state);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_private.h"

/** A host of the agent on a fresh folder, without links, SNMP and NETCONF. */
struct sx_test_host {
    const struct sx_schema *schema;
    char *folder;
    struct ag_loop *loop;
    struct ag_host *host; /**< NULL while it is closed */
    bool restarted; /**< the engine asked for it */
};

/** Makes the folder, with one for backups, and the loop. */
void sx_test_host_folder(struct sx_test_host *test, const struct sx_schema *schema);

/** Opens the host, with this initial configuration or without one (NULL). Returns what
 * ag_host_open() does. */
int sx_test_host_open(struct sx_test_host *test, const char *config, struct sx_error *err);

/** Starts its threads. A restart that the engine asks for ends the loop. */
void sx_test_host_start(struct sx_test_host *test);

/** Instead of starting: steps what is queued, in this thread, until nothing is. */
void sx_test_host_pump(struct sx_test_host *test);

/** Stops and closes the host, if it is open; the folder stays. */
void sx_test_host_shut(struct sx_test_host *test);

/** The same, and removes all. */
void sx_test_host_close(struct sx_test_host *test);

/** <edit-config> on running by session 1. True when it succeeded. */
bool sx_test_host_edit(struct sx_test_host *test, const char *xml);

/** Any event that needs no more than its type. True when it was not refused. */
bool sx_test_host_plain(struct sx_test_host *test, enum sx_event_type type);

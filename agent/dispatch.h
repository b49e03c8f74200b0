// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_private.h"

/** Hands each action of an update to the part that carries it out: links and restart in the loop
 * thread, SNMP through its queue, the log at once, the rest by the maintenance thread. Messages are
 * taken out of the update. Called under the engine's lock; never waits. */
void ag_dispatch(struct ag_host *host, struct sx_update *update);

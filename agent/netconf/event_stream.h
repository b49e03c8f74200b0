// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/event.h"

struct ag_netconf;
struct ag_session;

/*
 * The event stream NETCONF (RFC 5277): what becomes an event, and its way to the subscriptions.
 * While nobody is subscribed none of this does anything.
 */

/** Tells what a step of the engine brought: alarms, steps of a restart in sequence, a change of
 * running. `event` is what was stepped, or NULL. Called under the engine's lock; never waits. A
 * session whose subscription has no room is ended. */
void ag_event_stream_step(
    struct ag_netconf *netconf, const struct sx_event *event, const struct sx_update *update);

/** Tells that a session has begun, or ended. Its thread. */
void ag_event_stream_session(struct ag_session *session, enum ag_event_type type);

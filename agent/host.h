// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop.h"
#include "sextant/engine.h"
#include "sextant/reader.h"

#include <stdint.h>

struct ag_links;
struct ag_snmp;

/**
 * The engine's host: its lock, its clock, its randomness, and the way of its updates out to links,
 * SNMP and the log. The one place that calls sx_engine_step().
 */
struct ag_host;

/** Events from the loop that may wait for the engine; more of them from links are not read from
 * the sockets until there is room (ag_host_has_room). */
#define AG_HOST_QUEUE_MAX 256

/**
 * Steps the engine with `event` (time and randomness are filled in here), carries out its actions
 * in order and leaves the reply in *update, which the caller clears. Waits for the engine's lock
 * and the disk: never call it in the loop thread.
 */
void ag_host_step(struct ag_host *host, struct sx_event *event, struct sx_update *update);

/**
 * Queues an event for the engine's own thread, which steps it in order. `event` is copied; strings
 * it points to (link.peer, message.peer, resolved.name) are copied, a message passes on. Never
 * waits. Loop thread.
 */
void ag_host_post(struct ag_host *host, const struct sx_event *event);

/** The NETCONF server is being stopped: steps tell it nothing any more. Takes the engine's lock;
 * not while the loop runs. */
void ag_host_leave_netconf(struct ag_host *host);

/** False while AG_HOST_QUEUE_MAX events wait: stop reading messages. Any thread. */
bool ag_host_has_room(const struct ag_host *host);

/** Steps that the engine has finished: what heartbeats carry. Any thread, no lock. */
uint64_t ag_host_progress(const struct ag_host *host);

/** The schema; immutable. */
const struct sx_schema *ag_host_schema(const struct ag_host *host);

/** A reader of the store for the calling thread; *ret_reader is the caller's to close. */
int ag_host_reader(struct ag_host *host, struct sx_reader **ret_reader, struct sx_error *err);

/**
 * Fills *ret_status from the engine's last published status (at most one step old) and the links'
 * round-trip and last-seen times, for sx_status_clear(). Takes a short lock that is never held
 * over disk or network. Any thread.
 */
void ag_host_status(struct ag_host *host, struct sx_status *ret_status);

/** The keys of the store's secrets, as sx_engine_keys() gives them. For a reader they are asked for
 * after its snapshot has begun, so that no row is newer than they. *ret_keys is the caller's to
 * clear. Any thread. */
void ag_host_keys(struct ag_host *host, struct sx_secret_keys *ret_keys);

/** See sx_engine_unreadable(). Takes the engine's lock; not in the loop. */
void ag_host_unreadable(struct ag_host *host, char ***ret_paths, size_t *ret_count);

/** See sx_engine_preview(). Takes the engine's lock; not in the loop. */
void ag_host_preview(struct ag_host *host, struct sx_change_list *ret_changes,
    uint64_t *ret_revision, bool *ret_more);

/** Overlay of <candidate>, see sx_engine_candidate(). Takes the engine's lock; not in the loop. */
int ag_host_candidate(
    struct ag_host *host, struct sx_fragment_list *ret_overlay, struct sx_error *err);

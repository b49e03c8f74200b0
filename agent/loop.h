// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

struct event_base;

/**
 * The event loop: one thread that owns every socket. It never takes the engine's lock, never waits
 * for a disk and never runs anything long, so heartbeats are answered whatever the engine does.
 */
struct ag_loop;

/** Makes a loop; *ret_loop is the caller's. */
int ag_loop_new(struct ag_loop **ret_loop, struct sx_error *err);

/** Runs the posted calls that are left, until none is. Not while it runs. */
void ag_loop_drain(struct ag_loop *loop);

/** Drains, then releases the loop (NULL is fine). Not while it runs. */
void ag_loop_free(struct ag_loop *loop);

/** libevent's base, for sockets and timers. Loop thread only (or before ag_loop_run()). */
struct event_base *ag_loop_base(const struct ag_loop *loop);

/** Runs `call(argument)` in the loop thread, in the order of posting. Any thread; never waits.
 * Callers bound what they post. */
void ag_loop_post(struct ag_loop *loop, void (*call)(void *argument), void *argument);

/** Runs until ag_loop_stop(). The calling thread is the loop thread. */
void ag_loop_run(struct ag_loop *loop);

/** Makes ag_loop_run() return. Any thread, or a signal's event. */
void ag_loop_stop(struct ag_loop *loop);

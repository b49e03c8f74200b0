// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdint.h>
#include <sys/socket.h>

struct event_base;

/** Most addresses that one agent listens on. */
#define AG_LISTEN_MAX 16

/** A listening socket. When the process is out of descriptors it rests for a moment instead of
 * being called again and again. */
struct ag_listener;

/** Takes an accepted socket over: it does not block and closes on exec. */
typedef void ag_listener_accept(int socket, const struct sockaddr *remote, void *context);

/** Binds and listens. Errors name address and port. *ret_listener is the caller's. */
int ag_listener_new(struct event_base *base, const char *ip, uint16_t port,
    ag_listener_accept *accept, void *context, struct ag_listener **ret_listener,
    struct sx_error *err);

/** Stops listening (NULL is fine). */
void ag_listener_free(struct ag_listener *listener);

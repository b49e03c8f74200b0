// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/** Ports that links are dialled from, both included; firewalls are configured for them. */
#define AG_SOURCE_PORT_FIRST 30000
#define AG_SOURCE_PORT_LAST 35999
/** Ports that are tried, at random, before an attempt fails. */
#define AG_SOURCE_PORT_TRIES 64

/** Longest text of an address and port, e.g. [2001:db8::1]:4372, with NUL. */
#define AG_ENDPOINT_MAX 64

/** An IP address and a port. */
struct ag_endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t length;
};

/** Makes an endpoint of an IP literal and a port; returns 0, or -1 when it is no IP literal. */
int ag_endpoint_parse(const char *ip, uint16_t port, struct ag_endpoint *ret_endpoint);

/** True when both are the same IP address, whatever the ports. */
bool ag_endpoint_same_host(const struct ag_endpoint *endpoint, const struct sockaddr *other);

/** Writes e.g. 192.0.2.1:4372 or [2001:db8::1]:4372. */
void ag_endpoint_text(const struct sockaddr *address, char text[AG_ENDPOINT_MAX]);

/**
 * Starts to connect to `remote` from the host of `local` (NULL: any) and a free port of the source
 * range. The socket does not block, closes on exec and becomes writable when it is connected or
 * failed. On success *ret_socket is the caller's to close().
 */
int ag_socket_dial(const struct ag_endpoint *local, const struct ag_endpoint *remote,
    int *ret_socket, struct sx_error *err);

/** Options of a connected socket: no delay, and an end to data that nobody acknowledges. */
void ag_socket_tune(int socket);

/** Milliseconds and microseconds of the monotonic clock; UTC in milliseconds since 1970. */
int64_t ag_now_ms(void);
uint64_t ag_now_us(void);
int64_t ag_utc_ms(void);

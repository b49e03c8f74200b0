// SPDX-License-Identifier: Apache-2.0
#include "peer/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/** Milliseconds after which TCP gives up on data that is not acknowledged. Heartbeats find a lost
 * peer earlier; this ends what they do not watch, such as a farewell. */
#define USER_TIMEOUT_MS 10000

int ag_endpoint_parse(const char *ip, uint16_t port, struct ag_endpoint *ret_endpoint)
{
    struct ag_endpoint endpoint = {.length = 0};

    if (inet_pton(AF_INET, ip, &endpoint.v4.sin_addr) == 1) {
        endpoint.v4.sin_family = AF_INET;
        endpoint.v4.sin_port = htons(port);
        endpoint.length = sizeof endpoint.v4;
    } else if (inet_pton(AF_INET6, ip, &endpoint.v6.sin6_addr) == 1) {
        endpoint.v6.sin6_family = AF_INET6;
        endpoint.v6.sin6_port = htons(port);
        endpoint.length = sizeof endpoint.v6;
    } else {
        return -1;
    }
    *ret_endpoint = endpoint;
    return 0;
}

bool ag_endpoint_same_host(const struct ag_endpoint *endpoint, const struct sockaddr *other)
{
    if (endpoint->any.sa_family != other->sa_family)
        return false;
    if (other->sa_family == AF_INET)
        return endpoint->v4.sin_addr.s_addr ==
               ((const struct sockaddr_in *)(const void *)other)->sin_addr.s_addr;
    if (other->sa_family == AF_INET6)
        return memcmp(&endpoint->v6.sin6_addr,
                   &((const struct sockaddr_in6 *)(const void *)other)->sin6_addr,
                   sizeof endpoint->v6.sin6_addr) == 0;
    return false;
}

void ag_endpoint_text(const struct sockaddr *address, char text[AG_ENDPOINT_MAX])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;

        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
        snprintf(text, AG_ENDPOINT_MAX, "%s:%u", ip, ntohs(v4->sin_port));
    } else {
        const struct sockaddr_in6 *v6 = (const void *)address;

        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
        snprintf(text, AG_ENDPOINT_MAX, "[%s]:%u", ip, ntohs(v6->sin6_port));
    }
}

/** One try from one port; returns the socket, or -1 with errno. */
static int try_port(const struct ag_endpoint *from, const struct ag_endpoint *remote)
{
    int error, on = 1;
    int made =
        socket(remote->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

    if (made < 0)
        return -1;
    if (setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(made, &from->any, from->length) == 0 &&
        (connect(made, &remote->any, remote->length) == 0 || errno == EINPROGRESS))
        return made;
    error = errno;
    close(made);
    errno = error;
    return -1;
}

int ag_socket_dial(const struct ag_endpoint *local, const struct ag_endpoint *remote,
    int *ret_socket, struct sx_error *err)
{
    struct ag_endpoint from = {.length = 0};

    if (local)
        from = *local;
    else
        ag_endpoint_parse(remote->any.sa_family == AF_INET ? "0.0.0.0" : "::", 0, &from);
    for (int i = 0; i < AG_SOURCE_PORT_TRIES; i++) {
        uint16_t random, port;
        int made;

        evutil_secure_rng_get_bytes(&random, sizeof random);
        port = (uint16_t)(AG_SOURCE_PORT_FIRST +
                          random % (AG_SOURCE_PORT_LAST - AG_SOURCE_PORT_FIRST + 1));
        if (from.any.sa_family == AF_INET)
            from.v4.sin_port = htons(port);
        else
            from.v6.sin6_port = htons(port);
        made = try_port(&from, remote);
        if (made >= 0) {
            *ret_socket = made;
            return 0;
        }
        /* The port, or the pair of addresses and ports, is taken: another may be free. */
        if (errno != EADDRINUSE && !(errno == EADDRNOTAVAIL && i + 1 < AG_SOURCE_PORT_TRIES))
            return sx_error_set(err, SX_E_OPERATION_FAILED, "cannot connect: %s", strerror(errno));
    }
    return sx_error_set(err, SX_E_RESOURCE_DENIED, "no free source port among %d to %d",
        AG_SOURCE_PORT_FIRST, AG_SOURCE_PORT_LAST);
}

void ag_socket_tune(int socket)
{
    int on = 1;
    unsigned timeout = USER_TIMEOUT_MS;

    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

int64_t ag_now_ms(void)
{
    return (int64_t)(ag_now_us() / 1000);
}

uint64_t ag_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

int64_t ag_utc_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// SPDX-License-Identifier: Apache-2.0
#include "peer/listener.h"

#include "log.h"
#include "peer/socket.h"
#include "sextant/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Connections that the kernel keeps for us. */
#define BACKLOG 64
/** Milliseconds of rest when a connection cannot be accepted. */
#define REST_MS 100

struct ag_listener {
    struct evconnlistener *listener;
    struct event *resume;
    ag_listener_accept *accept;
    void *context;
    char endpoint[AG_ENDPOINT_MAX];
};

static void on_accept(struct evconnlistener *unused, evutil_socket_t socket,
    struct sockaddr *remote, int length, void *argument)
{
    struct ag_listener *listener = argument;

    (void)unused;
    (void)length;
    listener->accept(socket, remote, listener->context);
}

static void on_error(struct evconnlistener *unused, void *argument)
{
    const struct timeval rest = {.tv_usec = REST_MS * 1000};
    struct ag_listener *listener = argument;

    (void)unused;
    ag_log(SX_LOG_ERROR, "cannot accept connections at %s: %s", listener->endpoint,
        strerror(EVUTIL_SOCKET_ERROR()));
    evconnlistener_disable(listener->listener);
    evtimer_add(listener->resume, &rest);
}

static void on_resume(evutil_socket_t unused, short what, void *argument)
{
    struct ag_listener *listener = argument;

    (void)unused;
    (void)what;
    evconnlistener_enable(listener->listener);
}

static int open_socket(const struct ag_endpoint *endpoint)
{
    int error, on = 1;
    int made =
        socket(endpoint->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

    if (made < 0)
        return -1;
    if (setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (endpoint->any.sa_family != AF_INET6 ||
            setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(made, &endpoint->any, endpoint->length) == 0 && listen(made, BACKLOG) == 0)
        return made;
    error = errno;
    close(made);
    errno = error;
    return -1;
}

int ag_listener_new(struct event_base *base, const char *ip, uint16_t port,
    ag_listener_accept *accept, void *context, struct ag_listener **ret_listener,
    struct sx_error *err)
{
    struct ag_listener *listener;
    struct ag_endpoint endpoint;
    int made;

    if (ag_endpoint_parse(ip, port, &endpoint) != 0)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "cannot listen on '%s': expected an IP address", ip);
    made = open_socket(&endpoint);
    if (made < 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED, "cannot listen on %s port %u: %s", ip, port,
            strerror(errno));
    listener = sx_alloc(sizeof *listener);
    listener->accept = accept;
    listener->context = context;
    ag_endpoint_text(&endpoint.any, listener->endpoint);
    listener->resume = evtimer_new(base, on_resume, listener);
    listener->listener = evconnlistener_new(
        base, on_accept, listener, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, made);
    if (!listener->resume || !listener->listener)
        abort(); /* out of memory, as sx_alloc() */
    evconnlistener_set_error_cb(listener->listener, on_error);
    *ret_listener = listener;
    return 0;
}

void ag_listener_free(struct ag_listener *listener)
{
    if (!listener)
        return;
    evconnlistener_free(listener->listener);
    event_free(listener->resume);
    free(listener);
}

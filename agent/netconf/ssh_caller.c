// SPDX-License-Identifier: Apache-2.0
/* Sockets that were accepted and have said nothing yet. */
#include "log.h"
#include "netconf/ssh_private.h"
#include "sextant/memory.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ag_ssh_source *find_source(
    struct ag_ssh_callers *callers, uint64_t address, bool ipv6)
{
    /* Fibonacci hashing: the upper bits of the product depend on all of the address. */
    uint64_t hash = (address + ipv6) * 0x9e3779b97f4a7c15u;
    struct ag_ssh_source_list *bucket = &callers->sources[hash >> 32 & (AG_SSH_SOURCE_BUCKETS - 1)];
    struct ag_ssh_source *source;

    LIST_FOREACH(source, bucket, link)
    {
        if (source->address == address && source->ipv6 == ipv6)
            return source;
    }
    source = sx_alloc(sizeof *source);
    source->address = address;
    source->ipv6 = ipv6;
    TAILQ_INIT(&source->callers);
    LIST_INSERT_HEAD(bucket, source, link);
    return source;
}

/* Takes the caller out of the table; returns its socket, which stays open. */
static int take_out(struct ag_ssh_caller *caller)
{
    struct ag_ssh_callers *callers = &caller->server->callers;
    struct ag_ssh_source *source = caller->source;
    int fd = caller->fd;

    if (caller->readable)
        event_free(caller->readable);
    TAILQ_REMOVE(&callers->all, caller, by_age);
    TAILQ_REMOVE(&source->callers, caller, by_source);
    if (caller->waiting)
        TAILQ_REMOVE(&callers->waiting, caller, by_turn);
    callers->count--;
    if (callers->count < AG_SSH_CALLERS_MAX / 2)
        callers->crowded = false;
    if (--source->count == 0) {
        LIST_REMOVE(source, link);
        free(source);
    }
    free(caller);
    return fd;
}

bool ag_ssh_caller_drop(struct ag_ssh_server *server)
{
    struct ag_ssh_source *source, *most = NULL;
    struct ag_ssh_caller *victim;

    for (size_t i = 0; i < AG_SSH_SOURCE_BUCKETS; i++) {
        LIST_FOREACH(source, &server->callers.sources[i], link)
        {
            if (!most || source->count > most->count)
                most = source;
        }
    }
    if (!most)
        return false;
    victim = TAILQ_FIRST(&most->callers);
    if (!server->callers.crowded)
        ag_log(SX_LOG_WARNING,
            "SSH: too many connections that do not log in: %u, of which %u from %s; the oldest "
            "are closed",
            server->callers.count, most->count, victim->address);
    server->callers.crowded = true;
    close(take_out(victim));
    return true;
}

void ag_ssh_callers_clear(struct ag_ssh_server *server)
{
    struct ag_ssh_caller *caller;

    while ((caller = TAILQ_FIRST(&server->callers.all)))
        close(take_out(caller));
}

void ag_ssh_callers_expire(struct ag_ssh_server *server, int64_t now_ms)
{
    struct ag_ssh_caller *caller;

    while ((caller = TAILQ_FIRST(&server->callers.all)) &&
           now_ms - caller->since_ms >= AG_SSH_SILENT_SECONDS * 1000)
        close(take_out(caller));
}

int64_t ag_ssh_patience_ms(const struct ag_ssh_connection *login)
{
    return login->since_ms +
           (login->requests == 0 ? AG_SSH_PATIENCE_NAMELESS_MS : AG_SSH_PATIENCE_MS);
}

/* Whether another log-in may begin; one that had its time makes room. */
static bool has_place(struct ag_ssh_server *server, int64_t now_ms)
{
    struct ag_ssh_connection *login;

    if (server->login_count < AG_SSH_LOGINS_MAX)
        return true;
    TAILQ_FOREACH(login, &server->logins, link)
    {
        if (now_ms >= ag_ssh_patience_ms(login)) {
            ag_log(SX_LOG_WARNING, "SSH: the log-in from %s makes room for others", login->address);
            ag_ssh_connection_free(login);
            return true;
        }
    }
    return false;
}

static void admit(struct ag_ssh_caller *caller)
{
    struct ag_ssh_server *server = caller->server;
    char address[AG_SSH_ADDRESS_SIZE];
    int fd;

    memcpy(address, caller->address, sizeof address);
    fd = take_out(caller);
    ag_ssh_connection_start(server, fd, address);
}

void ag_ssh_callers_admit(struct ag_ssh_server *server, int64_t now_ms)
{
    struct ag_ssh_caller *caller;

    while ((caller = TAILQ_LAST(&server->callers.waiting, ag_ssh_caller_list)) &&
           has_place(server, now_ms))
        admit(caller);
}

static void on_readable(evutil_socket_t fd, short what, void *argument)
{
    struct ag_ssh_caller *caller = argument;
    struct ag_ssh_server *server = caller->server;

    char byte;

    (void)what;
    if (recv(fd, &byte, 1, MSG_PEEK) <= 0)
        close(take_out(caller));
    else if (has_place(server, ag_ssh_now_ms()))
        admit(caller);
    else {
        caller->waiting = true;
        TAILQ_INSERT_TAIL(&server->callers.waiting, caller, by_turn);
        event_del(caller->readable);
    }
    ag_ssh_arm(server);
}

/* Options of the socket. A client that vanishes without a word is found out by the kernel after
 * about two minutes. */
static void set_options(int fd)
{
    const int on = 1, idle = 60, interval = 10, count = 6;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

/* Text and number of an address. */
static uint64_t read_address(const struct sockaddr *address, char ret_text[AG_SSH_ADDRESS_SIZE])
{
    struct sockaddr_in6 v6;
    struct sockaddr_in v4;
    uint64_t number = 0;

    if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, ret_text, AG_SSH_ADDRESS_SIZE);
        memcpy(&number, &v6.sin6_addr, sizeof number);
        return number;
    }
    memcpy(&v4, address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, ret_text, AG_SSH_ADDRESS_SIZE);
    return ntohl(v4.sin_addr.s_addr);
}

void ag_ssh_caller_add(struct ag_ssh_server *server, int fd, const struct sockaddr *address)
{
    struct ag_ssh_callers *callers = &server->callers;
    size_t length = strlen(server->banner);
    struct ag_ssh_caller *caller;
    uint64_t number;

    /* The identification line goes out at once, since some clients wait for it before they send
     * theirs (RFC 4253 section 4.2). An empty socket has room for it. */
    set_options(fd);
    if (send(fd, server->banner, length, MSG_NOSIGNAL) != (ssize_t)length) {
        close(fd);
        return;
    }
    while (callers->count >= AG_SSH_CALLERS_MAX && ag_ssh_caller_drop(server))
        ;
    caller = sx_alloc(sizeof *caller);
    caller->server = server;
    caller->fd = fd;
    caller->since_ms = ag_ssh_now_ms();
    number = read_address(address, caller->address);
    caller->source = find_source(callers, number, address->sa_family == AF_INET6);
    caller->readable =
        event_new(ag_loop_base(server->loop), fd, EV_READ | EV_PERSIST, on_readable, caller);
    caller->source->count++;
    callers->count++;
    TAILQ_INSERT_TAIL(&callers->all, caller, by_age);
    TAILQ_INSERT_TAIL(&caller->source->callers, caller, by_source);
    if (!caller->readable || event_add(caller->readable, NULL) < 0)
        close(take_out(caller));
    else
        ag_ssh_arm(server);
}

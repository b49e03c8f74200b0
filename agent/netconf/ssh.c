// SPDX-License-Identifier: Apache-2.0
/* The SSH server: host key, listening sockets, time limits. */
#include "log.h"
#include "netconf/listen.h"
#include "netconf/ssh_private.h"
#include "sextant/memory.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/** Connections accepted before other sockets get their turn. */
#define ACCEPTS_PER_TURN 64
/** Milliseconds without listening when there are no descriptors left. */
#define PAUSE_MS 1000
/** Descriptors that the process should have: all callers, log-ins and connections, and as many for
 * the rest of the agent. */
#define DESCRIPTORS_WANTED (2u * (AG_SSH_CALLERS_MAX + AG_SSH_LOGINS_MAX + AG_SSH_CONNECTIONS_MAX))
/** Smallest RSA key, of the host and of users, in bits. */
#define RSA_BITS_MIN 2048

/* Exchanges that take a few milliseconds at most: the loop must not stand still. Left out are the
 * large Diffie-Hellman groups (up to a quarter of a second) and those of the client's choice. */
static const char key_exchanges[] =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
    "ecdh-sha2-nistp521,diffie-hellman-group14-sha256";

int64_t ag_ssh_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static void sooner(int64_t *deadline_ms, int64_t moment_ms)
{
    if (moment_ms < *deadline_ms)
        *deadline_ms = moment_ms;
}

void ag_ssh_arm(struct ag_ssh_server *server)
{
    const struct ag_ssh_caller *caller = TAILQ_FIRST(&server->callers.all);
    const struct ag_ssh_connection *login = TAILQ_FIRST(&server->logins);
    bool crowded = !TAILQ_EMPTY(&server->callers.waiting);
    int64_t now_ms = ag_ssh_now_ms();
    int64_t deadline_ms = INT64_MAX;
    struct timeval delay;

    if (caller)
        sooner(&deadline_ms, caller->since_ms + AG_SSH_SILENT_SECONDS * 1000);
    if (login)
        sooner(&deadline_ms, login->since_ms + AG_SSH_LOGIN_SECONDS * 1000);
    for (; login && crowded; login = TAILQ_NEXT(login, link))
        sooner(&deadline_ms, ag_ssh_patience_ms(login));
    if (!server->listening)
        sooner(&deadline_ms, now_ms + PAUSE_MS);
    if (deadline_ms == INT64_MAX) {
        evtimer_del(server->timer);
        return;
    }
    deadline_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
    delay.tv_sec = deadline_ms / 1000;
    delay.tv_usec = deadline_ms % 1000 * 1000;
    evtimer_add(server->timer, &delay);
}

static void listen_again(struct ag_ssh_server *server)
{
    for (size_t i = 0; i < server->listener_count; i++)
        event_add(server->listeners[i].readable, NULL);
    server->listening = true;
}

static void on_timer(evutil_socket_t fd, short what, void *argument)
{
    struct ag_ssh_server *server = argument;
    struct ag_ssh_connection *login;
    int64_t now_ms = ag_ssh_now_ms();

    (void)fd;
    (void)what;
    if (!server->listening)
        listen_again(server);
    ag_ssh_callers_expire(server, now_ms);
    while ((login = TAILQ_FIRST(&server->logins)) &&
           now_ms - login->since_ms >= AG_SSH_LOGIN_SECONDS * 1000) {
        ag_ssh_connection_end(login, "no log-in within %d seconds", AG_SSH_LOGIN_SECONDS);
        ag_log(SX_LOG_WARNING, "SSH: connection from %s ended: %s", login->address, login->reason);
        ag_ssh_connection_free(login);
    }
    ag_ssh_callers_admit(server, now_ms);
    ag_ssh_arm(server);
}

/* No descriptor is left and no caller can be dropped: a listening socket would only spin. */
static void stop_listening(struct ag_ssh_server *server, int failure)
{
    ag_log(SX_LOG_ERROR, "SSH: connections cannot be accepted for a moment: %s", strerror(failure));
    for (size_t i = 0; i < server->listener_count; i++)
        event_del(server->listeners[i].readable);
    server->listening = false;
    ag_ssh_arm(server);
}

static void on_accept(evutil_socket_t listener, short what, void *argument)
{
    struct ag_ssh_server *server = argument;

    (void)what;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int fd =
            accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            ag_ssh_caller_add(server, fd, (struct sockaddr *)&address);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            int failure = errno;

            if (!ag_ssh_caller_drop(server)) {
                stop_listening(server, failure);
                return;
            }
        }
        /* Other errors are about a client that has left already. */
    }
}

/* The usual limit of 1,024 descriptors is less than silent callers may hold. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int load_host_key(struct ag_ssh_server *server, const char *path, struct sx_error *err)
{
    const bool no_configuration = false;
    const int bits = RSA_BITS_MIN;
    ssh_key key = NULL;

    if (access(path, R_OK) < 0)
        return sx_error_set(err, SX_E_INVALID_VALUE, "the SSH host key %s cannot be read: %s", path,
            strerror(errno));
    if (ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) != SSH_OK)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the SSH host key %s is not a private key without a passphrase, such as ssh-keygen "
            "makes",
            path);
    ssh_bind_options_set(server->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_configuration);
    ssh_bind_options_set(server->bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &bits);
    /* On success the key is the bind's. */
    if (ssh_bind_options_set(server->bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK) {
        ssh_key_free(key);
        return sx_error_set(err, SX_E_INVALID_VALUE, "the SSH host key %s cannot be used: %s", path,
            ssh_get_error(server->bind));
    }
    if (ssh_bind_options_set(server->bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, key_exchanges) !=
            SSH_OK ||
        ssh_bind_options_set(server->bind, SSH_BIND_OPTIONS_BANNER, "sextant_" SEXTANT_VERSION) !=
            SSH_OK)
        return sx_error_set(
            err, SX_E_INTERNAL, "SSH cannot be set up: %s", ssh_get_error(server->bind));
    return 0;
}

static int start_listening(
    struct ag_ssh_server *server, const struct ag_netconf_options *options, struct sx_error *err)
{
    struct event_base *base = ag_loop_base(server->loop);
    size_t count = 0;

    while (options->listen_addresses[count])
        count++;
    server->listeners = sx_calloc(count, sizeof *server->listeners);
    for (size_t i = 0; i < count; i++) {
        struct ag_ssh_listener *listener = &server->listeners[i];

        if (ag_listen_tcp(options->listen_addresses[i], options->ssh_port, &listener->fd, err) < 0)
            return -1;
        listener->readable = event_new(base, listener->fd, EV_READ | EV_PERSIST, on_accept, server);
        server->listener_count++;
    }
    listen_again(server);
    return 0;
}

int ag_ssh_server_new(struct ag_netconf *netconf, struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_ssh_server **ret_server,
    struct sx_error *err)
{
    struct ag_ssh_server *server = sx_alloc(sizeof *server);

    server->netconf = netconf;
    server->loop = loop;
    TAILQ_INIT(&server->callers.all);
    TAILQ_INIT(&server->callers.waiting);
    TAILQ_INIT(&server->logins);
    TAILQ_INIT(&server->connections);
    snprintf(server->banner, sizeof server->banner, "SSH-2.0-sextant_%s\r\n", SEXTANT_VERSION);
    raise_limit();
    ssh_init();
    /* libssh's log goes to standard error; what matters is in ours. */
    ssh_set_log_level(SSH_LOG_NOLOG);
    server->bind = ssh_bind_new();
    server->timer = evtimer_new(ag_loop_base(loop), on_timer, server);
    if (!server->bind || !server->timer)
        sx_error_set(err, SX_E_INTERNAL, "SSH cannot be set up: no memory");
    else if (load_host_key(server, options->host_key, err) == 0 &&
             ag_auth_new(loop, ag_auth_store(host), &server->auth, err) == 0 &&
             start_listening(server, options, err) == 0) {
        *ret_server = server;
        return 0;
    }
    ag_ssh_server_free(server);
    return -1;
}

void ag_ssh_server_free(struct ag_ssh_server *server)
{
    struct ag_ssh_connection *connection;

    if (!server)
        return;
    for (size_t i = 0; i < server->listener_count; i++) {
        event_free(server->listeners[i].readable);
        close(server->listeners[i].fd);
    }
    ag_ssh_callers_clear(server);
    while ((connection = TAILQ_FIRST(&server->logins)))
        ag_ssh_connection_free(connection);
    while ((connection = TAILQ_FIRST(&server->connections))) {
        /* What sessions said last, as far as the client takes it without waiting. */
        for (int i = 0; i < AG_SSH_MESSAGES_PER_STEP && ag_ssh_channels_work(connection); i++)
            ssh_blocking_flush(connection->ssh, 0);
        ag_ssh_connection_free(connection);
    }
    ag_auth_free(server->auth);
    if (server->timer)
        event_free(server->timer);
    ssh_bind_free(server->bind);
    ssh_finalize();
    free(server->listeners);
    free(server);
}

size_t ag_ssh_server_pending(const struct ag_ssh_server *server)
{
    const struct ag_ssh_connection *connection;
    size_t pending = 0;

    TAILQ_FOREACH(connection, &server->connections, link)
    {
        for (size_t i = 0; i < AG_SSH_CHANNELS_MAX; i++)
            if (connection->channels[i])
                pending += evbuffer_get_length(connection->channels[i]->out);
        /* How much libssh holds it does not say. */
        if (ssh_get_status(connection->ssh) & SSH_WRITE_PENDING)
            pending++;
    }
    return pending;
}

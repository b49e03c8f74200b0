// SPDX-License-Identifier: Apache-2.0
#include "netconf/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/** Anybody may connect. */
#define SOCKET_MODE 0666

static bool parse_address(
    const char *address, uint16_t port, struct sockaddr_storage *ret_address, socklen_t *ret_length)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    memset(ret_address, 0, sizeof *ret_address);
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
        memcpy(ret_address, &v4, sizeof v4);
        *ret_length = sizeof v4;
        return true;
    }
    if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
        memcpy(ret_address, &v6, sizeof v6);
        *ret_length = sizeof v6;
        return true;
    }
    return false;
}

int ag_listen_tcp(const char *address, uint16_t port, int *ret_fd, struct sx_error *err)
{
    struct sockaddr_storage storage;
    const int on = 1;
    socklen_t length;
    int fd;

    if (!parse_address(address, port, &storage, &length))
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "\"%s\" is not an IP address to listen on, such as 192.0.2.1 or 2001:db8::1", address);
    fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* An IPv6 socket is for IPv6 alone, so that both wildcards can be listened on. */
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (storage.ss_family == AF_INET ||
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, (struct sockaddr *)&storage, length) == 0 && listen(fd, AG_LISTEN_BACKLOG) == 0) {
        *ret_fd = fd;
        return 0;
    }
    sx_error_set(err, SX_E_OPERATION_FAILED, "cannot listen on %s port %u: %s", address, port,
        strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Removes the socket of a process that is gone. */
static int remove_stale(const struct sockaddr_un *address, struct sx_error *err)
{
    const char *path = address->sun_path;
    struct stat status;
    bool alive;
    int fd;

    if (lstat(path, &status) < 0)
        return 0;
    if (!S_ISSOCK(status.st_mode))
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "cannot listen on %s: there is a file that is not a socket; remove it", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return sx_error_set(
            err, SX_E_OPERATION_FAILED, "cannot listen on %s: %s", path, strerror(errno));
    /* EAGAIN: somebody listens whose queue is full. */
    alive = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    close(fd);
    if (alive)
        return sx_error_set(
            err, SX_E_OPERATION_FAILED, "cannot listen on %s: another process listens there", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "cannot listen on %s: the old socket cannot be removed: %s", path, strerror(errno));
    return 0;
}

int ag_listen_unix(const char *path, int *ret_fd, struct sx_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof address.sun_path)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the path of the local socket has more than %zu bytes: %s", sizeof address.sun_path - 1,
            path);
    strcpy(address.sun_path, path);
    if (remove_stale(&address, err) < 0)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        chmod(path, SOCKET_MODE) == 0 && listen(fd, AG_LISTEN_BACKLOG) == 0) {
        *ret_fd = fd;
        return 0;
    }
    sx_error_set(err, SX_E_OPERATION_FAILED, "cannot listen on %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

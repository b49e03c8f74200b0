// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include "sextant/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define END_OF_HELLO "]]>]]>"
#define BASE_1_1 "urn:ietf:params:netconf:base:1.1"
#define HELLO \
    "<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><capabilities><capability>" BASE_1_1 \
    "</capability></capabilities></hello>" END_OF_HELLO
/* Longest hello of the daemon; it lists its modules. */
#define HELLO_MAX (1u << 20)

struct ctl_client {
    int fd;
    unsigned message_id;
    char buffer[16384]; /* received and not used yet */
    size_t start, end;
};

static int lost(ssize_t result, struct ctl_fault *fault)
{
    if (result == 0)
        return ctl_fail(
            fault, CTL_EXIT_UNREACHABLE, "sextantd closed the connection; its log says why");
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return ctl_fail(fault, CTL_EXIT_UNREACHABLE,
            "sextantd did not answer within %d seconds; look whether it is stopped or overloaded",
            CTL_ANSWER_SECONDS);
    return ctl_fail(
        fault, CTL_EXIT_UNREACHABLE, "the connection with sextantd failed: %s", strerror(errno));
}

static int send_all(
    struct ctl_client *client, const char *data, size_t length, struct ctl_fault *fault)
{
    while (length > 0) {
        ssize_t sent = send(client->fd, data, length, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return lost(sent, fault);
        data += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* Makes sure that a byte is in the buffer. */
static int fill(struct ctl_client *client, struct ctl_fault *fault)
{
    ssize_t received;

    if (client->start < client->end)
        return 0;
    do
        received = recv(client->fd, client->buffer, sizeof client->buffer, 0);
    while (received < 0 && errno == EINTR);
    if (received <= 0)
        return lost(received, fault);
    client->start = 0;
    client->end = (size_t)received;
    return 0;
}

static int get_byte(struct ctl_client *client, char *ret_byte, struct ctl_fault *fault)
{
    if (fill(client, fault) < 0)
        return -1;
    *ret_byte = client->buffer[client->start++];
    return 0;
}

static int read_hello(struct ctl_client *client, struct ctl_fault *fault)
{
    char *text = sx_alloc(HELLO_MAX + 1);
    size_t length = 0;
    size_t end = strlen(END_OF_HELLO);
    int result = -1;

    for (;;) {
        if (length == HELLO_MAX) {
            ctl_fail(fault, CTL_EXIT_UNREACHABLE, "what answers at the socket is not sextantd");
            goto out;
        }
        if (get_byte(client, &text[length], fault) < 0)
            goto out;
        length++;
        if (length >= end && memcmp(text + length - end, END_OF_HELLO, end) == 0)
            break;
    }
    if (!strstr(text, BASE_1_1)) {
        ctl_fail(fault, CTL_EXIT_UNREACHABLE,
            "what answers at the socket does not speak NETCONF 1.1; is it sextantd?");
        goto out;
    }
    result = 0;
out:
    free(text);
    return result;
}

int ctl_client_open(
    const char *socket_path, struct ctl_client **ret_client, struct ctl_fault *fault)
{
    struct ctl_client *client = sx_alloc(sizeof *client);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = CTL_ANSWER_SECONDS};

    client->fd = -1;
    if (strlen(socket_path) >= sizeof address.sun_path) {
        ctl_fail(fault, CTL_EXIT_USAGE, "%s: a socket's path has at most %zu bytes", socket_path,
            sizeof address.sun_path - 1);
        goto out;
    }
    strcpy(address.sun_path, socket_path);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0 ||
        connect(client->fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        ctl_fail(fault, CTL_EXIT_UNREACHABLE,
            "cannot reach sextantd at %s: %s; start it, or name its socket with --socket",
            socket_path, strerror(errno));
        goto out;
    }
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (send_all(client, HELLO, strlen(HELLO), fault) < 0 || read_hello(client, fault) < 0)
        goto out;
    *ret_client = client;
    return 0;
out:
    ctl_client_close(client);
    return -1;
}

void ctl_client_close(struct ctl_client *client)
{
    if (!client)
        return;
    if (client->fd >= 0)
        close(client->fd);
    free(client);
}

static int expect(struct ctl_client *client, char wanted, struct ctl_fault *fault)
{
    char byte;

    if (get_byte(client, &byte, fault) < 0)
        return -1;
    if (byte != wanted)
        return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "sextantd broke the framing of RFC 6242");
    return 0;
}

/* Reads "\n#SIZE\n" (*ret_size > 0) or "\n##\n" (*ret_size 0). */
static int read_chunk_header(struct ctl_client *client, size_t *ret_size, struct ctl_fault *fault)
{
    size_t size = 0;
    char byte;

    if (expect(client, '\n', fault) < 0 || expect(client, '#', fault) < 0 ||
        get_byte(client, &byte, fault) < 0)
        return -1;
    if (byte == '#') {
        *ret_size = 0;
        return expect(client, '\n', fault);
    }
    while (byte >= '0' && byte <= '9' && size <= CTL_REPLY_MAX) {
        size = size * 10 + (size_t)(byte - '0');
        if (get_byte(client, &byte, fault) < 0)
            return -1;
    }
    if (byte != '\n' || size == 0 || size > CTL_REPLY_MAX)
        return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "sextantd broke the framing of RFC 6242");
    *ret_size = size;
    return 0;
}

static int read_chunk(struct ctl_client *client, size_t size, char *to, struct ctl_fault *fault)
{
    while (size > 0) {
        size_t part;

        if (fill(client, fault) < 0)
            return -1;
        part = client->end - client->start < size ? client->end - client->start : size;
        memcpy(to, client->buffer + client->start, part);
        client->start += part;
        to += part;
        size -= part;
    }
    return 0;
}

static int read_reply(struct ctl_client *client, char **ret_reply, struct ctl_fault *fault)
{
    char *reply = sx_alloc(1);
    size_t length = 0;
    size_t capacity = 1;
    size_t size = 0;

    for (;;) {
        if (read_chunk_header(client, &size, fault) < 0)
            goto out;
        if (size == 0)
            break;
        if (size > CTL_REPLY_MAX - length) {
            ctl_fail(fault, CTL_EXIT_UNREACHABLE, "the answer is larger than %u MiB; ask for less",
                CTL_REPLY_MAX >> 20);
            goto out;
        }
        if (length + size + 1 > capacity) {
            capacity = 2 * (length + size + 1);
            reply = sx_realloc(reply, capacity);
        }
        if (read_chunk(client, size, reply + length, fault) < 0)
            goto out;
        length += size;
    }
    reply[length] = '\0';
    *ret_reply = reply;
    return 0;
out:
    free(reply);
    return -1;
}

int ctl_client_call(
    struct ctl_client *client, const char *operation, char **ret_reply, struct ctl_fault *fault)
{
    char *rpc = sx_format("<rpc xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                          "message-id=\"%u\">%s</rpc>",
        ++client->message_id, operation);
    char *framed = sx_format("\n#%zu\n%s\n##\n", strlen(rpc), rpc);
    int result = send_all(client, framed, strlen(framed), fault);

    free(rpc);
    free(framed);
    return result < 0 ? -1 : read_reply(client, ret_reply, fault);
}

int ctl_client_wait_end(struct ctl_client *client, struct ctl_fault *fault)
{
    ssize_t received;

    do
        received = recv(client->fd, client->buffer, sizeof client->buffer, 0);
    while (received > 0 || (received < 0 && errno == EINTR));
    return received == 0 || errno == ECONNRESET ? 0 : lost(received, fault);
}

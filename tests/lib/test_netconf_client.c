// SPDX-License-Identifier: Apache-2.0
#include "test_netconf.h"

#include "netconf/request.h"
#include "sextant/memory.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/** A server that is silent for so long has failed. */
#define SILENCE_MS 30000

void ag_test_client_close(struct ag_test_client *client)
{
    if (!client)
        return;
    close(client->fd);
    free(client);
}

static void send_bytes(struct ag_test_client *client, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(client->fd, data, length, MSG_NOSIGNAL);

        /* A server that closes does not read on; what it said is still there. */
        if (sent <= 0)
            return;
        data += sent;
        length -= (size_t)sent;
    }
}

void ag_test_client_send(struct ag_test_client *client, const char *text)
{
    send_bytes(client, text, strlen(text));
}

void ag_test_client_send_chunk(struct ag_test_client *client, const char *text)
{
    char *framed = sx_format("\n#%zu\n%s\n##\n", strlen(text), text);

    ag_test_client_send(client, framed);
    free(framed);
}

/* The next byte, or -1 at the end. */
static int next_byte(struct ag_test_client *client)
{
    if (client->used == client->filled) {
        struct pollfd ready = {.fd = client->fd, .events = POLLIN};
        ssize_t got;

        if (poll(&ready, 1, SILENCE_MS) == 0)
            fail_msg("the server has said nothing for %d ms", SILENCE_MS);
        got = read(client->fd, client->buffer, sizeof client->buffer);
        if (got <= 0)
            return -1;
        client->used = 0;
        client->filled = (size_t)got;
    }
    return (unsigned char)client->buffer[client->used++];
}

char *ag_test_client_read_mark(struct ag_test_client *client)
{
    static const char mark[] = "]]>]]>";
    char *text = NULL;
    size_t length = 0, capacity = 0;

    for (int byte; (byte = next_byte(client)) >= 0;) {
        text = sx_grow(text, length, &capacity, 1);
        text[length++] = (char)byte;
        if (length >= strlen(mark) &&
            memcmp(text + length - strlen(mark), mark, strlen(mark)) == 0) {
            text[length - strlen(mark)] = '\0';
            return text;
        }
    }
    free(text);
    return NULL;
}

/* The size of the next chunk, 0 at the end of the message, -1 when the server has closed. */
static long chunk_size(struct ag_test_client *client)
{
    long size = 0;
    int byte = next_byte(client);

    if (byte < 0)
        return -1;
    assert_int_equal(byte, '\n');
    assert_int_equal(next_byte(client), '#');
    byte = next_byte(client);
    if (byte == '#') {
        assert_int_equal(next_byte(client), '\n');
        return 0;
    }
    for (; byte >= '0' && byte <= '9'; byte = next_byte(client))
        size = 10 * size + byte - '0';
    assert_int_equal(byte, '\n');
    assert_true(size > 0);
    return size;
}

char *ag_test_client_read_chunks(struct ag_test_client *client)
{
    char *text = sx_alloc(1);
    size_t length = 0;
    long size;

    while ((size = chunk_size(client)) > 0) {
        text = sx_realloc(text, length + (size_t)size + 1);
        for (long i = 0; i < size; i++) {
            int byte = next_byte(client);

            if (byte < 0) {
                free(text);
                return NULL;
            }
            text[length++] = (char)byte;
        }
        text[length] = '\0';
    }
    if (size == 0)
        return text;
    free(text);
    return NULL;
}

struct ag_test_client *ag_test_client_open(struct ag_test_netconf *test)
{
    struct ag_test_client *client = ag_test_client_connect(test);
    char *hello = ag_test_client_read_mark(client);

    if (!hello) {
        ag_test_client_close(client);
        return NULL;
    }
    free(hello);
    ag_test_client_send(client,
        "<hello xmlns=\"" AG_BASE_NS "\"><capabilities>"
        "<capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>]]>]]>");
    return client;
}

char *ag_test_client_rpc(struct ag_test_client *client, const char *operation)
{
    char *text = sx_format("<rpc xmlns=\"" AG_BASE_NS "\" message-id=\"7\">%s</rpc>", operation);

    ag_test_client_send_chunk(client, text);
    free(text);
    return ag_test_client_read_chunks(client);
}

void ag_test_client_expect(struct ag_test_client *client, const char *operation, const char *part)
{
    char *reply = ag_test_client_rpc(client, operation);

    if (!reply || !strstr(reply, part))
        fail_msg("%s: %s is not in %s", operation, part, reply ? reply : "nothing");
    free(reply);
}

int ag_test_session_setup(void **state)
{
    struct ag_test_session *session = sx_alloc(sizeof *session);

    ag_test_netconf_start(&session->server, *state);
    session->client = ag_test_client_open(&session->server);
    *state = session;
    return session->client ? 0 : -1;
}

int ag_test_session_teardown(void **state)
{
    struct ag_test_session *session = *state;

    ag_test_client_close(session->client);
    ag_test_netconf_stop(&session->server);
    free(session);
    return 0;
}

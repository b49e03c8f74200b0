// SPDX-License-Identifier: Apache-2.0
#include "netconf/session.h"

#include "netconf/request.h"
#include "sextant/memory.h"
#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define RPC(attributes, operation) "<rpc xmlns=\"" AG_BASE_NS "\"" attributes ">" operation "</rpc>"
#define OK(attributes) "<rpc-reply xmlns=\"" AG_BASE_NS "\"" attributes "><ok/></rpc-reply>"
#define BOOK \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>"
#define BOOK_END "</phone-book></call-control>"
#define READ_BOOK \
    "<get-config><source><running/></source><filter>" BOOK BOOK_END "</filter></get-config>"
/** Entries of a phone book whose reply is larger than all buffers on its way. */
#define ENTRIES 7000

static struct ag_test_netconf server;

static int setup(void **state)
{
    ag_test_netconf_start(&server, *state);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ag_test_netconf_stop(&server);
    return 0;
}

static void expect_chunks(struct ag_test_client *client, const char *expected)
{
    char *text = ag_test_client_read_chunks(client);

    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void test_hello(void **state)
{
    static const char *const capabilities[] = {"urn:ietf:params:netconf:base:1.0<",
        "urn:ietf:params:netconf:base:1.1<",
        "urn:ietf:params:netconf:capability:writable-running:1.0<",
        "urn:ietf:params:netconf:capability:candidate:1.0<",
        "urn:ietf:params:netconf:capability:validate:1.1<",
        "urn:ietf:params:netconf:capability:rollback-on-error:1.0<",
        "urn:ietf:params:netconf:capability:xpath:1.0<",
        "urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit&amp;",
        "urn:ietf:params:netconf:capability:yang-library:1.1?", "<session-id>1</session-id>"};
    struct ag_test_client *client = ag_test_client_connect(&server);
    char *hello = ag_test_client_read_mark(client);

    (void)state;
    assert_non_null(hello);
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
        if (!strstr(hello, capabilities[i]))
            fail_msg("%s is not in %s", capabilities[i], hello);
    assert_null(strstr(hello, "startup"));
    assert_null(strstr(hello, "confirmed-commit"));
    free(hello);
    ag_test_client_close(client);
}

static void test_base_1_0(void **state)
{
    struct ag_test_client *client = ag_test_client_connect(&server);
    char *text = ag_test_client_read_mark(client);

    (void)state;
    free(text);
    ag_test_client_send(client, "<hello xmlns=\"" AG_BASE_NS "\"><capabilities><capability>"
                                "urn:ietf:params:netconf:base:1.0</capability></capabilities>"
                                "</hello>]]>]]>");
    /* One through the library, one of ours. */
    ag_test_client_send(client, RPC(" message-id=\"1\"", "<discard-changes/>") "]]>]]>");
    text = ag_test_client_read_mark(client);
    assert_string_equal(text, OK(" message-id=\"1\""));
    free(text);
    ag_test_client_send(client, RPC(" message-id=\"2\"", READ_BOOK) "]]>]]>");
    text = ag_test_client_read_mark(client);
    assert_string_equal(
        text, "<rpc-reply xmlns=\"" AG_BASE_NS "\" message-id=\"2\"><data></data></rpc-reply>");
    free(text);
    ag_test_client_close(client);
}

/* What the guard refuses is answered in its turn, with the attributes that are there. */
static void test_refused(void **state)
{
    struct ag_test_client *client = ag_test_client_open(&server);
    char *text;

    (void)state;
    ag_test_client_send_chunk(client, RPC(" message-id=\"1\"", "<discard-changes/>"));
    ag_test_client_send_chunk(client, RPC(" x=\"y\"", "<discard-changes/>"));
    ag_test_client_send_chunk(client, RPC(" message-id=\"3\"", "<discard-changes/><a/>"));
    ag_test_client_send_chunk(client, "<rpc message-id=\"4\"><discard-changes/></rpc>");
    ag_test_client_send_chunk(client, RPC(" message-id=\"5\"", "<discard-changes/>"));
    expect_chunks(client, OK(" message-id=\"1\""));
    text = ag_test_client_read_chunks(client);
    assert_non_null(strstr(text, "\" x=\"y\"><rpc-error>"));
    assert_non_null(strstr(text, "<error-tag>missing-attribute</error-tag>"));
    assert_non_null(strstr(text, "<error-info><bad-attribute>message-id</bad-attribute>"
                                 "<bad-element>rpc</bad-element></error-info>"));
    free(text);
    text = ag_test_client_read_chunks(client);
    assert_non_null(strstr(text, " message-id=\"3\"><rpc-error>"));
    assert_non_null(strstr(text, "<bad-element>a</bad-element>"));
    free(text);
    text = ag_test_client_read_chunks(client);
    assert_non_null(strstr(text, "<error-tag>unknown-element</error-tag>"));
    free(text);
    expect_chunks(client, OK(" message-id=\"5\""));
    ag_test_client_close(client);
}

static void test_hostile_frames(void **state)
{
    static const char *const frames[] = {"\n#0\n", "\n##\n", "\n#-1\n",
        "\n#18446744073709551615\n<rpc/>", "garbage", "\n#5\n<a><b\n##\n"};
    struct ag_test_client *other = ag_test_client_open(&server);

    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct ag_test_client *client = ag_test_client_open(&server);

        ag_test_client_send(client, frames[i]);
        assert_null(ag_test_client_read_chunks(client));
        ag_test_client_close(client);
        ag_test_client_expect(other, "<discard-changes/>", "<ok/>");
    }
    ag_test_client_close(other);
}

static void fill_book(void)
{
    struct ag_test_client *client = ag_test_client_open(&server);
    char *text = NULL, *reply;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fputs("<edit-config><target><running/></target><config>" BOOK, out);
    for (unsigned i = 0; i < ENTRIES; i++)
        fprintf(out,
            "<entry><name>user %05u, whose name is as long as the schema allows "
            "it</name><number>%u</number></entry>",
            i, i);
    fputs(BOOK_END "</config></edit-config>", out);
    fclose(out);
    reply = ag_test_client_rpc(client, text);
    assert_non_null(strstr(reply, "<ok/>"));
    free(reply);
    free(text);
    ag_test_client_close(client);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        found++;
    return found;
}

/* A client that sends everything at once and then only listens has all its answers. */
static void test_end_of_file(void **state)
{
    struct ag_test_client *client;
    char *text;

    (void)state;
    fill_book();
    client = ag_test_client_connect(&server);
    ag_test_client_send(client, "<hello xmlns=\"" AG_BASE_NS "\"><capabilities><capability>"
                                "urn:ietf:params:netconf:base:1.1</capability></capabilities>"
                                "</hello>]]>]]>");
    ag_test_client_send_chunk(client, RPC(" message-id=\"1\"", READ_BOOK));
    ag_test_client_send_chunk(client, RPC(" message-id=\"2\"", "<discard-changes/>"));
    assert_int_equal(shutdown(client->fd, SHUT_WR), 0);
    free(ag_test_client_read_mark(client));
    text = ag_test_client_read_chunks(client);
    assert_int_equal(count(text, "<entry>"), ENTRIES);
    free(text);
    expect_chunks(client, OK(" message-id=\"2\""));
    assert_null(ag_test_client_read_chunks(client));
    ag_test_client_close(client);
}

static void *send_many(void *argument)
{
    struct ag_test_client *client = argument;

    for (unsigned i = 0; i < 20 * AG_SESSION_QUEUE_MAX; i++)
        ag_test_client_send_chunk(client, RPC(" message-id=\"7\"", "<discard-changes/>"));
    return NULL;
}

/* More requests than a session queues: the client is paused, nothing is lost. */
static void test_pipeline(void **state)
{
    struct ag_test_client *client = ag_test_client_open(&server);
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, send_many, client), 0);
    for (unsigned i = 0; i < 20 * AG_SESSION_QUEUE_MAX; i++)
        expect_chunks(client, OK(" message-id=\"7\""));
    pthread_join(thread, NULL);
    ag_test_client_close(client);
}

/* A client that leaves in the middle of a reply, or without a <hello>, leaves nothing behind. */
static void test_leaves(void **state)
{
    struct ag_test_client *client, *other;

    (void)state;
    fill_book();
    other = ag_test_client_open(&server);
    client = ag_test_client_open(&server);
    ag_test_client_send_chunk(client, RPC(" message-id=\"1\"", READ_BOOK));
    assert_true(recv(client->fd, client->buffer, 1000, MSG_PEEK) > 0);
    ag_test_client_close(client);
    client = ag_test_client_connect(&server);
    ag_test_client_close(client);
    for (unsigned i = 0;; i++) {
        char *text = ag_test_client_rpc(
            other, "<get><filter><netconf-state><sessions/></netconf-state></filter></get>");
        size_t sessions = count(text, "<session>");

        free(text);
        if (sessions == 1)
            break;
        assert_true(i < 5000);
    }
    ag_test_client_close(other);
}

static void test_most_sessions(void **state)
{
    struct ag_test_client *clients[AG_SESSIONS_MAX];

    (void)state;
    for (size_t i = 0; i < AG_SESSIONS_MAX; i++) {
        clients[i] = ag_test_client_open(&server);
        assert_non_null(clients[i]);
    }
    assert_null(ag_test_client_open(&server));
    for (size_t i = 0; i < AG_SESSIONS_MAX; i += 2)
        ag_test_client_expect(clients[i], "<discard-changes/>", "<ok/>");
    /* Half of them are left to the server's end. */
    for (size_t i = 0; i < AG_SESSIONS_MAX / 2; i++)
        ag_test_client_close(clients[i]);
    ag_test_netconf_stop(&server);
    for (size_t i = AG_SESSIONS_MAX / 2; i < AG_SESSIONS_MAX; i++) {
        assert_null(ag_test_client_read_chunks(clients[i]));
        ag_test_client_close(clients[i]);
    }
    ag_test_netconf_start(&server, *state);
}

/* Four sessions read while a fifth writes: every reply is whole and of one revision. */
static void *read_often(void *argument)
{
    struct ag_test_client *client = argument;
    size_t *bad = sx_alloc(sizeof *bad);

    for (unsigned i = 0; i < 100; i++) {
        char *text = ag_test_client_rpc(client, READ_BOOK);
        char *first = text ? strstr(text, "<number>") : NULL;
        char number[32] = "";

        if (first)
            snprintf(number, sizeof number, "%.*s", (int)strcspn(first + 1, "/"), first + 1);
        /* All numbers were written by the same edit. */
        if (!first || count(text, number) != 10)
            (*bad)++;
        free(text);
    }
    return bad;
}

static void write_numbers(struct ag_test_client *client, unsigned number)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fputs("<edit-config><target><running/></target><config>" BOOK, out);
    for (unsigned i = 0; i < 10; i++)
        fprintf(out, "<entry><name>user %u</name><number>%u</number></entry>", i, number);
    fputs(BOOK_END "</config></edit-config>", out);
    fclose(out);
    ag_test_client_expect(client, text, "<ok/>");
    free(text);
}

static void test_readers_and_writer(void **state)
{
    struct ag_test_client *writer = ag_test_client_open(&server), *readers[4];
    pthread_t threads[4];

    (void)state;
    write_numbers(writer, 1000);
    for (size_t i = 0; i < 4; i++) {
        readers[i] = ag_test_client_open(&server);
        assert_int_equal(pthread_create(&threads[i], NULL, read_often, readers[i]), 0);
    }
    for (unsigned i = 0; i < 100; i++)
        write_numbers(writer, 1001 + i);
    for (size_t i = 0; i < 4; i++) {
        void *bad = NULL;

        pthread_join(threads[i], &bad);
        assert_int_equal(*(size_t *)bad, 0);
        free(bad);
        ag_test_client_close(readers[i]);
    }
    ag_test_client_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hello, setup, teardown),
        cmocka_unit_test_setup_teardown(test_base_1_0, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_frames, setup, teardown),
        cmocka_unit_test_setup_teardown(test_end_of_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pipeline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_most_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_readers_and_writer, setup, teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

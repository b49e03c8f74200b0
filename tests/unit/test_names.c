// SPDX-License-Identifier: Apache-2.0
#include "links_fixture.h"
#include "peer/names.h"

#include <dirent.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>

/** A name server of the test's own: names.c is told of no other, so nothing leaves the machine. */
#define SERVER "127.0.0.31:15353"

/** Answers one.test with 192.0.2.1 and 2001:db8::1, says nothing of silent.test, knows no other. */
static void serve(struct evdns_server_request *request, void *unused)
{
    static const uint8_t v4[4] = {192, 0, 2, 1};
    static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    const struct evdns_server_question *question = request->questions[0];

    (void)unused;
    if (strcasecmp(question->name, "silent.test") == 0) {
        evdns_server_request_drop(request);
        return;
    }
    if (strcasecmp(question->name, "one.test") != 0) {
        evdns_server_request_respond(request, DNS_ERR_NOTEXIST);
        return;
    }
    if (question->type == EVDNS_TYPE_A)
        evdns_server_request_add_a_reply(request, question->name, 1, v4, 60);
    else if (question->type == EVDNS_TYPE_AAAA)
        evdns_server_request_add_aaaa_reply(request, question->name, 1, v6, 60);
    evdns_server_request_respond(request, 0);
}

struct server {
    struct evdns_server_port *port;
    struct ag_names *names;
};

static void start(struct fixture *fixture, struct server *server)
{
    struct ag_endpoint endpoint;
    int made = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_int_equal(ag_endpoint_parse("127.0.0.31", 15353, &endpoint), 0);
    assert_int_equal(bind(made, &endpoint.any, endpoint.length), 0);
    server->port =
        evdns_add_server_port_with_base(ag_loop_base(fixture->loop), made, 0, serve, NULL);
    test_pki_write(fixture->pki, "resolv.conf", "nameserver " SERVER "\n");
    test_pki_write(fixture->pki, "hosts", "192.0.2.7 listed.test\n2001:db8::7 listed.test\n");
    server->names = ag_names_new(fixture->loop, &fixture->a.host,
        test_pki_path(fixture->pki, "resolv.conf"), test_pki_path(fixture->pki, "hosts"));
}

static void stop(struct server *server)
{
    ag_names_free(server->names);
    evdns_close_server_port(server->port);
}

static size_t expected;

static bool all_resolved(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_RESOLVED) == expected;
}

static void names_are_resolved(void **state)
{
    static const struct {
        const char *name;
        bool ipv6;
        const char *address;
    } rows[] = {
        {"one.test", false, "192.0.2.1"},
        {"one.test", true, "2001:db8::1"},
        {"none.test", false, ""},
        {"listed.test", false, "192.0.2.7"},
        {"listed.test", true, "2001:db8::7"},
        {"192.0.2.9", false, "192.0.2.9"},
        {"2001:db8::9", true, "2001:db8::9"},
        {"2001:db8::9", false, ""},
        {"192.0.2.9", true, ""},
        {"no such name", false, ""},
    };
    struct fixture *fixture = *state;
    struct server server;

    start(fixture, &server);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct posted *answer;

        ag_names_resolve(server.names, rows[i].name, rows[i].ipv6);
        expected = i + 1;
        fixture_wait(fixture, all_resolved);
        answer = fixture_last(&fixture->a, SX_EVENT_RESOLVED);
        assert_string_equal(answer->peer, rows[i].name);
        if (strcmp(answer->event.resolved.address, rows[i].address) != 0)
            fail_msg("row %zu: '%s' is '%s', expected '%s'", i, rows[i].name,
                answer->event.resolved.address, rows[i].address);
    }
    stop(&server);
}

static size_t open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static size_t files_before;

static bool sockets_are_closed(struct fixture *fixture)
{
    (void)fixture;
    return open_files() == files_before;
}

static void nothing_stays_open(void **state)
{
    struct fixture *fixture = *state;
    struct server server;

    start(fixture, &server);
    files_before = open_files();
    for (int i = 0; i < 3; i++) {
        fixture_forget(&fixture->a);
        expected = 1;
        ag_names_resolve(server.names, "one.test", false);
        assert_true(open_files() > files_before);
        fixture_wait(fixture, all_resolved);
        assert_string_equal(
            fixture_last(&fixture->a, SX_EVENT_RESOLVED)->event.resolved.address, "192.0.2.1");
        fixture_wait(fixture, sockets_are_closed);
    }
    stop(&server);
}

/** A server that does not answer, and more questions than are taken at once. */
static void silence_and_floods_are_answered(void **state)
{
    struct fixture *fixture = *state;
    struct server server;
    int64_t begin_ms = ag_now_ms();

    start(fixture, &server);
    files_before = open_files();
    for (size_t i = 0; i < AG_NAMES_MAX + 3; i++)
        ag_names_resolve(server.names, "silent.test", false);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_RESOLVED), 3);
    expected = AG_NAMES_MAX + 3;
    fixture_wait(fixture, all_resolved);
    assert_true(ag_now_ms() - begin_ms < AG_NAMES_MS + 2000);
    for (size_t i = 0; i < fixture->a.host.count; i++)
        assert_string_equal(fixture->a.host.items[i].event.resolved.address, "");
    fixture_wait(fixture, sockets_are_closed);
    stop(&server);
}

#define NAMES_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMES_TEST(names_are_resolved),
        NAMES_TEST(nothing_stays_open),
        NAMES_TEST(silence_and_floods_are_answered),
    };

    return cmocka_run_group_tests(tests, fixture_group_set_up, fixture_group_tear_down);
}

// SPDX-License-Identifier: Apache-2.0
#include "links_fixture.h"
#include "peer/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/wait.h>

/** Silent connections in a_crowd_does_not_keep_the_peer_out(). */
#define CROWD 100

/** The socket of the test, for conditions. */
static int outside = -1;

/** The other side has closed it. */
static bool closed(struct fixture *fixture)
{
    char bytes[256];
    ssize_t count = recv(outside, bytes, sizeof bytes, MSG_DONTWAIT);

    (void)fixture;
    return count == 0 || (count < 0 && errno != EAGAIN);
}

static void garbage_ends_that_connection_alone(void **state)
{
    static const char garbage[] = "\x16\x03\x01\xff\xffGET / HTTP/1.0\r\n\r\n";
    struct fixture *fixture = *state;
    const uint16_t ports[] = {PORT, RECOVERY_PORT};
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    char expected[AG_ENDPOINT_MAX];

    fixture_join(fixture);
    for (size_t i = 0; i < 2; i++) {
        fixture_log_begin(fixture);
        outside = fixture_connect("127.0.0.32", ports[i]);
        getsockname(outside, (struct sockaddr *)&own, &length);
        ag_endpoint_text((struct sockaddr *)&own, expected);
        assert_int_equal(send(outside, garbage, sizeof garbage, 0), sizeof garbage);
        fixture_wait(fixture, closed);
        close(outside);
        assert_non_null(strstr(fixture_log(fixture), expected));
        assert_non_null(strstr(fixture_log(fixture), "TLS failed: "));
        fixture_log_end(fixture);
    }
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 0);
}

static void strangers_are_turned_away(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture_log_begin(fixture);
    outside = fixture_connect("127.0.0.39", PORT);
    fixture_wait(fixture, closed);
    close(outside);
    outside = fixture_connect("127.0.0.39", RECOVERY_PORT);
    fixture_wait(fixture, closed);
    close(outside);
    assert_non_null(strstr(fixture_log(fixture), "127.0.0.39:"));
    assert_non_null(strstr(fixture_log(fixture), "no peer of this system"));
    fixture_log_end(fixture);
}

static void a_crowd_does_not_keep_the_peer_out(void **state)
{
    struct fixture *fixture = *state;
    int crowd[CROWD];

    fixture_log_begin(fixture);
    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = fixture_connect("127.0.0.32", PORT);
        event_base_loop(ag_loop_base(fixture->loop), EVLOOP_NONBLOCK);
    }
    fixture_start(fixture, &fixture->b);
    fixture_open(&fixture->b, &fixture->a, true);
    fixture_wait(fixture, fixture_both_up);
    for (size_t i = 0; i < CROWD; i++)
        close(crowd[i]);
    /* The flood is one line, not a hundred. */
    assert_non_null(strstr(fixture_log(fixture), "too many connections from this address"));
    fixture_log_end(fixture);
}

static int listening = -1;
static size_t accepted;
static int64_t accepted_ms[4];

/** Accepts and closes, as a port does behind which nothing is. */
static bool accepted_four(struct fixture *fixture)
{
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    int made = accept4(listening, (struct sockaddr *)&from, &length, SOCK_NONBLOCK);

    (void)fixture;
    if (made >= 0) {
        assert_string_equal(inet_ntoa(from.sin_addr), "127.0.0.31");
        assert_in_range(ntohs(from.sin_port), AG_SOURCE_PORT_FIRST, AG_SOURCE_PORT_LAST);
        accepted_ms[accepted++] = ag_now_ms();
        close(made);
    }
    return accepted == 4;
}

static bool told_twice(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_LINK_DOWN) == 2;
}

static void failed_attempts_are_told_once(void **state)
{
    struct fixture *fixture = *state;
    struct ag_endpoint endpoint;
    int on = 1;

    assert_int_equal(ag_endpoint_parse("127.0.0.32", PORT, &endpoint), 0);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(listening, &endpoint.any, endpoint.length), 0);
    assert_int_equal(listen(listening, 8), 0);
    accepted = 0;
    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_wait(fixture, accepted_four);
    assert_int_equal(fixture->a.host.count, 1);
    assert_string_equal(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
        "it closed the connection in the TLS handshake; perhaps it does not list this system");
    /* 100, 200 and 400 ms, an eighth more or less. */
    assert_true(accepted_ms[3] - accepted_ms[0] >= 600);
    close(listening);
    fixture_wait(fixture, told_twice);
    assert_string_equal(
        fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "Connection refused");
}

/** Runs side b alone in a process of its own until it is killed. */
static pid_t fork_b(struct fixture *fixture)
{
    pid_t child = fork();
    struct sx_error err;

    if (child != 0)
        return child;
    if (ag_loop_new(&fixture->loop, &err) != 0)
        _exit(1);
    fixture_start(fixture, &fixture->b);
    fixture_open(&fixture->b, &fixture->a, true);
    ag_loop_run(fixture->loop);
    _exit(0);
}

/** Sockets that let nobody else connect to this address: attempts get no answer at all. */
static void fill(int sockets[3], const char *ip)
{
    struct ag_endpoint endpoint;

    assert_int_equal(ag_endpoint_parse(ip, PORT, &endpoint), 0);
    sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(sockets[0], &endpoint.any, endpoint.length), 0);
    assert_int_equal(listen(sockets[0], 0), 0);
    for (size_t i = 1; i < 3; i++) {
        sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(sockets[i], &endpoint.any, endpoint.length);
    }
}

static bool a_dials(struct fixture *fixture)
{
    return TAILQ_FIRST(&fixture->a.links->peers)->dial != NULL;
}

/** TCP tries again after one second and after three, on kernels of today and of yesterday: the
 * third try comes from the next attempt, so that a path that is back is found within a second. */
static void attempts_without_an_answer_follow_each_other(void **state)
{
    struct fixture *fixture = *state;
    struct ag_peer *peer;
    int64_t begun_ms, ended_ms;
    int sockets[3];

    fill(sockets, fixture->b.ip);
    fixture_start(fixture, &fixture->a);
    begun_ms = ag_now_ms();
    fixture_open(&fixture->a, &fixture->b, true);
    peer = TAILQ_FIRST(&fixture->a.links->peers);
    peer->backoff_ms = AG_REDIAL_MAX_MS;
    fixture_wait(fixture, fixture_a_down);
    ended_ms = fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->at_ms;
    assert_true(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.unreachable);
    assert_in_range(ended_ms - begun_ms, AG_REDIAL_MAX_MS, 2900);
    fixture_wait(fixture, a_dials);
    assert_in_range(ag_now_ms() - ended_ms, 0, AG_REDIAL_MAX_MS / 2);
    for (size_t i = 0; i < 3; i++)
        close(sockets[i]);
}

static void frozen_peer_is_lost_and_found(void **state)
{
    struct fixture *fixture = *state;
    pid_t child = fork_b(fixture);
    int64_t begin_ms;

    assert_true(child > 0);
    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_wait(fixture, fixture_a_up);
    fixture_forget(&fixture->a);
    kill(child, SIGSTOP);
    begin_ms = ag_now_ms();
    fixture_wait(fixture, fixture_a_down);
    assert_string_equal(
        fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "no answer for 400 ms");
    assert_true(ag_now_ms() - begin_ms >= 300);
    fixture_forget(&fixture->a);
    kill(child, SIGCONT);
    fixture_wait(fixture, fixture_a_up);
    fixture_forget(&fixture->a);
    kill(child, SIGKILL);
    fixture_wait(fixture, fixture_a_down);
    waitpid(child, NULL, 0);
}

/** This process is held up for longer than the time-out: its peer, which answers, is not to blame.
 * (The peer finds this one silent, and ends the link itself; then it is the peer that says so.) */
static void own_delay_is_not_the_peers_fault(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture_forget(&fixture->a);
    fixture_forget(&fixture->b);
    fixture_log_begin(fixture);
    usleep(600 * 1000);
    for (int i = 0; i < 5; i++)
        event_base_loop(ag_loop_base(fixture->loop), EVLOOP_ONCE);
    assert_non_null(strstr(fixture_log(fixture), "this process was held up for"));
    fixture_log_end(fixture);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 0);
    assert_int_equal(fixture_count(&fixture->b, SX_EVENT_LINK_DOWN), 0);
}

/** Another process at the peer's address: the peer was started anew, and its old link is dead even
 * if no packet says so. */
static void restarted_peer_takes_over(void **state)
{
    struct fixture *fixture = *state;
    struct side anew = {.ip = "127.0.0.33", .name = "b.test"};
    struct sx_action action;

    fixture_join(fixture);
    fixture_forget(&fixture->a);
    anew.links = fixture_links(fixture, &anew.host, anew.ip, anew.name);
    action = fixture_opening(&anew, &fixture->a);
    strcpy(action.link.local, "127.0.0.32");
    ag_links_do(anew.links, &action);
    fixture_wait(fixture, fixture_a_down);
    assert_string_equal(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
        "the peer was started anew");
    fixture_stop(&fixture->b);
    fixture_wait(fixture, fixture_a_up);
    ag_links_free(anew.links);
    fixture_forget(&anew);
    free(anew.host.items);
}

static struct sx_message *piece(size_t bytes)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_SNAPSHOT_PIECE);
    struct sx_fragment fragment = {
        .list = sx_strdup("/m:l"), .key = sx_strdup(""), .body = sx_alloc(bytes + 1)};

    memset(fragment.body, 'x', bytes);
    sx_fragment_list_add(&message->fragments, fragment);
    return message;
}

static bool b_has_four(struct fixture *fixture)
{
    return fixture_count(&fixture->b, SX_EVENT_MESSAGE) == 4;
}

static bool b_seen_again(struct fixture *fixture)
{
    static int64_t from_ms;

    if (from_ms == 0)
        from_ms = ag_utc_ms();
    return ag_links_times(fixture->a.links, "b.test").last_seen_ms > from_ms + 1000;
}

static void messages_wait_for_the_engine(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture->b.host.full = true;
    fixture_send(&fixture->a, &fixture->b, sx_message_new(SX_MESSAGE_HELLO));
    for (size_t i = 1; i <= 3; i++)
        fixture_send(&fixture->a, &fixture->b, piece(i << 20));
    /* Meanwhile heartbeats are answered. */
    fixture_wait(fixture, b_seen_again);
    assert_int_equal(fixture_count(&fixture->b, SX_EVENT_MESSAGE), 0);
    fixture->b.host.full = false;
    fixture_wait(fixture, b_has_four);
    assert_int_equal(
        strlen(fixture_last(&fixture->b, SX_EVENT_MESSAGE)->message->fragments.items[0].body),
        3 << 20);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 0);
}

static bool b_told_down(struct fixture *fixture)
{
    return fixture_count(&fixture->b, SX_EVENT_LINK_DOWN) > 0;
}

static void too_many_waiting_messages_end_the_link(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture->b.host.full = true;
    fixture_send(&fixture->a, &fixture->b, sx_message_new(SX_MESSAGE_HELLO));
    for (size_t i = 0; i < 6; i++)
        fixture_send(&fixture->a, &fixture->b, piece(3 << 20));
    fixture_wait(fixture, b_told_down);
    assert_non_null(strstr(fixture_last(&fixture->b, SX_EVENT_LINK_DOWN)->event.link.reason,
        "this system's engine is behind"));
    fixture_wait(fixture, fixture_a_down);
}

static void message_too_large_ends_the_link(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture_send(&fixture->a, &fixture->b, sx_message_new(SX_MESSAGE_HELLO));
    fixture_send(&fixture->a, &fixture->b, piece(AG_ENVELOPE_MAX));
    assert_non_null(strstr(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
        "an envelope holds 4194304"));
}

static void open_in(
    struct side *from, const struct side *to, const char *in_force, const char *next)
{
    struct sx_action action = fixture_opening(from, to);

    strcpy(action.link.clusters[0], in_force);
    strcpy(action.link.clusters[1], next);
    ag_links_do(from->links, &action);
}

static bool told_of_clusters(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_LINK_DOWN) > 0 &&
           strcmp(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
               "it is of cluster 'other', this system of 'lab'") == 0;
}

/** The engine hears of no link, so nothing is said over it; a name in common is enough. */
static void one_of_another_cluster_is_not_linked(void **state)
{
    struct fixture *fixture = *state;

    fixture_start(fixture, &fixture->a);
    fixture_start(fixture, &fixture->b);
    open_in(&fixture->a, &fixture->b, "lab", "");
    open_in(&fixture->b, &fixture->a, "other", "other");
    fixture_wait(fixture, told_of_clusters);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_UP), 0);
    assert_int_equal(fixture_count(&fixture->b, SX_EVENT_LINK_UP), 0);
    open_in(&fixture->b, &fixture->a, "other", "lab");
    fixture_wait(fixture, fixture_both_up);
    /* A link that stands is not cut for it: names change on one side after the other. */
    fixture_forget(&fixture->a);
    open_in(&fixture->b, &fixture->a, "other", "other");
    open_in(&fixture->a, &fixture->b, "lab", "next");
    fixture_do(&fixture->b, &fixture->a, SX_ACTION_LINK_RESET, "it broke a rule");
    fixture_wait(fixture, fixture_a_down);
    assert_non_null(strstr(
        fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "it broke a rule"));
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(garbage_ends_that_connection_alone),
        LINK_TEST(strangers_are_turned_away),
        LINK_TEST(a_crowd_does_not_keep_the_peer_out),
        LINK_TEST(failed_attempts_are_told_once),
        LINK_TEST(attempts_without_an_answer_follow_each_other),
        LINK_TEST(frozen_peer_is_lost_and_found),
        LINK_TEST(own_delay_is_not_the_peers_fault),
        LINK_TEST(restarted_peer_takes_over),
        LINK_TEST(messages_wait_for_the_engine),
        LINK_TEST(too_many_waiting_messages_end_the_link),
        LINK_TEST(message_too_large_ends_the_link),
        LINK_TEST(one_of_another_cluster_is_not_linked),
    };

    return cmocka_run_group_tests(tests, fixture_group_set_up, fixture_group_tear_down);
}

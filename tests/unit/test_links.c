// SPDX-License-Identifier: Apache-2.0
#include "links_fixture.h"
#include "peer/table.h"

/** Restarts of both sides in link_comes_up_once(). */
#define RESTARTS 20

static struct sx_message *refusal(uint64_t number)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REFUSAL);

    message->refusal.number = number;
    return message;
}

static bool each_has_three(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_MESSAGE) == 3 &&
           fixture_count(&fixture->b, SX_EVENT_MESSAGE) == 3;
}

static void say(struct side *from, const struct side *to)
{
    /* Said before the engine knows of the link: must not arrive. */
    fixture_send(from, to, refusal(99));
    fixture_send(from, to, sx_message_new(SX_MESSAGE_HELLO));
    fixture_send(from, to, refusal(1));
    fixture_send(from, to, refusal(2));
}

static void check_order(const struct side *side, const char *from)
{
    uint64_t next = 0;

    for (size_t i = 0; i < side->host.count; i++) {
        const struct posted *item = &side->host.items[i];

        if (item->event.type != SX_EVENT_MESSAGE)
            continue;
        assert_string_equal(item->peer, from);
        if (next == 0)
            assert_int_equal(item->message->type, SX_MESSAGE_HELLO);
        else
            assert_int_equal(item->message->refusal.number, next);
        next++;
    }
    assert_int_equal(next, 3);
}

/** Both dial at once, and which side chooses is left to chance: over many starts there must always
 * be one link that stays. */
static void link_comes_up_once(void **state)
{
    struct fixture *fixture = *state;
    struct side *a = &fixture->a, *b = &fixture->b;

    for (int i = 0; i < RESTARTS; i++) {
        fixture_join(fixture);
        say(a, b);
        say(b, a);
        fixture_wait(fixture, each_has_three);
        check_order(a, "b.test");
        check_order(b, "a.test");
        assert_int_equal(fixture_count(a, SX_EVENT_LINK_UP), 1);
        assert_int_equal(fixture_count(b, SX_EVENT_LINK_UP), 1);
        for (size_t j = 0; j < a->host.count; j++)
            if (a->host.items[j].event.type == SX_EVENT_LINK_UP)
                assert_int_equal(a->host.items[j].event.link.certificate, SX_CERTIFICATE_VALID);
        fixture_stop(a);
        fixture_stop(b);
        fixture_forget(a);
        fixture_forget(b);
    }
}

static bool b_measured(struct fixture *fixture)
{
    return ag_links_times(fixture->a.links, "b.test").round_trip_us > 0;
}

static void times_are_measured(void **state)
{
    struct fixture *fixture = *state;
    int64_t before_ms = ag_utc_ms();
    struct ag_link_times times;

    fixture_join(fixture);
    fixture_wait(fixture, b_measured);
    times = ag_links_times(fixture->a.links, "b.test");
    assert_true(times.round_trip_us < 1000000);
    assert_true(times.last_seen_ms >= before_ms && times.last_seen_ms <= ag_utc_ms());
    times = ag_links_times(fixture->a.links, "c.test");
    assert_int_equal(times.last_seen_ms, 0);
}

static void permissive_tells_of_a_bad_certificate(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *up;

    fixture_start(fixture, &fixture->a);
    fixture->b.links = fixture_links(fixture, &fixture->b.host, fixture->b.ip, "rogue");
    fixture_open(&fixture->a, &fixture->b, false);
    fixture_open(&fixture->b, &fixture->a, false);
    fixture_wait(fixture, fixture_both_up);
    up = fixture_last(&fixture->a, SX_EVENT_LINK_UP);
    assert_int_equal(up->event.link.certificate, SX_CERTIFICATE_INVALID);
    assert_non_null(strstr(up->event.link.reason, "self-signed"));
    up = fixture_last(&fixture->b, SX_EVENT_LINK_UP);
    assert_int_equal(up->event.link.certificate, SX_CERTIFICATE_VALID);
}

static void enforce_refuses_a_bad_certificate(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *down;

    fixture_start(fixture, &fixture->a);
    fixture->b.links = fixture_links(fixture, &fixture->b.host, fixture->b.ip, "rogue");
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_open(&fixture->b, &fixture->a, false);
    fixture_wait(fixture, fixture_both_down);
    down = fixture_last(&fixture->a, SX_EVENT_LINK_DOWN);
    assert_true(down->event.link.certificate_reason);
    assert_int_equal(down->event.link.certificate, SX_CERTIFICATE_INVALID);
    assert_non_null(strstr(down->event.link.reason, "self-signed"));
    down = fixture_last(&fixture->b, SX_EVENT_LINK_DOWN);
    assert_false(down->event.link.certificate_reason);
    assert_non_null(strstr(down->event.link.reason, "self-signed"));
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_UP), 0);
    assert_int_equal(fixture_count(&fixture->b, SX_EVENT_LINK_UP), 0);
}

static void enforce_wants_the_listed_name(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *down;

    fixture_start(fixture, &fixture->a);
    /* A valid certificate, but of another peer. */
    fixture->b.links = fixture_links(fixture, &fixture->b.host, fixture->b.ip, "a.test");
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_open(&fixture->b, &fixture->a, false);
    fixture_wait(fixture, fixture_a_down);
    down = fixture_last(&fixture->a, SX_EVENT_LINK_DOWN);
    assert_true(down->event.link.certificate_reason);
    assert_string_equal(down->event.link.reason, "certificate's DNS names: 'a.test', not 'b.test'");
}

static void lost_peer_is_noticed_and_comes_back(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture_forget(&fixture->a);
    fixture_stop(&fixture->b);
    fixture_wait(fixture, fixture_a_down);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_UP), 0);
    fixture_forget(&fixture->b);
    fixture_start(fixture, &fixture->b);
    fixture_open(&fixture->b, &fixture->a, true);
    fixture_wait(fixture, fixture_both_up);
}

static void reset_link_comes_back_later(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    /* Who breaks a rule again soon has to wait for longer. */
    for (int64_t pause_ms = AG_RESET_MS; pause_ms <= 2 * AG_RESET_MS; pause_ms *= 2) {
        int64_t begin_ms = ag_now_ms();

        fixture_forget(&fixture->a);
        fixture_forget(&fixture->b);
        fixture_do(&fixture->a, &fixture->b, SX_ACTION_LINK_RESET, "it broke a rule");
        assert_string_equal(
            fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "it broke a rule");
        fixture_wait(fixture, fixture_both_up);
        assert_true(ag_now_ms() - begin_ms >= pause_ms);
        for (size_t i = 0; i < fixture->b.host.count; i++)
            if (fixture->b.host.items[i].event.type == SX_EVENT_LINK_DOWN) {
                assert_non_null(
                    strstr(fixture->b.host.items[i].event.link.reason, "it broke a rule"));
                break;
            }
        fixture_last(&fixture->b, SX_EVENT_LINK_DOWN);
    }
}

static bool b_down(struct fixture *fixture)
{
    return fixture_count(&fixture->b, SX_EVENT_LINK_DOWN) > 0;
}

static void closed_link_is_forgotten(void **state)
{
    struct fixture *fixture = *state;

    fixture_join(fixture);
    fixture_forget(&fixture->a);
    fixture_forget(&fixture->b);
    fixture_do(&fixture->a, &fixture->b, SX_ACTION_LINK_CLOSE, "");
    fixture_wait(fixture, b_down);
    assert_int_equal(fixture->a.host.count, 0);
    assert_int_equal(ag_links_times(fixture->a.links, "b.test").last_seen_ms, 0);
}

static void other_settings_make_another_link(void **state)
{
    struct fixture *fixture = *state;
    struct sx_action action;

    fixture_join(fixture);
    fixture_forget(&fixture->a);
    fixture_forget(&fixture->b);
    /* Other heartbeats are taken as they are. */
    action = fixture_opening(&fixture->a, &fixture->b);
    action.link.enforce = true;
    action.link.heartbeat_timeout_ms = 500;
    ag_links_do(fixture->a.links, &action);
    assert_int_equal(fixture->a.host.count, 0);
    action.link.enforce = false;
    ag_links_do(fixture->a.links, &action);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_LINK_DOWN), 1);
    fixture_wait(fixture, fixture_both_up);
}

/** Only what TCP cannot connect is out of reach: a peer that answers and breaks off is not. */
static void what_cannot_be_reached_is_told_apart(void **state)
{
    struct fixture *fixture = *state;

    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_wait(fixture, fixture_a_down);
    assert_true(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.unreachable);
    fixture->b.links = fixture_links(fixture, &fixture->b.host, fixture->b.ip, "rogue");
    fixture_open(&fixture->b, &fixture->a, false);
    fixture_forget(&fixture->a);
    fixture_wait(fixture, fixture_a_down);
    assert_false(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.unreachable);
}

/** An answer to a ping that was sent so long ago. */
static void answer(struct ag_link *link, uint64_t us)
{
    struct ag_envelope pong = {.type = AG_ENVELOPE_PONG};

    pong.beat.time_us = ag_now_us() - us;
    ag_heartbeat_envelope(link, &pong, 10);
}

static void a_slow_network_is_told_once(void **state)
{
    struct fixture *fixture = *state;
    const struct posted *told;
    struct ag_peer *peer;

    fixture_join(fixture);
    peer = TAILQ_FIRST(&fixture->a.links->peers);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, 120000);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 1);
    told = fixture_last(&fixture->a, SX_EVENT_ROUND_TRIP);
    assert_string_equal(told->peer, "b.test");
    assert_in_range(told->event.link.round_trip_us, SX_ROUND_TRIP_MAX_US, 120100);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, SX_ROUND_TRIP_MAX_US - 5000);
    for (unsigned i = 0; i < AG_SLOW_ANSWERS / 2; i++)
        answer(peer->link, 100);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 1);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, 100);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 2);
    told = fixture_last(&fixture->a, SX_EVENT_ROUND_TRIP);
    assert_in_range(told->event.link.round_trip_us, 1, AG_ROUND_TRIP_GOOD_US);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, SX_ROUND_TRIP_MAX_US - 5000);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 2);
}

/** Or the alarm would go and come with each link of a slow network. */
static void a_new_link_over_a_slow_network_says_so_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct ag_peer *peer;
    size_t up = SIZE_MAX;

    fixture_join(fixture);
    peer = TAILQ_FIRST(&fixture->a.links->peers);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, 120000);
    fixture_do(&fixture->a, &fixture->b, SX_ACTION_LINK_RESET, "it broke a rule");
    fixture_forget(&fixture->a);
    fixture_wait(fixture, fixture_a_up);
    for (size_t i = 0; i < fixture->a.host.count; i++)
        if (fixture->a.host.items[i].event.type == SX_EVENT_LINK_UP)
            up = i;
    /* The engine takes it for word of the link that it has heard of. */
    assert_true(up + 1 < fixture->a.host.count);
    assert_int_equal(fixture->a.host.items[up + 1].event.type, SX_EVENT_ROUND_TRIP);
    assert_string_equal(fixture->a.host.items[up + 1].peer, "b.test");
    assert_true(fixture->a.host.items[up + 1].event.link.round_trip_us > SX_ROUND_TRIP_MAX_US);
    fixture_forget(&fixture->a);
    for (unsigned i = 0; i < 200; i++)
        answer(peer->link, 100);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 1);
    fixture_do(&fixture->a, &fixture->b, SX_ACTION_LINK_RESET, "it broke a rule");
    fixture_forget(&fixture->a);
    fixture_wait(fixture, fixture_a_up);
    assert_int_equal(fixture_count(&fixture->a, SX_EVENT_ROUND_TRIP), 0);
}

/** The very same process must not take itself for a peer. */
static void own_address_is_no_peer(void **state)
{
    struct fixture *fixture = *state;

    fixture_start(fixture, &fixture->a);
    fixture_open(&fixture->a, &fixture->a, false);
    fixture_wait(fixture, fixture_a_down);
    assert_non_null(strstr(
        fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason, "this system's own"));
}

static void what_cannot_be_opened_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct sx_action action = fixture_opening(&fixture->a, &fixture->b);
    char name[32];

    fixture_start(fixture, &fixture->a);
    strcpy(action.link.address, "2001:db8::1");
    ag_links_do(fixture->a.links, &action);
    assert_non_null(strstr(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
        "IP addresses of one version"));
    fixture_forget(&fixture->a);
    strcpy(action.link.address, "127.0.0.32");
    action.peer = name;
    for (unsigned i = 0; i < 13; i++) {
        snprintf(name, sizeof name, "peer%u.test", i);
        assert_int_equal(fixture->a.host.count, 0);
        ag_links_do(fixture->a.links, &action);
    }
    assert_string_equal(fixture_last(&fixture->a, SX_EVENT_LINK_DOWN)->event.link.reason,
        "there are too many peers");
}

/** A port that is taken stops the start, with a line that names it. */
static void taken_port_is_named(void **state)
{
    static const char *const addresses[] = {"127.0.0.31", NULL};
    struct fixture *fixture = *state;
    const struct ag_links_options options = {.listen_addresses = addresses,
        .port = PORT,
        .recovery_port = RECOVERY_PORT,
        .files.certificate = test_pki_path(fixture->pki, "a.test.pem"),
        .files.key = test_pki_path(fixture->pki, "a.test.key")};
    struct ag_links *links;
    struct sx_error err;

    fixture_start(fixture, &fixture->a);
    assert_int_equal(ag_links_new(fixture->loop, &fixture->b.host, &options, &links, &err), -1);
    assert_string_equal(
        err.message, "cannot listen on 127.0.0.31 port 14372: Address already in use");
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(link_comes_up_once),
        LINK_TEST(times_are_measured),
        LINK_TEST(permissive_tells_of_a_bad_certificate),
        LINK_TEST(enforce_refuses_a_bad_certificate),
        LINK_TEST(enforce_wants_the_listed_name),
        LINK_TEST(lost_peer_is_noticed_and_comes_back),
        LINK_TEST(reset_link_comes_back_later),
        LINK_TEST(closed_link_is_forgotten),
        LINK_TEST(other_settings_make_another_link),
        LINK_TEST(what_cannot_be_reached_is_told_apart),
        LINK_TEST(a_slow_network_is_told_once),
        LINK_TEST(a_new_link_over_a_slow_network_says_so_at_once),
        LINK_TEST(own_address_is_no_peer),
        LINK_TEST(what_cannot_be_opened_is_told),
        LINK_TEST(taken_port_is_named),
    };

    return cmocka_run_group_tests(tests, fixture_group_set_up, fixture_group_tear_down);
}

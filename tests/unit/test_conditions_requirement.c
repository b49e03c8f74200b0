// SPDX-License-Identifier: Apache-2.0
/* Each requirement of a cluster: its alarm is raised by a difference and cleared by its end. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PEER_2 "/sextant-cluster:cluster/peers/peer[index='2']"
#define DNS \
    "<dns-resolver><server><name>a</name><udp-and-tcp><address>10.0.0.53</address></udp-and-tcp>" \
    "</server></dns-resolver>"
#define NTP "<ntp><server><name>a</name><udp><address>10.0.0.53</address></udp></server></ntp>"

/* How often an alarm was raised and cleared, and what it says while it is up. */
static void expect(struct sx_test_engine *test, uint32_t id, const char *resource, size_t raised,
    size_t cleared, const char *text)
{
    const struct sx_alarm_event *alarm = NULL;

    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id &&
            strcmp(test->status.alarms[i].resource, resource) == 0)
            alarm = &test->status.alarms[i];
    if ((alarm != NULL) != (raised > cleared))
        fail_msg("%u is %s", id, alarm ? "up" : "not up");
    if (alarm && !strstr(alarm->text, text))
        fail_msg("%u: \"%s\" does not say \"%s\"", id, alarm->text, text);
    assert_int_equal(sx_test_events(test, id, true), raised);
    assert_int_equal(sx_test_events(test, id, false), cleared);
}

/* Differences that a hello can tell of; each raises its alarm and no other. */
static void software(struct sx_hello *hello)
{
    strcpy(hello->software_version, "9.9");
}

static void type(struct sx_hello *hello)
{
    strcpy(hello->requirements.product_type, "e");
}

static void platform(struct sx_hello *hello)
{
    strcpy(hello->requirements.platform_class, "large");
}

static void features(struct sx_hello *hello)
{
    strcpy(hello->requirements.features, "find-me");
}

static void h323(struct sx_hello *hello)
{
    strcpy(hello->requirements.h323_mode, "off");
}

static void address(struct sx_hello *hello)
{
    strcpy(hello->requirements.address, "192.168.0.2");
}

static const struct difference {
    void (*make)(struct sx_hello *hello);
    uint32_t id;
    const char *text;
} differences[] = {
    {software, 20026, "runs software 9.9, this system test"},
    {type, 20027, "is of type e, this system of type c"},
    {platform, 20028, "is of platform class large, this system of class medium"},
    {features, 20029, "has the features find-me, this system (none)"},
    {h323, 20018, "H.323 mode is off on peer 2"},
    {address, 20030, "is reached at 10.0.0.2, and says that it is 192.168.0.2"},
};

static struct sx_message *hello_of(struct sx_test_engine *test)
{
    struct sx_message *message = sx_test_hello(test, SX_TEST_B);
    struct sx_requirements *told = &message->hello->requirements;

    strcpy(told->product_type, "c");
    strcpy(told->platform_class, "medium");
    strcpy(told->h323_mode, "on");
    strcpy(told->address, SX_TEST_B);
    return message;
}

static void differences_between_peers_are_told(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
        const struct difference *difference = &differences[i];
        struct sx_message *message;
        size_t others;

        sx_test_link_up(&test, SX_TEST_B);
        sx_test_message(&test, SX_TEST_B, hello_of(&test));
        expect(&test, difference->id, PEER_2, 0, 0, "");
        others = test.status.alarm_count;
        message = hello_of(&test);
        difference->make(message->hello);
        sx_test_message(&test, SX_TEST_B, message);
        expect(&test, difference->id, PEER_2, 1, 0, difference->text);
        assert_int_equal(test.status.alarm_count, others + 1);
        /* Replication goes on, and neither a lost link nor a restart is a change. */
        assert_string_equal(test.status.peers[1].failure, "");
        sx_test_link_down(&test, SX_TEST_B, "connection reset");
        expect(&test, difference->id, PEER_2, 1, 0, difference->text);
        sx_test_engine_restart(&test);
        sx_test_link_up(&test, SX_TEST_B);
        expect(&test, difference->id, PEER_2, 1, 0, difference->text);
        sx_test_message(&test, SX_TEST_B, hello_of(&test));
        expect(&test, difference->id, PEER_2, 1, 1, "");
    }
    sx_test_engine_close(&test);
}

static void a_peer_that_tells_nothing_is_like_this_system(void **state)
{
    struct sx_test_engine test;
    size_t others;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_edit(
        &test, SX_TEST_SYSTEM "<product><type>e</type><feature>x</feature></product></system>"));
    others = test.status.alarm_count;
    sx_test_peer_up(&test, SX_TEST_B);
    assert_int_equal(test.status.alarm_count, others);
    sx_test_engine_close(&test);
}

static void a_slow_network_raises_20031(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_ROUND_TRIP};

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    event.link.peer = SX_TEST_B;
    event.link.round_trip_us = 95000;
    sx_test_step(&test, &event);
    expect(&test, 20031, PEER_2, 1, 0, "takes 95 ms, above 80 ms");
    event.link.round_trip_us = 79000;
    sx_test_step(&test, &event);
    expect(&test, 20031, PEER_2, 1, 1, "");
    sx_test_engine_close(&test);
}

static void ports_that_cannot_be_reached_raise_20021(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_down(&test, SX_TEST_B, "TLS failed");
    expect(&test, 20021, PEER_2, 0, 0, "");
    event.link.peer = SX_TEST_B;
    event.link.unreachable = true;
    strcpy(event.link.reason, "Connection refused");
    sx_test_step(&test, &event);
    expect(&test, 20021, PEER_2, 1, 0, "no TCP connection with the cluster port: Connection ref");
    sx_test_engine_restart(&test);
    expect(&test, 20021, PEER_2, 1, 0, "");
    sx_test_link_down(&test, SX_TEST_B, "TLS failed");
    expect(&test, 20021, PEER_2, 1, 1, "");
    sx_test_step(&test, &event);
    sx_test_link_up(&test, SX_TEST_B);
    expect(&test, 20021, PEER_2, 2, 2, "");
    sx_test_engine_close(&test);
}

static void a_value_that_a_peer_has_too_raises_20032(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_name(&a, "west"));
    assert_true(sx_test_name(&b, "east"));
    sx_test_exchange(&a, &b);
    expect(&a, 20032, PEER_2, 0, 0, "");
    assert_true(sx_test_name(&b, "west"));
    sx_test_exchange(&a, &b);
    expect(&a, 20032, PEER_2, 1, 0, "/sextant-system:system/name is west");
    expect(&b, 20032, "/sextant-cluster:cluster/peers/peer[index='1']", 1, 0, "is west");
    assert_true(sx_test_name(&a, "north"));
    sx_test_exchange(&a, &b);
    expect(&a, 20032, PEER_2, 1, 1, "");
    expect(&b, 20032, "/sextant-cluster:cluster/peers/peer[index='1']", 1, 1, "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_replica_that_breaks_a_rule_raises_20033(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    /* B lists a third peer before A does; A makes it a neighbour. */
    assert_true(sx_test_set_peer(&b, 3, SX_TEST_C));
    assert_true(sx_test_edit(&a, SX_TEST_CALL_CONTROL
        "<zones><zone><name>north</name><type>neighbour</type><protocol>sip</protocol>"
        "<peer><index>1</index><address>" SX_TEST_C
        "</address></peer></zone></zones></call-control>"));
    sx_test_exchange(&a, &b);
    assert_int_equal(sx_test_revision(&b), sx_test_revision(&a));
    expect(&b, 20033, "/sextant-cluster:cluster/peers/peer[index='3']", 1, 0, "zone north");
    expect(&a, 20033, "", 0, 0, "");
    assert_true(sx_test_edit(&a, SX_TEST_CALL_CONTROL
        "<zones><zone " SX_TEST_DELETE "><name>north</name></zone></zones></call-control>"));
    sx_test_exchange(&a, &b);
    expect(&b, 20033, "/sextant-cluster:cluster/peers/peer[index='3']", 1, 1, "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_is_not_configured_is_told_in_a_cluster(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_int_equal(test.status.alarm_count, 0);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>" SX_TEST_A "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_false(sx_test_alarm(&test, 45001));
    sx_test_engine_restart(&test);
    expect(&test, 45001, "", 1, 0, "DNS");
    expect(&test, 45002, "", 1, 0, "NTP");
    expect(&test, 45003, "", 1, 0, "No interface has an IPv4 address");
    assert_true(sx_test_edit(
        &test, "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\">" DNS NTP "</system>"));
    expect(&test, 45001, "", 1, 1, "");
    expect(&test, 45002, "", 1, 1, "");
    expect(&test, 45003, "", 1, 0, "");
    assert_true(sx_test_edit(&test,
        "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\" "
        "xmlns:t=\"urn:ietf:params:xml:ns:yang:iana-if-type\"><interface><name>lan1</name>"
        "<type>t:ethernetCsmacd</type><ipv4 xmlns=\"urn:ietf:params:xml:ns:yang:ietf-ip\"><address>"
        "<ip>10.0.0.1</ip><prefix-length>8</prefix-length></address></ipv4></interface>"
        "</interfaces>"));
    expect(&test, 45003, "", 1, 1, "");
    sx_test_engine_close(&test);
}

static void h323_that_is_off_raises_20018(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 1);
    expect(&test, 20018, "", 0, 0, "");
    assert_true(
        sx_test_edit(&test, SX_TEST_CALL_CONTROL "<h323><mode>off</mode></h323></call-control>"));
    expect(&test, 20018, "", 1, 0, "H.323 mode is off");
    assert_true(
        sx_test_edit(&test, SX_TEST_CALL_CONTROL "<h323><mode>on</mode></h323></call-control>"));
    expect(&test, 20018, "", 1, 1, "");
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_between_peers_are_told),
        cmocka_unit_test(a_peer_that_tells_nothing_is_like_this_system),
        cmocka_unit_test(a_slow_network_raises_20031),
        cmocka_unit_test(ports_that_cannot_be_reached_raise_20021),
        cmocka_unit_test(a_value_that_a_peer_has_too_raises_20032),
        cmocka_unit_test(a_replica_that_breaks_a_rule_raises_20033),
        cmocka_unit_test(what_is_not_configured_is_told_in_a_cluster),
        cmocka_unit_test(h323_that_is_off_raises_20018),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

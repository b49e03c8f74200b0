// SPDX-License-Identifier: Apache-2.0
/* What peers tell each other of their work: when, how often, and what becomes of it. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PEER_2 "/sextant-cluster:cluster/peers/peer[index='2']"

static bool set_maintenance(struct sx_test_engine *test, const char *value)
{
    char xml[256];

    snprintf(
        xml, sizeof xml, SX_TEST_SYSTEM "<maintenance-mode>%s</maintenance-mode></system>", value);
    return sx_test_edit(test, xml);
}

static void use(struct sx_test_engine *test, uint32_t sessions)
{
    struct sx_event event = {.type = SX_EVENT_USAGE,
        .usage = {.memory_kb = 20000, .processor = 15, .sessions = sessions}};

    sx_test_step(test, &event);
}

static void tell(struct sx_test_engine *test, const char *peer, bool maintenance)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_FACTS);

    message->facts->maintenance = maintenance;
    sx_test_message(test, peer, message);
}

/* The alarm of this resource ("": this system) is up. */
static bool is_up(const struct sx_test_engine *test, const char *resource)
{
    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == 15015 &&
            strcmp(test->status.alarms[i].resource, resource) == 0)
            return true;
    return false;
}

static void a_new_link_is_told_at_once(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_edit(&test,
        SX_TEST_SYSTEM "<name>west</name><option-keys><option-key><key>K-1</key></option-key>"
                       "<option-key><key>K-2</key></option-key></option-keys></system>"));
    use(&test, 3);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 0);
    sx_test_link_up(&test, SX_TEST_B);
    message = sx_test_sent(&test, SX_MESSAGE_FACTS, SX_TEST_B);
    assert_non_null(message);
    assert_string_equal(message->facts->host_name, "west");
    assert_int_equal(message->facts->licence_key_count, 2);
    assert_string_equal(message->facts->licence_keys[1], "K-2");
    assert_int_equal(message->facts->usage.sessions, 3);
    assert_false(message->facts->maintenance);
    sx_test_engine_close(&test);
}

/* The primary knows from each answer where a subordinate stands; other subordinates are told. */
static void where_a_subordinate_stands_is_told_to_the_others(void **state)
{
    struct sx_test_engine test, a;

    sx_test_pair_open(&a, &test, *state);
    assert_true(sx_test_set_peer(&test, 3, SX_TEST_C));
    sx_test_peer_up(&test, SX_TEST_C);
    sx_test_tick(&test, SX_FACTS_REFRESH_MS);
    assert_null(sx_test_sent(&test, SX_MESSAGE_POSITION, SX_TEST_C));
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &test);
    sx_test_tick(&test, SX_FACTS_GAP_MS);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_POSITION, SX_TEST_C));
    assert_int_equal(
        sx_history_revision(sx_test_sent(&test, SX_MESSAGE_POSITION, SX_TEST_C)->history),
        sx_test_revision(&a));
    assert_null(sx_test_sent(&test, SX_MESSAGE_POSITION, SX_TEST_A));
    sx_test_tick(&test, SX_FACTS_GAP_MS);
    assert_null(sx_test_sent(&test, SX_MESSAGE_POSITION, SX_TEST_C));
    sx_test_engine_close(&a);
    sx_test_engine_close(&test);
}

static void changes_are_told_once_a_second_and_nothing_every_ten(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 3);
    sx_test_peer_up(&test, SX_TEST_B);
    sx_test_peer_up(&test, SX_TEST_C);
    sx_test_tick(&test, SX_FACTS_REFRESH_MS);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 2);
    assert_int_equal(test.update.deadline_ms, test.now + SX_FACTS_REFRESH_MS);
    /* Many changes in a second are one message. */
    for (uint32_t i = 1; i < 20; i++) {
        use(&test, i);
        assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 0);
    }
    assert_in_range(test.update.deadline_ms, test.now, test.now + SX_FACTS_GAP_MS);
    sx_test_tick(&test, SX_FACTS_GAP_MS);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 2);
    assert_int_equal(sx_test_sent(&test, SX_MESSAGE_FACTS, SX_TEST_C)->facts->usage.sessions, 19);
    use(&test, 19);
    sx_test_tick(&test, SX_FACTS_REFRESH_MS - 100);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 0);
    sx_test_tick(&test, 100);
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_FACTS), 2);
    /* Nobody listens: nothing is planned for them. */
    sx_test_link_down(&test, SX_TEST_B, "gone");
    sx_test_link_down(&test, SX_TEST_C, "gone");
    assert_int_equal(sx_facts_deadline(test.engine), INT64_MAX);
    sx_test_engine_close(&test);
}

static void facts_are_kept_with_their_age(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;
    int64_t told;

    sx_test_primary_open(&test, *state, 2);
    tell(&test, SX_TEST_B, true);
    assert_false(test.status.peers[1].has_facts);
    sx_test_peer_up(&test, SX_TEST_B);
    message = sx_message_new(SX_MESSAGE_FACTS);
    strcpy(message->facts->host_name, "east.example");
    message->facts->usage.memory_kb = 7;
    sx_test_message(&test, SX_TEST_B, message);
    told = test.now;
    assert_true(test.status.peers[1].has_facts);
    assert_string_equal(test.status.peers[1].facts.host_name, "east.example");
    assert_int_equal(test.status.peers[1].facts.usage.memory_kb, 7);
    assert_int_equal(test.status.peers[1].facts_ms, told);
    sx_test_tick(&test, 5000);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_int_equal(test.status.peers[1].facts_ms, told);
    assert_true(test.status.peers[0].has_facts);
    sx_test_engine_restart(&test);
    assert_false(test.status.peers[1].has_facts);
    sx_test_engine_close(&test);
}

static void maintenance_mode_raises_15015_here_and_there(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(set_maintenance(&b, "true"));
    assert_true(is_up(&b, ""));
    assert_true(b.status.peers[1].facts.maintenance);
    sx_test_tick(&b, SX_FACTS_GAP_MS);
    sx_test_exchange(&a, &b);
    assert_true(is_up(&a, PEER_2));
    assert_false(is_up(&a, ""));
    assert_true(a.status.peers[1].facts.maintenance);
    /* What is not known any more stays as it was, over a restart too. */
    sx_test_disconnect(&a, &b);
    assert_true(is_up(&a, PEER_2));
    sx_test_engine_restart(&a);
    assert_true(is_up(&a, PEER_2));
    assert_int_equal(sx_test_events(&a, 15015, true), 1);
    assert_true(set_maintenance(&b, "false"));
    assert_false(is_up(&b, ""));
    sx_test_connect(&a, &b);
    assert_false(is_up(&a, PEER_2));
    assert_int_equal(sx_test_events(&a, 15015, false), 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* It is the peer's own: no revision comes of it. */
static void maintenance_mode_is_of_one_peer(void **state)
{
    struct sx_test_engine a, b;
    uint64_t revision;

    sx_test_pair_open(&a, &b, *state);
    revision = sx_test_revision(&a);
    assert_true(set_maintenance(&a, "true"));
    assert_int_equal(sx_test_revision(&a), revision);
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_REVISION), 0);
    assert_string_equal(sx_test_value(&b, "/sextant-system:system/maintenance-mode"), "false");
    sx_test_engine_restart(&a);
    assert_true(is_up(&a, ""));
    assert_int_equal(sx_test_events(&a, 15015, true), 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_link_is_told_at_once),
        cmocka_unit_test(where_a_subordinate_stands_is_told_to_the_others),
        cmocka_unit_test(changes_are_told_once_a_second_and_nothing_every_ten),
        cmocka_unit_test(facts_are_kept_with_their_age),
        cmocka_unit_test(maintenance_mode_raises_15015_here_and_there),
        cmocka_unit_test(maintenance_mode_is_of_one_peer),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

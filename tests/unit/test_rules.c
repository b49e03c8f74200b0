// SPDX-License-Identifier: Apache-2.0
/* Rules that YANG cannot state: whose edit it is, how a cluster grows, names under enforce. */
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_subordinate_refuses_replicated_items_and_names_the_primary(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_false(sx_test_entry(&test, "ann", 100));
    assert_int_equal(test.update.error.code, SX_E_ACCESS_DENIED);
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_non_null(strstr(test.update.error.message, SX_TEST_A));
    assert_non_null(strstr(test.update.error.path, "/sextant-call-control:call-control"));
    assert_string_equal(sx_test_number(&test, "ann"), "");
    assert_int_equal(sx_test_revision(&test), 0);
    sx_test_engine_close(&test);
}

static void a_subordinate_takes_peer_specific_and_agreed_items(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_true(sx_test_name(&test, "east"));
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<name>other.example</name>" SX_TEST_CLUSTER_END));
    assert_int_equal(sx_test_revision(&test), 0);
    sx_test_engine_close(&test);
}

static void writing_back_what_is_there_passes_on_a_subordinate(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_true(sx_test_entry(&b, "ann", 100));
    assert_false(sx_test_entry(&b, "ann", 101));
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_int_equal(sx_test_revision(&b), sx_test_revision(&a));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void an_edit_with_one_replicated_change_is_refused_whole(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_false(
        sx_test_edit(&test, SX_TEST_SYSTEM "<name>east</name></system>" SX_TEST_CALL_CONTROL
                                           "<ip-protocol>ipv4</ip-protocol></call-control>"));
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_string_equal(test.status.system_name, "");
    sx_test_engine_close(&test);
}

static void who_is_not_in_the_list_refuses_replicated_items(void **state)
{
    struct sx_test_engine test;
    const char *const others[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_engine_open(&test, *state, SX_TEST_C);
    sx_test_form(&test, others, 1);
    assert_int_equal(test.status.role, SX_ROLE_NOT_IN_LIST);
    assert_false(sx_test_entry(&test, "ann", 100));
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_non_null(strstr(test.update.error.message, SX_TEST_A));
    assert_true(sx_test_name(&test, "east"));
    sx_test_engine_close(&test);
}

static void the_candidate_is_judged_when_it_is_committed(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1,
        SX_TEST_CALL_CONTROL "<ip-protocol>ipv4</ip-protocol></call-control>"));
    assert_false(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 1));
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_true(sx_test_plain(&test, SX_EVENT_DISCARD, SX_DATASTORE_RUNNING, 1));
    assert_true(sx_test_edit_in(
        &test, SX_DATASTORE_CANDIDATE, 1, SX_TEST_SYSTEM "<name>east</name></system>"));
    assert_true(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 1));
    assert_string_equal(test.status.system_name, "east");
    sx_test_engine_close(&test);
}

static void a_second_peer_needs_a_restart_first(void **state)
{
    struct sx_test_engine test;
    const char *both = SX_TEST_CLUSTER "<peers><peer><index>2</index><address>" SX_TEST_B
                                       "</address></peer></peers>" SX_TEST_CLUSTER_END;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<name>test.example</name><configuration-primary>1</configuration-primary>"
                        "<peers><peer><index>1</index><address>" SX_TEST_A
                        "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_false(sx_test_edit(&test, both));
    assert_string_equal(test.update.error.app_tag, "restart-first");
    assert_non_null(strstr(test.update.error.path, "/sextant-cluster:cluster/peers"));
    assert_non_null(strstr(test.update.error.message, "restart"));
    sx_test_engine_restart(&test);
    assert_true(sx_test_edit(&test, both));
    assert_int_equal(test.status.peer_count, 2);
    sx_test_engine_close(&test);
}

static void a_system_that_joins_may_enter_the_whole_list(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_B);
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<name>test.example</name><configuration-primary>1</configuration-primary>"
                        "<peers><peer><index>1</index><address>" SX_TEST_A
                        "</address></peer><peer><index>2</index><address>" SX_TEST_B
                        "</address></peer></peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_close(&test);
}

static void peers_are_named_by_fqdn_under_enforce(void **state)
{
    struct sx_test_engine test;
    const char *enforce =
        SX_TEST_CLUSTER "<tls-verification>enforce</tls-verification>" SX_TEST_CLUSTER_END;

    sx_test_primary_open(&test, *state, 2);
    assert_false(sx_test_edit(&test, enforce));
    assert_string_equal(test.update.error.app_tag, "fqdn-required");
    assert_string_equal(
        test.update.error.path, "/sextant-cluster:cluster/peers/peer[index='1']/address");
    assert_non_null(strstr(test.update.error.message, SX_TEST_A));
    sx_test_engine_close(&test);

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, enforce));
    assert_false(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>" SX_TEST_A "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_string_equal(test.update.error.app_tag, "fqdn-required");
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>a.example</address></peer></peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_close(&test);
}

/* The hello of a peer that took the role over and went on from where `test` stands. */
static struct sx_message *successor_hello(const struct sx_test_engine *test, const char *peer)
{
    struct sx_message *message = sx_test_hello(test, peer);

    message->hello->configuration_primary = message->hello->local_index;
    sx_history_start(&message->hello->history, "11111111-2222-4333-8444-555555555555");
    sx_history_advance(&message->hello->history, message->hello->history.digest);
    return message;
}

static void an_old_primary_with_a_successor_does_not_fork_the_history(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    sx_test_message(&test, SX_TEST_B, successor_hello(&test, SX_TEST_B));
    assert_false(sx_test_entry(&test, "ann", 101));
    assert_int_equal(test.update.error.code, SX_E_ACCESS_DENIED);
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_non_null(strstr(test.update.error.message, SX_TEST_B));
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_message(&test, SX_TEST_B, sx_test_hello(&test, SX_TEST_B));
    assert_true(sx_test_entry(&test, "ann", 101));
    sx_test_engine_close(&test);
}

/* Says that B is configuration primary too, with a history that `change` may alter. */
static void claim(struct sx_test_engine *test, void (*change)(struct sx_history *history))
{
    struct sx_message *message = sx_test_hello(test, SX_TEST_B);

    message->hello->configuration_primary = 2;
    if (change)
        change(&message->hello->history);
    sx_test_message(test, SX_TEST_B, message);
}

/* What it commits until it is told of the new primary would be lost, or a conflict. */
static void an_old_primary_leaves_edits_to_the_one_that_was_named_after_it(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    claim(&test, NULL);
    assert_false(sx_test_entry(&test, "ann", 101));
    assert_string_equal(test.update.error.app_tag, "not-primary");
    assert_non_null(strstr(test.update.error.message, SX_TEST_B));
    /* Where nobody sees the other, each goes on; 20011 tells of it later. */
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_true(sx_test_entry(&test, "ann", 101));
    sx_test_engine_close(&test);
}

static void a_new_primary_edits_while_the_old_one_is_not_told(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_set_primary(&b, 2));
    sx_test_exchange(&a, &b);
    assert_false(sx_test_entry(&a, "ann", 101));
    assert_true(sx_test_entry(&b, "ann", 102));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_set_primary(&a, 2));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&a, "ann"), "102");
    assert_false(sx_test_alarm(&a, 20011));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* There and back, while the peer that was named in between has committed nothing. */
static void who_is_primary_again_edits_though_the_other_is_not_told(void **state)
{
    struct sx_test_engine a, b;
    char former[SX_UUID_SIZE];

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    strcpy(former, sx_history_lineage(&a.status.history));
    assert_true(sx_test_set_primary(&b, 2));
    assert_true(sx_test_set_primary(&a, 2));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_set_primary(&a, 1));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_entry(&a, "ann", 101));
    assert_string_not_equal(sx_history_lineage(&a.status.history), former);
    sx_test_exchange(&a, &b);
    assert_false(sx_test_entry(&b, "ann", 102));
    assert_true(sx_test_set_primary(&b, 1));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "101");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void diverge(struct sx_history *history)
{
    strcpy(history->chain[history->count - 1].id, "11111111-2222-4333-8444-555555555555");
}

static void two_primaries_that_have_diverged_both_edit(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    claim(&test, diverge);
    assert_true(sx_test_entry(&test, "ann", 101));
    sx_test_engine_close(&test);
}

static void the_mask_of_a_secret_is_no_secret(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(sx_test_edit(
        &test, SX_TEST_SYSTEM "<snmp><v2c><community>********</community></v2c></snmp></system>"));
    assert_int_equal(test.update.error.code, SX_E_INVALID_VALUE);
    assert_non_null(strstr(test.update.error.path, "community"));
    assert_true(sx_test_edit(
        &test, SX_TEST_SYSTEM "<snmp><v2c><community>quiet</community></v2c></snmp></system>"));
    sx_test_engine_close(&test);
}

static void expect_neighbour(struct sx_test_engine *test)
{
    assert_string_equal(test->update.error.app_tag, "peer-is-neighbour");
    assert_string_equal(test->update.error.path,
        "/sextant-call-control:call-control/zones/zone[name='north']/peer[index='1']/address");
}

#define NORTH(address) \
    SX_TEST_CALL_CONTROL \
    "<zones><zone><name>north</name><type>neighbour</type><protocol>sip</protocol>" \
    "<peer><index>1</index><address>" address "</address></peer></zone></zones></call-control>"

static void a_peer_is_no_neighbour(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_false(sx_test_edit(&test, NORTH(SX_TEST_B)));
    expect_neighbour(&test);
    assert_false(sx_test_edit(&test, NORTH(SX_TEST_A)));
    assert_true(sx_test_edit(&test, NORTH(SX_TEST_C)));
    assert_false(sx_test_set_peer(&test, 3, SX_TEST_C));
    expect_neighbour(&test);
    assert_true(sx_test_set_peer(&test, 3, "10.0.0.4"));
    /* A name is the address that it is mapped to. */
    assert_true(sx_test_map(&test, "c.example", SX_TEST_C));
    assert_false(sx_test_set_peer(&test, 3, "c.example"));
    expect_neighbour(&test);
    assert_false(sx_test_edit(&test, NORTH("10.0.0.4")));
    assert_true(sx_test_edit(&test, SX_TEST_CALL_CONTROL
        "<zones><zone " SX_TEST_DELETE "><name>north</name></zone></zones></call-control>"));
    assert_true(sx_test_set_peer(&test, 3, "c.example"));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subordinate_refuses_replicated_items_and_names_the_primary),
        cmocka_unit_test(a_subordinate_takes_peer_specific_and_agreed_items),
        cmocka_unit_test(writing_back_what_is_there_passes_on_a_subordinate),
        cmocka_unit_test(an_edit_with_one_replicated_change_is_refused_whole),
        cmocka_unit_test(who_is_not_in_the_list_refuses_replicated_items),
        cmocka_unit_test(the_candidate_is_judged_when_it_is_committed),
        cmocka_unit_test(a_second_peer_needs_a_restart_first),
        cmocka_unit_test(a_system_that_joins_may_enter_the_whole_list),
        cmocka_unit_test(peers_are_named_by_fqdn_under_enforce),
        cmocka_unit_test(an_old_primary_with_a_successor_does_not_fork_the_history),
        cmocka_unit_test(an_old_primary_leaves_edits_to_the_one_that_was_named_after_it),
        cmocka_unit_test(a_new_primary_edits_while_the_old_one_is_not_told),
        cmocka_unit_test(who_is_primary_again_edits_though_the_other_is_not_told),
        cmocka_unit_test(two_primaries_that_have_diverged_both_edit),
        cmocka_unit_test(the_mask_of_a_secret_is_no_secret),
        cmocka_unit_test(a_peer_is_no_neighbour),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

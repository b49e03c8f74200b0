// SPDX-License-Identifier: Apache-2.0
/* Peers, roles, names and links follow the configuration. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A cluster of one, A by its name, that is in force; the name is not resolved yet. */
static void open_named(struct sx_test_engine *test, const struct sx_schema *schema)
{
    sx_test_engine_open(test, schema, SX_TEST_A);
    assert_true(sx_test_edit(test,
        SX_TEST_CLUSTER "<name>test.example</name><configuration-primary>1</configuration-primary>"
                        "<peers><peer><index>1</index><address>a.example</address></peer></"
                        "peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(test);
}

/* True when the last update asks DNS for this name. */
static bool asks_for(const struct sx_test_engine *test, const char *name)
{
    for (size_t i = 0; i < test->update.count; i++)
        if (test->update.actions[i].type == SX_ACTION_RESOLVE &&
            strcmp(test->update.actions[i].resolve.name, name) == 0)
            return true;
    return false;
}

static void a_list_is_in_force_after_the_restart(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<configuration-primary>1</configuration-primary>"
                                            "<peers><peer><index>1</index><address>" SX_TEST_A
                                            "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_int_equal(test.status.role, SX_ROLE_STAND_ALONE);
    assert_int_equal(test.status.peer_count, 0);
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_int_equal(test.status.local_index, 1);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, NULL));
    sx_test_engine_close(&test);
}

static void another_peer_is_linked_at_once(void **state)
{
    struct sx_test_engine test;
    const struct sx_action *action;

    sx_test_primary_open(&test, *state, 2);
    action = sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B);
    assert_non_null(action);
    assert_string_equal(action->link.address, SX_TEST_B);
    assert_string_equal(action->link.name, SX_TEST_B);
    assert_string_equal(action->link.local, SX_TEST_A);
    assert_string_equal(action->link.self, SX_TEST_A);
    assert_false(action->link.enforce);
    assert_int_equal(action->link.heartbeat_interval_ms, 150);
    assert_int_equal(action->link.heartbeat_timeout_ms, 700);
    assert_int_equal(test.status.peers[1].state, SX_PEER_UNKNOWN);
    sx_test_engine_restart(&test);
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_A));
    sx_test_engine_close(&test);
}

static void a_peer_that_left_the_list_loses_its_link(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 3);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<peers><peer " SX_TEST_DELETE "><index>3</index></peer>"
                        "<peer><index>2</index><address>" SX_TEST_C
                        "</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, SX_TEST_B));
    /* C is another index now and the same peer. */
    assert_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, SX_TEST_C));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_C));
    assert_string_equal(test.status.peers[1].address, SX_TEST_C);
    sx_test_link_up(&test, SX_TEST_B);
    assert_int_equal(test.status.peer_count, 2);
    assert_int_equal(test.status.peers[1].state, SX_PEER_UNKNOWN);
    sx_test_engine_close(&test);
}

static void a_change_of_heartbeats_is_told_to_the_links(void **state)
{
    struct sx_test_engine test;
    const struct sx_action *action;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, NULL));
    assert_true(sx_test_edit(&test,
        SX_TEST_CLUSTER "<replication><heartbeat-timeout>1500</heartbeat-timeout></"
                        "replication>" SX_TEST_CLUSTER_END));
    action = sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B);
    assert_non_null(action);
    assert_int_equal(action->link.heartbeat_timeout_ms, 1500);
    sx_test_engine_close(&test);
}

static void dns_is_asked_for_names_and_its_answer_is_dialled(void **state)
{
    struct sx_test_engine test;
    const struct sx_action *action;

    open_named(&test, *state);
    action = sx_test_action(&test, SX_ACTION_RESOLVE, NULL);
    assert_non_null(action);
    assert_string_equal(action->resolve.name, "a.example");
    assert_false(action->resolve.ipv6);
    sx_test_resolved(&test, "a.example", SX_TEST_A);
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_true(sx_test_set_peer(&test, 2, "b.example"));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, NULL));
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    action = sx_test_action(&test, SX_ACTION_LINK_OPEN, "b.example");
    assert_non_null(action);
    assert_string_equal(action->link.address, SX_TEST_B);
    assert_string_equal(action->link.name, "b.example");
    assert_string_equal(action->link.self, "a.example");
    sx_test_engine_close(&test);
}

static void the_ip_version_decides_what_dns_is_asked_for(void **state)
{
    struct sx_test_engine test;

    open_named(&test, *state);
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<ip-version>ipv6</ip-version>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(&test);
    assert_true(sx_test_action(&test, SX_ACTION_RESOLVE, NULL)->resolve.ipv6);
    sx_test_engine_close(&test);
}

static void the_mapping_comes_before_dns(void **state)
{
    struct sx_test_engine test;

    open_named(&test, *state);
    sx_test_resolved(&test, "a.example", SX_TEST_A);
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    assert_true(sx_test_set_peer(&test, 2, "b.example"));
    assert_null(sx_test_action(&test, SX_ACTION_RESOLVE, NULL));
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, "b.example"));
    assert_true(sx_test_map(&test, "b.example", SX_TEST_C));
    assert_string_equal(
        sx_test_action(&test, SX_ACTION_LINK_OPEN, "b.example")->link.address, SX_TEST_C);
    sx_test_engine_close(&test);
}

static void a_literals_certificate_is_held_against_its_mapped_name(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    assert_string_equal(
        sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B)->link.name, "b.example");
    sx_test_engine_close(&test);
}

static void a_name_that_does_not_resolve_is_asked_for_again(void **state)
{
    struct sx_test_engine test;

    open_named(&test, *state);
    sx_test_resolved(&test, "a.example", SX_TEST_A);
    assert_true(sx_test_set_peer(&test, 2, "b.example"));
    sx_test_resolved(&test, "b.example", "");
    assert_null(sx_test_action(&test, SX_ACTION_RESOLVE, NULL));
    assert_in_range(test.update.deadline_ms, test.now, test.now + SX_RESOLVE_RETRY_MS);
    sx_test_tick(&test, SX_RESOLVE_RETRY_MS);
    assert_true(asks_for(&test, "b.example"));
    sx_test_resolved(&test, "b.example", SX_TEST_B);
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, "b.example"));
    sx_test_engine_close(&test);
}

static void the_last_place_in_the_list_counts_while_names_do_not_resolve(void **state)
{
    struct sx_test_engine test;

    open_named(&test, *state);
    assert_int_equal(test.status.role, SX_ROLE_NOT_IN_LIST);
    sx_test_resolved(&test, "a.example", SX_TEST_A);
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    sx_test_resolved(&test, "a.example", "");
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_engine_close(&test);
}

static void a_name_for_this_system_that_is_not_known_yet_keeps_its_place(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_set_peer(&test, 1, "a.example"));
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, NULL));
    assert_string_equal(
        sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B)->link.local, SX_TEST_A);
    assert_true(sx_test_alarm(&test, 20007));
    sx_test_resolved(&test, "a.example", "");
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_true(sx_test_alarm(&test, 20005));
    assert_true(sx_test_map(&test, "a.example", SX_TEST_A));
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_false(sx_test_alarm(&test, 20005));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, SX_TEST_B));
    sx_test_engine_close(&test);
}

/* It was never this system's: the place is another one's. */
static void a_name_that_leads_elsewhere_takes_its_place(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_set_peer(&test, 1, "a.example"));
    sx_test_resolved(&test, "a.example", SX_TEST_C);
    assert_int_equal(test.status.role, SX_ROLE_NOT_IN_LIST);
    assert_non_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, SX_TEST_B));
    sx_test_engine_close(&test);
}

static void who_is_not_in_the_list_links_with_nobody(void **state)
{
    struct sx_test_engine test;
    const char *const others[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_engine_open(&test, *state, SX_TEST_C);
    sx_test_form(&test, others, 1);
    assert_int_equal(test.status.role, SX_ROLE_NOT_IN_LIST);
    assert_int_equal(test.status.local_index, 0);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_OPEN, NULL));
    sx_test_link_up(&test, SX_TEST_A);
    assert_int_equal(test.status.peers[0].state, SX_PEER_UNKNOWN);
    sx_test_engine_close(&test);
}

static void another_primary_counts_at_once(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_set_primary(&test, 2));
    assert_int_equal(test.status.role, SX_ROLE_SUBORDINATE);
    assert_true(sx_test_set_primary(&test, 1));
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_in_force_after_the_restart),
        cmocka_unit_test(another_peer_is_linked_at_once),
        cmocka_unit_test(a_peer_that_left_the_list_loses_its_link),
        cmocka_unit_test(a_change_of_heartbeats_is_told_to_the_links),
        cmocka_unit_test(dns_is_asked_for_names_and_its_answer_is_dialled),
        cmocka_unit_test(the_ip_version_decides_what_dns_is_asked_for),
        cmocka_unit_test(the_mapping_comes_before_dns),
        cmocka_unit_test(a_literals_certificate_is_held_against_its_mapped_name),
        cmocka_unit_test(a_name_that_does_not_resolve_is_asked_for_again),
        cmocka_unit_test(the_last_place_in_the_list_counts_while_names_do_not_resolve),
        cmocka_unit_test(a_name_for_this_system_that_is_not_known_yet_keeps_its_place),
        cmocka_unit_test(a_name_that_leads_elsewhere_takes_its_place),
        cmocka_unit_test(who_is_not_in_the_list_links_with_nobody),
        cmocka_unit_test(another_primary_counts_at_once),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

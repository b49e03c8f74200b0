// SPDX-License-Identifier: Apache-2.0
/* What an engine shows of itself. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_peers_status_reads_as_an_operator_expects(void **state)
{
    struct sx_test_engine test;
    const struct sx_peer_status *peer = &test.status.peers[1];

    sx_test_primary_open(&test, *state, 1);
    assert_true(sx_test_map(&test, "b.example", SX_TEST_B));
    assert_true(sx_test_set_peer(&test, 2, "b.example"));
    assert_string_equal(test.status.peers[0].status_text, "This system");
    assert_int_equal(test.status.peers[0].state, SX_PEER_THIS_SYSTEM);
    assert_string_equal(peer->status_text, "Unknown");
    assert_string_equal(peer->resolved_address, SX_TEST_B);
    sx_test_link_down(&test, "b.example", "connection refused");
    assert_string_equal(peer->status_text, "Failed");
    assert_string_equal(peer->failure, "connection refused");
    sx_test_link_up(&test, "b.example");
    assert_string_equal(
        peer->status_text, "Active as b.example (Resolved 'b.example' as '" SX_TEST_B "')");
    sx_test_message(&test, "b.example", sx_test_hello(&test, "b.example"));
    assert_string_equal(peer->status_text,
        "Active as system at b.example (Resolved 'b.example' as '" SX_TEST_B "')");
    assert_int_equal(peer->state, SX_PEER_ACTIVE);
    sx_test_engine_close(&test);
}

static void a_peer_with_another_history_is_not_behind(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    assert_true(sx_test_entry(&a, "ann", 101));
    message = sx_test_hello(&a, SX_TEST_B);
    message->hello->history.chain[0].last_revision = 1;
    sx_test_message(&a, SX_TEST_B, message);
    assert_int_equal(a.status.peers[1].lag, 1);
    message = sx_test_hello(&a, SX_TEST_B);
    message->hello->history.chain[0].last_revision = 1;
    strcpy(message->hello->history.chain[0].id, "11111111-2222-4333-8444-555555555555");
    sx_test_message(&a, SX_TEST_B, message);
    assert_int_equal(a.status.peers[1].revision, 1);
    assert_int_equal(a.status.peers[1].lag, 0);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_a_peer_says_is_shown(void **state)
{
    struct sx_test_engine a, b;
    const struct sx_peer_status *peer = &a.status.peers[1];

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_name(&b, "east"));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_entry(&a, "ann", 100));
    assert_int_equal(peer->lag, 1);
    sx_test_exchange(&a, &b);
    assert_true(peer->heard);
    assert_string_equal(peer->system_name, "east");
    assert_string_equal(peer->software_version, "test");
    assert_int_equal(peer->role, SX_ROLE_SUBORDINATE);
    assert_int_equal(peer->revision, 1);
    assert_int_equal(peer->lag, 0);
    assert_string_equal(peer->lineage, sx_history_lineage(&a.status.history));
    assert_int_equal(b.status.peers[0].role, SX_ROLE_PRIMARY);
    assert_int_equal(b.status.peers[0].revision, 1);
    sx_test_disconnect(&a, &b);
    assert_int_equal(peer->state, SX_PEER_FAILED);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void link(struct sx_test_engine *test, enum sx_certificate_status status, const char *reason)
{
    struct sx_event event = {.type = SX_EVENT_LINK_UP};

    event.link.peer = SX_TEST_B;
    event.link.certificate = status;
    strcpy(event.link.reason, reason);
    sx_test_step(test, &event);
}

static void certificates_are_shown_with_the_reason(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};
    const struct sx_peer_status *peer = &test.status.peers[1];

    sx_test_primary_open(&test, *state, 2);
    assert_int_equal(peer->certificate, SX_CERTIFICATE_UNKNOWN);
    link(&test, SX_CERTIFICATE_INVALID, "it has expired");
    assert_int_equal(peer->certificate, SX_CERTIFICATE_INVALID);
    assert_string_equal(peer->certificate_reason, "it has expired");
    assert_int_equal(peer->state, SX_PEER_ACTIVE);
    link(&test, SX_CERTIFICATE_VALID, "");
    assert_int_equal(peer->certificate, SX_CERTIFICATE_VALID);
    assert_string_equal(peer->certificate_reason, "");
    event.link.peer = SX_TEST_B;
    event.link.certificate_reason = true;
    strcpy(event.link.reason, "it is revoked");
    sx_test_step(&test, &event);
    assert_int_equal(peer->certificate, SX_CERTIFICATE_INVALID);
    assert_string_equal(peer->certificate_reason, "it is revoked");
    sx_test_engine_close(&test);
}

static void the_database_follows_the_primary(void **state)
{
    struct sx_test_engine a, b;

    sx_test_primary_open(&a, *state, 2);
    assert_int_equal(a.status.database, SX_DATABASE_ACTIVE);
    sx_test_subordinate_open(&b, *state, 2);
    assert_int_equal(b.status.database, SX_DATABASE_UNAVAILABLE);
    sx_test_link_up(&b, SX_TEST_A);
    sx_test_message(&b, SX_TEST_A, sx_test_hello(&a, SX_TEST_A));
    assert_int_equal(b.status.database, SX_DATABASE_SYNCHRONISING);
    sx_test_connect(&a, &b);
    assert_int_equal(b.status.database, SX_DATABASE_ACTIVE);
    assert_int_equal(b.status.progress, 100);
    sx_test_disconnect(&a, &b);
    assert_int_equal(b.status.database, SX_DATABASE_UNAVAILABLE);
    assert_int_equal(a.status.database, SX_DATABASE_ACTIVE);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void the_primary_is_named_by_its_address(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 3);
    assert_int_equal(test.status.configuration_primary, 1);
    assert_string_equal(test.status.primary_address, SX_TEST_A);
    assert_int_equal(test.status.local_index, 2);
    assert_string_equal(test.status.cluster_name, "test.example");
    sx_test_engine_close(&test);
}

static void names_of_states_are_those_of_the_model(void **state)
{
    (void)state;
    assert_string_equal(sx_role_name(SX_ROLE_NOT_IN_LIST), "not-in-list");
    assert_string_equal(sx_role_name(SX_ROLE_STAND_ALONE), "stand-alone");
    assert_string_equal(sx_peer_state_name(SX_PEER_THIS_SYSTEM), "this-system");
    assert_string_equal(sx_database_status_name(SX_DATABASE_SYNCHRONISING), "synchronising");
    assert_string_equal(sx_role_name((enum sx_role)77), "unknown");
    assert_string_equal(sx_peer_state_name((enum sx_peer_state)77), "unknown");
    assert_string_equal(sx_database_status_name((enum sx_database_status)77), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peers_status_reads_as_an_operator_expects),
        cmocka_unit_test(a_peer_with_another_history_is_not_behind),
        cmocka_unit_test(what_a_peer_says_is_shown),
        cmocka_unit_test(certificates_are_shown_with_the_reason),
        cmocka_unit_test(the_database_follows_the_primary),
        cmocka_unit_test(the_primary_is_named_by_its_address),
        cmocka_unit_test(names_of_states_are_those_of_the_model),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* What peers say of themselves, and what follows for replication between them. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_link_that_comes_up_is_greeted(void **state)
{
    struct sx_test_engine test;
    const struct sx_hello *hello;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_link_up(&test, SX_TEST_B);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B));
    hello = sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello;
    assert_string_equal(hello->software_version, "test");
    assert_memory_equal(hello->schema_hash, sx_schema_hash(test.schema), SX_DIGEST_SIZE);
    assert_string_equal(hello->system_name, "west");
    assert_string_equal(hello->cluster_name, "test.example");
    assert_string_equal(hello->ip_version, "ipv4");
    assert_string_equal(hello->tls_verification, "permissive");
    assert_string_equal(hello->peers[0], SX_TEST_A);
    assert_string_equal(hello->peers[1], SX_TEST_B);
    assert_string_equal(hello->peers[2], "");
    assert_int_equal(hello->configuration_primary, 1);
    assert_int_equal(hello->local_index, 1);
    assert_false(hello->take_snapshot);
    assert_memory_equal(&hello->history, &test.status.history, sizeof hello->history);
    sx_test_engine_close(&test);
}

static void it_is_said_again_when_something_of_it_changed(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 3);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_HELLO), 0);
    assert_true(sx_test_name(&test, "west"));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_HELLO), 1);
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B));
    assert_true(sx_test_set_primary(&test, 2));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_HELLO), 1);
    sx_test_engine_close(&test);
}

static void what_is_applied_on_restart_is_told_after_it(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER "<name>x.example</name>" SX_TEST_CLUSTER_END));
    sx_test_link_up(&test, SX_TEST_B);
    assert_string_equal(
        sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello->cluster_name, "test.example");
    sx_test_engine_restart(&test);
    sx_test_link_up(&test, SX_TEST_B);
    assert_string_equal(
        sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello->cluster_name, "x.example");
    sx_test_engine_close(&test);
}

/* One difference each, as a peer's hello may have it. */
static void other_name(struct sx_hello *hello)
{
    strcpy(hello->cluster_name, "x.example");
}

static void other_ip_version(struct sx_hello *hello)
{
    strcpy(hello->ip_version, "ipv6");
}

static void other_schema(struct sx_hello *hello)
{
    hello->schema_hash[7] ^= 1;
}

static void list_without_us(struct sx_hello *hello)
{
    strcpy(hello->peers[0], SX_TEST_C);
    strcpy(hello->peers[2], "10.0.0.9");
}

static void list_without_itself(struct sx_hello *hello)
{
    strcpy(hello->peers[1], SX_TEST_C);
}

static void other_primary(struct sx_hello *hello)
{
    strcpy(hello->peers[2], SX_TEST_C);
    hello->configuration_primary = 3;
}

static void no_primary(struct sx_hello *hello)
{
    hello->configuration_primary = 0;
}

static void primary_out_of_range(struct sx_hello *hello)
{
    hello->configuration_primary = 200;
}

static void diverged(struct sx_hello *hello)
{
    sx_history_start(&hello->history, "11111111-2222-4333-8444-555555555555");
    sx_history_advance(&hello->history, hello->history.digest);
}

static const struct difference {
    void (*make)(struct sx_hello *hello);
    const char *says;
} differences[] = {
    {other_name, "cluster name"},
    {other_ip_version, "IP version"},
    {other_schema, "schema"},
    {list_without_us, "does not hold this system"},
    {list_without_itself, "does not hold itself"},
    {other_primary, "another configuration primary"},
    {no_primary, "another configuration primary"},
    {primary_out_of_range, "another configuration primary"},
    {diverged, "diverged"},
};

static void nothing_is_replicated_over_a_difference_that_counts(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    for (unsigned i = 0; i < sizeof differences / sizeof differences[0]; i++) {
        struct sx_message *message = sx_test_hello(&test, SX_TEST_B);

        differences[i].make(message->hello);
        sx_test_message(&test, SX_TEST_B, message);
        if (!strstr(test.status.peers[1].failure, differences[i].says))
            fail_msg("%s: %s", differences[i].says, test.status.peers[1].failure);
        assert_true(sx_test_alarm(&test, 20006));
        assert_true(sx_test_entry(&test, "ann", i));
        assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_REVISION), 0);
        sx_test_message(&test, SX_TEST_B, sx_test_hello(&test, SX_TEST_B));
        assert_string_equal(test.status.peers[1].failure, "");
        assert_false(sx_test_alarm(&test, 20006));
    }
    sx_test_engine_close(&test);
}

static void other_differences_do_not_stop_it(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    message = sx_test_hello(&test, SX_TEST_B);
    strcpy(message->hello->software_version, "0.0.1");
    strcpy(message->hello->tls_verification, "enforce");
    strcpy(message->hello->peers[3], "10.0.0.9");
    sx_test_message(&test, SX_TEST_B, message);
    assert_string_equal(test.status.peers[1].failure, "");
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_REVISION, SX_TEST_B));
    sx_test_engine_close(&test);
}

static void who_says_that_it_is_another_one_is_cut_off(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;
    const struct sx_action *reset;

    sx_test_primary_open(&test, *state, 3);
    for (uint8_t index = 1; index <= 3; index += 2) {
        sx_test_link_up(&test, SX_TEST_B);
        message = sx_test_hello(&test, SX_TEST_B);
        message->hello->local_index = index;
        sx_test_message(&test, SX_TEST_B, message);
        reset = sx_test_action(&test, SX_ACTION_LINK_RESET, SX_TEST_B);
        assert_non_null(reset);
        assert_string_equal(reset->reason, index == 1 ? "it says that it is peer 1 (10.0.0.1)"
                                                      : "it says that it is peer 3 (10.0.0.3)");
        /* What it said does not count. */
        assert_false(test.status.peers[1].heard);
        assert_int_equal(test.status.peers[1].state, SX_PEER_FAILED);
        assert_null(sx_test_action(&test, SX_ACTION_LINK_RESET, SX_TEST_C));
    }
    sx_test_link_up(&test, SX_TEST_B);
    /* A list that has the same peers at other places is no lie, nor is an address not listed here:
     * that is how lists change. */
    message = sx_test_hello(&test, SX_TEST_B);
    strcpy(message->hello->peers[1], SX_TEST_C);
    strcpy(message->hello->peers[2], SX_TEST_B);
    message->hello->local_index = 3;
    sx_test_message(&test, SX_TEST_B, message);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_RESET, NULL));
    message = sx_test_hello(&test, SX_TEST_B);
    strcpy(message->hello->peers[1], "b.example");
    sx_test_message(&test, SX_TEST_B, message);
    assert_null(sx_test_action(&test, SX_ACTION_LINK_RESET, NULL));
    assert_true(test.status.peers[1].heard);
    sx_test_engine_close(&test);
}

static void addresses_compare_without_regard_to_case(void **state)
{
    struct sx_hello hello = {.configuration_primary = 2};

    (void)state;
    strcpy(hello.peers[1], "B.Example");
    assert_true(sx_hello_lists(&hello, "b.example"));
    assert_false(sx_hello_lists(&hello, ""));
    assert_string_equal(sx_hello_primary(&hello), "B.Example");
    hello.configuration_primary = SX_PEERS_MAX + 1;
    assert_string_equal(sx_hello_primary(&hello), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_that_comes_up_is_greeted),
        cmocka_unit_test(it_is_said_again_when_something_of_it_changed),
        cmocka_unit_test(what_is_applied_on_restart_is_told_after_it),
        cmocka_unit_test(nothing_is_replicated_over_a_difference_that_counts),
        cmocka_unit_test(other_differences_do_not_stop_it),
        cmocka_unit_test(who_says_that_it_is_another_one_is_cut_off),
        cmocka_unit_test(addresses_compare_without_regard_to_case),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

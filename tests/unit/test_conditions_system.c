// SPDX-License-Identifier: Apache-2.0
/* Alarms of the system: each is raised and cleared by its cause, and a restart repeats neither. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The alarm is active and was raised `times` times, cleared one time less. */
static void expect_raised(struct sx_test_engine *test, uint32_t id, size_t times)
{
    if (!sx_test_alarm(test, id))
        fail_msg("%u is not raised", id);
    assert_int_equal(sx_test_events(test, id, true), times);
    assert_int_equal(sx_test_events(test, id, false), times - 1);
}

static void expect_cleared(struct sx_test_engine *test, uint32_t id, size_t times)
{
    assert_false(sx_test_alarm(test, id));
    assert_int_equal(sx_test_events(test, id, true), times);
    assert_int_equal(sx_test_events(test, id, false), times);
}

static void what_applies_on_restart_raises_20007(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    expect_cleared(&test, 20007, 1);
    assert_true(sx_test_set_cluster(&test, "name", "x.example"));
    expect_raised(&test, 20007, 2);
    assert_true(test.status.restart_required);
    assert_true(sx_test_set_cluster(&test, "name", "test.example"));
    expect_cleared(&test, 20007, 2);
    assert_false(test.status.restart_required);
    assert_true(sx_test_set_cluster(&test, "name", "y.example"));
    expect_raised(&test, 20007, 3);
    sx_test_engine_restart(&test);
    expect_cleared(&test, 20007, 3);
    sx_test_engine_close(&test);
}

static void a_first_cluster_raises_20007_until_the_restart(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>" SX_TEST_A "</address></peer></peers>" SX_TEST_CLUSTER_END));
    expect_raised(&test, 20007, 1);
    sx_test_engine_restart(&test);
    expect_cleared(&test, 20007, 1);
    assert_true(sx_test_set_peer(&test, 2, SX_TEST_B));
    expect_cleared(&test, 20007, 1);
    sx_test_engine_close(&test);
}

static void another_tls_mode_raises_20020_and_20007(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "enforce"));
    expect_raised(&test, 20020, 1);
    expect_raised(&test, 20007, 1);
    assert_false(test.status.enforce);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "permissive"));
    expect_cleared(&test, 20020, 1);
    expect_cleared(&test, 20007, 1);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "enforce"));
    sx_test_engine_restart(&test);
    expect_cleared(&test, 20020, 2);
    expect_cleared(&test, 20007, 2);
    assert_true(test.status.enforce);
    sx_test_engine_close(&test);
}

static void permissive_in_a_cluster_raises_40049(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(sx_test_alarm(&test, 40049));
    assert_true(sx_test_map(&test, "a.example", SX_TEST_A));
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>a.example</address></peer></peers>" SX_TEST_CLUSTER_END));
    assert_false(sx_test_alarm(&test, 40049));
    sx_test_engine_restart(&test);
    expect_raised(&test, 40049, 1);
    sx_test_engine_restart(&test);
    expect_raised(&test, 40049, 1);
    assert_true(sx_test_set_cluster(&test, "tls-verification", "enforce"));
    expect_raised(&test, 40049, 1);
    sx_test_engine_restart(&test);
    expect_cleared(&test, 40049, 1);
    sx_test_engine_close(&test);
}

static void a_cluster_without_a_name_raises_20019(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>" SX_TEST_A "</address></peer></peers>" SX_TEST_CLUSTER_END));
    sx_test_engine_restart(&test);
    expect_raised(&test, 20019, 1);
    assert_true(sx_test_set_cluster(&test, "name", "x.example"));
    sx_test_engine_restart(&test);
    expect_cleared(&test, 20019, 1);
    sx_test_engine_close(&test);
}

static void who_is_not_in_the_list_raises_20015(void **state)
{
    struct sx_test_engine test;
    const char *const others[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_engine_open(&test, *state, SX_TEST_C);
    sx_test_form(&test, others, 1);
    expect_raised(&test, 20015, 1);
    sx_test_engine_restart(&test);
    expect_raised(&test, 20015, 1);
    assert_true(sx_test_set_peer(&test, 3, SX_TEST_C));
    expect_cleared(&test, 20015, 1);
    sx_test_engine_close(&test);
}

static void a_primary_that_is_gone_raises_20016(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 3);
    sx_test_link_down(&test, SX_TEST_C, "gone");
    assert_false(sx_test_alarm(&test, 20016));
    sx_test_link_down(&test, SX_TEST_A, "gone");
    expect_raised(&test, 20016, 1);
    sx_test_engine_restart(&test);
    expect_raised(&test, 20016, 1);
    sx_test_link_down(&test, SX_TEST_A, "gone");
    expect_raised(&test, 20016, 1);
    sx_test_link_up(&test, SX_TEST_A);
    expect_cleared(&test, 20016, 1);
    sx_test_engine_close(&test);
}

/* A peer's hello with the difference that is named. */
static void hello(struct sx_test_engine *test, const char *peer, const char *difference)
{
    struct sx_message *message = sx_test_hello(test, peer);

    if (strcmp(difference, "peers") == 0)
        strcpy(message->hello->peers[2], "10.0.0.9");
    else if (strcmp(difference, "tls") == 0)
        strcpy(message->hello->tls_verification, "enforce");
    else if (strcmp(difference, "name") == 0)
        strcpy(message->hello->cluster_name, "other.example");
    else if (strcmp(difference, "primary") == 0)
        message->hello->configuration_primary = 2;
    else if (strcmp(difference, "history") == 0)
        strcpy(message->hello->history.chain[0].id, "11111111-2222-4333-8444-555555555555");
    sx_test_message(test, peer, message);
}

static void settings_that_differ_from_the_primarys_raise_20012(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_A);
    hello(&test, SX_TEST_A, "");
    assert_false(sx_test_alarm(&test, 20012));
    hello(&test, SX_TEST_A, "peers");
    expect_raised(&test, 20012, 1);
    sx_test_engine_restart(&test);
    expect_raised(&test, 20012, 1);
    sx_test_link_up(&test, SX_TEST_A);
    hello(&test, SX_TEST_A, "tls");
    expect_raised(&test, 20012, 1);
    hello(&test, SX_TEST_A, "");
    expect_cleared(&test, 20012, 1);
    /* What waits for a restart here is 20007's. */
    assert_true(sx_test_set_cluster(&test, "name", "other.example"));
    hello(&test, SX_TEST_A, "name");
    expect_cleared(&test, 20012, 1);
    assert_true(sx_test_set_cluster(&test, "name", "test.example"));
    expect_raised(&test, 20012, 2);
    sx_test_engine_close(&test);
}

static void another_primary_named_by_a_peer_raises_20017(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_up(&test, SX_TEST_B);
    hello(&test, SX_TEST_B, "");
    assert_false(sx_test_alarm(&test, 20017));
    hello(&test, SX_TEST_B, "primary");
    expect_raised(&test, 20017, 1);
    sx_test_engine_restart(&test);
    expect_raised(&test, 20017, 1);
    sx_test_link_up(&test, SX_TEST_B);
    expect_raised(&test, 20017, 1);
    hello(&test, SX_TEST_B, "primary");
    expect_raised(&test, 20017, 1);
    assert_true(sx_test_set_primary(&test, 2));
    expect_cleared(&test, 20017, 1);
    sx_test_engine_close(&test);
}

static void a_history_that_diverged_raises_20011(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    hello(&b, SX_TEST_A, "history");
    expect_raised(&b, 20011, 1);
    sx_test_engine_restart(&b);
    expect_raised(&b, 20011, 1);
    sx_test_link_up(&b, SX_TEST_A);
    hello(&b, SX_TEST_A, "history");
    expect_raised(&b, 20011, 1);
    hello(&b, SX_TEST_A, "");
    expect_cleared(&b, 20011, 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_stands_alone_has_no_alarm(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_link_down(&test, SX_TEST_B, "gone");
    assert_true(
        sx_test_edit(&test, SX_TEST_CLUSTER "<peers " SX_TEST_DELETE "/>" SX_TEST_CLUSTER_END));
    expect_raised(&test, 20007, 2);
    sx_test_engine_restart(&test);
    /* Who leaves is reset. */
    sx_test_tick(&test, 5000);
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.alarm_count, 0);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_applies_on_restart_raises_20007),
        cmocka_unit_test(a_first_cluster_raises_20007_until_the_restart),
        cmocka_unit_test(another_tls_mode_raises_20020_and_20007),
        cmocka_unit_test(permissive_in_a_cluster_raises_40049),
        cmocka_unit_test(a_cluster_without_a_name_raises_20019),
        cmocka_unit_test(who_is_not_in_the_list_raises_20015),
        cmocka_unit_test(a_primary_that_is_gone_raises_20016),
        cmocka_unit_test(settings_that_differ_from_the_primarys_raise_20012),
        cmocka_unit_test(another_primary_named_by_a_peer_raises_20017),
        cmocka_unit_test(a_history_that_diverged_raises_20011),
        cmocka_unit_test(who_stands_alone_has_no_alarm),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

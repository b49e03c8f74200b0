// SPDX-License-Identifier: Apache-2.0
/* What applies on restart, and the mode in which nothing waits for one. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define IMMEDIATELY "<apply>immediately</apply>"

static bool edit(struct sx_test_engine *test, const char *inner)
{
    char xml[1024];

    snprintf(xml, sizeof xml, SX_TEST_CLUSTER "%s" SX_TEST_CLUSTER_END, inner);
    return sx_test_edit(test, xml);
}

static void a_restart_is_waited_for_by_default(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(edit(&test, "<name>other.example</name>"));
    assert_true(sx_apply_is_due(test.engine));
    assert_true(sx_test_alarm(&test, 20007));
    assert_string_equal(test.status.cluster_name, "test.example");
    assert_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, NULL));
    /* The mode counts for what waits already. */
    assert_true(edit(&test, IMMEDIATELY));
    assert_false(sx_test_alarm(&test, 20007));
    assert_string_equal(test.status.cluster_name, "other.example");
    sx_test_engine_close(&test);
}

static void links_are_made_anew(void **state)
{
    struct sx_test_engine test;
    const struct sx_action *closed, *opened;
    size_t raised;

    sx_test_primary_open(&test, *state, 2);
    assert_true(edit(&test, IMMEDIATELY));
    sx_test_peer_up(&test, SX_TEST_B);
    raised = sx_test_events(&test, 20007, true);
    assert_true(edit(&test, "<name>other.example</name>"));
    assert_false(sx_apply_is_due(test.engine));
    closed = sx_test_action(&test, SX_ACTION_LINK_CLOSE, SX_TEST_B);
    assert_non_null(closed);
    opened = &test.update.actions[test.update.count];
    while (--opened > closed && opened->type != SX_ACTION_LINK_OPEN)
        continue;
    assert_int_equal(opened->type, SX_ACTION_LINK_OPEN);
    assert_string_equal(opened->link.clusters[0], "other.example");
    assert_int_equal(test.status.peers[1].state, SX_PEER_UNKNOWN);
    assert_int_equal(sx_test_events(&test, 20007, true), raised);
    sx_test_link_up(&test, SX_TEST_B);
    assert_string_equal(
        sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello->cluster_name, "other.example");
    /* Another peer's address never waits, and closes nothing. */
    assert_true(edit(
        &test, "<peers><peer><index>3</index><address>" SX_TEST_C "</address></peer></peers>"));
    assert_null(sx_test_action(&test, SX_ACTION_LINK_CLOSE, NULL));
    sx_test_engine_close(&test);
}

static void a_cluster_of_one_is_in_force_at_once(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, IMMEDIATELY "<name>test.example</name><configuration-primary>1"
                                        "</configuration-primary><peers><peer><index>1</index>"
                                        "<address>" SX_TEST_A "</address></peer></peers>"));
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    assert_true(edit(
        &test, "<peers><peer><index>2</index><address>" SX_TEST_B "</address></peer></peers>"));
    assert_int_equal(test.status.peer_count, 2);
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.role, SX_ROLE_PRIMARY);
    sx_test_engine_close(&test);
}

static void a_joiner_joins_at_once(void **state)
{
    struct sx_test_engine a, b;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_engine_open(&b, *state, SX_TEST_B);
    assert_true(sx_test_entry(&b, "own", 1));
    assert_true(edit(&b, IMMEDIATELY "<name>test.example</name><configuration-primary>1"
                                     "</configuration-primary><peers><peer><index>1</index>"
                                     "<address>" SX_TEST_A "</address></peer><peer><index>2</index>"
                                     "<address>" SX_TEST_B "</address></peer></peers>"));
    assert_int_equal(b.status.role, SX_ROLE_SUBORDINATE);
    assert_int_equal(b.status.database, SX_DATABASE_UNAVAILABLE);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_string_equal(sx_test_number(&b, "own"), "");
    assert_string_not_equal(b.engine->backup, "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* The list is empty at once; what it armed waits for the restart that an operator causes. */
static void a_factory_reset_waits_all_the_same(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(edit(&test, IMMEDIATELY));
    assert_true(edit(&test, "<peers xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                            "nc:operation=\"delete\"/>"));
    assert_int_equal(test.status.role, SX_ROLE_STAND_ALONE);
    assert_true(test.status.factory_reset_armed);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_null(sx_test_action(&test, SX_ACTION_RESTART, NULL));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_is_waited_for_by_default),
        cmocka_unit_test(links_are_made_anew),
        cmocka_unit_test(a_cluster_of_one_is_in_force_at_once),
        cmocka_unit_test(a_joiner_joins_at_once),
        cmocka_unit_test(a_factory_reset_waits_all_the_same),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

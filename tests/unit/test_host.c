// SPDX-License-Identifier: Apache-2.0
/* The engine's host: its threads and queue, and the way of actions out of it. */
#include "test_host.h"
#include "host_private.h"
#include "sextant/memory.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/** Longest wait for something that must happen. */
#define WAIT_MS 20000

static void expect_name(struct sx_test_host *fixture, const char *name)
{
    struct sx_status status;

    ag_host_status(fixture->host, &status);
    assert_string_equal(status.system_name, name);
    sx_status_clear(&status);
}

static void a_step_is_published_and_counted(void **state)
{
    struct sx_test_host fixture;
    struct sx_error err;
    uint64_t progress;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    assert_ptr_equal(ag_host_schema(fixture.host), *state);
    sx_test_host_start(&fixture);
    expect_name(&fixture, "");
    progress = ag_host_progress(fixture.host);
    assert_true(sx_test_host_edit(&fixture, SX_TEST_SYSTEM "<name>west</name></system>"));
    assert_int_equal(ag_host_progress(fixture.host), progress + 1);
    expect_name(&fixture, "west");
    sx_test_host_close(&fixture);
}

static void a_restart_is_called_in_the_loop(void **state)
{
    struct sx_test_host fixture;
    struct sx_event event = {.type = SX_EVENT_RESTART};
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    sx_test_host_start(&fixture);
    ag_host_post(fixture.host, &event);
    ag_loop_run(fixture.loop);
    assert_true(fixture.restarted);
    sx_test_host_close(&fixture);
}

static void posted_events_wait_in_a_bounded_queue_and_are_all_stepped(void **state)
{
    struct sx_test_host fixture;
    struct sx_event tick = {.type = SX_EVENT_TICK}, restart = {.type = SX_EVENT_RESTART};
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    assert_true(ag_host_has_room(fixture.host));
    for (unsigned i = 0; i < AG_HOST_QUEUE_MAX; i++)
        ag_host_post(fixture.host, &tick);
    assert_false(ag_host_has_room(fixture.host));
    ag_host_post(fixture.host, &restart);
    sx_test_host_start(&fixture);
    ag_loop_run(fixture.loop);
    assert_true(fixture.restarted);
    assert_true(ag_host_has_room(fixture.host));
    /* What the loop is called for comes before the step is counted. */
    assert_true(ag_host_progress(fixture.host) >= AG_HOST_QUEUE_MAX);
    sx_test_host_close(&fixture);
}

static void posted_strings_are_copies_and_messages_are_not_lost(void **state)
{
    struct sx_test_host fixture;
    struct sx_event event = {.type = SX_EVENT_MESSAGE};
    struct sx_error err;
    char peer[] = "10.0.0.2";

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    event.message.peer = peer;
    event.message.message = sx_message_new(SX_MESSAGE_HELLO);
    ag_host_post(fixture.host, &event);
    event.type = SX_EVENT_LINK_DOWN;
    memset(&event.link, 0, sizeof event.link);
    event.link.peer = peer;
    ag_host_post(fixture.host, &event);
    event.type = SX_EVENT_RESOLVED;
    memset(&event.resolved, 0, sizeof event.resolved);
    event.resolved.name = peer;
    ag_host_post(fixture.host, &event);
    assert_string_equal(fixture.host->queue_first->text, "10.0.0.2");
    assert_ptr_not_equal(fixture.host->queue_first->text, peer);
    /* Never started: closing releases what waits. */
    sx_test_host_close(&fixture);
}

static void a_deadline_that_passes_is_a_tick(void **state)
{
    struct sx_test_host fixture;
    struct timespec pause = {.tv_nsec = 5000000};
    struct sx_error err;
    uint64_t progress;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(
        sx_test_host_open(&fixture,
            SX_TEST_CLUSTER
            "<configuration-primary>1</configuration-primary><peers><peer>"
            "<index>1</index><address>" SX_TEST_A "</address></peer></peers>"
            "<replication><sync-interval>1</sync-interval></replication>" SX_TEST_CLUSTER_END,
            &err),
        0);
    sx_test_host_start(&fixture);
    progress = ag_host_progress(fixture.host);
    for (unsigned i = 0; i < WAIT_MS / 5 && ag_host_progress(fixture.host) == progress; i++)
        nanosleep(&pause, NULL);
    assert_true(ag_host_progress(fixture.host) > progress);
    sx_test_host_close(&fixture);
}

static void an_initial_configuration_is_in_force_at_once(void **state)
{
    struct sx_test_host fixture;
    struct sx_status status;
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture,
                         SX_TEST_CLUSTER "<name>x.example</name>" SX_TEST_CLUSTER_END SX_TEST_SYSTEM
                                         "<name>first</name></system>",
                         &err),
        0);
    sx_test_host_start(&fixture);
    ag_host_status(fixture.host, &status);
    assert_string_equal(status.cluster_name, "x.example");
    assert_string_equal(status.system_name, "first");
    assert_false(status.restart_required);
    sx_status_clear(&status);
    sx_test_host_close(&fixture);
}

static void it_never_overwrites(void **state)
{
    struct sx_test_host fixture;
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    sx_test_host_start(&fixture);
    assert_true(sx_test_host_edit(&fixture, SX_TEST_SYSTEM "<name>kept</name></system>"));
    sx_test_host_shut(&fixture);
    assert_int_equal(
        sx_test_host_open(&fixture, SX_TEST_SYSTEM "<name>other</name></system>", &err), 0);
    sx_test_host_start(&fixture);
    expect_name(&fixture, "kept");
    sx_test_host_close(&fixture);
}

static void one_that_cannot_be_used_is_named_with_the_reason(void **state)
{
    static const struct {
        const char *config, *says;
    } wrong[] = {
        {"<system xmlns=\"urn:nobody\"><name>x</name></system>", "urn:nobody"},
        {SX_TEST_SYSTEM "<name>", "initial.xml"},
        {SX_TEST_SYSTEM "<name>-</name></system>", "name"},
        {SX_TEST_CLUSTER "<configuration-primary>1</configuration-primary><peers><peer>"
                         "<index>1</index><address>" SX_TEST_A "</address></peer><peer>"
                         "<index>2</index><address>" SX_TEST_B
                         "</address></peer></peers>" SX_TEST_CLUSTER_END,
            "restart"},
    };
    struct sx_test_host fixture;
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(sx_test_host_open(&fixture, wrong[i].config, &err), -1);
        assert_null(fixture.host);
        assert_non_null(strstr(err.message, "initial.xml"));
        if (!strstr(err.message, wrong[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.message, wrong[i].says);
    }
    sx_test_host_close(&fixture);
}

static void the_candidate_and_readers_are_at_hand(void **state)
{
    struct sx_test_host fixture;
    struct sx_fragment_list overlay = {0};
    struct sx_reader *reader = NULL;
    struct sx_error err;

    sx_test_host_folder(&fixture, *state);
    assert_int_equal(sx_test_host_open(&fixture, NULL, &err), 0);
    sx_test_host_start(&fixture);
    assert_int_equal(ag_host_candidate(fixture.host, &overlay, &err), 0);
    assert_int_equal(overlay.count, 0);
    assert_int_equal(ag_host_reader(fixture.host, &reader, &err), 0);
    sx_reader_close(reader);
    sx_test_host_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_published_and_counted),
        cmocka_unit_test(a_restart_is_called_in_the_loop),
        cmocka_unit_test(posted_events_wait_in_a_bounded_queue_and_are_all_stepped),
        cmocka_unit_test(posted_strings_are_copies_and_messages_are_not_lost),
        cmocka_unit_test(a_deadline_that_passes_is_a_tick),
        cmocka_unit_test(an_initial_configuration_is_in_force_at_once),
        cmocka_unit_test(it_never_overwrites),
        cmocka_unit_test(one_that_cannot_be_used_is_named_with_the_reason),
        cmocka_unit_test(the_candidate_and_readers_are_at_hand),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

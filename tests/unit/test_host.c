// SPDX-License-Identifier: Apache-2.0
/* The engine's host: its threads and queue, and the way of actions out of it. */
#include "host_private.h"
#include "log.h"
#include "sextant/memory.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_rows.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/** Longest wait for something that must happen. */
#define WAIT_MS 20000

/** A host on a fresh folder, without links, SNMP and NETCONF. */
struct fixture {
    const struct sx_schema *schema;
    char *folder;
    struct ag_loop *loop;
    struct ag_host *host;
    bool restarted;
};

static const char *const own[] = {SX_TEST_A, NULL};

static void open_fixture(struct fixture *fixture, const struct sx_schema *schema)
{
    struct sx_error err = {0};
    char *backups;

    memset(fixture, 0, sizeof *fixture);
    ag_log_set_level(SX_LOG_ERROR);
    fixture->schema = schema;
    fixture->folder = sx_test_temporary_folder();
    assert_non_null(fixture->folder);
    backups = sx_format("%s/backups", fixture->folder);
    assert_int_equal(sx_test_make_folder(backups), 0);
    free(backups);
    assert_int_equal(ag_loop_new(&fixture->loop, &err), 0);
}

/* Writes an initial configuration, or takes none, and opens the host. */
static int open_host(struct fixture *fixture, const char *config, struct sx_error *err)
{
    char *file = config ? sx_format("%s/initial.xml", fixture->folder) : NULL;
    struct ag_host_options options = {
        .store_directory = fixture->folder, .own_addresses = own, .initial_config = file};
    int result;

    memset(err, 0, sizeof *err);
    if (config)
        sx_test_write_file(fixture->folder, "initial.xml", config, strlen(config));
    result = ag_host_open(fixture->loop, fixture->schema, &options, &fixture->host, err);
    free(file);
    return result;
}

static void on_restart(void *context)
{
    struct fixture *fixture = context;

    fixture->restarted = true;
    ag_loop_stop(fixture->loop);
}

static void start(struct fixture *fixture)
{
    struct ag_host_parts parts = {.restart = on_restart, .context = fixture};
    struct sx_error err = {0};

    assert_int_equal(ag_host_start(fixture->host, &parts, &err), 0);
}

static void close_fixture(struct fixture *fixture)
{
    if (fixture->host)
        ag_host_stop(fixture->host);
    ag_loop_free(fixture->loop);
    ag_host_close(fixture->host);
    sx_test_remove_folder(fixture->folder);
    free(fixture->folder);
}

static bool edit(struct fixture *fixture, const char *xml)
{
    struct sx_event event = {.type = SX_EVENT_EDIT, .origin = {.user = "tester", .session = 1}};
    struct sx_update update = {0};
    struct lyd_node *config = NULL;
    bool succeeded;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(fixture->schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.config = config;
    ag_host_step(fixture->host, &event, &update);
    succeeded = !update.failed;
    sx_update_clear(&update);
    lyd_free_all(config);
    return succeeded;
}

static void expect_name(struct fixture *fixture, const char *name)
{
    struct sx_status status;

    ag_host_status(fixture->host, &status);
    assert_string_equal(status.system_name, name);
    sx_status_clear(&status);
}

static void a_step_is_published_and_counted(void **state)
{
    struct fixture fixture;
    struct sx_error err;
    uint64_t progress;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
    assert_ptr_equal(ag_host_schema(fixture.host), *state);
    start(&fixture);
    expect_name(&fixture, "");
    progress = ag_host_progress(fixture.host);
    assert_true(edit(&fixture, SX_TEST_SYSTEM "<name>west</name></system>"));
    assert_int_equal(ag_host_progress(fixture.host), progress + 1);
    expect_name(&fixture, "west");
    close_fixture(&fixture);
}

static void a_restart_is_called_in_the_loop(void **state)
{
    struct fixture fixture;
    struct sx_event event = {.type = SX_EVENT_RESTART};
    struct sx_error err;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
    start(&fixture);
    ag_host_post(fixture.host, &event);
    ag_loop_run(fixture.loop);
    assert_true(fixture.restarted);
    close_fixture(&fixture);
}

static void posted_events_wait_in_a_bounded_queue_and_are_all_stepped(void **state)
{
    struct fixture fixture;
    struct sx_event tick = {.type = SX_EVENT_TICK}, restart = {.type = SX_EVENT_RESTART};
    struct sx_error err;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
    assert_true(ag_host_has_room(fixture.host));
    for (unsigned i = 0; i < AG_HOST_QUEUE_MAX; i++)
        ag_host_post(fixture.host, &tick);
    assert_false(ag_host_has_room(fixture.host));
    ag_host_post(fixture.host, &restart);
    start(&fixture);
    ag_loop_run(fixture.loop);
    assert_true(fixture.restarted);
    assert_true(ag_host_has_room(fixture.host));
    /* What the loop is called for comes before the step is counted. */
    assert_true(ag_host_progress(fixture.host) >= AG_HOST_QUEUE_MAX);
    close_fixture(&fixture);
}

static void posted_strings_are_copies_and_messages_are_not_lost(void **state)
{
    struct fixture fixture;
    struct sx_event event = {.type = SX_EVENT_MESSAGE};
    struct sx_error err;
    char peer[] = "10.0.0.2";

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
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
    close_fixture(&fixture);
}

static void a_deadline_that_passes_is_a_tick(void **state)
{
    struct fixture fixture;
    struct timespec pause = {.tv_nsec = 5000000};
    struct sx_error err;
    uint64_t progress;

    open_fixture(&fixture, *state);
    assert_int_equal(
        open_host(&fixture,
            SX_TEST_CLUSTER
            "<configuration-primary>1</configuration-primary><peers><peer>"
            "<index>1</index><address>" SX_TEST_A "</address></peer></peers>"
            "<replication><sync-interval>1</sync-interval></replication>" SX_TEST_CLUSTER_END,
            &err),
        0);
    start(&fixture);
    progress = ag_host_progress(fixture.host);
    for (unsigned i = 0; i < WAIT_MS / 5 && ag_host_progress(fixture.host) == progress; i++)
        nanosleep(&pause, NULL);
    assert_true(ag_host_progress(fixture.host) > progress);
    close_fixture(&fixture);
}

static void an_initial_configuration_is_in_force_at_once(void **state)
{
    struct fixture fixture;
    struct sx_status status;
    struct sx_error err;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture,
                         SX_TEST_CLUSTER "<name>x.example</name>" SX_TEST_CLUSTER_END SX_TEST_SYSTEM
                                         "<name>first</name></system>",
                         &err),
        0);
    start(&fixture);
    ag_host_status(fixture.host, &status);
    assert_string_equal(status.cluster_name, "x.example");
    assert_string_equal(status.system_name, "first");
    assert_false(status.restart_required);
    sx_status_clear(&status);
    close_fixture(&fixture);
}

static void it_never_overwrites(void **state)
{
    struct fixture fixture;
    struct sx_error err;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
    start(&fixture);
    assert_true(edit(&fixture, SX_TEST_SYSTEM "<name>kept</name></system>"));
    ag_host_stop(fixture.host);
    ag_host_close(fixture.host);
    fixture.host = NULL;
    assert_int_equal(open_host(&fixture, SX_TEST_SYSTEM "<name>other</name></system>", &err), 0);
    start(&fixture);
    expect_name(&fixture, "kept");
    close_fixture(&fixture);
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
    struct fixture fixture;
    struct sx_error err;

    open_fixture(&fixture, *state);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(open_host(&fixture, wrong[i].config, &err), -1);
        assert_null(fixture.host);
        assert_non_null(strstr(err.message, "initial.xml"));
        if (!strstr(err.message, wrong[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.message, wrong[i].says);
    }
    close_fixture(&fixture);
}

static void the_candidate_and_readers_are_at_hand(void **state)
{
    struct fixture fixture;
    struct sx_fragment_list overlay = {0};
    struct sx_reader *reader = NULL;
    struct sx_error err;

    open_fixture(&fixture, *state);
    assert_int_equal(open_host(&fixture, NULL, &err), 0);
    start(&fixture);
    assert_int_equal(ag_host_candidate(fixture.host, &overlay, &err), 0);
    assert_int_equal(overlay.count, 0);
    assert_int_equal(ag_host_reader(fixture.host, &reader, &err), 0);
    sx_reader_close(reader);
    close_fixture(&fixture);
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

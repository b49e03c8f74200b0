// SPDX-License-Identifier: Apache-2.0
/* Opening, stepping and closing an engine. */
#include "test_engine.h"

#include "sextant/memory.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_new_engine_is_new_and_stands_alone(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_engine_is_new(test.engine));
    assert_int_equal(test.status.role, SX_ROLE_STAND_ALONE);
    assert_int_equal(sx_test_revision(&test), 0);
    assert_int_equal(test.status.alarm_count, 0);
    assert_int_equal(test.status.database, SX_DATABASE_ACTIVE);
    assert_int_equal(test.update.deadline_ms, INT64_MAX);
    sx_test_engine_close(&test);
}

static void an_edit_is_there_after_a_restart(void **state)
{
    struct sx_test_engine test;
    struct sx_history history;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_name(&test, "west"));
    history = test.status.history;
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_string_equal(test.status.system_name, "west");
    assert_memory_equal(&test.status.history, &history, sizeof history);
    assert_false(sx_engine_is_new(test.engine));
    sx_test_engine_close(&test);
}

static void a_refused_edit_changes_nothing(void **state)
{
    struct sx_test_engine test;
    struct sx_history history;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    history = test.status.history;
    assert_false(sx_test_edit(&test,
        "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>"
        "<entry><name>ann</name><number>200</number></entry>"
        "<entry><name>ben</name><bandwidth>1</bandwidth></entry>"
        "</phone-book></call-control>"));
    assert_int_not_equal(test.update.error.code, SX_OK);
    assert_non_null(strstr(test.update.error.path, "bandwidth"));
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_memory_equal(&test.status.history, &history, sizeof history);
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_string_equal(sx_test_number(&test, "ben"), "");
    assert_memory_equal(&test.status.history, &history, sizeof history);
    sx_test_engine_close(&test);
}

static void the_restart_rpc_asks_for_a_restart(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_plain(&test, SX_EVENT_RESTART, SX_DATASTORE_RUNNING, 1));
    assert_int_equal(sx_test_count(&test, SX_ACTION_RESTART), 1);
    sx_test_engine_close(&test);
}

static void an_unknown_event_is_refused(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(sx_test_plain(&test, (enum sx_event_type)99, SX_DATASTORE_RUNNING, 1));
    assert_int_equal(test.update.error.code, SX_E_INTERNAL);
    sx_test_engine_close(&test);
}

static void each_step_counts(void **state)
{
    struct sx_test_engine test;
    uint64_t before;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    before = test.status.steps;
    sx_test_tick(&test, 1);
    sx_test_tick(&test, 1);
    assert_int_equal(test.status.steps, before + 2);
    sx_test_engine_close(&test);
}

static void engines_of_one_process_do_not_touch_each_other(void **state)
{
    struct sx_test_engine a, b;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    sx_test_engine_open(&b, *state, SX_TEST_B);
    assert_true(sx_test_entry(&a, "ann", 100));
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_int_equal(sx_test_revision(&b), 0);
    sx_test_engine_close(&a);
    assert_true(sx_test_entry(&b, "ann", 200));
    assert_string_equal(sx_test_number(&b, "ann"), "200");
    sx_test_engine_close(&b);
}

/* Opens the engine's folder once more: it must not succeed. The reason is left in *ret. */
static void open_refused(struct sx_test_engine *test, const char *folder, struct sx_error *ret)
{
    const char *const addresses[] = {SX_TEST_A, NULL};
    struct sx_engine_options options = {.schema = test->schema,
        .directory = folder,
        .own_addresses = addresses,
        .software_version = "test",
        .system_key = test->system_key};
    struct sx_engine *engine = NULL;
    struct sx_update update = {0};

    memset(ret, 0, sizeof *ret);
    assert_int_equal(sx_engine_open(&options, &update, &engine, ret), -1);
    assert_null(engine);
    assert_int_equal(update.count, 0);
    assert_string_not_equal(ret->message, "");
}

static void a_database_changed_from_outside_is_refused(void **state)
{
    struct sx_test_engine test;
    struct sx_error err;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_engine_close(test.engine);
    sx_test_sql(test.folder, "UPDATE fragment SET body = replace(body, '100', '101')");
    open_refused(&test, test.folder, &err);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "digest"));
    sx_test_sql(test.folder, "UPDATE fragment SET body = replace(body, '101', '100')");
    test.engine = NULL;
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    sx_test_engine_close(&test);
}

static void a_missing_folder_is_named(void **state)
{
    struct sx_test_engine test;
    struct sx_error err;
    char *folder;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    folder = sx_format("%s/missing", test.folder);
    open_refused(&test, folder, &err);
    assert_non_null(strstr(err.message, folder));
    free(folder);
    sx_test_engine_close(&test);
}

static void closing_nothing_is_fine(void **state)
{
    (void)state;
    sx_engine_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_engine_is_new_and_stands_alone),
        cmocka_unit_test(an_edit_is_there_after_a_restart),
        cmocka_unit_test(a_refused_edit_changes_nothing),
        cmocka_unit_test(the_restart_rpc_asks_for_a_restart),
        cmocka_unit_test(an_unknown_event_is_refused),
        cmocka_unit_test(each_step_counts),
        cmocka_unit_test(engines_of_one_process_do_not_touch_each_other),
        cmocka_unit_test(a_database_changed_from_outside_is_refused),
        cmocka_unit_test(a_missing_folder_is_named),
        cmocka_unit_test(closing_nothing_is_fine),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

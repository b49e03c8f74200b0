// SPDX-License-Identifier: Apache-2.0
/* Backups, and the forced update that makes one. */
#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool force(struct sx_test_engine *test)
{
    return sx_test_plain(test, SX_EVENT_FORCE_UPDATE, SX_DATASTORE_RUNNING, 1);
}

static void a_forced_update_is_refused_on_the_primary(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    assert_false(force(&test));
    assert_int_equal(test.update.error.code, SX_E_OPERATION_FAILED);
    assert_non_null(strstr(test.update.error.message, "run it on the subordinate"));
    assert_string_equal(test.update.backup, "");
    assert_false(test.engine->take_snapshot);
    sx_test_engine_close(&test);
}

static void it_is_refused_where_there_is_no_primary(void **state)
{
    struct sx_test_engine test;
    const char *const others[] = {SX_TEST_A, SX_TEST_B, NULL};

    sx_test_engine_open(&test, *state, SX_TEST_C);
    assert_false(force(&test));
    assert_non_null(strstr(test.update.error.message, "stand-alone"));
    sx_test_form(&test, others, 1);
    assert_false(force(&test));
    assert_non_null(strstr(test.update.error.message, "not-in-list"));
    sx_test_engine_close(&test);
}

static void it_keeps_a_backup_and_asks_for_a_snapshot(void **state)
{
    struct sx_test_engine a, b, former;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_name(&b, "east"));
    assert_true(force(&b));
    assert_non_null(strstr(b.update.backup, "force-config-update"));
    assert_true(sx_test_sent(&b, SX_MESSAGE_HELLO, SX_TEST_A)->hello->take_snapshot);
    sx_test_restored_open(&former, *state, SX_TEST_B, b.update.backup);
    assert_string_equal(sx_test_number(&former, "ann"), "100");
    assert_string_equal(former.status.system_name, "east");
    sx_test_engine_close(&former);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void it_is_remembered_over_a_restart(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_disconnect(&a, &b);
    assert_true(force(&b));
    sx_test_engine_restart(&b);
    assert_true(b.engine->take_snapshot);
    assert_false(b.engine->joining);
    sx_test_connect(&a, &b);
    assert_false(b.engine->take_snapshot);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    sx_test_engine_restart(&b);
    assert_false(b.engine->take_snapshot);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_subordinate_that_commits_as_primary_waits_no_longer(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    assert_true(force(&b));
    assert_true(sx_test_set_primary(&b, 2));
    assert_true(b.engine->take_snapshot);
    assert_true(sx_test_entry(&b, "ben", 200));
    assert_false(b.engine->take_snapshot);
    sx_test_engine_restart(&b);
    assert_false(b.engine->take_snapshot);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void nothing_is_thrown_away_without_a_backup(void **state)
{
    struct sx_test_engine test;
    char *folder;

    sx_test_subordinate_open(&test, *state, 2);
    folder = sx_format("%s/backups", test.folder);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    test.engine->take_snapshot = test.engine->joining = false;
    assert_false(force(&test));
    assert_non_null(strstr(test.update.error.message, "backups"));
    assert_false(test.engine->take_snapshot);
    free(folder);
    sx_test_engine_close(&test);
}

static void a_join_without_a_backup_is_refused(void **state)
{
    struct sx_test_engine a, b;
    char *folder;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_subordinate_open(&b, *state, 2);
    folder = sx_format("%s/backups", b.folder);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_true(b.engine->joining);
    assert_true(sx_test_alarm(&b, 20009));
    assert_int_equal(sx_test_make_folder(folder), 0);
    sx_test_tick(&a, SX_REFUSED_SNAPSHOT_RETRY_MS);
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_false(b.engine->joining);
    assert_false(sx_test_alarm(&b, 20009));
    assert_false(sx_test_alarm(&a, 20009));
    free(folder);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forced_update_is_refused_on_the_primary),
        cmocka_unit_test(it_is_refused_where_there_is_no_primary),
        cmocka_unit_test(it_keeps_a_backup_and_asks_for_a_snapshot),
        cmocka_unit_test(it_is_remembered_over_a_restart),
        cmocka_unit_test(a_subordinate_that_commits_as_primary_waits_no_longer),
        cmocka_unit_test(nothing_is_thrown_away_without_a_backup),
        cmocka_unit_test(a_join_without_a_backup_is_refused),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

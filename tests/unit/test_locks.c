// SPDX-License-Identifier: Apache-2.0
/* <lock> and <unlock>, RFC 6241 sections 7.5, 7.6 and 8.3.5. */
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EDIT SX_TEST_SYSTEM "<name>west</name></system>"

static bool lock(struct sx_test_engine *test, enum sx_datastore datastore, uint32_t session)
{
    return sx_test_plain(test, SX_EVENT_LOCK, datastore, session);
}

static bool unlock(struct sx_test_engine *test, enum sx_datastore datastore, uint32_t session)
{
    return sx_test_plain(test, SX_EVENT_UNLOCK, datastore, session);
}

static void a_second_lock_is_refused_and_names_the_holder(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 7));
    assert_false(lock(&test, SX_DATASTORE_RUNNING, 8));
    assert_int_equal(test.update.error.code, SX_E_LOCK_DENIED);
    assert_int_equal(test.update.lock_holder, 7);
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 8));
    assert_true(unlock(&test, SX_DATASTORE_RUNNING, 7));
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 8));
    sx_test_engine_close(&test);
}

static void only_the_holder_unlocks(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(unlock(&test, SX_DATASTORE_RUNNING, 7));
    assert_int_equal(test.update.error.code, SX_E_OPERATION_FAILED);
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 7));
    assert_false(unlock(&test, SX_DATASTORE_RUNNING, 8));
    assert_false(lock(&test, SX_DATASTORE_RUNNING, 8));
    sx_test_engine_close(&test);
}

static void a_locked_running_is_edited_by_its_holder_alone(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 7));
    assert_false(sx_test_edit_in(&test, SX_DATASTORE_RUNNING, 8, EDIT));
    assert_int_equal(test.update.error.code, SX_E_IN_USE);
    assert_non_null(strstr(test.update.error.message, "7"));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 8, EDIT));
    assert_false(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 8));
    assert_int_equal(test.update.error.code, SX_E_IN_USE);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_RUNNING, 7, EDIT));
    sx_test_engine_close(&test);
}

static void a_locked_candidate_is_touched_by_its_holder_alone(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 7));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 7, EDIT));
    assert_false(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 8, EDIT));
    assert_int_equal(test.update.error.code, SX_E_IN_USE);
    assert_false(sx_test_plain(&test, SX_EVENT_DISCARD, SX_DATASTORE_CANDIDATE, 8));
    assert_false(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 8));
    assert_string_equal(test.status.system_name, "");
    assert_true(sx_test_edit_in(
        &test, SX_DATASTORE_RUNNING, 8, SX_TEST_SYSTEM "<log-level>debug</log-level></system>"));
    assert_true(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 7));
    assert_string_equal(test.status.system_name, "west");
    sx_test_engine_close(&test);
}

static void a_changed_candidate_cannot_be_locked(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 7, EDIT));
    assert_false(lock(&test, SX_DATASTORE_CANDIDATE, 7));
    assert_int_equal(test.update.error.code, SX_E_LOCK_DENIED);
    assert_int_equal(test.update.lock_holder, 0);
    assert_true(sx_test_plain(&test, SX_EVENT_DISCARD, SX_DATASTORE_CANDIDATE, 7));
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 7));
    sx_test_engine_close(&test);
}

static void unlocking_the_candidate_discards_it(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 7));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 7, EDIT));
    assert_true(unlock(&test, SX_DATASTORE_CANDIDATE, 7));
    assert_true(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 7));
    assert_string_equal(test.status.system_name, "");
    sx_test_engine_close(&test);
}

static void the_end_of_a_session_frees_its_locks(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 7));
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 7));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 7, EDIT));
    assert_true(sx_test_plain(&test, SX_EVENT_SESSION_END, SX_DATASTORE_RUNNING, 8));
    assert_false(lock(&test, SX_DATASTORE_RUNNING, 8));
    assert_true(sx_test_plain(&test, SX_EVENT_SESSION_END, SX_DATASTORE_RUNNING, 7));
    assert_true(lock(&test, SX_DATASTORE_RUNNING, 8));
    assert_true(lock(&test, SX_DATASTORE_CANDIDATE, 8));
    assert_true(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 8));
    assert_string_equal(test.status.system_name, "");
    sx_test_engine_close(&test);
}

static void a_candidate_that_nobody_locked_outlives_its_session(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 7, EDIT));
    assert_true(sx_test_plain(&test, SX_EVENT_SESSION_END, SX_DATASTORE_RUNNING, 7));
    assert_true(sx_test_plain(&test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, 8));
    assert_string_equal(test.status.system_name, "west");
    sx_test_engine_close(&test);
}

static void a_lock_on_a_subordinate_does_not_delay_replication(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(lock(&b, SX_DATASTORE_RUNNING, 7));
    assert_true(lock(&b, SX_DATASTORE_CANDIDATE, 7));
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_lock_is_refused_and_names_the_holder),
        cmocka_unit_test(only_the_holder_unlocks),
        cmocka_unit_test(a_locked_running_is_edited_by_its_holder_alone),
        cmocka_unit_test(a_locked_candidate_is_touched_by_its_holder_alone),
        cmocka_unit_test(a_changed_candidate_cannot_be_locked),
        cmocka_unit_test(unlocking_the_candidate_discards_it),
        cmocka_unit_test(the_end_of_a_session_frees_its_locks),
        cmocka_unit_test(a_candidate_that_nobody_locked_outlives_its_session),
        cmocka_unit_test(a_lock_on_a_subordinate_does_not_delay_replication),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

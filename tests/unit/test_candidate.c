// SPDX-License-Identifier: Apache-2.0
/* <candidate>: edits that are laid over running until they are committed or discarded. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RULE \
    SX_TEST_CALL_CONTROL "<search-rules><rule><name>r</name><target-zone>z</target-zone></rule>" \
                         "</search-rules></call-control>"
#define ZONE \
    SX_TEST_CALL_CONTROL \
    "<zones><zone><name>z</name><type>neighbour</type><protocol>sip</protocol>" \
    "</zone></zones></call-control>"

static bool edit(struct sx_test_engine *test, uint32_t session, const char *name, unsigned number)
{
    char xml[512];

    snprintf(xml, sizeof xml,
        SX_TEST_CALL_CONTROL
        "<phone-book><entry><name>%s</name><number>%u</number></entry></phone-book>"
        "</call-control>",
        name, number);
    return sx_test_edit_in(test, SX_DATASTORE_CANDIDATE, session, xml);
}

static bool commit(struct sx_test_engine *test, uint32_t session)
{
    return sx_test_plain(test, SX_EVENT_COMMIT, SX_DATASTORE_RUNNING, session);
}

/* Rows by which the candidate differs from running. */
static size_t overlay_rows(struct sx_test_engine *test)
{
    struct sx_fragment_list overlay = {0};
    struct sx_error err = {0};
    size_t count;

    assert_int_equal(sx_engine_candidate(test->engine, &overlay, &err), 0);
    count = overlay.count;
    sx_fragment_list_clear(&overlay);
    return count;
}

static void an_edit_leaves_running_alone(void **state)
{
    struct sx_test_engine test;
    struct sx_fragment_list overlay = {0};
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_int_equal(overlay_rows(&test), 0);
    assert_true(edit(&test, 1, "ann", 100));
    assert_string_equal(sx_test_number(&test, "ann"), "");
    assert_int_equal(sx_test_revision(&test), 0);
    assert_int_equal(sx_engine_candidate(test.engine, &overlay, &err), 0);
    assert_int_equal(overlay.count, 1);
    assert_string_equal(
        overlay.items[0].list, "/sextant-call-control:call-control/phone-book/entry");
    assert_string_equal(overlay.items[0].key, "[name='ann']");
    assert_non_null(strstr(overlay.items[0].body, "100"));
    sx_fragment_list_clear(&overlay);
    sx_test_engine_close(&test);
}

static void a_commit_makes_all_edits_one_revision(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 100));
    assert_true(edit(&test, 1, "ben", 200));
    assert_true(edit(&test, 1, "ann", 101));
    assert_true(commit(&test, 1));
    assert_int_equal(test.update.revision, 1);
    assert_string_equal(sx_test_number(&test, "ann"), "101");
    assert_string_equal(sx_test_number(&test, "ben"), "200");
    assert_int_equal(overlay_rows(&test), 0);
    assert_true(commit(&test, 1));
    assert_int_equal(sx_test_revision(&test), 1);
    sx_test_engine_close(&test);
}

static void discarding_forgets_the_edits(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 100));
    assert_true(sx_test_plain(&test, SX_EVENT_DISCARD, SX_DATASTORE_CANDIDATE, 1));
    assert_int_equal(overlay_rows(&test), 0);
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "");
    sx_test_engine_close(&test);
}

static void it_may_be_invalid_until_it_is_committed(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1, RULE));
    assert_false(sx_test_plain(&test, SX_EVENT_VALIDATE, SX_DATASTORE_CANDIDATE, 1));
    assert_non_null(strstr(test.update.error.path, "target-zone"));
    assert_true(sx_test_plain(&test, SX_EVENT_VALIDATE, SX_DATASTORE_RUNNING, 1));
    assert_false(commit(&test, 1));
    assert_int_equal(sx_test_revision(&test), 0);
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1, ZONE));
    assert_true(sx_test_plain(&test, SX_EVENT_VALIDATE, SX_DATASTORE_CANDIDATE, 1));
    assert_int_equal(sx_test_revision(&test), 0);
    assert_true(commit(&test, 1));
    assert_int_equal(sx_test_revision(&test), 1);
    sx_test_engine_close(&test);
}

static void an_edit_that_does_not_apply_is_not_kept(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 100));
    assert_false(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1,
        SX_TEST_CALL_CONTROL "<phone-book><entry " SX_TEST_DELETE
                             "><name>ben</name></entry></phone-book>"
                             "</call-control>"));
    assert_int_equal(test.update.error.code, SX_E_DATA_MISSING);
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    sx_test_engine_close(&test);
}

static void an_edit_sees_those_before_it(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ben", 200));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1,
        SX_TEST_CALL_CONTROL "<phone-book><entry " SX_TEST_DELETE
                             "><name>ben</name></entry></phone-book>"
                             "</call-control>"));
    assert_true(commit(&test, 1));
    assert_int_equal(sx_test_revision(&test), 0);
    sx_test_engine_close(&test);
}

static void it_follows_running(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 100));
    assert_true(sx_test_entry(&test, "ben", 200));
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_string_equal(sx_test_number(&test, "ben"), "200");
    sx_test_engine_close(&test);
}

static void it_holds_a_bounded_number_of_edits(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    for (unsigned i = 0; i < SX_CANDIDATE_EDITS_MAX; i++)
        assert_true(edit(&test, 1, "ann", i));
    assert_false(edit(&test, 1, "ann", 999));
    assert_int_equal(test.update.error.code, SX_E_RESOURCE_DENIED);
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "255");
    assert_true(edit(&test, 1, "ann", 999));
    sx_test_engine_close(&test);
}

static void it_does_not_outlive_a_restart(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 100));
    sx_test_engine_restart(&test);
    assert_int_equal(overlay_rows(&test), 0);
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ann"), "");
    sx_test_engine_close(&test);
}

static void a_failed_commit_keeps_it(void **state)
{
    struct sx_test_engine test;

    sx_test_subordinate_open(&test, *state, 2);
    assert_true(edit(&test, 1, "ann", 100));
    assert_false(commit(&test, 1));
    assert_int_equal(overlay_rows(&test), 1);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_leaves_running_alone),
        cmocka_unit_test(a_commit_makes_all_edits_one_revision),
        cmocka_unit_test(discarding_forgets_the_edits),
        cmocka_unit_test(it_may_be_invalid_until_it_is_committed),
        cmocka_unit_test(an_edit_that_does_not_apply_is_not_kept),
        cmocka_unit_test(an_edit_sees_those_before_it),
        cmocka_unit_test(it_follows_running),
        cmocka_unit_test(it_holds_a_bounded_number_of_edits),
        cmocka_unit_test(it_does_not_outlive_a_restart),
        cmocka_unit_test(a_failed_commit_keeps_it),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

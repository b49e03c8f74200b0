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
#include <libyang/libyang.h>

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

#define ANN_GOES \
    SX_TEST_CALL_CONTROL "<phone-book><entry " SX_TEST_DELETE "><name>ann</name></entry>" \
                         "</phone-book></call-control>"

/* What somebody else did to running does not let the candidate's edit apply any more. */
static void expect_conflict(struct sx_test_engine *test)
{
    struct sx_fragment_list overlay = {0};
    struct sx_error err = {0};

    assert_false(commit(test, 1));
    assert_int_equal(test->update.error.code, SX_E_DATA_MISSING);
    assert_string_equal(test->update.error.app_tag, "candidate-conflict");
    assert_string_equal(
        test->update.error.path, "/sextant-call-control:call-control/phone-book/entry[name='ann']");
    assert_non_null(strstr(test->update.error.message, "edit 2 of the candidate"));
    assert_false(edit(test, 1, "eve", 5));
    assert_string_equal(test->update.error.app_tag, "candidate-conflict");
    assert_false(sx_test_plain(test, SX_EVENT_VALIDATE, SX_DATASTORE_CANDIDATE, 1));
    assert_int_equal(sx_engine_candidate(test->engine, &overlay, &err), -1);
    assert_string_equal(err.app_tag, "candidate-conflict");
    assert_true(sx_test_plain(test, SX_EVENT_DISCARD, SX_DATASTORE_CANDIDATE, 1));
    assert_true(edit(test, 1, "eve", 5));
}

static void another_sessions_edit_may_conflict_with_it(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(edit(&test, 1, "ben", 200));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1, ANN_GOES));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_RUNNING, 2, ANN_GOES));
    expect_conflict(&test);
    assert_string_equal(sx_test_number(&test, "ben"), "");
    sx_test_engine_close(&test);
}

static void a_replicated_revision_may_conflict_with_it(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(edit(&b, 1, "ben", 200));
    assert_true(sx_test_edit_in(&b, SX_DATASTORE_CANDIDATE, 1, ANN_GOES));
    /* It follows what is replicated … */
    assert_true(sx_test_entry(&a, "cid", 300));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "cid"), "300");
    assert_int_equal(overlay_rows(&b), 2);
    /* … and does not hold it up. */
    assert_true(sx_test_edit(&a, ANN_GOES));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_int_equal(sx_test_revision(&b), sx_test_revision(&a));
    expect_conflict(&b);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

/* An edit of the candidate with options. */
static bool edit_with(struct sx_test_engine *test, const char *xml, struct sx_event event)
{
    struct lyd_node *config = NULL;
    bool succeeded;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(test->schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.type = SX_EVENT_EDIT;
    event.origin.session = 1;
    event.edit.target = SX_DATASTORE_CANDIDATE;
    event.edit.config = config;
    succeeded = sx_test_step(test, &event);
    lyd_free_all(config);
    return succeeded;
}

static void a_test_before_an_edit_keeps_it_valid(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(edit_with(&test, RULE, (struct sx_event){.edit.test_first = true}));
    assert_int_equal(overlay_rows(&test), 0);
    assert_true(edit_with(&test, ZONE, (struct sx_event){.edit.test_first = true}));
    assert_true(edit_with(&test, RULE, (struct sx_event){.edit.test_first = true}));
    assert_true(commit(&test, 1));
    sx_test_engine_close(&test);
}

static void a_copy_takes_the_place_of_all_edits(void **state)
{
    struct sx_event copy = {.edit = {.anew = true, .default_operation = SX_DEFAULT_REPLACE}};
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(edit(&test, 1, "ben", 200));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_CANDIDATE, 1, ANN_GOES));
    assert_true(sx_test_edit_in(&test, SX_DATASTORE_RUNNING, 2, ANN_GOES));
    assert_true(edit_with(&test, ZONE, copy));
    assert_int_equal(test.engine->candidate.count, 1);
    assert_true(sx_test_entry(&test, "cid", 300));
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ben"), "");
    assert_string_equal(sx_test_number(&test, "cid"), "");
    /* An empty one too. */
    assert_true(sx_test_entry(&test, "cid", 300));
    assert_true(edit_with(&test, "", copy));
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "cid"), "");
    sx_test_engine_close(&test);
}

static void what_fails_is_left_out_where_that_is_wanted(void **state)
{
    struct sx_event event = {.edit.continue_on_error = true};
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ben", 200));
    assert_false(edit_with(&test,
        SX_TEST_CALL_CONTROL "<phone-book><entry " SX_TEST_DELETE "><name>ann</name></entry>"
                             "<entry " SX_TEST_DELETE "><name>ben</name></entry>"
                             "<entry><name>cid</name><number>3</number></entry></phone-book>"
                             "</call-control>",
        event));
    assert_int_equal(test.update.errors.count, 1);
    assert_int_equal(test.update.error.code, SX_E_DATA_MISSING);
    assert_true(commit(&test, 1));
    assert_string_equal(sx_test_number(&test, "ben"), "");
    assert_string_equal(sx_test_number(&test, "cid"), "3");
    sx_test_engine_close(&test);
}

static void it_takes_a_bounded_amount_of_memory(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(edit(&test, 1, "ann", 1));
    assert_in_range(test.engine->candidate.bytes, 100, 10000);
    test.engine->candidate.bytes = SX_CANDIDATE_BYTES_MAX - 100;
    assert_false(edit(&test, 1, "ben", 2));
    assert_int_equal(test.update.error.code, SX_E_RESOURCE_DENIED);
    assert_non_null(strstr(test.update.error.message, "67108864 bytes"));
    assert_int_equal(overlay_rows(&test), 1);
    assert_true(commit(&test, 1));
    assert_int_equal(test.engine->candidate.bytes, 0);
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
        cmocka_unit_test(another_sessions_edit_may_conflict_with_it),
        cmocka_unit_test(a_replicated_revision_may_conflict_with_it),
        cmocka_unit_test(a_test_before_an_edit_keeps_it_valid),
        cmocka_unit_test(a_copy_takes_the_place_of_all_edits),
        cmocka_unit_test(what_fails_is_left_out_where_that_is_wanted),
        cmocka_unit_test(it_takes_a_bounded_amount_of_memory),
        cmocka_unit_test(it_does_not_outlive_a_restart),
        cmocka_unit_test(a_failed_commit_keeps_it),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

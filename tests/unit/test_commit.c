// SPDX-License-Identifier: Apache-2.0
/* What a commit makes: revisions, lineages, what is stored, told and logged. */
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void each_commit_of_replicated_items_is_one_revision(void **state)
{
    struct sx_test_engine test;
    char lineage[SX_UUID_SIZE];
    uint8_t digest[SX_DIGEST_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_int_equal(test.update.revision, 1);
    strcpy(lineage, sx_history_lineage(&test.status.history));
    memcpy(digest, test.status.history.digest, sizeof digest);
    assert_int_equal(strlen(lineage), SX_UUID_SIZE - 1);
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_int_equal(test.update.revision, 2);
    assert_string_equal(sx_history_lineage(&test.status.history), lineage);
    assert_memory_not_equal(test.status.history.digest, digest, sizeof digest);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_memory_equal(test.status.history.digest, digest, sizeof digest);
    sx_test_engine_close(&test);
}

static void other_scopes_and_no_change_make_no_revision(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER "<name>x.example</name>" SX_TEST_CLUSTER_END));
    assert_int_equal(sx_test_revision(&test), 1);
    sx_test_engine_close(&test);
}

static void the_journal_says_what_changed_and_who_did_it(void **state)
{
    struct sx_test_engine test;
    struct sx_revision revision = {0};
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_true(sx_test_edit(&test, SX_TEST_SYSTEM
        "<name>west</name></system>" SX_TEST_CALL_CONTROL
        "<phone-book><entry><name>ann</name><number>101</number></entry></phone-book>"
        "</call-control>"));
    assert_int_equal(sx_store_journal(test.engine->store, 2, &revision, &err), 0);
    assert_int_equal(revision.changes.count, 1);
    assert_int_equal(revision.changes.items[0].operation, SX_OPERATION_REPLACE);
    assert_string_equal(revision.changes.items[0].path,
        "/sextant-call-control:call-control/phone-book/entry[name='ann']/number");
    assert_non_null(strstr(revision.changes.items[0].old_value, "100"));
    assert_non_null(strstr(revision.changes.items[0].value, "101"));
    assert_string_equal(revision.origin.user, "tester");
    assert_int_equal(revision.origin.session, 1);
    assert_memory_equal(revision.digest, test.status.history.digest, SX_DIGEST_SIZE);
    sx_revision_clear(&revision);
    sx_test_engine_close(&test);
}

static void a_lineage_starts_at_the_first_commit_of_a_new_primary(void **state)
{
    struct sx_test_engine a, b;
    struct sx_history old;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    old = b.status.history;
    assert_true(sx_test_set_primary(&b, 2));
    assert_memory_equal(&b.status.history, &old, sizeof old);
    assert_true(sx_test_name(&b, "east"));
    assert_int_equal(b.status.history.count, old.count);
    assert_true(sx_test_entry(&b, "ann", 101));
    assert_int_equal(b.status.history.count, old.count + 1);
    assert_int_equal(sx_test_revision(&b), sx_history_revision(&old) + 1);
    assert_string_not_equal(sx_history_lineage(&b.status.history), sx_history_lineage(&old));
    assert_true(
        sx_history_holds(&b.status.history, sx_history_lineage(&old), sx_history_revision(&old)));
    sx_test_engine_restart(&b);
    assert_true(sx_test_entry(&b, "ann", 102));
    assert_int_equal(b.status.history.count, old.count + 1);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_cannot_be_stored_is_undone(void **state)
{
    struct sx_test_engine test;
    struct sx_history history;
    char *rows, *now;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    history = test.status.history;
    rows = sx_test_rows(test.engine->store);
    sx_test_sql(test.folder, "CREATE TRIGGER broken BEFORE INSERT ON revision "
                             "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
    assert_false(sx_test_entry(&test, "ann", 101));
    assert_int_equal(test.update.error.code, SX_E_STORE);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_memory_equal(&test.status.history, &history, sizeof history);
    now = sx_test_rows(test.engine->store);
    assert_string_equal(now, rows);
    assert_null(sx_test_action(&test, SX_ACTION_RECONFIGURE, NULL));
    sx_test_sql(test.folder, "DROP TRIGGER broken");
    assert_true(sx_test_entry(&test, "ann", 101));
    assert_int_equal(test.update.revision, 2);
    free(rows);
    free(now);
    sx_test_engine_close(&test);
}

static void what_fits_no_envelope_is_refused(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_false(sx_test_bulk(&test, "big", 1, SX_FRAGMENT_BYTES_MAX));
    assert_int_equal(test.update.error.code, SX_E_TOO_BIG);
    assert_non_null(strstr(test.update.error.message, "rule-list[name='big00']"));
    assert_int_equal(sx_test_revision(&test), 0);
    assert_true(sx_test_bulk(&test, "big", 20, SX_FRAGMENT_BYTES_MAX / 20));
    sx_test_engine_close(&test);
}

static void a_test_changes_nothing_and_tells_what_is_wrong(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_EDIT, .origin = {.session = 1}};
    struct lyd_node *config = NULL;
    const char *xml = SX_TEST_SYSTEM "<name>west</name></system>";

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_int_equal(lyd_parse_data_mem(sx_schema_context(test.schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.test_only = true;
    event.edit.config = config;
    assert_true(sx_test_step(&test, &event));
    assert_string_equal(test.status.system_name, "");
    lyd_free_all(config);
    sx_test_engine_close(&test);

    sx_test_subordinate_open(&test, *state, 2);
    assert_int_equal(lyd_parse_data_mem(sx_schema_context(test.schema),
                         SX_TEST_CALL_CONTROL "<ip-protocol>ipv4</ip-protocol></call-control>",
                         LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.config = config;
    assert_false(sx_test_step(&test, &event));
    assert_string_equal(test.update.error.app_tag, "not-primary");
    lyd_free_all(config);
    sx_test_engine_close(&test);
}

static void the_log_shows_values_but_no_secrets(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_name(&test, "west"));
    assert_true(sx_test_logged(&test, "create /sextant-system:system/name to \"west\" by tester"));
    assert_true(sx_test_name(&test, "east"));
    assert_true(sx_test_logged(&test, "from \"west\" to \"east\" by tester@test session 1"));
    assert_true(
        sx_test_edit(&test, SX_TEST_SYSTEM "<name " SX_TEST_DELETE ">east</name></system>"));
    assert_true(sx_test_logged(&test, "delete /sextant-system:system/name from \"east\" by"));
    assert_true(sx_test_edit(
        &test, SX_TEST_SYSTEM "<snmp><v2c><community>first</community></v2c></snmp></system>"));
    assert_true(sx_test_edit(
        &test, SX_TEST_SYSTEM "<snmp><v2c><community>second</community></v2c></snmp></system>"));
    assert_true(sx_test_logged(&test, "community"));
    assert_false(sx_test_logged(&test, "first"));
    assert_false(sx_test_logged(&test, "second"));
    sx_test_engine_close(&test);
}

static void a_long_edit_is_logged_in_part(void **state)
{
    struct sx_test_engine test;
    char xml[8192];
    size_t length = (size_t)snprintf(xml, sizeof xml, SX_TEST_CALL_CONTROL "<phone-book>");

    sx_test_engine_open(&test, *state, SX_TEST_A);
    for (unsigned i = 0; i < 30; i++)
        length += (size_t)snprintf(xml + length, sizeof xml - length,
            "<entry><name>n%u</name><number>%u</number></entry>", i, i);
    snprintf(xml + length, sizeof xml - length, "</phone-book></call-control>");
    assert_true(sx_test_edit(&test, xml));
    assert_int_equal(sx_test_count(&test, SX_ACTION_LOG), 21);
    assert_true(sx_test_logged(&test, "10 changes more"));
    assert_int_equal(sx_test_count(&test, SX_ACTION_RECONFIGURE), 1);
    assert_string_equal(sx_test_action(&test, SX_ACTION_RECONFIGURE, NULL)->top,
        "sextant-call-control:call-control");
    sx_test_engine_close(&test);
}

static void a_long_log_asks_for_a_checkpoint(void **state)
{
    struct sx_test_engine test;
    bool asked = false;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    for (unsigned i = 0; i < 10 && !asked; i++) {
        assert_true(sx_test_bulk(&test, "list", 8, (128u << 10) + i));
        asked = sx_test_action(&test, SX_ACTION_CHECKPOINT, NULL) != NULL;
    }
    assert_true(asked);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_commit_of_replicated_items_is_one_revision),
        cmocka_unit_test(other_scopes_and_no_change_make_no_revision),
        cmocka_unit_test(the_journal_says_what_changed_and_who_did_it),
        cmocka_unit_test(a_lineage_starts_at_the_first_commit_of_a_new_primary),
        cmocka_unit_test(what_cannot_be_stored_is_undone),
        cmocka_unit_test(what_fits_no_envelope_is_refused),
        cmocka_unit_test(a_test_changes_nothing_and_tells_what_is_wrong),
        cmocka_unit_test(the_log_shows_values_but_no_secrets),
        cmocka_unit_test(a_long_edit_is_logged_in_part),
        cmocka_unit_test(a_long_log_asks_for_a_checkpoint),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Rows that do not fit the schema: set aside at a boot, told, forgotten when somebody says so. */
#include "salvage.h"
#include "test_edit.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_rows.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ANN \
    "list = '/sextant-call-control:call-control/phone-book/entry' AND key = '[name=''ann'']'"
#define ANN_PATH "/sextant-call-control:call-control/phone-book/entry[name='ann']"

static void fill(struct sx_test_engine *test, const struct sx_schema *schema)
{
    sx_test_engine_open(test, schema, SX_TEST_A);
    assert_true(sx_test_entry(test, "ann", 100));
    assert_true(sx_test_entry(test, "ben", 200));
    assert_true(sx_test_name(test, "east"));
}

/* Changes the rows as another release would have written them, and boots. */
static void boot_with(struct sx_test_engine *test, const char *sql)
{
    sx_engine_close(test->engine);
    test->engine = NULL;
    sx_test_sql(test->folder, sql);
    sx_test_engine_restart(test);
}

static bool discard(struct sx_test_engine *test, const char *path)
{
    struct sx_event event = {.type = SX_EVENT_DISCARD_SET_ASIDE};

    event.path = path;
    return sx_test_step(test, &event);
}

static void a_row_that_does_not_fit_is_set_aside(void **state)
{
    struct sx_test_engine test;
    uint64_t revision;
    char lineage[SX_UUID_SIZE];

    fill(&test, *state);
    revision = sx_test_revision(&test);
    strcpy(lineage, sx_history_lineage(&test.status.history));
    boot_with(&test, "UPDATE fragment SET body = replace(body, 'number', 'colour') WHERE " ANN);
    assert_true(sx_test_alarm(&test, 15008));
    assert_true(sx_test_logged(&test, ANN_PATH " is set aside"));
    assert_true(sx_test_logged(&test, "\"colour\" not found"));
    assert_string_equal(sx_test_number(&test, "ann"), "");
    assert_string_equal(sx_test_number(&test, "ben"), "200");
    assert_string_equal(test.status.system_name, "east");
    /* What is left is a revision of its own, which the peers of a primary take. */
    assert_int_equal(sx_test_revision(&test), revision + 1);
    assert_string_not_equal(sx_history_lineage(&test.status.history), lineage);
    assert_true(sx_history_holds(&test.status.history, lineage, revision));
    assert_non_null(strstr(test.engine->backup, "-set-aside.db"));

    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 15008));
    assert_int_equal(sx_test_revision(&test), revision + 1);
    assert_int_equal(sx_test_events(&test, 15008, true), 1);
    assert_false(discard(&test, ANN_PATH "/number"));
    assert_int_equal(test.update.error.code, SX_E_DATA_MISSING);
    assert_true(discard(&test, ANN_PATH));
    assert_false(sx_test_alarm(&test, 15008));
    assert_false(discard(&test, NULL));
    sx_test_engine_close(&test);
}

/* A row of a release that did not encrypt, in which a secret does not fit its type. */
static void the_reason_shows_no_secret(void **state)
{
    struct sx_test_engine test;

    fill(&test, *state);
    assert_true(sx_test_password(&test, "some-words"));
    boot_with(&test, "UPDATE fragment SET body = replace(body, '\"password\":\"$sx1$', "
                     "'\"password\":\"clear-words ' || hex(zeroblob(70)))");
    assert_true(sx_test_alarm(&test, 15008));
    assert_true(sx_test_logged(&test, "A password has 1 to 128 characters"));
    assert_false(sx_test_logged(&test, "clear-words"));
    sx_test_engine_close(&test);
}

static void what_is_not_valid_is_set_aside_too(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test,
        SX_TEST_SYSTEM "<name>east</name><snmp><v3-users><user><name>u</name><authentication>"
                       "<passphrase>12345678</passphrase></authentication><privacy><passphrase>"
                       "12345678</passphrase></privacy></user></v3-users><notification-targets>"
                       "<target><name>t</name><address>10.0.0.9</address><v3-user>u</v3-user>"
                       "</target></notification-targets></snmp></system>"));
    assert_true(sx_test_entry(&test, "ann", 100));
    /* The target refers to a user that is gone. */
    boot_with(&test, "DELETE FROM fragment WHERE list LIKE '%v3-users/user'");
    assert_true(sx_test_alarm(&test, 15008));
    assert_string_equal(sx_test_value(&test, "/sextant-system:system/snmp/notification-targets/"
                                             "target[name='t']/address"),
        "");
    assert_string_equal(test.status.system_name, "east");
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_int_equal(sx_test_revision(&test), 1);
    sx_test_engine_close(&test);
}

static void a_subordinate_waits_for_the_primarys_configuration(void **state)
{
    struct sx_test_engine a, b;
    char lineage[SX_UUID_SIZE];

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    assert_true(sx_test_entry(&a, "ben", 200));
    sx_test_disconnect(&a, &b);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    strcpy(lineage, sx_history_lineage(&b.status.history));
    sx_test_disconnect(&a, &b);
    boot_with(&b, "UPDATE fragment SET body = '{}' WHERE " ANN);
    assert_true(sx_test_alarm(&b, 15008));
    assert_true(b.engine->take_snapshot);
    assert_string_equal(sx_history_lineage(&b.status.history), lineage);
    sx_test_connect(&a, &b);
    assert_string_equal(sx_test_number(&b, "ann"), "100");
    assert_false(b.engine->take_snapshot);
    assert_memory_equal(b.status.history.digest, a.status.history.digest, SX_DIGEST_SIZE);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void too_many_are_no_matter_of_single_rows(void **state)
{
    struct sx_test_engine test;
    struct sx_error err = {0};
    const char *const addresses[] = {SX_TEST_A, NULL};
    struct sx_engine_options options = {
        .schema = *state, .own_addresses = addresses, .software_version = "test"};
    struct sx_engine *engine = NULL;
    struct sx_update update = {0};

    fill(&test, *state);
    sx_engine_close(test.engine);
    test.engine = NULL;
    sx_test_sql(test.folder,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) "
        "INSERT INTO fragment(list, key, scope, body) "
        "SELECT '/acme:acme/row', '[k=''' || i || ''']', 'replicated', '{}' FROM n");
    options.directory = test.folder;
    options.system_key = test.system_key;
    assert_int_equal(sx_engine_open(&options, &update, &engine, &err), -1);
    assert_non_null(strstr(err.message, "more than 1000 parts"));
    assert_null(engine);
    sx_test_sql(test.folder, "DELETE FROM fragment WHERE list = '/acme:acme/row'");
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_false(sx_test_alarm(&test, 15008));
    sx_test_engine_close(&test);
}

static void nothing_is_set_aside_without_a_backup(void **state)
{
    struct sx_test_engine test;
    const char *const addresses[] = {SX_TEST_A, NULL};
    struct sx_engine_options options = {
        .schema = *state, .own_addresses = addresses, .software_version = "test"};
    struct sx_engine *engine = NULL;
    struct sx_update update = {0};
    struct sx_error err = {0};
    char folder[256];

    fill(&test, *state);
    sx_engine_close(test.engine);
    test.engine = NULL;
    sx_test_sql(test.folder, "UPDATE fragment SET body = '{}' WHERE " ANN);
    snprintf(folder, sizeof folder, "%s/backups", test.folder);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    options.directory = test.folder;
    options.system_key = test.system_key;
    assert_int_equal(sx_engine_open(&options, &update, &engine, &err), -1);
    assert_int_equal(sx_test_make_folder(folder), 0);
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 15008));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_does_not_fit_is_set_aside),
        cmocka_unit_test(the_reason_shows_no_secret),
        cmocka_unit_test(what_is_not_valid_is_set_aside_too),
        cmocka_unit_test(a_subordinate_waits_for_the_primarys_configuration),
        cmocka_unit_test(too_many_are_no_matter_of_single_rows),
        cmocka_unit_test(nothing_is_set_aside_without_a_backup),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

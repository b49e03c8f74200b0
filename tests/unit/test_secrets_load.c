// SPDX-License-Identifier: Apache-2.0
/* What a boot does about secrets that it cannot decrypt, and about those that were never encrypted.
 */
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An engine with two secrets whose key is then lost, and a new one made. */
static void open_without_key(struct sx_test_engine *test, const struct sx_schema *schema)
{
    sx_test_engine_open_key(test, schema, SX_TEST_A, NULL, 1);
    assert_true(sx_test_password(test, "wonderland"));
    assert_true(sx_test_community(test, "rabbit-hole"));
    memset(test->system_key, 2, sizeof test->system_key);
    sx_test_engine_restart(test);
}

static void use_key(struct sx_test_engine *test, uint8_t key)
{
    memset(test->system_key, key, sizeof test->system_key);
    sx_test_engine_restart(test);
}

static void expect_unreadable(
    const struct sx_test_engine *test, const char *const *expected, size_t count)
{
    char **paths = NULL;
    size_t found = 0;

    sx_engine_unreadable(test->engine, &paths, &found);
    assert_int_equal(found, count);
    for (size_t i = 0; i < found; i++) {
        assert_string_equal(paths[i], expected[i]);
        free(paths[i]);
    }
    free(paths);
    assert_int_equal(test->status.unreadable_secrets, count);
    assert_int_equal(sx_test_alarm(test, 40055), count > 0);
}

static const char *const both[] = {SX_TEST_COMMUNITY, SX_TEST_PASSWORD};

static void without_the_key_all_else_is_in_force(void **state)
{
    struct sx_test_engine test;

    open_without_key(&test, *state);
    expect_unreadable(&test, both, 2);
    assert_string_not_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    assert_int_equal(strlen(sx_test_value(&test, SX_TEST_PASSWORD)), 64);
    assert_string_equal(
        sx_test_value(&test, "/sextant-call-control:call-control/zones/zone[name='branch']/"
                             "traversal/port"),
        "7001");
    /* Another boot finds the same, and edits go on. */
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_engine_restart(&test);
    expect_unreadable(&test, both, 2);
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    sx_test_engine_close(&test);
}

static void the_key_put_back_opens_them_again(void **state)
{
    struct sx_test_engine test;

    open_without_key(&test, *state);
    /* Its entry is written anew, with the value as it was. */
    assert_true(sx_test_edit(&test, SX_TEST_CALL_CONTROL
        "<zones><zone><name>branch</name><traversal><user-name>bob</user-name></traversal></zone>"
        "</zones></call-control>"));
    expect_unreadable(&test, both, 2);
    use_key(&test, 1);
    expect_unreadable(&test, NULL, 0);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    assert_string_equal(sx_test_value(&test, SX_TEST_COMMUNITY), "rabbit-hole");
    /* And the digest is that of the content. */
    sx_test_engine_restart(&test);
    assert_memory_equal(test.engine->tree.digest, test.status.history.digest, SX_DIGEST_SIZE);
    sx_test_engine_close(&test);
}

static void each_is_overwritten_by_an_edit(void **state)
{
    struct sx_test_engine test;

    open_without_key(&test, *state);
    assert_true(sx_test_password(&test, "looking-glass"));
    expect_unreadable(&test, both, 1);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "looking-glass");
    assert_true(sx_test_community(&test, "tea-party"));
    expect_unreadable(&test, NULL, 0);
    sx_test_engine_restart(&test);
    expect_unreadable(&test, NULL, 0);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(&test, SX_TEST_COMMUNITY), "tea-party");
    sx_test_engine_close(&test);
}

static void what_is_deleted_is_not_listed(void **state)
{
    struct sx_test_engine test;

    open_without_key(&test, *state);
    assert_true(sx_test_edit(&test, SX_TEST_CALL_CONTROL
        "<zones><zone " SX_TEST_DELETE "><name>branch</name></zone></zones></call-control>"));
    expect_unreadable(&test, both, 1);
    assert_true(sx_test_edit(
        &test, SX_TEST_SYSTEM "<snmp><v2c><community " SX_TEST_DELETE "/></v2c></snmp></system>"));
    expect_unreadable(&test, NULL, 0);
    sx_test_engine_close(&test);
}

static void a_key_update_leaves_them_alone(void **state)
{
    struct sx_test_engine test;

    open_without_key(&test, *state);
    assert_true(sx_test_plain(&test, SX_EVENT_FORCE_KEY_UPDATE, SX_DATASTORE_RUNNING, 1));
    sx_test_key_update(&test);
    expect_unreadable(&test, both, 2);
    use_key(&test, 1);
    expect_unreadable(&test, NULL, 0);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    sx_test_engine_close(&test);
}

/* A subordinate takes what the primary has, also what neither can decrypt. */
static void a_primary_without_its_key_still_replicates(void **state)
{
    static const char *const pair[] = {SX_TEST_A, SX_TEST_B, NULL};
    struct sx_test_engine a, b;

    open_without_key(&a, *state);
    sx_test_form(&a, pair, 1);
    sx_test_engine_open_key(&b, *state, SX_TEST_B, NULL, 3);
    sx_test_form(&b, pair, 1);
    sx_test_connect(&a, &b);
    assert_memory_equal(a.status.history.digest, b.status.history.digest, SX_DIGEST_SIZE);
    expect_unreadable(&a, both, 2);
    expect_unreadable(&b, both + 1, 1);
    assert_true(sx_test_password(&a, "looking-glass"));
    sx_test_exchange(&a, &b);
    assert_memory_equal(a.status.history.digest, b.status.history.digest, SX_DIGEST_SIZE);
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    expect_unreadable(&b, NULL, 0);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_value_that_was_changed_is_listed(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    sx_engine_close(test.engine);
    test.engine = NULL;
    /* The id of the key and the form stay. */
    sx_test_sql(test.folder, "UPDATE fragment SET body = replace(body, substr(body, "
                             "instr(body, '$sx1$') + 30, 4), 'AAAA') WHERE instr(body, '$sx1$')");
    sx_test_engine_restart(&test);
    expect_unreadable(&test, both + 1, 1);
    sx_test_engine_close(&test);
}

/* A database of a release that kept secrets in clear. */
static void what_was_in_clear_is_sealed(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_engine_close(test.engine);
    test.engine = NULL;
    sx_test_sql(test.folder,
        "DELETE FROM value WHERE name IN ('digest-key', 'system-key');"
        "UPDATE fragment SET body = substr(body, 1, instr(body, '$sx1$') - 1) || 'wonderland' || "
        "substr(body, instr(body, '$sx1$') + instr(substr(body, instr(body, '$sx1$')), '\"') - 1) "
        "WHERE instr(body, '$sx1$');"
        "UPDATE change SET value = '{\"clear\":\"wonderland\"}'");
    assert_true(sx_test_on_disk(&test, "wonderland"));
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    assert_string_equal(sx_test_number(&test, "ann"), "100");
    assert_int_equal(sx_test_revision(&test), 2);
    assert_false(sx_test_on_disk(&test, "wonderland"));
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    sx_test_engine_close(&test);
}

static void no_file_holds_a_secret_in_clear(void **state)
{
    struct sx_test_engine test;
    struct sx_error err = {0};

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    assert_true(sx_test_community(&test, "rabbit-hole"));
    assert_true(sx_test_password(&test, "looking-glass"));
    test.engine->update = &test.update;
    assert_int_equal(sx_backup(test.engine, "test", &err), 0);
    test.engine->update = NULL;
    assert_false(sx_test_on_disk(&test, "wonderland"));
    assert_false(sx_test_on_disk(&test, "rabbit-hole"));
    assert_false(sx_test_on_disk(&test, "looking-glass"));
    /* What is looked for is found where it is. */
    assert_true(sx_test_on_disk(&test, "7001"));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_key_all_else_is_in_force),
        cmocka_unit_test(the_key_put_back_opens_them_again),
        cmocka_unit_test(each_is_overwritten_by_an_edit),
        cmocka_unit_test(what_is_deleted_is_not_listed),
        cmocka_unit_test(a_key_update_leaves_them_alone),
        cmocka_unit_test(a_primary_without_its_key_still_replicates),
        cmocka_unit_test(a_value_that_was_changed_is_listed),
        cmocka_unit_test(what_was_in_clear_is_sealed),
        cmocka_unit_test(no_file_holds_a_secret_in_clear),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
/* Bringing all that is stored under another system key, part by part. */
#include "fault_vfs.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"
#include "test_secret.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Users with a password hash of their own, more than one step looks at. */
#define USERS (2 * SX_KEY_UPDATE_ITEMS + 10)
#define USER_LIST "/ietf-system:system/authentication/user"

static bool force(struct sx_test_engine *test)
{
    return sx_test_plain(test, SX_EVENT_FORCE_KEY_UPDATE, SX_DATASTORE_RUNNING, 1);
}

static void add_users(struct sx_test_engine *test, unsigned count)
{
    static const char head[] = "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\">"
                               "<authentication>";
    size_t size = sizeof head + 128 * (size_t)count + 64, length = sizeof head - 1;
    char *xml = sx_alloc(size);

    strcpy(xml, head);
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(xml + length, size - length,
            "<user><name>u%04u</name><password>$5$salt$%043u</password></user>", i, i);
    snprintf(xml + length, size - length, "</authentication></system>");
    assert_true(sx_test_edit(test, xml));
    free(xml);
}

static void nothing_is_left_under_the_former_key(void **state)
{
    struct sx_test_engine test;
    char former[48];
    unsigned steps;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    add_users(&test, USERS);
    assert_true(sx_test_password(&test, "wonderland"));
    assert_true(sx_test_password(&test, "looking-glass"));
    assert_true(sx_test_community(&test, "rabbit-hole"));
    snprintf(former, sizeof former, SX_SECRET_PREFIX "%s", test.status.system_key);
    assert_true(sx_test_stored(&test, former));
    assert_true(force(&test));
    steps = sx_test_key_update(&test);
    /* Each looks at so many rows or changes of the journal. */
    assert_in_range(steps, 2 * (USERS / SX_KEY_UPDATE_ITEMS), 60);
    assert_false(sx_test_stored(&test, former));
    assert_true(sx_test_logged(&test, "all secrets are under key"));
    sx_test_engine_restart(&test);
    assert_int_equal(test.status.unreadable_secrets, 0);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(&test, USER_LIST "[name='u1001']/password"),
        "$5$salt$0000000000000000000000000000000000000001001");
    sx_test_engine_close(&test);
}

static void edits_go_on_and_use_the_new_key(void **state)
{
    struct sx_test_engine test;
    char former[48];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    add_users(&test, USERS);
    snprintf(former, sizeof former, SX_SECRET_PREFIX "%s", test.status.system_key);
    assert_true(force(&test));
    sx_test_key_saved(&test, NULL);
    for (unsigned i = 0; test.status.key_update; i++) {
        char password[32];

        assert_in_range(i, 0, 100);
        sx_test_tick(&test, 0);
        snprintf(password, sizeof password, "password-%u", i);
        assert_true(sx_test_password(&test, password));
        assert_true(sx_test_edit(&test,
            "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><authentication><user>"
            "<name>u0000</name><password>$5$salt$1234567890123456789012345678901234567890123"
            "</password></user></authentication></system>"));
    }
    assert_false(sx_test_stored(&test, former));
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_value(&test, USER_LIST "[name='u0000']/password"),
        "$5$salt$1234567890123456789012345678901234567890123");
    sx_test_engine_close(&test);
}

/* The boot finds both keys, and the database says that the former one came first. */
static void a_boot_goes_on(void **state)
{
    struct sx_test_engine test;
    char former[48], id[SX_KEY_ID_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    add_users(&test, USERS);
    snprintf(former, sizeof former, SX_SECRET_PREFIX "%s", test.status.system_key);
    assert_true(force(&test));
    sx_test_key_saved(&test, NULL);
    strcpy(id, test.status.system_key);
    sx_test_tick(&test, 0);
    sx_test_engine_restart(&test);
    assert_true(test.has_next);
    assert_true(test.status.key_update);
    assert_string_equal(test.status.system_key, id);
    assert_int_equal(test.status.unreadable_secrets, 0);
    sx_test_key_update(&test);
    assert_false(test.has_next);
    assert_false(sx_test_stored(&test, former));
    sx_test_engine_close(&test);
}

/* The power went after the file was written and before the engine heard of it. */
static void a_key_that_was_saved_alone_is_taken_by_the_boot(void **state)
{
    struct sx_test_engine test;
    char former[SX_KEY_ID_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    strcpy(former, test.status.system_key);
    assert_true(force(&test));
    sx_test_engine_restart(&test);
    test.key_saving = false;
    assert_true(test.status.key_update);
    assert_string_equal(test.engine->system_key.former, former);
    sx_test_key_update(&test);
    assert_string_not_equal(test.status.system_key, former);
    sx_test_engine_restart(&test);
    assert_string_equal(test.engine->system_key.former, former);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    sx_test_engine_close(&test);
}

/* The database names the new key already, and only its file was not renamed. */
static void a_boot_puts_the_new_key_in_place(void **state)
{
    struct sx_test_engine test;
    uint8_t former[SX_SYSTEM_KEY_SIZE], next[SX_SYSTEM_KEY_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    memcpy(former, test.system_key, sizeof former);
    assert_true(force(&test));
    sx_test_key_update(&test);
    memcpy(next, test.system_key, sizeof next);
    memcpy(test.next_key, next, sizeof next);
    memcpy(test.system_key, former, sizeof former);
    test.has_next = true;
    sx_test_engine_restart(&test);
    assert_false(test.has_next);
    assert_memory_equal(test.system_key, next, sizeof next);
    assert_false(test.status.key_update);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    sx_test_engine_close(&test);
}

static void a_disk_that_fails_holds_it_up(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("key-update");
    struct sx_test_engine test;
    char former[48];

    sx_test_engine_open_on(&test, *state, SX_TEST_A, "key-update");
    assert_true(sx_test_password(&test, "wonderland"));
    snprintf(former, sizeof former, SX_SECRET_PREFIX "%s", test.status.system_key);
    assert_true(force(&test));
    sx_test_key_saved(&test, NULL);
    fault_vfs_fail(vfs, FAULT_WRITE, 1, 1000, SQLITE_FULL);
    for (int i = 0; i < 10 && !sx_test_logged(&test, "under the new key"); i++)
        sx_test_tick(&test, 0);
    assert_true(sx_test_logged(&test, "under the new key"));
    assert_true(test.status.key_update);
    assert_int_equal(test.update.deadline_ms, test.now + SX_KEY_UPDATE_RETRY_MS);
    sx_test_tick(&test, 0);
    assert_false(sx_test_logged(&test, "under the new key"));
    fault_vfs_fail(vfs, 0, 0, 0, 0);
    sx_test_tick(&test, SX_KEY_UPDATE_RETRY_MS);
    sx_test_key_update(&test);
    assert_false(sx_test_stored(&test, former));
    sx_test_engine_close(&test);
    fault_vfs_free(vfs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_under_the_former_key),
        cmocka_unit_test(edits_go_on_and_use_the_new_key),
        cmocka_unit_test(a_boot_goes_on),
        cmocka_unit_test(a_key_that_was_saved_alone_is_taken_by_the_boot),
        cmocka_unit_test(a_boot_puts_the_new_key_in_place),
        cmocka_unit_test(a_disk_that_fails_holds_it_up),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

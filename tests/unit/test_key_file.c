// SPDX-License-Identifier: Apache-2.0
/* The files of the system key. */
#include "key_file.h"

#include "sextant/memory.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
    *state = sx_test_temporary_folder();
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    int rc = sx_test_remove_folder(*state);

    free(*state);
    return rc;
}

static struct ag_system_keys read_keys(const char *folder)
{
    struct ag_system_keys keys = {0};
    struct sx_error err = {0};

    if (ag_system_keys_read(folder, &keys, &err) < 0)
        fail_msg("%s", err.message);
    return keys;
}

static void expect_refused(const char *folder, const char *says)
{
    struct ag_system_keys keys;
    struct sx_error err = {0};

    assert_int_equal(ag_system_keys_read(folder, &keys, &err), -1);
    if (!strstr(err.message, says))
        fail_msg("%s", err.message);
}

static unsigned mode_of(const char *folder, const char *name)
{
    char *path = sx_format("%s/%s", folder, name);
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    free(path);
    return status.st_mode & 07777;
}

static void set_mode(const char *folder, const char *name, mode_t mode)
{
    char *path = sx_format("%s/%s", folder, name);

    assert_int_equal(chmod(path, mode), 0);
    free(path);
}

static void a_key_is_made_once(void **state)
{
    struct ag_system_keys first = read_keys(*state), second = read_keys(*state);

    assert_true(first.made);
    assert_false(second.made);
    assert_false(first.has_next);
    assert_memory_equal(first.present, second.present, sizeof first.present);
    assert_int_equal(mode_of(*state, AG_SYSTEM_KEY_FILE), 0600);
    ag_system_keys_wipe(&first);
    assert_memory_not_equal(first.present, second.present, sizeof first.present);
}

static void the_next_key_stands_beside_and_takes_the_place(void **state)
{
    const uint8_t key[SX_SYSTEM_KEY_SIZE] = {0xab, 0xcd};
    struct ag_system_keys before = read_keys(*state), keys;
    struct sx_error err = {0};

    assert_int_equal(ag_system_key_save(*state, key, &err), 0);
    assert_int_equal(mode_of(*state, AG_SYSTEM_KEY_NEXT_FILE), 0600);
    keys = read_keys(*state);
    assert_true(keys.has_next);
    assert_memory_equal(keys.present, before.present, sizeof keys.present);
    assert_memory_equal(keys.next, key, sizeof key);
    assert_int_equal(ag_system_key_install(*state, &err), 0);
    keys = read_keys(*state);
    assert_false(keys.has_next);
    assert_memory_equal(keys.present, key, sizeof key);
    assert_int_equal(ag_system_key_install(*state, &err), 0);
    /* One that is not used. */
    assert_int_equal(ag_system_key_save(*state, before.present, &err), 0);
    ag_system_key_forget(*state);
    ag_system_key_forget(*state);
    keys = read_keys(*state);
    assert_false(keys.has_next);
    assert_memory_equal(keys.present, key, sizeof key);
}

static void a_file_that_others_can_use_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0644, 0610};

    read_keys(*state);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        set_mode(*state, AG_SYSTEM_KEY_FILE, modes[i]);
        expect_refused(*state, "600");
    }
    set_mode(*state, AG_SYSTEM_KEY_FILE, 0400);
    read_keys(*state);
}

static void a_file_that_holds_no_key_is_refused_and_kept(void **state)
{
    static const char digits[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static const char *const ends[] = {"", "\n\n", " \n", "0\n"};
    char text[80];
    size_t size;
    char *kept;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        strcpy(text, digits);
        strcat(text, ends[i]);
        sx_test_write_file(*state, AG_SYSTEM_KEY_FILE, text, strlen(text));
        set_mode(*state, AG_SYSTEM_KEY_FILE, 0600);
        expect_refused(*state, "damaged");
        kept = sx_test_file(*state, AG_SYSTEM_KEY_FILE, &size);
        assert_int_equal(size, strlen(text));
        free(kept);
    }
    strcpy(text, digits);
    strcat(text, "\n");
    text[10] = 'G';
    sx_test_write_file(*state, AG_SYSTEM_KEY_FILE, text, strlen(text));
    expect_refused(*state, "damaged");
    text[10] = 'a';
    sx_test_write_file(*state, AG_SYSTEM_KEY_FILE, text, strlen(text));
    assert_int_equal(read_keys(*state).present[0], 0x01);
}

static void a_link_is_not_followed(void **state)
{
    char *from = sx_format("%s/elsewhere", (char *)*state);
    char *to = sx_format("%s/%s", (char *)*state, AG_SYSTEM_KEY_FILE);
    struct ag_system_keys keys;
    struct sx_error err = {0};

    assert_int_equal(symlink(from, to), 0);
    assert_int_equal(ag_system_keys_read(*state, &keys, &err), -1);
    free(from);
    free(to);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    const uint8_t key[SX_SYSTEM_KEY_SIZE] = {0};
    struct sx_error err = {0};

    (void)state;
    expect_refused("/nonexistent", "/nonexistent");
    assert_int_equal(ag_system_key_save("/nonexistent", key, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_is_made_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_next_key_stands_beside_and_takes_the_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_others_can_use_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_file_that_holds_no_key_is_refused_and_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, setup, teardown),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/* The SNMP engine's ID and boots over restarts. */
#include "snmp/engine_state.h"

#include "snmp/sextant_mib.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
    char path[64];
    char file[96];
};

static int set_up(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    *state = folder;
    strcpy(folder->path, "/tmp/sextant-engine-XXXXXX");
    if (!mkdtemp(folder->path))
        return -1;
    snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path, AG_SNMP_ENGINE_FILE);
    return 0;
}

static int tear_down(void **state)
{
    struct folder *folder = *state;
    unlink(folder->file);
    rmdir(folder->file);
    rmdir(folder->path);
    free(folder);
    return 0;
}

static void write_file(const struct folder *folder, const char *text)
{
    FILE *file = fopen(folder->file, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void the_first_start_makes_an_id(void **state)
{
    const struct folder *folder = *state;
    struct ag_snmp_engine_state engine;
    struct sx_error err;
    struct stat status;
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &engine, &err), 0);
    /* RFC 3411: first bit set, enterprise number, format 5. */
    const uint8_t start[] = {0x80, 0, AG_MIB_ENTERPRISE >> 8, AG_MIB_ENTERPRISE & 0xff, 5};
    assert_memory_equal(engine.id, start, sizeof(start));
    assert_int_equal(engine.boots, 1);
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void boots_rise_and_the_id_stays(void **state)
{
    const struct folder *folder = *state;
    struct ag_snmp_engine_state first;
    struct ag_snmp_engine_state later;
    struct sx_error err;
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &first, &err), 0);
    for (uint32_t boots = 2; boots < 5; boots++) {
        assert_int_equal(ag_snmp_engine_state_next(folder->path, &later, &err), 0);
        assert_memory_equal(later.id, first.id, sizeof(first.id));
        assert_int_equal(later.boots, boots);
    }
}

static void boots_rise_without_room_for_another_file(void **state)
{
    struct folder *folder = *state;
    struct ag_snmp_engine_state first, second, third;
    struct sx_error err;
    char fresh[128];

    assert_int_equal(ag_snmp_engine_state_next(folder->path, &first, &err), 0);
    snprintf(fresh, sizeof fresh, "%s/" AG_SNMP_ENGINE_FILE ".new", folder->path);
    assert_int_equal(mkdir(fresh, 0700), 0);
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &second, &err), 0);
    assert_int_equal(second.boots, first.boots + 1);
    assert_int_equal(rmdir(fresh), 0);
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &third, &err), 0);
    assert_int_equal(third.boots, first.boots + 2);
    assert_memory_equal(third.id, first.id, sizeof first.id);
}

static void two_engines_differ(void **state)
{
    const struct folder *folder = *state;
    struct ag_snmp_engine_state one;
    struct ag_snmp_engine_state two;
    struct sx_error err;
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &one, &err), 0);
    assert_int_equal(unlink(folder->file), 0);
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &two, &err), 0);
    assert_memory_not_equal(one.id, two.id, sizeof(one.id));
}

static void boots_end_at_their_largest(void **state)
{
    const struct folder *folder = *state;
    struct ag_snmp_engine_state engine;
    struct sx_error err;
    write_file(folder, "engine-id 80001f8805000102030405060708090a0b\nboots 2147483646\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ag_snmp_engine_state_next(folder->path, &engine, &err), 0);
        assert_int_equal(engine.boots, AG_SNMP_BOOTS_MAX);
    }
    assert_int_equal(engine.id[5], 0);
    assert_int_equal(engine.id[16], 0x0b);
}

static void what_is_not_a_state_is_refused(void **state)
{
    const struct folder *folder = *state;
    static const char *const texts[] = {"", "engine-id\n", "boots 1\n",
        "engine-id 80001f8805000102030405060708090a0b\n",
        "engine-id 80001f8805000102030405060708090a0b\nboots 0\n",
        "engine-id 80001f8805000102030405060708090a0b\nboots 2147483648\n",
        "engine-id 80001f8805000102030405060708090a0b\nboots -1\n",
        "engine-id 80001f8805000102030405060708090a\nboots 1\n",
        "engine-id 80001f8805000102030405060708090a0b0c\nboots 1\n",
        "engine-id 80001f8805000102030405060708090a0g\nboots 1\n",
        "engine-id 80001f8805000102030405060708090a0b\nboots 1\nmore\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ag_snmp_engine_state engine = {.boots = 7};
        struct sx_error err;
        write_file(folder, texts[i]);
        assert_int_equal(ag_snmp_engine_state_next(folder->path, &engine, &err), -1);
        assert_non_null(strstr(err.message, folder->file));
        assert_int_equal(engine.boots, 7);
    }
}

static void a_folder_that_cannot_be_used_is_an_error(void **state)
{
    const struct folder *folder = *state;
    struct ag_snmp_engine_state engine;
    struct sx_error err;
    assert_int_equal(ag_snmp_engine_state_next("/nonexistent", &engine, &err), -1);
    assert_non_null(strstr(err.message, "/nonexistent/" AG_SNMP_ENGINE_FILE));
    assert_int_equal(mkdir(folder->file, 0700), 0);
    assert_int_equal(ag_snmp_engine_state_next(folder->path, &engine, &err), -1);
    assert_non_null(strstr(err.message, folder->file));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_start_makes_an_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(boots_rise_and_the_id_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            boots_rise_without_room_for_another_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_engines_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(boots_end_at_their_largest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_a_state_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_folder_that_cannot_be_used_is_an_error, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
/*
 * The files of the system key on a disk that fails or loses its power at each call: first by
 * themselves, then in a host that changes its key, whose database loses its power with them. What
 * was said to be there is there, and every secret can be read after the next start.
 */
#include "dispatch.h"
#include "fault_files_sweep.h"
#include "fault_vfs.h"
#include "key_file.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"
#include "test_host.h"
#include "test_pair.h"
#include "test_rows.h"
#include "test_secret.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** The key that follows. */
static const uint8_t following[SX_SYSTEM_KEY_SIZE] = {0xab, 0xcd};

/** A folder with files of the key. */
struct files {
    char *folder;
    struct ag_system_keys before, told; /**< as they were; as act() was told */
};

static const char *prepare_none(void *context)
{
    struct files *files = context;

    files->folder = sx_test_temporary_folder();
    return files->folder;
}

static const char *prepare_key(void *context)
{
    struct files *files = context;
    struct sx_error err = {0};

    prepare_none(files);
    assert_int_equal(ag_system_keys_read(files->folder, &files->before, &err), 0);
    return files->folder;
}

static const char *prepare_two(void *context)
{
    struct files *files = context;
    struct sx_error err = {0};

    prepare_key(files);
    assert_int_equal(ag_system_key_save(files->folder, following, &err), 0);
    return files->folder;
}

/* Who is refused is told why. */
static bool answer(int result, const struct sx_error *err)
{
    assert_true(result == 0 || strstr(err->message, "system key") != NULL);
    return result == 0;
}

static bool make(void *context)
{
    struct files *files = context;
    struct sx_error err = {0};

    return answer(ag_system_keys_read(files->folder, &files->told, &err), &err);
}

static bool save(void *context)
{
    struct files *files = context;
    struct sx_error err = {0};

    return answer(ag_system_key_save(files->folder, following, &err), &err);
}

/* A second try after a failure is the same as a first one. */
static bool install(void *context)
{
    struct files *files = context;
    struct sx_error err = {0};
    bool done = answer(ag_system_key_install(files->folder, &err), &err);

    return done || answer(ag_system_key_install(files->folder, &err), &err);
}

static void look(struct files *files, struct ag_system_keys *ret_keys)
{
    struct sx_error err = {0};

    if (ag_system_keys_read(files->folder, ret_keys, &err) < 0)
        fail_msg("%s", err.message);
    assert_false(sx_test_file_exists(files->folder, "system.key.tmp"));
}

static void done_with(struct files *files)
{
    sx_test_remove_folder(files->folder);
    free(files->folder);
}

static void check_made(void *context, bool acknowledged)
{
    struct files *files = context;
    struct ag_system_keys keys;

    look(files, &keys);
    if (acknowledged)
        assert_memory_equal(keys.present, files->told.present, sizeof keys.present);
    done_with(files);
}

static void check_saved(void *context, bool acknowledged)
{
    struct files *files = context;
    struct ag_system_keys keys;

    look(files, &keys);
    assert_memory_equal(keys.present, files->before.present, sizeof keys.present);
    if (acknowledged)
        assert_true(keys.has_next);
    if (keys.has_next)
        assert_memory_equal(keys.next, following, sizeof following);
    done_with(files);
}

static void check_installed(void *context, bool acknowledged)
{
    struct files *files = context;
    struct ag_system_keys keys;

    look(files, &keys);
    if (acknowledged)
        assert_false(keys.has_next);
    assert_memory_equal(
        keys.present, keys.has_next ? files->before.present : following, sizeof keys.present);
    if (keys.has_next)
        assert_memory_equal(keys.next, following, sizeof following);
    done_with(files);
}

static void of_making_a_key(void **state)
{
    struct files files = {0};
    const struct fault_files_operation operation = {.name = "key-made",
        .context = &files,
        .prepare = prepare_none,
        .act = make,
        .check = check_made};

    (void)state;
    fault_files_sweep(&operation);
}

static void of_saving_the_next_one(void **state)
{
    struct files files = {0};
    const struct fault_files_operation operation = {.name = "key-saved",
        .context = &files,
        .prepare = prepare_key,
        .act = save,
        .check = check_saved};

    (void)state;
    fault_files_sweep(&operation);
}

static void of_putting_it_in_place(void **state)
{
    struct files files = {0};
    const struct fault_files_operation operation = {.name = "key-installed",
        .context = &files,
        .prepare = prepare_two,
        .act = install,
        .check = check_installed};

    (void)state;
    fault_files_sweep(&operation);
}

/** A host whose database is on a disk that loses its power too. */
struct change {
    const struct sx_schema *schema;
    struct fault_vfs *vfs;
    struct sx_test_host host;
    char former[SX_KEY_ID_SIZE];
};

#define SECRET "looking-glass"

static void present_key(const struct change *change, char ret_id[SX_KEY_ID_SIZE])
{
    struct sx_secret_keys keys;

    sx_engine_keys(change->host.host->engine, &keys);
    memcpy(ret_id, keys.keys[0].id, SX_KEY_ID_SIZE);
    sx_secret_keys_clear(&keys);
}

static void open_host(struct change *change)
{
    struct sx_error err;

    if (sx_test_host_open(&change->host, NULL, &err) < 0)
        fail_msg("%s", err.message);
    assert_null(change->host.host->failed_directory);
    ag_dispatch(change->host.host, &change->host.host->first);
    sx_test_host_pump(&change->host);
}

static const char *prepare_host(void *context)
{
    struct change *change = context;

    change->vfs = fault_vfs_new("host");
    sqlite3_vfs_register(sqlite3_vfs_find("host"), 1);
    sx_test_host_folder(&change->host, change->schema);
    open_host(change);
    assert_true(sx_test_host_edit(&change->host,
        SX_TEST_SYSTEM "<snmp><v2c><community>" SECRET "</community></v2c></snmp></system>"));
    present_key(change, change->former);
    return change->host.folder;
}

static bool is_updating(const struct change *change)
{
    return change->host.host->engine->system_key.updating;
}

static bool change_key(void *context)
{
    struct change *change = context;
    char id[SX_KEY_ID_SIZE];

    if (!sx_test_host_plain(&change->host, SX_EVENT_FORCE_KEY_UPDATE))
        return false;
    sx_test_host_pump(&change->host);
    for (int i = 0; i < 20 && is_updating(change); i++)
        sx_test_host_plain(&change->host, SX_EVENT_TICK);
    present_key(change, id);
    return !is_updating(change) && strcmp(id, change->former) != 0;
}

static void power_goes(void *context)
{
    struct change *change = context;

    fault_vfs_crash_at(change->vfs, FAULT_ALL, 1);
}

static void stop_host(void *context, uint64_t seed)
{
    struct change *change = context;

    sx_test_host_shut(&change->host);
    fault_vfs_crash_recover(change->vfs, seed);
}

static void check_secret(struct change *change)
{
    assert_string_equal(
        sx_config_leaf(&change->host.host->engine->tree, SX_TEST_COMMUNITY), SECRET);
    assert_false(sx_test_file_exists(change->host.folder, "system.key.tmp"));
}

/* The key is the former or the next one, the secret is there, and the key can be changed again. */
static void check_host(void *context, bool acknowledged)
{
    struct change *change = context;
    char id[SX_KEY_ID_SIZE];

    open_host(change);
    check_secret(change);
    for (int i = 0; i < 20 && is_updating(change); i++)
        sx_test_host_plain(&change->host, SX_EVENT_TICK);
    assert_false(is_updating(change));
    check_secret(change);
    present_key(change, id);
    if (acknowledged)
        assert_string_not_equal(id, change->former);
    memcpy(change->former, id, sizeof id);
    assert_true(change_key(change));
    sx_test_host_shut(&change->host);
    open_host(change);
    check_secret(change);
    assert_false(sx_test_file_exists(change->host.folder, AG_SYSTEM_KEY_NEXT_FILE));
    sx_test_host_close(&change->host);
    fault_vfs_free(change->vfs);
}

static void of_a_change_of_the_key(void **state)
{
    struct change change = {.schema = *state};
    const struct fault_files_operation operation = {.name = "key-changed",
        .context = &change,
        .prepare = prepare_host,
        .act = change_key,
        .power_goes = power_goes,
        .stop = stop_host,
        .check = check_host};

    fault_files_sweep(&operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_making_a_key),
        cmocka_unit_test(of_saving_the_next_one),
        cmocka_unit_test(of_putting_it_in_place),
        cmocka_unit_test(of_a_change_of_the_key),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

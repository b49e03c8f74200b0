// SPDX-License-Identifier: Apache-2.0
#include "fault_sweep.h"
#include "sextant/maintenance.h"
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_folder.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The power goes, or a call fails, at every point of what a store does. What is found afterwards is
 * the state before or the state after, whole; and what was acknowledged is there.
 */

/** Calls that change what is on the disk: at each of them, all kinds of losses are tried. At the
 * others only any loss is, since there is nothing new to lose. */
#define CHANGES (FAULT_OPEN | FAULT_WRITE | FAULT_TRUNCATE | FAULT_SYNC | FAULT_DELETE)
#define SEEDS 4
/** The state that a run starts from. */
#define BEFORE 2

/* The rows of state `number`, more than fit one page, one of them in a user-ordered list. */
static void fill(struct sx_fragment_list *rows, uint64_t number)
{
    char *body = sx_format("{%0*u}", number % 2 ? 40 : 3000, (unsigned)number);

    for (int i = 0; i < 6; i++) {
        char key[2] = {(char)('a' + i), '\0'};
        bool there = i != (int)(number % 6);

        sx_test_row(rows, SX_SCOPE_REPLICATED, "/m:a/l", key, there ? body : NULL, NULL);
    }
    sx_test_row(rows, SX_SCOPE_REPLICATED, "/m:a", "", body, NULL);
    sx_test_row(rows, SX_SCOPE_REPLICATED, "/m:a/o", number % 2 ? "y" : "x", body, "");
    free(body);
}

static int commit(struct sx_store *store, uint64_t number)
{
    struct sx_fragment_list rows = {0};
    struct sx_error err = {0};
    int rc;

    fill(&rows, number);
    rc = sx_test_store_commit(store, &rows, number, &err);
    sx_fragment_list_clear(&rows);
    return rc;
}

/* What the store holds when it has come from nothing to state `number`. */
static char *expected_rows(uint64_t number)
{
    char *folder = sx_test_temporary_folder();
    struct sx_store *store = sx_test_store_open(folder, NULL);
    char *text;

    for (uint64_t i = 1; i <= number; i++)
        assert_int_equal(commit(store, i), 0);
    text = sx_test_rows(store);
    sx_store_close(store);
    sx_test_remove_folder(folder);
    free(folder);
    return text;
}

/* Finds which state the store is in and that rows, history and journal agree on it. */
static uint64_t find_state(struct sx_store *store, char *const expected[])
{
    struct sx_revision revision = {0};
    struct sx_history history = {0};
    struct sx_error err = {0};
    char *text = sx_test_rows(store);
    uint64_t number;

    assert_int_equal(sx_store_get_history(store, &history, &err), 0);
    number = sx_history_revision(&history);
    assert_in_range(number, BEFORE, BEFORE + 1);
    assert_int_equal(history.digest[0], number);
    assert_string_equal(text, expected[number - BEFORE]);
    free(text);
    assert_int_equal(sx_store_journal(store, number, &revision, &err), 0);
    assert_int_equal(revision.changes.count, 1);
    sx_revision_clear(&revision);
    assert_int_equal(sx_store_journal(store, number + 1, &revision, &err), -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    return number;
}

/** Brings the store from BEFORE to the next state. Returns 0 when that was acknowledged. */
typedef int action(struct sx_store *store, const char *folder, const char *vfs);

static int commit_only(struct sx_store *store, const char *folder, const char *vfs)
{
    (void)folder;
    (void)vfs;
    return commit(store, BEFORE + 1);
}

/* The log starts over in the commit after a checkpoint. */
static int checkpoint_and_commit(struct sx_store *store, const char *folder, const char *vfs)
{
    struct sx_error err;

    sx_store_checkpoint(folder, vfs, &err);
    return commit(store, BEFORE + 1);
}

static int commit_and_checkpoint(struct sx_store *store, const char *folder, const char *vfs)
{
    struct sx_error err;
    int rc = commit(store, BEFORE + 1);

    sx_store_checkpoint(folder, vfs, &err);
    return rc;
}

/* A snapshot of the next state takes the place of the rows. */
static int swap(struct sx_store *store, const char *folder, const char *vfs)
{
    struct sx_fragment_list rows = {0};
    struct sx_history history = {.count = 1, .chain = {{"new", BEFORE + 1}}};
    struct sx_revision revision = {.number = BEFORE + 1};
    struct sx_error err;
    int rc = -1;

    (void)folder;
    (void)vfs;
    history.digest[0] = BEFORE + 1;
    sx_change_list_add(&revision.changes,
        (struct sx_change){.operation = SX_OPERATION_CREATE, .path = sx_strdup("/m:a")});
    for (uint64_t i = 1; i <= BEFORE + 1; i++)
        fill(&rows, i);
    if (sx_store_begin(store, &err) < 0)
        goto out;
    for (size_t i = 0; i < rows.count; i += 8) {
        const struct sx_fragment_list part = {rows.items + i, 8, 0};

        if (sx_store_stage(store, &part, &err) < 0)
            goto out;
    }
    if (sx_store_commit(store, &err) < 0 || sx_store_begin(store, &err) < 0)
        goto out;
    if (sx_store_stage_swap(store, SX_SCOPE_REPLICATED, &err) < 0 ||
        sx_store_clear_journal(store, &err) < 0 || sx_store_append(store, &revision, &err) < 0 ||
        sx_store_set_history(store, &history, &err) < 0)
        goto out;
    rc = sx_store_commit(store, &err);
out:
    sx_store_rollback(store);
    sx_revision_clear(&revision);
    sx_fragment_list_clear(&rows);
    return rc;
}

/* A store at BEFORE in a folder of its own. */
static struct sx_store *start(const char *folder, const char *vfs)
{
    struct sx_store *store;

    assert_int_equal(sx_test_make_folder(folder), 0);
    store = sx_test_store_open(folder, vfs);
    for (uint64_t i = 1; i <= BEFORE; i++)
        assert_int_equal(commit(store, i), 0);
    return store;
}

/* How often a crash was tried, and what came of it. */
struct tally {
    unsigned points;
    unsigned acknowledged;
    unsigned taken;
    struct fault_visits visits; /**< of the last one */
};

/* Crashes in the action, or in the closing after it. False when the call was never reached. */
static bool crash_once(const char *top, struct fault_vfs *vfs, const char *name, action *act,
    unsigned kinds, uint64_t n, uint64_t seed, char *const expected[], struct tally *tally)
{
    char *folder = sx_format("%s/%u", top, tally->points++);
    struct sx_store *store = start(folder, name);
    uint64_t number;
    bool crashed;
    int rc;

    fault_visits_start(vfs, &tally->visits);
    fault_vfs_crash_at(vfs, kinds, n);
    rc = act(store, folder, name);
    sx_store_close(store);
    fault_visits_stop(vfs, &tally->visits);
    crashed = fault_vfs_crashed(vfs);
    fault_vfs_crash_recover(vfs, seed);
    store = sx_test_store_open(folder, name);
    number = find_state(store, expected);
    if (rc == 0)
        assert_int_equal(number, BEFORE + 1);
    tally->acknowledged += rc == 0;
    tally->taken += number == BEFORE + 1;
    assert_int_equal(commit(store, BEFORE + 2), 0);
    sx_store_close(store);
    sx_test_remove_folder(folder);
    free(folder);
    return crashed;
}

static void crash_everywhere(const char *top, const char *name, action *act)
{
    struct fault_vfs *vfs = fault_vfs_new(name);
    char *expected[2] = {expected_rows(BEFORE), expected_rows(BEFORE + 1)};
    struct tally tally = {0};
    bool crashed = true;

    for (uint64_t n = 1; crashed; n++)
        crashed = crash_once(top, vfs, name, act, FAULT_ALL & ~(unsigned)CHANGES, n, n * SEEDS + 3,
            expected, &tally);
    crashed = true;
    for (uint64_t n = 1; crashed; n++)
        for (uint64_t seed = n * SEEDS; seed < (n + 1) * SEEDS; seed++)
            crashed = crash_once(top, vfs, name, act, CHANGES, n, seed, expected, &tally);
    print_message("%s: %u crashes, %u of them after the acknowledgement; the new state was found "
                  "%u times\n",
        name, tally.points, tally.acknowledged, tally.taken);
    fault_visits_print(name, &tally.visits);
    assert_true(tally.acknowledged > 0 && tally.acknowledged < tally.points);
    assert_true(tally.taken >= tally.acknowledged);
    free(expected[0]);
    free(expected[1]);
    fault_vfs_free(vfs);
}

static void test_commit(void **state)
{
    crash_everywhere(*state, "commit", commit_only);
}

static void test_checkpoint_then_commit(void **state)
{
    crash_everywhere(*state, "checkpoint-then-commit", checkpoint_and_commit);
}

static void test_commit_then_checkpoint(void **state)
{
    crash_everywhere(*state, "commit-then-checkpoint", commit_and_checkpoint);
}

static void test_swap(void **state)
{
    crash_everywhere(*state, "swap", swap);
}

/*
 * Every call of a commit fails once. A commit that was refused is not there, neither at once nor
 * after a crash that loses nothing or anything, though its pages may have reached the log; and the
 * store goes on.
 */
static void fail_everywhere(const char *top, const char *name, int code)
{
    struct fault_vfs *vfs = fault_vfs_new(name);
    char *expected[2] = {expected_rows(BEFORE), expected_rows(BEFORE + 1)};
    unsigned points = 0, refused = 0;
    bool done = false;

    for (uint64_t n = 1; !done; n++)
        for (uint64_t seed = 0; seed < SEEDS; seed += SEEDS - 1, points++) {
            char *folder = sx_format("%s/%u", top, points);
            struct sx_store *store = start(folder, name);
            uint64_t number;
            int rc;

            fault_vfs_fail(vfs, FAULT_ALL, n, 1, code);
            rc = commit(store, BEFORE + 1);
            done = fault_vfs_failures(vfs) == 0;
            fault_vfs_fail(vfs, 0, 0, 0, 0);
            assert_int_equal(find_state(store, expected), rc == 0 ? BEFORE + 1 : BEFORE);
            fault_vfs_crash_at(vfs, FAULT_ALL, 1);
            sx_store_close(store);
            fault_vfs_crash_recover(vfs, n * SEEDS + seed);
            store = sx_test_store_open(folder, name);
            number = find_state(store, expected);
            assert_int_equal(number, rc == 0 ? BEFORE + 1 : BEFORE);
            assert_int_equal(commit(store, number + 1), 0);
            sx_store_close(store);
            refused += rc < 0;
            sx_test_remove_folder(folder);
            free(folder);
        }
    print_message("%s: %u failing calls, %u commits refused\n", name, points, refused);
    assert_true(refused > 0);
    free(expected[0]);
    free(expected[1]);
    fault_vfs_free(vfs);
}

static void test_input_output_error(void **state)
{
    fail_everywhere(*state, "io-error", SQLITE_IOERR);
}

static void test_disk_full_once(void **state)
{
    fail_everywhere(*state, "full-once", SQLITE_FULL);
}

/* A full disk refuses every edit with the same clear error, and the next one works when it has room
 * again. */
static void test_disk_full_for_a_while(void **state)
{
    struct fault_vfs *vfs = fault_vfs_new("full");
    struct sx_store *store = sx_test_store_open(*state, "full");
    struct sx_error err = {0};
    char *text;

    assert_int_equal(commit(store, 1), 0);
    fault_vfs_fail(vfs, FAULT_WRITE, 1, UINT64_MAX, SQLITE_FULL);
    for (int i = 0; i < 3; i++) {
        err = (struct sx_error){0};
        if (sx_store_begin(store, &err) == 0 && sx_store_set(store, "a", "1", &err) == 0)
            assert_int_equal(sx_store_commit(store, &err), -1);
        assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
        assert_non_null(strstr(err.message, "free some space"));
        sx_store_rollback(store);
        text = sx_store_get(store, "a", &err);
        assert_null(text);
    }
    fault_vfs_fail(vfs, 0, 0, 0, 0);
    assert_int_equal(commit(store, 2), 0);
    sx_store_close(store);
    fault_vfs_free(vfs);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_folder_setup, sx_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_commit),
        TEST(test_checkpoint_then_commit),
        TEST(test_commit_then_checkpoint),
        TEST(test_swap),
        TEST(test_input_output_error),
        TEST(test_disk_full_once),
        TEST(test_disk_full_for_a_while),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

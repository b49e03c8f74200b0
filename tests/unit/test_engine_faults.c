// SPDX-License-Identifier: Apache-2.0
/*
 * At every call that an operation of the engine makes to its disk, the power goes, with every kind
 * of loss of what was not synced; and at every call the disk fails or is full. Then the engine
 * holds the state before or the state after, says which, and goes on; what was acknowledged is
 * there.
 */
#include "fault_vfs.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Calls that change what is on the disk: at each of them all kinds of losses are tried, see
 * fault_vfs_crash_recover(). At the others there is nothing new to lose. */
#define CHANGES (FAULT_OPEN | FAULT_WRITE | FAULT_TRUNCATE | FAULT_SYNC | FAULT_DELETE)
#define SEEDS 4
/** With a sanitizer, which looks for something else, one of them is enough. */
#ifdef __SANITIZE_ADDRESS__
#define LOSSES 1
#else
#define LOSSES SEEDS
#endif

/** One operation and how its outcome is told. */
struct operation {
    const char *name;
    /** Makes the state before, on disks that work: the engine under test is `b`. */
    void (*prepare)(struct sx_test_engine *a, struct sx_test_engine *b);
    /** True when the operation was acknowledged. */
    bool (*act)(struct sx_test_engine *a, struct sx_test_engine *b);
    /** After the boot: whether it is done; ends the test when it is done by halves. */
    bool (*is_done)(struct sx_test_engine *b);
    /** What must work afterwards, done or not. */
    void (*go_on)(struct sx_test_engine *a, struct sx_test_engine *b, bool done);
};

static void prepare_alone(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_name(b, "east"));
}

/* Replicated and peer-specific rows, the journal, the history and the digest at once. */
static bool edit(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    return sx_test_edit(b,
        SX_TEST_CALL_CONTROL "<phone-book><entry><name>ann</name><number>200</number></entry>"
                             "<entry><name>bob</name><number>201</number></entry></phone-book>"
                             "</call-control>" SX_TEST_SYSTEM "<name>west</name></system>");
}

static bool commit_candidate(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_edit_in(b, SX_DATASTORE_CANDIDATE, 1,
        SX_TEST_CALL_CONTROL "<phone-book><entry><name>ann</name><number>200</number></entry>"
                             "<entry><name>bob</name><number>201</number></entry></phone-book>"
                             "</call-control>" SX_TEST_SYSTEM "<name>west</name></system>"));
    return sx_test_plain(b, SX_EVENT_COMMIT, SX_DATASTORE_CANDIDATE, 1);
}

static bool edit_is_done(struct sx_test_engine *b)
{
    bool done = strcmp(sx_test_number(b, "ann"), "200") == 0;
    char revision[64];

    assert_string_equal(sx_test_number(b, "ann"), done ? "200" : "100");
    assert_string_equal(sx_test_number(b, "bob"), done ? "201" : "");
    assert_string_equal(b->status.system_name, done ? "west" : "east");
    assert_int_equal(sx_test_revision(b), done ? 2 : 1);
    snprintf(revision, sizeof revision, "database: revision %u of lineage", done ? 2u : 1u);
    assert_true(sx_test_logged(b, revision));
    return done;
}

static void edit_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 300));
    assert_int_equal(sx_test_revision(b), done ? 3 : 2);
}

static const char *const pair[] = {SX_TEST_A, SX_TEST_B, NULL};

static void prepare_joiner(struct sx_test_engine *a, struct sx_test_engine *b)
{
    static const char *const names[] = {"ann", "abe", "amy", "art", NULL};

    sx_test_primary_open(a, b->schema, 2);
    for (unsigned i = 0; names[i]; i++)
        assert_true(sx_test_entry(a, names[i], i));
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_name(b, "east"));
    sx_test_form(b, pair, 1);
}

static bool has_all(const struct sx_test_engine *a, const struct sx_test_engine *b)
{
    return memcmp(b->status.history.digest, a->status.history.digest, SX_DIGEST_SIZE) == 0 &&
           sx_test_revision(a) == sx_test_revision(b);
}

static bool join(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_connect(a, b);
    return has_all(a, b);
}

static bool join_is_done(struct sx_test_engine *b)
{
    bool done = *sx_test_number(b, "ann") != '\0';

    assert_string_equal(sx_test_number(b, "ann"), done ? "0" : "");
    assert_string_equal(sx_test_number(b, "art"), done ? "3" : "");
    assert_string_equal(sx_test_number(b, "ben"), done ? "" : "200");
    assert_string_equal(b->status.system_name, "east");
    assert_int_equal(b->engine->take_snapshot, !done);
    return done;
}

static void join_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    (void)done;
    sx_test_link_down(a, SX_TEST_B, "connection reset");
    sx_test_connect(a, b);
    assert_true(has_all(a, b));
    assert_true(join_is_done(b));
}

static void prepare_subordinate(struct sx_test_engine *a, struct sx_test_engine *b)
{
    prepare_joiner(a, b);
    assert_true(join(a, b));
    sx_test_disconnect(a, b);
    assert_true(sx_test_entry(a, "bob", 1));
    assert_true(sx_test_entry(a, "bob", 2));
}

static bool catch_up(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_connect(a, b);
    return has_all(a, b);
}

static bool catch_up_is_done(struct sx_test_engine *b)
{
    const char *number = sx_test_number(b, "bob");

    assert_true(!*number || strcmp(number, "1") == 0 || strcmp(number, "2") == 0);
    assert_int_equal(sx_test_revision(b), 4 + (unsigned)strtoul(number, NULL, 10));
    return strcmp(number, "2") == 0;
}

static void catch_up_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    (void)done;
    sx_test_link_down(a, SX_TEST_B, "connection reset");
    sx_test_connect(a, b);
    assert_true(has_all(a, b));
    assert_true(catch_up_is_done(b));
}

/* The backup is on the disk before the configuration is given up. */
static bool force_update(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    return sx_test_plain(b, SX_EVENT_FORCE_UPDATE, SX_DATASTORE_RUNNING, 1);
}

static bool force_is_done(struct sx_test_engine *b)
{
    assert_int_equal(sx_test_revision(b), 4);
    assert_string_equal(sx_test_number(b, "ann"), "0");
    return b->engine->take_snapshot;
}

static void force_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    struct sx_test_engine former;

    (void)a;
    (void)done;
    assert_true(force_update(a, b));
    sx_test_restored_open(&former, b->schema, SX_TEST_B, b->update.backup);
    assert_string_equal(sx_test_number(&former, "ann"), "0");
    sx_test_engine_close(&former);
}

static void prepare_secret(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_password(b, "wonderland"));
    assert_true(sx_test_community(b, "rabbit-hole"));
    assert_true(sx_test_password(b, "looking-glass"));
}

/* A disk that fails once holds the update up; a crash ends it. */
static bool update_key(struct sx_test_engine *a, struct sx_test_engine *b)
{
    char former[SX_KEY_ID_SIZE];

    (void)a;
    strcpy(former, b->status.system_key);
    assert_true(sx_test_plain(b, SX_EVENT_FORCE_KEY_UPDATE, SX_DATASTORE_RUNNING, 1));
    sx_test_key_saved(b, NULL);
    for (int i = 0; i < 20 && b->status.key_update; i++)
        sx_test_tick(b, SX_KEY_UPDATE_RETRY_MS);
    return !b->status.key_update && strcmp(former, b->status.system_key) != 0;
}

/* Whichever key is present, every secret is there. */
static bool update_is_done(struct sx_test_engine *b)
{
    const char *former = b->engine->system_key.former;
    char *id;
    bool done;

    assert_int_equal(b->status.unreadable_secrets, 0);
    assert_string_equal(sx_test_value(b, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(b, SX_TEST_COMMUNITY), "rabbit-hole");
    assert_int_equal(sx_test_revision(b), 2);
    assert_false(b->has_next && !b->status.key_update);
    id = sx_format(SX_SECRET_PREFIX "%.16s", former);
    /* Just before a key is used, the present one is noted as a former one. */
    done = *former && !b->status.key_update && strncmp(former, b->status.system_key, 16) != 0;
    if (done)
        assert_false(sx_test_stored(b, id));
    free(id);
    return done;
}

static void update_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    if (b->status.key_update)
        sx_test_key_update(b);
    else if (!done)
        assert_true(update_key(a, b));
    assert_true(update_is_done(b));
    sx_test_engine_restart(b);
    assert_true(update_is_done(b));
}

/* How often a crash was tried, and what came of it. */
struct tally {
    unsigned points, acknowledged, done;
};

/* Crashes at the n-th call of these kinds, of the operation or of the closing after it. False when
 * there was none. */
static bool crash_once(const struct sx_schema *schema, struct fault_vfs *vfs, const char *name,
    const struct operation *operation, unsigned kinds, uint64_t n, uint64_t seed,
    struct tally *tally)
{
    struct sx_test_engine a = {0}, b;
    bool acknowledged, crashed, done;

    sx_test_engine_open_on(&b, schema, SX_TEST_B, name);
    operation->prepare(&a, &b);
    fault_vfs_crash_at(vfs, kinds, n);
    acknowledged = operation->act(&a, &b);
    sx_engine_close(b.engine);
    b.engine = NULL;
    crashed = fault_vfs_crashed(vfs);
    fault_vfs_crash_recover(vfs, seed);
    sx_test_engine_restart(&b);
    done = operation->is_done(&b);
    if (acknowledged)
        assert_true(done);
    operation->go_on(&a, &b, done);
    tally->points++;
    tally->acknowledged += acknowledged;
    tally->done += done;
    sx_test_engine_close(&b);
    if (a.engine)
        sx_test_engine_close(&a);
    return crashed;
}

static void crash_everywhere(const struct sx_schema *schema, const struct operation *operation)
{
    struct fault_vfs *vfs = fault_vfs_new(operation->name);
    struct tally tally = {0};
    bool crashed = true;

    for (uint64_t n = 1; crashed; n++)
        crashed = crash_once(schema, vfs, operation->name, operation,
            FAULT_ALL & ~(unsigned)CHANGES, n, n * SEEDS + 3, &tally);
    crashed = true;
    for (uint64_t n = 1; crashed; n++)
        for (uint64_t seed = (n + 1) * SEEDS - LOSSES; seed < (n + 1) * SEEDS; seed++)
            crashed = crash_once(schema, vfs, operation->name, operation, CHANGES, n, seed, &tally);
    print_message("%s: %u crashes, %u of them after the acknowledgement; it was found done %u "
                  "times\n",
        operation->name, tally.points, tally.acknowledged, tally.done);
    assert_in_range(tally.acknowledged, 1, tally.points - 1);
    assert_in_range(tally.done, tally.acknowledged, tally.points - 1);
    fault_vfs_free(vfs);
}

/* One call fails and the engine goes on: done and acknowledged are one, at once and after a boot.
 */
static bool fail_once(const struct sx_schema *schema, struct fault_vfs *vfs,
    const struct operation *operation, uint64_t n, int code, struct tally *tally)
{
    struct sx_test_engine a = {0}, b;
    bool acknowledged, failed, done;

    sx_test_engine_open_on(&b, schema, SX_TEST_B, operation->name);
    operation->prepare(&a, &b);
    fault_vfs_fail(vfs, FAULT_ALL, n, 1, code);
    acknowledged = operation->act(&a, &b);
    failed = fault_vfs_failures(vfs) > 0;
    fault_vfs_fail(vfs, 0, 0, 0, 0);
    sx_test_engine_restart(&b);
    done = operation->is_done(&b);
    if (acknowledged != done)
        fail_msg("%s, failing call %d: acknowledged %d, done %d", operation->name, (int)n,
            acknowledged, done);
    operation->go_on(&a, &b, done);
    tally->points++;
    tally->acknowledged += acknowledged;
    sx_test_engine_close(&b);
    if (a.engine)
        sx_test_engine_close(&a);
    return failed;
}

static void fail_everywhere(const struct sx_schema *schema, const struct operation *operation)
{
    static const int codes[] = {SQLITE_IOERR, SQLITE_FULL};
    struct fault_vfs *vfs = fault_vfs_new(operation->name);
    struct tally tally = {0};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        bool failed = true;

        for (uint64_t n = 1; failed; n++)
            failed = fail_once(schema, vfs, operation, n, codes[i], &tally);
    }
    print_message("%s: %u failing calls, %u of them did no harm\n", operation->name, tally.points,
        tally.acknowledged);
    assert_in_range(tally.acknowledged, 1, tally.points);
    fault_vfs_free(vfs);
}

static void everywhere(const struct sx_schema *schema, const struct operation *operation)
{
    crash_everywhere(schema, operation);
    fail_everywhere(schema, operation);
}

static void of_an_update_of_the_system_key(void **state)
{
    static const struct operation operation = {
        "key", prepare_secret, update_key, update_is_done, update_again};

    everywhere(*state, &operation);
}

static void of_an_edit(void **state)
{
    static const struct operation operation = {
        "edit", prepare_alone, edit, edit_is_done, edit_again};

    everywhere(*state, &operation);
}

static void of_a_commit_of_the_candidate(void **state)
{
    static const struct operation operation = {
        "candidate", prepare_alone, commit_candidate, edit_is_done, edit_again};

    everywhere(*state, &operation);
}

static void of_a_snapshot_that_comes_in(void **state)
{
    static const struct operation operation = {
        "snapshot", prepare_joiner, join, join_is_done, join_again};

    everywhere(*state, &operation);
}

static void of_catching_up(void **state)
{
    static const struct operation operation = {
        "catch-up", prepare_subordinate, catch_up, catch_up_is_done, catch_up_again};

    everywhere(*state, &operation);
}

static void of_a_forced_update(void **state)
{
    static const struct operation operation = {
        "forced-update", prepare_subordinate, force_update, force_is_done, force_again};

    everywhere(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_an_update_of_the_system_key),
        cmocka_unit_test(of_an_edit),
        cmocka_unit_test(of_a_commit_of_the_candidate),
        cmocka_unit_test(of_a_snapshot_that_comes_in),
        cmocka_unit_test(of_catching_up),
        cmocka_unit_test(of_a_forced_update),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
#include "fault_sweep.h"

#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"

#include <glob.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/** Calls that change what is on the disk: at each of them all kinds of losses are tried. At the
 * others there is nothing new to lose. */
#define CHANGES (FAULT_OPEN | FAULT_WRITE | FAULT_TRUNCATE | FAULT_SYNC | FAULT_DELETE)
/** How many of the four kinds of losses one round tries at a call: the wildest, and another one in
 * turn; and how many of the ways to fail. With a sanitizer, which looks for something else, one is
 * enough. */
#ifdef __SANITIZE_ADDRESS__
#define LOSSES 1
#define WAYS 1
#else
#define LOSSES 2
#define WAYS 4
#endif
/** Most rounds that are taken from the environment. */
#define ROUNDS_MAX 1000

/** A sweep under way. */
struct sweep {
    const struct sx_schema *schema;
    const struct fault_operation *operation;
    struct fault_vfs *vfs;
    unsigned points, acknowledged, done;
    struct fault_visits visits; /**< of the last run */
};

void fault_visits_start(const struct fault_vfs *vfs, struct fault_visits *visits)
{
    for (unsigned i = 0; i < FAULT_KINDS; i++)
        visits->calls[i] = fault_vfs_calls(vfs, 1u << i);
}

void fault_visits_stop(const struct fault_vfs *vfs, struct fault_visits *visits)
{
    for (unsigned i = 0; i < FAULT_KINDS; i++)
        visits->calls[i] = fault_vfs_calls(vfs, 1u << i) - visits->calls[i];
}

void fault_visits_print(const char *name, const struct fault_visits *visits)
{
    static const char *const names[FAULT_KINDS] = {
        "open", "read", "write", "truncate", "sync", "delete", "access", "lock", "shm"};
    char text[256] = "";
    size_t length = 0;
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAULT_KINDS; i++) {
        sum += visits->calls[i];
        length += (size_t)snprintf(text + length, sizeof text - length, "%s %u %s", i ? "," : ":",
            (unsigned)visits->calls[i], names[i]);
    }
    print_message("%s: %u calls visited%s\n", name, (unsigned)sum, text);
}

unsigned fault_rounds(void)
{
    const char *text = getenv("SEXTANT_FAULT_ROUNDS");
    unsigned long rounds = text ? strtoul(text, NULL, 10) : 1;

    return rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : (unsigned)rounds;
}

unsigned fault_copies(const struct sx_test_engine *b, const char *why, const char *number)
{
    char *pattern = sx_format("%s/backups/*-%s.db", b->folder, why);
    glob_t found = {0};
    unsigned whole = 0;

    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *journal = sx_format("%s-journal", found.gl_pathv[i]);
        struct sx_test_engine former;
        struct stat status;

        if (access(journal, F_OK) < 0 && stat(found.gl_pathv[i], &status) == 0 &&
            status.st_size > 0) {
            sx_test_restored_open(&former, b->schema, b->address, found.gl_pathv[i]);
            assert_string_equal(sx_test_number(&former, "ann"), number);
            sx_test_engine_close(&former);
            whole++;
        }
        free(journal);
    }
    globfree(&found);
    free(pattern);
    return whole;
}

static void open_both(struct sweep *sweep, struct sx_test_engine *a, struct sx_test_engine *b)
{
    memset(a, 0, sizeof *a);
    sx_test_engine_open_on(b, sweep->schema, SX_TEST_B, sweep->operation->name);
    sweep->operation->prepare(a, b);
    fault_visits_start(sweep->vfs, &sweep->visits);
}

static bool act(struct sweep *sweep, struct sx_test_engine *a, struct sx_test_engine *b)
{
    bool acknowledged = sweep->operation->act(a, b);

    sweep->points++;
    sweep->acknowledged += acknowledged;
    return acknowledged;
}

static void stop(struct sweep *sweep, struct sx_test_engine *b)
{
    sx_engine_close(b->engine);
    b->engine = NULL;
    fault_visits_stop(sweep->vfs, &sweep->visits);
}

/* Boots at another time than that of the operation. */
static bool boot(struct sweep *sweep, struct sx_test_engine *b)
{
    bool done;

    b->now++;
    sx_test_engine_restart(b);
    done = sweep->operation->is_done(b);
    sweep->done += done;
    return done;
}

static void close_both(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_engine_close(b);
    if (a->engine)
        sx_test_engine_close(a);
}

/* Crashes at the n-th call of these kinds, of the operation or of the closing after it. False when
 * there was none. */
static bool crash_once(struct sweep *sweep, unsigned kinds, uint64_t n, uint64_t seed)
{
    struct sx_test_engine a, b;
    bool acknowledged, crashed, done;

    open_both(sweep, &a, &b);
    fault_vfs_crash_at(sweep->vfs, kinds, n);
    acknowledged = act(sweep, &a, &b);
    stop(sweep, &b);
    crashed = fault_vfs_crashed(sweep->vfs);
    fault_vfs_crash_recover(sweep->vfs, seed);
    done = boot(sweep, &b);
    if (acknowledged && !done)
        fail_msg("%s, power lost at call %d of kinds %x, seed %d: acknowledged and not done",
            sweep->operation->name, (int)n, kinds, (int)seed);
    sweep->operation->go_on(&a, &b, done);
    close_both(&a, &b);
    return crashed;
}

static void crash_everywhere(struct sweep *sweep)
{
    const char *name = sweep->operation->name;
    bool crashed = true;

    for (uint64_t n = 1; crashed; n++)
        crashed = crash_once(sweep, FAULT_ALL & ~(unsigned)CHANGES, n, n * FAULT_LOSSES + 3);
    fault_visits_print(name, &sweep->visits);
    crashed = true;
    for (uint64_t n = 1; crashed; n++)
        for (uint64_t i = 0; i < LOSSES * fault_rounds(); i++) {
            uint64_t kind = i % 2 == 0 ? FAULT_LOSSES - 1 : (n + i / 2) % (FAULT_LOSSES - 1);

            crashed = crash_once(sweep, CHANGES, n, (n * ROUNDS_MAX + i / 2) * FAULT_LOSSES + kind);
        }
    print_message("%s: %u crashes, %u of them after the acknowledgement; it was found done %u "
                  "times\n",
        name, sweep->points, sweep->acknowledged, sweep->done);
    assert_in_range(sweep->acknowledged, 1, sweep->points - 1);
    assert_in_range(sweep->done, sweep->acknowledged, sweep->points);
}

/* One call fails and the engine goes on: done and acknowledged are one, at once and after a boot.
 */
static bool fail_once(struct sweep *sweep, unsigned kinds, uint64_t n, int code)
{
    struct sx_test_engine a, b;
    bool acknowledged, failed, done;

    open_both(sweep, &a, &b);
    fault_vfs_fail(sweep->vfs, kinds, n, 1, code);
    acknowledged = act(sweep, &a, &b);
    failed = fault_vfs_failures(sweep->vfs) > 0;
    fault_vfs_fail(sweep->vfs, 0, 0, 0, 0);
    if (sweep->operation->told)
        sweep->operation->told(&b, acknowledged);
    stop(sweep, &b);
    done = boot(sweep, &b);
    if (acknowledged && !done)
        fail_msg("%s, call %d of kinds %x fails with %d: acknowledged and not done",
            sweep->operation->name, (int)n, kinds, code);
    if (done && !acknowledged && !sweep->operation->by_boot)
        fail_msg("%s, call %d of kinds %x fails with %d: done and not acknowledged",
            sweep->operation->name, (int)n, kinds, code);
    sweep->operation->go_on(&a, &b, done);
    close_both(&a, &b);
    return failed;
}

static void fail_everywhere(struct sweep *sweep)
{
    static const struct {
        unsigned kinds;
        int code;
        const char *what;
    } ways[4] = {
        {FAULT_ALL, SQLITE_IOERR, "failing calls"},
        {CHANGES, SQLITE_FULL, "calls on a full disk"},
        {FAULT_WRITE, SQLITE_IOERR_WRITE, "torn writes"},
        {FAULT_LOCK | FAULT_SHM, SQLITE_BUSY, "refused locks"},
    };

    for (size_t i = 0; i < WAYS; i++) {
        bool failed = true;

        sweep->points = sweep->acknowledged = 0;
        for (uint64_t n = 1; failed; n++)
            failed = fail_once(sweep, ways[i].kinds, n, ways[i].code);
        print_message("%s: %u %s, %u of them did no harm\n", sweep->operation->name,
            sweep->points - 1, ways[i].what, sweep->acknowledged - 1);
        assert_in_range(sweep->acknowledged, 1, sweep->points);
    }
}

void fault_sweep(const struct sx_schema *schema, const struct fault_operation *operation)
{
    struct sweep sweep = {schema, operation, .vfs = fault_vfs_new(operation->name)};

    crash_everywhere(&sweep);
    fail_everywhere(&sweep);
    fault_vfs_free(sweep.vfs);
}

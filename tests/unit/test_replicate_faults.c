// SPDX-License-Identifier: Apache-2.0
/*
 * What a primary's configuration does to a subordinate, at every call to a disk that fails or loses
 * its power: the subordinate has what it had or what the primary has, and goes on.
 */
#include "fault_sweep.h"
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    if (done)
        assert_true(fault_copies(b, "join", "") > 0);
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
    if (b->engine->take_snapshot)
        assert_true(fault_copies(b, "force-config-update", "0") > 0);
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

static void of_a_snapshot_that_comes_in(void **state)
{
    static const struct fault_operation operation = {.name = "snapshot",
        .prepare = prepare_joiner,
        .act = join,
        .is_done = join_is_done,
        .go_on = join_again};

    fault_sweep(*state, &operation);
}

static void of_catching_up(void **state)
{
    static const struct fault_operation operation = {.name = "catch-up",
        .prepare = prepare_subordinate,
        .act = catch_up,
        .is_done = catch_up_is_done,
        .go_on = catch_up_again};

    fault_sweep(*state, &operation);
}

static void of_a_forced_update(void **state)
{
    static const struct fault_operation operation = {.name = "forced-update",
        .prepare = prepare_subordinate,
        .act = force_update,
        .is_done = force_is_done,
        .go_on = force_again};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_snapshot_that_comes_in),
        cmocka_unit_test(of_catching_up),
        cmocka_unit_test(of_a_forced_update),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

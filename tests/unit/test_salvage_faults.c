// SPDX-License-Identifier: Apache-2.0
/* A boot that sets rows aside, at every call to a disk that fails or loses its power: whichever
 * boot did it, it was done once, and nothing else of the configuration is missing. */
#include "fault_sweep.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK "/sextant-call-control:call-control/phone-book/entry"

static void prepare(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_name(b, "east"));
}

/* A row as a release with other modules would have written it. */
static void prepare_unfit(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sqlite3 *db = NULL;
    char *path;

    prepare(a, b);
    sx_engine_close(b->engine);
    b->engine = NULL;
    path = sx_format("%s/" SX_STORE_FILE, b->folder);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, b->vfs), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                         "UPDATE fragment SET body = replace(body, 'number', 'colour') "
                         "WHERE key = '[name=''ben'']'",
                         NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    free(path);
}

static bool boot(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    return sx_test_engine_try(b);
}

/* Whichever boot did it, it was done once. */
static bool is_set_aside(struct sx_test_engine *b)
{
    struct sx_error err = {0};
    uint64_t count = 0;

    assert_int_equal(sx_store_count_aside(b->engine->store, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(sx_test_number(b, "ann"), "100");
    assert_string_equal(sx_test_number(b, "ben"), "");
    assert_string_equal(b->status.system_name, "east");
    assert_int_equal(sx_test_revision(b), 3);
    assert_true(sx_test_alarm(b, 15008));
    assert_int_equal(sx_test_events(b, 15008, true), 1);
    return true;
}

static void go_on(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    struct sx_event event = {.type = SX_EVENT_DISCARD_SET_ASIDE};

    (void)a;
    (void)done;
    event.path = BOOK "[name='ben']";
    assert_true(sx_test_step(b, &event));
    assert_false(sx_test_alarm(b, 15008));
}

static void of_a_boot_that_sets_aside(void **state)
{
    static const struct fault_operation operation = {.name = "set-aside",
        .prepare = prepare_unfit,
        .act = boot,
        .is_done = is_set_aside,
        .go_on = go_on,
        .by_boot = true};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_boot_that_sets_aside),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

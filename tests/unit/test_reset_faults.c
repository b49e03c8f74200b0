// SPDX-License-Identifier: Apache-2.0
/*
 * A factory reset, and the edit that arms it, at every call to a disk that fails or loses its
 * power. The configuration of before stays, armed, and 15013 says so, or what survives is there
 * alone and a whole copy of the one before.
 */
#include "fault_sweep.h"
#include "state.h"
#include "test_pair.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void prepare(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_name(b, "east"));
}

static const char *const alone[] = {SX_TEST_B, NULL};

static void prepare_member(struct sx_test_engine *a, struct sx_test_engine *b)
{
    prepare(a, b);
    sx_test_form(b, alone, 1);
    assert_true(sx_test_edit(b, "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\">"
                                "<authentication><user><name>admin</name></user></authentication>"
                                "</system>"));
}

static bool leave(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    return sx_test_edit(b, SX_TEST_CLUSTER "<peers " SX_TEST_DELETE "/>" SX_TEST_CLUSTER_END);
}

/* The list is empty and the reset armed, or neither. */
static bool is_armed(struct sx_test_engine *b)
{
    assert_int_equal(b->engine->reset.armed, b->status.peer_count == 0);
    assert_int_equal(sx_test_alarm(b, 15009), b->engine->reset.armed);
    assert_string_equal(sx_test_number(b, "ann"), "100");
    return b->engine->reset.armed;
}

static void prepare_reset(struct sx_test_engine *a, struct sx_test_engine *b)
{
    prepare_member(a, b);
    assert_true(leave(a, b));
    sx_test_engine_restart(b);
    assert_true(is_armed(b));
}

static bool reset(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    sx_test_tick(b, 5000);
    return sx_test_action(b, SX_ACTION_RESTART, NULL) != NULL;
}

/* It is tried again at the next boot, and not before. */
static void reset_is_told(struct sx_test_engine *b, bool acknowledged)
{
    if (acknowledged)
        return;
    assert_true(sx_test_alarm(b, 15013));
    assert_false(sx_test_alarm(b, 15009));
    assert_string_equal(sx_test_number(b, "ann"), "100");
}

static bool reset_is_done(struct sx_test_engine *b)
{
    bool done = !b->engine->reset.armed;

    assert_string_equal(sx_test_number(b, "ann"), done ? "" : "100");
    assert_string_equal(b->status.system_name, done ? "" : "east");
    assert_string_equal(
        sx_test_value(b, "/ietf-system:system/authentication/user[name='admin']/name"), "admin");
    assert_int_equal(sx_engine_is_new(b->engine), done);
    assert_int_equal(sx_test_alarm(b, 15009), !done);
    assert_false(sx_test_alarm(b, 15013));
    if (fault_copies(b, "factory-reset", "100") == 0)
        assert_false(done);
    return done;
}

static void reset_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    if (!done) {
        assert_true(reset(a, b));
        sx_test_engine_restart(b);
        assert_true(reset_is_done(b));
    }
    assert_true(sx_test_entry(b, "ann", 1));
    assert_false(sx_engine_is_new(b->engine));
}

static void arm_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    if (!done) {
        assert_true(leave(a, b));
        assert_true(b->status.factory_reset_armed);
        sx_test_engine_restart(b);
    }
    reset_again(a, b, false);
}

static void of_the_edit_that_arms_a_reset(void **state)
{
    static const struct fault_operation operation = {.name = "arm",
        .prepare = prepare_member,
        .act = leave,
        .is_done = is_armed,
        .go_on = arm_again};

    fault_sweep(*state, &operation);
}

static void of_a_factory_reset(void **state)
{
    static const struct fault_operation operation = {.name = "reset",
        .prepare = prepare_reset,
        .act = reset,
        .told = reset_is_told,
        .is_done = reset_is_done,
        .go_on = reset_again};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_edit_that_arms_a_reset),
        cmocka_unit_test(of_a_factory_reset),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

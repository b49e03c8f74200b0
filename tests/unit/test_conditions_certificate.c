// SPDX-License-Identifier: Apache-2.0
/* Alarms about the end of certificates, and about files that are not in use. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS 86400000ll
#define PEER_2 "/sextant-cluster:cluster/peers/peer[index='2']"

static const char *text_of(const struct sx_test_engine *test, uint32_t id, const char *resource)
{
    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id &&
            strcmp(test->status.alarms[i].resource, resource) == 0)
            return test->status.alarms[i].text;
    return "";
}

static bool says(
    const struct sx_test_engine *test, uint32_t id, const char *resource, const char *text)
{
    return strstr(text_of(test, id, resource), text) != NULL;
}

static void own(struct sx_test_engine *test, int64_t left_ms, bool changed, const char *reason)
{
    struct sx_event event = {.type = SX_EVENT_OWN_CERTIFICATE};

    event.own_certificate.used.shown = true;
    event.own_certificate.used.until_ms = test->engine->now_ms + left_ms;
    event.own_certificate.changed = changed;
    strcpy(event.own_certificate.reason, reason);
    sx_test_step(test, &event);
}

static void the_own_certificate_ends(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    own(&test, 31 * DAY_MS, false, "");
    assert_int_equal(test.status.alarm_count, 0);
    /* Nothing happens but that time passes, until the deadline of the update. */
    sx_test_tick(&test, test.update.deadline_ms - test.now);
    assert_true(says(&test, 40069, "", "expires in 29 days"));
    assert_int_equal(sx_test_events(&test, 40069, true), 1);
    sx_test_tick(&test, test.update.deadline_ms - test.now);
    assert_true(says(&test, 40069, "", "expires in 28 days"));
    sx_test_tick(&test, 28 * DAY_MS);
    assert_true(says(&test, 40069, "", "within a day"));
    assert_false(sx_test_alarm(&test, 40068));
    sx_test_tick(&test, test.update.deadline_ms - test.now);
    assert_true(says(&test, 40068, "", "of this system expired on"));
    assert_false(sx_test_alarm(&test, 40069));
    assert_int_equal(sx_test_events(&test, 40069, true), 1);
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 40068));
    own(&test, 365 * DAY_MS, false, "");
    assert_false(sx_test_alarm(&test, 40068));
    assert_int_equal(sx_test_events(&test, 40068, true), 1);
    assert_int_equal(sx_test_events(&test, 40068, false), 1);
    sx_test_engine_close(&test);
}

static void link_up(struct sx_test_engine *test, int64_t left_ms)
{
    struct sx_event event = {.type = SX_EVENT_LINK_UP};

    event.link.peer = SX_TEST_B;
    event.link.certificate = SX_CERTIFICATE_VALID;
    event.link.shown.shown = true;
    event.link.shown.until_ms = test->engine->now_ms + left_ms;
    sx_test_step(test, &event);
}

static void a_peers_certificate_ends(void **state)
{
    struct sx_test_engine test;
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};

    sx_test_primary_open(&test, *state, 2);
    link_up(&test, 12 * DAY_MS + 1000);
    assert_true(says(&test, 40069, PEER_2, "of peer 2 (10.0.0.2) expires in 12 days"));
    sx_test_tick(&test, 12 * DAY_MS);
    sx_test_tick(&test, 1000);
    assert_true(says(&test, 40068, PEER_2, "expired on"));
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 40068));
    /* A peer that is not let in for its certificate has shown it. */
    event.link.peer = SX_TEST_B;
    event.link.certificate = SX_CERTIFICATE_INVALID;
    event.link.certificate_reason = true;
    event.link.shown.shown = true;
    event.link.shown.until_ms = test.engine->now_ms + 40 * DAY_MS;
    strcpy(event.link.reason, "it is revoked");
    sx_test_step(&test, &event);
    assert_false(sx_test_alarm(&test, 40068));
    link_up(&test, 400 * DAY_MS);
    assert_false(sx_test_alarm(&test, 40069));
    sx_test_engine_close(&test);
}

static void files_that_are_not_in_use_raise_15028(void **state)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    own(&test, 400 * DAY_MS, false, "");
    assert_false(sx_test_alarm(&test, 15028));
    own(&test, 400 * DAY_MS, true, "");
    assert_true(sx_test_alarm(&test, 15028));
    assert_false(says(&test, 15028, "", "cannot be used"));
    own(&test, 400 * DAY_MS, true, "the key is another one's");
    assert_true(says(&test, 15028, "", "cannot be used: the key is another one's"));
    assert_int_equal(sx_test_events(&test, 15028, true), 1);
    /* Until the agent tells, the files may still be what they were. */
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 15028));
    own(&test, 400 * DAY_MS, false, "");
    assert_false(sx_test_alarm(&test, 15028));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_own_certificate_ends),
        cmocka_unit_test(a_peers_certificate_ends),
        cmocka_unit_test(files_that_are_not_in_use_raise_15028),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

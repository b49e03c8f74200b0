// SPDX-License-Identifier: Apache-2.0
/* The key that a peer is known by: remembered when it is first seen, and what another one means. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OTHER_KEY "0123456789abcdef"

/* A peer shows a key, of 32 such bytes. */
static void show(struct sx_test_engine *test, enum sx_event_type type, const char *peer,
    enum sx_certificate_status status, uint8_t key)
{
    struct sx_event event = {.type = type};

    event.link.peer = peer;
    event.link.certificate = status;
    strcpy(event.link.reason, "it is self-signed");
    event.link.shown.shown = true;
    event.link.shown.until_ms = test->engine->now_ms + 1000ll * 86400000;
    memset(event.link.shown.key, key, sizeof event.link.shown.key);
    sx_test_step(test, &event);
}

static void link_invalid(struct sx_test_engine *test, uint8_t key)
{
    sx_test_link_down(test, SX_TEST_B, "connection reset");
    show(test, SX_EVENT_LINK_UP, SX_TEST_B, SX_CERTIFICATE_INVALID, key);
}

/* B says hello with a system key of its own alone, as after the loss of the file. */
static bool gets_system_key(struct sx_test_engine *test)
{
    struct sx_message *message = sx_test_hello(test, SX_TEST_B);

    strcpy(message->hello->system_key, OTHER_KEY);
    message->hello->key_unshared = true;
    sx_test_message(test, SX_TEST_B, message);
    return sx_test_sent(test, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B) != NULL;
}

static bool accept(struct sx_test_engine *test, uint8_t index)
{
    struct sx_event event = {.type = SX_EVENT_ACCEPT_KEY, .index = index};

    return sx_test_step(test, &event);
}

static void the_first_key_is_remembered(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    link_invalid(&test, 1);
    assert_true(gets_system_key(&test));
    link_invalid(&test, 1);
    assert_false(sx_test_alarm(&test, 40070));
    assert_true(gets_system_key(&test));
    sx_test_engine_restart(&test);
    link_invalid(&test, 1);
    assert_false(sx_test_alarm(&test, 40070));
    sx_test_engine_close(&test);
}

static void another_key_is_not_trusted(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    link_invalid(&test, 1);
    sx_test_engine_restart(&test);
    link_invalid(&test, 2);
    assert_true(sx_test_logged(&test, "shows key 0202"));
    assert_true(sx_test_alarm(&test, 40070));
    assert_false(gets_system_key(&test));
    /* It stays so over a restart and while there is no link, and ends with the former key. */
    sx_test_engine_restart(&test);
    assert_true(sx_test_alarm(&test, 40070));
    link_invalid(&test, 2);
    assert_true(sx_test_alarm(&test, 40070));
    assert_false(gets_system_key(&test));
    link_invalid(&test, 1);
    assert_false(sx_test_alarm(&test, 40070));
    assert_true(gets_system_key(&test));
    sx_test_engine_close(&test);
}

static void an_operator_accepts_it(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    link_invalid(&test, 1);
    assert_false(accept(&test, 2));
    assert_non_null(strstr(test.update.error.message, "nothing to accept"));
    link_invalid(&test, 2);
    assert_false(gets_system_key(&test));
    assert_false(accept(&test, 1));
    assert_false(accept(&test, 3));
    assert_false(accept(&test, 0));
    assert_true(accept(&test, 2));
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
    assert_false(sx_test_alarm(&test, 40070));
    sx_test_engine_restart(&test);
    link_invalid(&test, 2);
    assert_false(sx_test_alarm(&test, 40070));
    link_invalid(&test, 1);
    assert_true(sx_test_alarm(&test, 40070));
    sx_test_link_down(&test, SX_TEST_B, "connection reset");
    assert_false(accept(&test, 2));
    assert_non_null(strstr(test.update.error.message, "there is no link"));
    sx_test_engine_close(&test);
}

static void a_certificate_that_verifies_vouches_for_its_key(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    link_invalid(&test, 1);
    link_invalid(&test, 2);
    assert_true(sx_test_alarm(&test, 40070));
    assert_false(gets_system_key(&test));
    show(&test, SX_EVENT_CERTIFICATE, SX_TEST_B, SX_CERTIFICATE_VALID, 2);
    assert_false(sx_test_alarm(&test, 40070));
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
    /* When it verifies no longer, it is known by the last one that did. */
    show(&test, SX_EVENT_CERTIFICATE, SX_TEST_B, SX_CERTIFICATE_INVALID, 2);
    assert_false(sx_test_alarm(&test, 40070));
    assert_true(sx_test_logged(&test, "invalid now: it is self-signed"));
    sx_test_engine_close(&test);
}

static void who_leaves_the_list_is_forgotten(void **state)
{
    struct sx_test_engine test;

    sx_test_primary_open(&test, *state, 2);
    link_invalid(&test, 1);
    assert_true(sx_test_edit(&test, SX_TEST_CLUSTER
        "<peers><peer " SX_TEST_DELETE "><index>2</index></peer></peers>" SX_TEST_CLUSTER_END));
    assert_true(sx_test_set_peer(&test, 2, SX_TEST_B));
    link_invalid(&test, 2);
    assert_false(sx_test_alarm(&test, 40070));
    assert_true(gets_system_key(&test));
    sx_test_engine_close(&test);
}

static void no_key_is_taken_from_who_shows_another_one(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_subordinate_open(&test, *state, 2);
    show(&test, SX_EVENT_LINK_UP, SX_TEST_A, SX_CERTIFICATE_INVALID, 1);
    sx_test_link_down(&test, SX_TEST_A, "connection reset");
    show(&test, SX_EVENT_LINK_UP, SX_TEST_A, SX_CERTIFICATE_INVALID, 2);
    message = sx_test_hello(&test, SX_TEST_A);
    strcpy(message->hello->system_key, OTHER_KEY);
    sx_test_message(&test, SX_TEST_A, message);
    message = sx_message_new(SX_MESSAGE_SYSTEM_KEY);
    memset(message->system_key, 7, sizeof message->system_key);
    sx_test_message(&test, SX_TEST_A, message);
    assert_true(sx_test_logged(&test, "was not taken"));
    assert_false(test.key_saving);
    assert_true(accept(&test, 1));
    message = sx_message_new(SX_MESSAGE_SYSTEM_KEY);
    memset(message->system_key, 7, sizeof message->system_key);
    sx_test_message(&test, SX_TEST_A, message);
    assert_true(test.key_saving);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_key_is_remembered),
        cmocka_unit_test(another_key_is_not_trusted),
        cmocka_unit_test(an_operator_accepts_it),
        cmocka_unit_test(a_certificate_that_verifies_vouches_for_its_key),
        cmocka_unit_test(who_leaves_the_list_is_forgotten),
        cmocka_unit_test(no_key_is_taken_from_who_shows_another_one),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

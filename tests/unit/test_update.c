// SPDX-License-Identifier: Apache-2.0
/* Updates: what a step wants done, in order. */
#include "sextant/update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void actions_keep_their_order(void **state)
{
    struct sx_update update = {0};

    (void)state;
    for (unsigned i = 0; i < 100; i++)
        sx_update_add(&update, SX_ACTION_LINK_OPEN, "10.0.0.1")->link.heartbeat_interval_ms = i;
    assert_int_equal(update.count, 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(update.actions[i].link.heartbeat_interval_ms, i);
        assert_string_equal(update.actions[i].peer, "10.0.0.1");
    }
    sx_update_clear(&update);
}

static void an_action_starts_empty_and_its_peer_is_a_copy(void **state)
{
    struct sx_update update = {0};
    char peer[] = "a.example";
    struct sx_action *action = sx_update_add(&update, SX_ACTION_LINK_CLOSE, peer);

    (void)state;
    peer[0] = 'b';
    assert_string_equal(action->peer, "a.example");
    assert_string_equal(action->reason, "");
    assert_null(sx_update_add(&update, SX_ACTION_STATUS, NULL)->peer);
    sx_update_clear(&update);
}

static void clearing_releases_messages_and_empties(void **state)
{
    struct sx_update update = {.failed = true, .revision = 7};

    (void)state;
    sx_update_add(&update, SX_ACTION_SEND, "a")->message = sx_message_new(SX_MESSAGE_HELLO);
    sx_update_add(&update, SX_ACTION_SEND, "a")->message = NULL;
    sx_update_log(&update, SX_LOG_INFO, "%s", "line");
    sx_update_clear(&update);
    assert_int_equal(update.count, 0);
    assert_false(update.failed);
    assert_int_equal(update.revision, 0);
    sx_update_clear(&update);
}

static void a_log_line_is_formatted_and_bounded(void **state)
{
    struct sx_update update = {0};
    char text[5000];

    (void)state;
    sx_update_log(&update, SX_LOG_WARNING, "peer %u: %s", 2u, "gone");
    assert_int_equal(update.actions[0].log.level, SX_LOG_WARNING);
    assert_string_equal(update.actions[0].log.text, "peer 2: gone");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    sx_update_log(&update, SX_LOG_INFO, "%s", text);
    assert_in_range(strlen(update.actions[1].log.text), 512, 2048);
    sx_update_clear(&update);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_keep_their_order),
        cmocka_unit_test(an_action_starts_empty_and_its_peer_is_a_copy),
        cmocka_unit_test(clearing_releases_messages_and_empties),
        cmocka_unit_test(a_log_line_is_formatted_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

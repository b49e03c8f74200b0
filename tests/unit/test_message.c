// SPDX-License-Identifier: Apache-2.0
/* Messages between peers own what their members own: a leak or a double free fails under the
 * sanitizers. */
#include "sextant/message.h"

#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_type_is_made_and_released(void **state)
{
    (void)state;
    for (int type = SX_MESSAGE_HELLO; type <= SX_MESSAGE_SYNC; type++) {
        struct sx_message *message = sx_message_new((enum sx_message_type)type);

        assert_int_equal(message->type, type);
        assert_int_equal(message->total, 0);
        sx_message_free(message);
    }
    sx_message_free(NULL);
}

static void members_start_empty(void **state)
{
    struct sx_message *hello = sx_message_new(SX_MESSAGE_HELLO);
    struct sx_message *sync = sx_message_new(SX_MESSAGE_SYNC);

    (void)state;
    assert_string_equal(hello->hello->cluster_name, "");
    assert_int_equal(hello->hello->history.count, 0);
    assert_int_equal(sx_history_revision(sync->history), 0);
    sx_message_free(hello);
    sx_message_free(sync);
}

static void lists_go_with_their_message(void **state)
{
    struct sx_change change = {.operation = SX_OPERATION_REPLACE,
        .path = "/m:leaf",
        .value = "{\"m:leaf\":1}",
        .old_value = "{\"m:leaf\":0}"};
    struct sx_fragment fragment = {.list = "/m:list", .key = "[k='1']", .body = "{}"};
    struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);

    (void)state;
    sx_change_list_copy(&message->revision->changes, &change);
    assert_string_equal(message->revision->changes.items[0].path, "/m:leaf");
    sx_message_free(message);
    message = sx_message_new(SX_MESSAGE_COPIED);
    sx_change_list_copy(&message->changes, &change);
    sx_message_free(message);
    message = sx_message_new(SX_MESSAGE_SNAPSHOT_PIECE);
    sx_fragment_list_copy(&message->fragments, &fragment);
    assert_string_equal(message->fragments.items[0].key, "[k='1']");
    sx_message_free(message);
}

static void members_that_were_taken_out_stay(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);
    struct sx_revision *revision = message->revision;

    (void)state;
    revision->number = 7;
    message->revision = NULL;
    sx_message_free(message);
    assert_int_equal(revision->number, 7);
    sx_revision_clear(revision);
    free(revision);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_made_and_released),
        cmocka_unit_test(members_start_empty),
        cmocka_unit_test(lists_go_with_their_message),
        cmocka_unit_test(members_that_were_taken_out_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "guard_fixture.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The guard's bounds, and bytes that come in any portions. */

/* An <rpc> with `levels` elements inside each other. */
static int nested(size_t levels)
{
    size_t size = levels * 8 + 256;
    char *text = sx_alloc(size);
    char *end = stpcpy(text, "<rpc message-id='1' xmlns='" BASE "'>");
    struct ag_guard *guard = greeted(HELLO_1_0);
    struct ag_guard_message message;
    struct sx_error err;
    int result;

    for (size_t i = 1; i < levels; i++)
        end = stpcpy(end, "<a>");
    for (size_t i = 1; i < levels; i++)
        end = stpcpy(end, "</a>");
    strcpy(end, "</rpc>]]>]]>");
    result = feed(guard, text, &message, &err);
    if (result < 0)
        assert_int_equal(err.code, SX_E_TOO_BIG);
    ag_guard_free(guard);
    free(text);
    return result;
}

static void test_bounds(void **state)
{
    struct ag_guard *guard = greeted(HELLO_1_0);
    char *block = sx_alloc(1u << 20);
    struct ag_guard_message message;
    struct sx_error err;
    size_t sent;
    int result;

    (void)state;
    assert_int_equal(nested(AG_GUARD_DEPTH_MAX), 1);
    assert_int_equal(nested(AG_GUARD_DEPTH_MAX + 1), -1);

    /* A message without an end is refused when it passes the bound, not before. */
    memset(block, 'x', 1u << 20);
    result = feed(guard, "<rpc message-id='1' xmlns='" BASE "'><a>", &message, &err);
    for (sent = 0; result == 0 && sent < 2 * AG_GUARD_MESSAGE_MAX; sent += 1u << 20) {
        ag_guard_feed(guard, block, 1u << 20);
        result = ag_guard_next(guard, &message, &err);
    }
    assert_int_equal(result, -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    assert_int_equal(sent, AG_GUARD_MESSAGE_MAX);
    ag_guard_free(guard);

    /* The sum of chunks counts. */
    guard = greeted(HELLO_1_1);
    assert_int_equal(feed(guard, "\n#6\n<rpc> \n#16777211\n", &message, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    ag_guard_free(guard);
    free(block);
}

/* A message of exactly the bound passes, and the guard is as usable afterwards as before. */
static void test_largest(void **state)
{
    static const char head[] = "<rpc message-id='1' xmlns='" BASE "'><a>";
    static const char tail[] = "</a></rpc>";
    size_t length = AG_GUARD_MESSAGE_MAX;
    char *message_text = sx_alloc(length + 1);
    struct ag_guard *guard = greeted(HELLO_1_1);
    struct ag_guard_message message;
    struct sx_error err;
    char frame[64];

    (void)state;
    memset(message_text, 'x', length);
    memcpy(message_text, head, sizeof head - 1);
    memcpy(message_text + length - (sizeof tail - 1), tail, sizeof tail);
    for (int i = 0; i < 2; i++) {
        snprintf(frame, sizeof frame, "\n#%zu\n", length);
        assert_int_equal(feed(guard, frame, &message, &err), 0);
        assert_int_equal(feed(guard, message_text, &message, &err), 0);
        assert_int_equal(feed(guard, "\n##\n", &message, &err), 1);
        assert_int_equal(message.length, length);
        assert_memory_equal(message.body, message_text, length + 1);
    }
    ag_guard_free(guard);
    free(message_text);
}

/* However the bytes are cut, the same messages come out. */
static void test_any_cut(void **state)
{
    static const char inside[] = "<edit-config><config>]] \xe2\x82\xac<!-- ]]> --></config>"
                                 "<x y='z'><![CDATA[]]]]></x></edit-config>";
    unsigned seed = (unsigned)time(NULL);
    char stream[4096];
    char rpc[512];
    size_t length;

    (void)state;
    print_message("seed %u\n", seed);
    snprintf(rpc, sizeof rpc, "<rpc message-id='1' xmlns='" BASE "'>%s</rpc>", inside);
    for (int round = 0; round < 400; round++) {
        bool chunked = round % 2 == 1;
        struct ag_guard *guard = ag_guard_new();
        struct ag_guard_message message;
        struct sx_error err;
        size_t seen = 0;
        char *end = stpcpy(stream, chunked ? HELLO_1_1 : HELLO_1_0);

        for (int i = 0; i < 3; i++) {
            size_t half = (size_t)rand_r(&seed) % (strlen(rpc) - 1) + 1;

            if (chunked)
                end += sprintf(end, "\n#%zu\n%.*s\n#%zu\n%s\n##\n", half, (int)half, rpc,
                    strlen(rpc) - half, rpc + half);
            else
                end += sprintf(end, "%s]]>]]>\r\n", rpc);
        }
        length = (size_t)(end - stream);
        for (size_t at = 0; at < length;) {
            size_t piece = (size_t)rand_r(&seed) % (round < 40 ? 2 : 60) + 1;
            int result;

            piece = piece < length - at ? piece : length - at;
            ag_guard_feed(guard, stream + at, piece);
            at += piece;
            while ((result = ag_guard_next(guard, &message, &err)) == 1)
                if (seen++ > 0)
                    assert_string_equal(message.body, rpc);
            if (result < 0)
                fail_msg("round %d: %s", round, err.message);
        }
        assert_int_equal(seen, 4);
        ag_guard_free(guard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_any_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

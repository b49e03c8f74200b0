// SPDX-License-Identifier: Apache-2.0
#include "envelope_fixture.h"
#include "peer/text.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <time.h>

/* Envelopes that are not taken. */

static void too_big_is_refused(void **state)
{
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE}, copy;
    struct sx_message *message = sx_message_new(SX_MESSAGE_COPIED);
    struct sx_error err;
    uint8_t *bytes = NULL;
    char *value;
    size_t length;

    (void)state;
    value = sx_alloc(AG_ENVELOPE_MAX);
    memset(value, 'x', AG_ENVELOPE_MAX - 1);
    add_change(&message->changes, SX_OPERATION_REPLACE, value, NULL, NULL, NULL);
    envelope.message = message;
    assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    assert_non_null(strstr(err.message, "4194304"));
    sx_change_list_clear(&message->changes);
    for (size_t i = 0; i <= AG_ENVELOPE_ITEMS_MAX; i++)
        add_change(&message->changes, SX_OPERATION_DELETE, NULL, NULL, NULL, NULL);
    assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), -1);
    assert_non_null(strstr(err.message, "65537"));
    assert_int_equal(
        ag_envelope_decode((const uint8_t *)value, AG_ENVELOPE_MAX + 1, &copy, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    free(value);
    sx_message_free(message);
}

/** Many tiny items: their structures would take far more memory than their bytes. */
static void costly_is_refused(void **state)
{
    struct ag_envelope copy;
    struct sx_error err;
    uint8_t *bytes = sx_alloc(AG_ENVELOPE_MAX);
    size_t length = 5, inner = AG_ENVELOPE_MAX - 5 - 2;

    (void)state;
    /* Field 24, copied, with a length of four bytes; then changes of no bytes at all. */
    bytes[0] = 0xc2;
    bytes[1] = 0x01;
    for (unsigned i = 0; i < 4; i++)
        bytes[2 + i] = (uint8_t)((inner >> (7 * i) & 0x7f) | (i < 3 ? 0x80 : 0));
    for (length = 6; length + 1 < 6 + inner; length += 2)
        bytes[length] = 0x0a;
    assert_int_equal(ag_envelope_decode(bytes, 6 + inner, &copy, &err), -1);
    assert_non_null(strstr(err.message, "too costly"));
    free(bytes);
}

/** What bytes are refused with; NULL when they are taken. */
static const char *refusal(const uint8_t *bytes, size_t length)
{
    static struct sx_error err;
    struct ag_envelope copy;

    if (ag_envelope_decode(bytes, length, &copy, &err) != 0)
        return err.message;
    ag_envelope_clear(&copy);
    return NULL;
}

#define REFUSED(text, ...) \
    do { \
        static const uint8_t bytes[] = {__VA_ARGS__}; \
        const char *message = refusal(bytes, sizeof bytes); \
        assert_non_null(message); \
        if (!strstr(message, text)) \
            fail_msg("'%s' does not hold '%s'", message, text); \
    } while (0)

static void malformed_is_refused(void **state)
{
    (void)state;
    assert_non_null(refusal((const uint8_t *)"", 0));
    REFUSED("body that this version knows", 0xfa, 0x06, 0x00);
    REFUSED("lacks a member", 0x2a, 0x00);
    REFUSED("not protobuf", 0x2a, 0x05, 0x0a);
    /* Goodbye with a reason of 1 and 0 bytes, of a NUL, of half a character, of a control one. */
    assert_null(refusal((const uint8_t[]){0x2a, 0x03, 0x0a, 0x01, 'x'}, 5));
    assert_null(refusal((const uint8_t[]){0x2a, 0x02, 0x0a, 0x00}, 4));
    REFUSED("NUL", 0x2a, 0x03, 0x0a, 0x01, 0x00);
    REFUSED("UTF-8", 0x2a, 0x03, 0x0a, 0x01, 0xc3);
    REFUSED("UTF-8", 0x2a, 0x03, 0x0a, 0x01, 0x1b);
    /* The length in two bytes where one would do, and two bodies. */
    REFUSED("shortest", 0x2a, 0x83, 0x00, 0x0a, 0x01, 'x');
    REFUSED("shortest", 0x2a, 0x03, 0x0a, 0x01, 'x', 0x12, 0x00);
    /* Position with a digest of one byte. */
    REFUSED("32 bytes", 0x92, 0x01, 0x03, 0x12, 0x01, 0x00);
    /* Copied with a change of operation 9, and one without a path. */
    REFUSED("operation", 0xc2, 0x01, 0x0a, 0x0a, 0x08, 0x08, 9, 0x10, 0, 0x18, 0, 0x22, 0);
    REFUSED("no path", 0xc2, 0x01, 0x0a, 0x0a, 0x08, 0x08, 3, 0x10, 0, 0x18, 0, 0x22, 0);
    REFUSED(
        "without a value", 0xc2, 0x01, 0x0b, 0x0a, 0x09, 0x08, 1, 0x10, 0, 0x18, 0, 0x22, 1, '/');
    REFUSED(
        "without a place", 0xc2, 0x01, 0x0b, 0x0a, 0x09, 0x08, 4, 0x10, 0, 0x18, 0, 0x22, 1, '/');
    REFUSED("scope", 0xc2, 0x01, 0x0b, 0x0a, 0x09, 0x08, 3, 0x10, 4, 0x18, 0, 0x22, 1, '/');
}

/** Cut and changed envelopes are refused or taken, and never do harm (see the sanitizers). */
static void mutations_do_no_harm(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    unsigned seed = (unsigned)time(NULL);
    struct sx_error err;
    uint8_t *bytes, *copy;
    size_t length;

    (void)state;
    print_message("seed %u\n", seed);
    message->revision->number = 1;
    strcpy(message->revision->lineage, UUID);
    add_change(&message->revision->changes, SX_OPERATION_CREATE, "{\"a:b\":1}", "x", "y", NULL);
    add_change(&message->revision->changes, SX_OPERATION_DELETE, NULL, NULL, NULL, NULL);
    assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), 0);
    for (size_t i = 0; i < length; i++)
        assert_non_null(refusal(bytes, i));
    copy = sx_alloc(length);
    for (int i = 0; i < 20000; i++) {
        memcpy(copy, bytes, length);
        for (int j = rand_r(&seed) % 4; j >= 0; j--)
            copy[(size_t)rand_r(&seed) % length] = (uint8_t)rand_r(&seed);
        refusal(copy, length);
    }
    free(copy);
    free(bytes);
    sx_message_free(message);
}

/* What the journal would keep and nobody could show. */
static void impossible_origins_are_refused(void **state)
{
    static const char hyphens[] = "------------------------------------";
    struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    const int64_t times[] = {-1, 253402300800000, INT64_MAX};
    struct sx_error err;
    uint8_t *bytes;
    size_t length;

    (void)state;
    message->revision->number = 1;
    for (size_t i = 0; i <= sizeof times / sizeof times[0]; i++) {
        bool is_time = i < sizeof times / sizeof times[0];

        message->revision->time_ms = is_time ? times[i] : 0;
        strcpy(message->revision->lineage, is_time ? UUID : hyphens);
        assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), 0);
        assert_non_null(strstr(refusal(bytes, length), is_time ? "1970 to 9999" : "not a UUID"));
        free(bytes);
    }
    sx_message_free(message);
}

static void text_is_checked(void **state)
{
    char shown[6];

    (void)state;
    assert_true(ag_text_is_clean("a\t\n\r\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
    assert_false(ag_text_is_clean("\x01"));
    assert_false(ag_text_is_clean("\xc0\x80"));
    assert_false(ag_text_is_clean("\xe0\x80\x80"));
    assert_false(ag_text_is_clean("\xed\xa0\x80"));
    assert_false(ag_text_is_clean("\xf4\x90\x80\x80"));
    assert_false(ag_text_is_clean("\xe2\x82"));
    assert_false(ag_text_is_clean("\x80"));
    ag_text_printable(shown, sizeof shown, "a\0\n\xc3long", 8);
    assert_string_equal(shown, "a???l");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_big_is_refused),
        cmocka_unit_test(costly_is_refused),
        cmocka_unit_test(malformed_is_refused),
        cmocka_unit_test(mutations_do_no_harm),
        cmocka_unit_test(impossible_origins_are_refused),
        cmocka_unit_test(text_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

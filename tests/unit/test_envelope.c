// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/envelope.h"
#include "peer/text.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UUID "3bca6888-f622-11df-93be-07cc953d7b99"

/** Encodes, decodes, and gives what came out. */
static struct ag_envelope round_trip(const struct ag_envelope *envelope)
{
    struct ag_envelope copy;
    struct sx_error err;
    uint8_t *bytes;
    size_t length;

    assert_int_equal(ag_envelope_encode(envelope, &bytes, &length, &err), 0);
    if (ag_envelope_decode(bytes, length, &copy, &err) != 0)
        fail_msg("%s", err.message);
    free(bytes);
    assert_int_equal(copy.type, envelope->type);
    return copy;
}

static struct sx_message *round_trip_message(struct sx_message *message)
{
    const struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct ag_envelope copy = round_trip(&envelope);

    assert_int_equal(copy.message->type, message->type);
    sx_message_free(message);
    return copy.message;
}

static void fill_history(struct sx_history *history, size_t count)
{
    history->count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(history->chain[i].id, UUID, SX_UUID_SIZE);
        history->chain[i].last_revision = UINT64_MAX - i;
    }
    memset(history->digest, 0xa5, SX_DIGEST_SIZE);
}

static void control_envelopes_pass(void **state)
{
    struct ag_envelope greeting = {.type = AG_ENVELOPE_GREETING,
        .greeting = {.version = 7,
            .instance = UINT64_MAX,
            .from = "a.test",
            .to = "b.test",
            .clusters = {"lab.test", "next.test"}}};
    struct ag_envelope ping = {.type = AG_ENVELOPE_PING,
        .beat = {.counter = 1, .time_us = UINT64_MAX, .progress = 3, .busy = true}};
    struct ag_envelope goodbye = {.type = AG_ENVELOPE_GOODBYE, .goodbye = "b\xc3\xb6se"};
    struct ag_envelope choice = {.type = AG_ENVELOPE_CHOICE};
    struct ag_envelope request = {.type = AG_ENVELOPE_STATUS_REQUEST};
    struct ag_envelope copy;

    (void)state;
    copy = round_trip(&greeting);
    assert_int_equal(copy.greeting.version, 7);
    assert_true(copy.greeting.instance == UINT64_MAX);
    assert_string_equal(copy.greeting.from, "a.test");
    assert_string_equal(copy.greeting.to, "b.test");
    assert_string_equal(copy.greeting.clusters[0], "lab.test");
    assert_string_equal(copy.greeting.clusters[1], "next.test");
    /* One without a name for its cluster, or with one. */
    greeting.greeting.clusters[0][0] = '\0';
    copy = round_trip(&greeting);
    assert_string_equal(copy.greeting.clusters[0], "next.test");
    assert_string_equal(copy.greeting.clusters[1], "");
    copy = round_trip(&ping);
    assert_memory_equal(&copy.beat, &ping.beat, sizeof ping.beat);
    ping.type = AG_ENVELOPE_PONG;
    round_trip(&ping);
    assert_string_equal(round_trip(&goodbye).goodbye, "b\xc3\xb6se");
    round_trip(&choice);
    round_trip(&request);
}

static void status_reply_passes(void **state)
{
    struct ag_envelope reply = {.type = AG_ENVELOPE_STATUS_REPLY,
        .status = {.system_name = "one",
            .software_version = "0.1.0",
            .role = SX_ROLE_NOT_IN_LIST,
            .lineage = UUID,
            .revision = 12}};
    struct ag_envelope copy;

    (void)state;
    memset(reply.status.digest, 9, SX_DIGEST_SIZE);
    copy = round_trip(&reply);
    assert_string_equal(copy.status.system_name, "one");
    assert_string_equal(copy.status.lineage, UUID);
    assert_int_equal(copy.status.role, SX_ROLE_NOT_IN_LIST);
    assert_memory_equal(copy.status.digest, reply.status.digest, SX_DIGEST_SIZE);
    reply.status.lineage[0] = '\0';
    assert_string_equal(round_trip(&reply).status.lineage, "");
}

static void hello_passes(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_HELLO);
    struct sx_hello *hello = message->hello, before;

    (void)state;
    strcpy(hello->software_version, "0.1.0");
    strcpy(hello->system_name, "n\xc3\xb6rd");
    strcpy(hello->cluster_name, "lab.test");
    strcpy(hello->ip_version, "ipv4");
    strcpy(hello->tls_verification, "permissive");
    strcpy(hello->peers[0], "a.test");
    strcpy(hello->peers[2], "c.test");
    hello->configuration_primary = 6;
    hello->local_index = 3;
    hello->take_snapshot = true;
    hello->new_schema = true;
    hello->boot = UINT64_MAX;
    hello->time_ms = -1;
    memset(hello->schema_hash, 0xff, SX_DIGEST_SIZE);
    fill_history(&hello->history, SX_LINEAGE_MAX);
    strcpy(hello->requirements.product_type, "e");
    strcpy(hello->requirements.platform_class, "medium");
    strcpy(hello->requirements.h323_mode, "off");
    strcpy(hello->requirements.features, "find-me traversal");
    strcpy(hello->requirements.address, "2001:db8::1");
    for (size_t i = 0; i < SX_UNIQUE_MAX; i++)
        hello->requirements.unique[i] = (i + 1) << 54 | i;
    hello->requirements.unique_count = SX_UNIQUE_MAX;
    before = *hello;
    message = round_trip_message(message);
    assert_memory_equal(message->hello, &before, sizeof before);
    sx_message_free(message);
}

static void add_change(struct sx_change_list *list, enum sx_operation operation, const char *value,
    const char *old_value, const char *after, const char *old_after)
{
    sx_change_list_add(list, (struct sx_change){.operation = operation,
                                 .scope = SX_SCOPE_AGREED_COPIED,
                                 .flags = SX_NODE_SECRET,
                                 .path = sx_strdup("/m:c/l[k='\xe2\x82\xac']"),
                                 .value = sx_strdup(value),
                                 .old_value = sx_strdup(old_value),
                                 .after = sx_strdup(after),
                                 .old_after = sx_strdup(old_after)});
}

static void revision_passes(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_REVISION);
    struct sx_revision *revision = message->revision;

    (void)state;
    revision->number = 41;
    strcpy(revision->lineage, UUID);
    revision->time_ms = 1700000000000;
    strcpy(revision->origin.user, "admin");
    strcpy(revision->origin.source, "127.0.0.1");
    revision->origin.session = 5;
    add_change(&revision->changes, SX_OPERATION_CREATE, "{}", NULL, "", NULL);
    add_change(&revision->changes, SX_OPERATION_DELETE, NULL, "{\"m:l\":[]}", NULL, "");
    add_change(&revision->changes, SX_OPERATION_MOVE, NULL, NULL, "/m:c/l[k='x']", "/m:c/l[k='y']");
    message = round_trip_message(message);
    revision = message->revision;
    assert_int_equal(revision->number, 41);
    assert_string_equal(revision->lineage, UUID);
    assert_true(revision->time_ms == 1700000000000);
    assert_string_equal(revision->origin.user, "admin");
    assert_int_equal(revision->origin.session, 5);
    assert_int_equal(revision->changes.count, 3);
    assert_string_equal(revision->changes.items[0].value, "{}");
    assert_null(revision->changes.items[0].old_value);
    assert_string_equal(revision->changes.items[0].after, "");
    assert_null(revision->changes.items[1].value);
    assert_int_equal(revision->changes.items[1].scope, SX_SCOPE_AGREED_COPIED);
    assert_int_equal(revision->changes.items[1].flags, SX_NODE_SECRET);
    assert_string_equal(revision->changes.items[2].path, "/m:c/l[k='\xe2\x82\xac']");
    assert_string_equal(revision->changes.items[2].after, "/m:c/l[k='x']");
    assert_null(revision->changes.items[0].old_after);
    assert_string_equal(revision->changes.items[1].old_after, "");
    assert_string_equal(revision->changes.items[2].old_after, "/m:c/l[k='y']");
    sx_message_free(message);
}

static void facts_pass(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_FACTS);
    struct sx_facts before;

    (void)state;
    strcpy(message->facts->host_name, "east.example");
    message->facts->maintenance = true;
    message->facts->usage = (struct sx_usage){1ull << 40, 7, UINT32_MAX};
    for (size_t i = 0; i < SX_LICENCE_KEYS_MAX; i++)
        memset(message->facts->licence_keys[i], 'k', SX_LICENCE_KEY_MAX - 1);
    message->facts->licence_key_count = SX_LICENCE_KEYS_MAX;
    memcpy(&before, message->facts, sizeof before);
    message = round_trip_message(message);
    assert_memory_equal(message->facts, &before, sizeof before);
    sx_message_free(message);
}

static void restart_passes(void **state)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_RESTART);

    (void)state;
    message->restart.boot = UINT64_MAX - 1;
    strcpy(message->restart.refusal, "not now");
    message = round_trip_message(message);
    assert_true(message->restart.boot == UINT64_MAX - 1);
    assert_string_equal(message->restart.refusal, "not now");
    sx_message_free(message);
    sx_message_free(round_trip_message(sx_message_new(SX_MESSAGE_COMPARE)));
}

static void expect_refused(struct sx_message *message, const char *reason)
{
    const struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct ag_envelope copy;
    struct sx_error err = {0};
    uint8_t *bytes;
    size_t length;

    assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), 0);
    assert_int_equal(ag_envelope_decode(bytes, length, &copy, &err), -1);
    assert_non_null(strstr(err.message, reason));
    free(bytes);
    sx_message_free(message);
}

static void progress_of_a_restart_passes(void **state)
{
    struct sx_rolling_status before = {.state = SX_ROLLING_STOPPED,
        .address = "beta.example.com",
        .done = 1,
        .total = SX_PEERS_MAX,
        .reason = "it did not come back",
        .time_ms = 1763700000123};
    struct sx_message *message = sx_message_new(SX_MESSAGE_ROLLING);

    (void)state;
    *message->rolling = before;
    message = round_trip_message(message);
    assert_int_equal(message->rolling->state, before.state);
    assert_string_equal(message->rolling->address, before.address);
    assert_int_equal(message->rolling->done, before.done);
    assert_int_equal(message->rolling->total, before.total);
    assert_string_equal(message->rolling->reason, before.reason);
    assert_int_equal(message->rolling->time_ms, before.time_ms);
    sx_message_free(message);
    message = sx_message_new(SX_MESSAGE_ROLLING);
    message->rolling->total = SX_PEERS_MAX + 1;
    expect_refused(message, "more systems than there can be");
    message = sx_message_new(SX_MESSAGE_ROLLING);
    message->rolling->state = (enum sx_rolling_state)(SX_ROLLING_COMPLETED + 1);
    expect_refused(message, "is not known");
}

static void snapshot_and_others_pass(void **state)
{
    static const enum sx_message_type histories[] = {
        SX_MESSAGE_POSITION, SX_MESSAGE_SYNC, SX_MESSAGE_SNAPSHOT_BEGIN};
    struct sx_message *message;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        message = sx_message_new(histories[i]);
        fill_history(message->history, i);
        message->total = 77;
        message->compare = true;
        message = round_trip_message(message);
        assert_int_equal(message->compare, histories[i] == SX_MESSAGE_SNAPSHOT_BEGIN);
        assert_int_equal(message->history->count, i);
        assert_int_equal(message->total, histories[i] == SX_MESSAGE_SNAPSHOT_BEGIN ? 77 : 0);
        sx_message_free(message);
    }
    message = sx_message_new(SX_MESSAGE_SNAPSHOT_PIECE);
    message->total = 1;
    sx_fragment_list_add(&message->fragments, (struct sx_fragment){.list = sx_strdup("/m:c/l"),
                                                  .key = sx_strdup(""),
                                                  .body = sx_strdup("{}"),
                                                  .after = sx_strdup("[k='y']")});
    message = round_trip_message(message);
    assert_int_equal(message->fragments.count, 1);
    assert_string_equal(message->fragments.items[0].list, "/m:c/l");
    assert_string_equal(message->fragments.items[0].key, "");
    assert_string_equal(message->fragments.items[0].after, "[k='y']");
    sx_message_free(message);
    message = sx_message_new(SX_MESSAGE_REFUSAL);
    message->refusal.number = 9;
    strcpy(message->refusal.reason, "no");
    message = round_trip_message(message);
    assert_string_equal(message->refusal.reason, "no");
    sx_message_free(message);
    message = sx_message_new(SX_MESSAGE_COPIED);
    add_change(&message->changes, SX_OPERATION_REPLACE, "{}", "{}", NULL, NULL);
    message = round_trip_message(message);
    assert_int_equal(message->changes.count, 1);
    sx_message_free(message);
    sx_message_free(round_trip_message(sx_message_new(SX_MESSAGE_SNAPSHOT_END)));
    sx_message_free(round_trip_message(sx_message_new(SX_MESSAGE_SNAPSHOT_NEXT)));
}

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
        cmocka_unit_test(control_envelopes_pass),
        cmocka_unit_test(status_reply_passes),
        cmocka_unit_test(hello_passes),
        cmocka_unit_test(revision_passes),
        cmocka_unit_test(facts_pass),
        cmocka_unit_test(restart_passes),
        cmocka_unit_test(progress_of_a_restart_passes),
        cmocka_unit_test(snapshot_and_others_pass),
        cmocka_unit_test(too_big_is_refused),
        cmocka_unit_test(costly_is_refused),
        cmocka_unit_test(malformed_is_refused),
        cmocka_unit_test(mutations_do_no_harm),
        cmocka_unit_test(impossible_origins_are_refused),
        cmocka_unit_test(text_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

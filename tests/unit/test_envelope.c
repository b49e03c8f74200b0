// SPDX-License-Identifier: Apache-2.0
#include "envelope_fixture.h"
#include "sextant/memory.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

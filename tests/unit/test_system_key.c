// SPDX-License-Identifier: Apache-2.0
/* The system key: shared by a cluster, changed by an operator, given to whom it belongs. */
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const pair[] = {SX_TEST_A, SX_TEST_B, NULL};

/* A primary and a subordinate that have never met, each with a key of its own. */
static void open_strangers(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    sx_test_engine_open_key(a, schema, SX_TEST_A, NULL, 1);
    sx_test_engine_open_key(b, schema, SX_TEST_B, NULL, 2);
    assert_true(sx_test_password(a, "wonderland"));
    assert_true(sx_test_community(b, "rabbit-hole"));
    sx_test_form(a, pair, 1);
    sx_test_form(b, pair, 1);
    assert_string_not_equal(a->status.system_key, b->status.system_key);
}

static void open_cluster(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    open_strangers(a, b, schema);
    sx_test_connect(a, b);
    assert_string_equal(a->status.system_key, b->status.system_key);
}

static void close_both(struct sx_test_engine *a, struct sx_test_engine *b)
{
    sx_test_engine_close(a);
    sx_test_engine_close(b);
}

static bool level(const struct sx_test_engine *a, const struct sx_test_engine *b)
{
    return memcmp(a->status.history.digest, b->status.history.digest, SX_DIGEST_SIZE) == 0 &&
           sx_test_revision(a) == sx_test_revision(b);
}

static bool force(struct sx_test_engine *test)
{
    return sx_test_plain(test, SX_EVENT_FORCE_KEY_UPDATE, SX_DATASTORE_RUNNING, 1);
}

static void who_joins_takes_the_primarys_key(void **state)
{
    struct sx_test_engine a, b;
    char id[SX_KEY_ID_SIZE];

    open_strangers(&a, &b, *state);
    strcpy(id, a.status.system_key);
    sx_test_connect(&a, &b);
    assert_string_equal(a.status.system_key, id);
    assert_string_equal(b.status.system_key, id);
    assert_true(level(&a, &b));
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "wonderland");
    assert_string_equal(sx_test_value(&b, SX_TEST_COMMUNITY), "rabbit-hole");
    assert_int_equal(sx_test_events(&a, 40055, true), 0);
    assert_int_equal(sx_test_events(&b, 40055, true), 0);
    assert_int_equal(sx_test_events(&b, 20006, true), 0);
    /* The key in the file is the one, also after a restart; b's own secret is under it. */
    assert_memory_equal(a.system_key, b.system_key, sizeof a.system_key);
    assert_false(b.has_next);
    sx_test_engine_restart(&b);
    assert_string_equal(sx_test_value(&b, SX_TEST_COMMUNITY), "rabbit-hole");
    assert_int_equal(b.status.unreadable_secrets, 0);
    /* Edits of secrets go on. */
    sx_test_link_down(&a, SX_TEST_B, "connection reset");
    sx_test_connect(&a, &b);
    assert_true(sx_test_password(&a, "looking-glass"));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    assert_true(level(&a, &b));
    assert_false(sx_test_on_disk(&a, "looking-glass") || sx_test_on_disk(&b, "looking-glass"));
    close_both(&a, &b);
}

static void a_message_says_nothing_in_clear(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;

    open_cluster(&a, &b, *state);
    assert_true(sx_test_password(&a, "looking-glass"));
    message = sx_test_sent(&a, SX_MESSAGE_REVISION, SX_TEST_B);
    assert_non_null(message);
    for (size_t i = 0; i < message->revision->changes.count; i++) {
        const struct sx_change *change = &message->revision->changes.items[i];

        assert_null(strstr(change->value, "looking-glass"));
        assert_null(strstr(change->old_value, "wonderland"));
        assert_non_null(strstr(change->value, a.status.system_key));
    }
    close_both(&a, &b);
}

/* A system of the list that was in another cluster before has a key that others share. */
static void another_clusters_key_is_not_replaced_by_itself(void **state)
{
    struct sx_test_engine a;
    struct sx_message *hello;

    sx_test_primary_open(&a, *state, 2);
    sx_test_link_up(&a, SX_TEST_B);
    hello = sx_test_hello(&a, SX_TEST_B);
    strcpy(hello->hello->system_key, "0123456789abcdef");
    sx_test_message(&a, SX_TEST_B, hello);
    assert_null(sx_test_sent(&a, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
    sx_test_tick(&a, SX_KEY_GRACE_MS);
    assert_true(sx_test_alarm(&a, 40055));
    assert_true(sx_test_alarm(&a, 20006));
    assert_true(sx_test_entry(&a, "ann", 1));
    assert_null(sx_test_sent(&a, SX_MESSAGE_REVISION, SX_TEST_B));
    /* It gets the key when it gives its configuration up, or says that the key is its own alone. */
    for (int i = 0; i < 2; i++) {
        hello = sx_test_hello(&a, SX_TEST_B);
        strcpy(hello->hello->system_key, "0123456789abcdef");
        hello->hello->take_snapshot = i == 0;
        hello->hello->key_unshared = i == 1;
        sx_test_message(&a, SX_TEST_B, hello);
        assert_non_null(sx_test_sent(&a, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
        sx_test_tick(&a, SX_KEY_OFFER_RETRY_MS);
    }
    hello = sx_test_hello(&a, SX_TEST_B);
    sx_test_message(&a, SX_TEST_B, hello);
    assert_false(sx_test_alarm(&a, 40055));
    sx_test_engine_close(&a);
}

static void another_clusters_key_is_replaced_by_an_update(void **state)
{
    struct sx_test_engine a, b;
    const char *own = "0123456789abcdef";
    struct sx_message *hello;

    open_cluster(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    sx_test_link_up(&a, SX_TEST_B);
    hello = sx_test_hello(&a, SX_TEST_B);
    strcpy(hello->hello->system_key, own);
    sx_test_message(&a, SX_TEST_B, hello);
    assert_null(sx_test_sent(&a, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
    assert_true(force(&a));
    sx_test_key_saved(&a, NULL);
    assert_non_null(sx_test_sent(&a, SX_MESSAGE_SYSTEM_KEY, SX_TEST_B));
    close_both(&a, &b);
}

static void a_key_is_taken_from_the_primary_alone(void **state)
{
    struct sx_test_engine b;
    struct sx_message *message, *hello;
    uint8_t key[SX_SYSTEM_KEY_SIZE] = {9};

    sx_test_subordinate_open(&b, *state, 3);
    sx_test_link_up(&b, SX_TEST_C);
    sx_test_link_up(&b, SX_TEST_A);
    for (int i = 0; i < 2; i++) {
        const char *peer = i == 0 ? SX_TEST_C : SX_TEST_A;

        hello = sx_test_hello(&b, peer);
        sx_secret_key_id(key, hello->hello->system_key);
        sx_test_message(&b, peer, hello);
        message = sx_message_new(SX_MESSAGE_SYSTEM_KEY);
        memcpy(message->system_key, key, sizeof key);
        sx_test_message(&b, peer, message);
        assert_int_equal(sx_test_count(&b, SX_ACTION_KEY_SAVE), i);
    }
    /* No second one while one is taken. */
    message = sx_message_new(SX_MESSAGE_SYSTEM_KEY);
    sx_test_message(&b, SX_TEST_A, message);
    assert_int_equal(sx_test_count(&b, SX_ACTION_KEY_SAVE), 0);
    sx_test_engine_close(&b);
}

static void an_update_reaches_linked_peers_at_once(void **state)
{
    struct sx_test_engine a, b;
    char former[SX_KEY_ID_SIZE];

    open_cluster(&a, &b, *state);
    strcpy(former, a.status.system_key);
    assert_true(force(&a));
    assert_true(a.status.key_update);
    assert_string_equal(a.status.system_key, former);
    assert_false(force(&a));
    sx_test_key_saved(&a, NULL);
    assert_string_not_equal(a.status.system_key, former);
    /* Edits go on meanwhile. */
    sx_test_exchange(&a, &b);
    assert_true(sx_test_password(&a, "looking-glass"));
    sx_test_exchange(&a, &b);
    sx_test_key_update(&a);
    sx_test_exchange(&a, &b);
    assert_string_equal(b.status.system_key, a.status.system_key);
    assert_false(a.status.key_update || b.status.key_update);
    assert_true(level(&a, &b));
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    assert_memory_equal(a.system_key, b.system_key, sizeof a.system_key);
    assert_false(sx_test_stored(&a, former) && !strstr(a.engine->system_key.former, former));
    assert_int_equal(sx_test_events(&a, 40055, true), 0);
    assert_int_equal(sx_test_events(&b, 40055, true), 0);
    sx_test_engine_restart(&a);
    sx_test_engine_restart(&b);
    assert_string_equal(sx_test_value(&a, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(&b, SX_TEST_COMMUNITY), "rabbit-hole");
    close_both(&a, &b);
}

static void a_peer_that_was_away_gets_the_new_key(void **state)
{
    struct sx_test_engine a, b;

    open_cluster(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    assert_true(force(&a));
    sx_test_key_update(&a);
    assert_true(force(&a));
    sx_test_key_update(&a);
    assert_true(sx_test_password(&a, "looking-glass"));
    assert_string_not_equal(b.status.system_key, a.status.system_key);
    sx_test_engine_restart(&a);
    sx_test_connect(&a, &b);
    assert_string_equal(b.status.system_key, a.status.system_key);
    assert_true(level(&a, &b));
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    assert_false(sx_test_alarm(&a, 40055) || sx_test_alarm(&b, 40055));
    close_both(&a, &b);
}

/* A system joins while its primary is not one: it gets the key as soon as that is put right. */
static void who_becomes_primary_later_gives_its_key(void **state)
{
    struct sx_test_engine a, b;

    open_strangers(&a, &b, *state);
    assert_true(sx_test_edit(&a,
        SX_TEST_CLUSTER "<configuration-primary>2</configuration-primary>" SX_TEST_CLUSTER_END));
    sx_test_connect(&a, &b);
    assert_string_not_equal(b.status.system_key, a.status.system_key);
    assert_true(sx_test_edit(&a,
        SX_TEST_CLUSTER "<configuration-primary>1</configuration-primary>" SX_TEST_CLUSTER_END));
    sx_test_exchange(&a, &b);
    assert_string_equal(b.status.system_key, a.status.system_key);
    assert_true(level(&a, &b));
    assert_false(sx_test_alarm(&a, 40055) || sx_test_alarm(&b, 40055));
    close_both(&a, &b);
}

static void a_subordinate_refuses_an_update(void **state)
{
    struct sx_test_engine a, b;

    open_cluster(&a, &b, *state);
    assert_false(force(&b));
    assert_non_null(strstr(b.update.error.message, SX_TEST_A));
    assert_int_equal(sx_test_count(&b, SX_ACTION_KEY_SAVE), 0);
    close_both(&a, &b);
}

static void a_key_that_cannot_be_written_changes_nothing(void **state)
{
    struct sx_test_engine test;
    char id[SX_KEY_ID_SIZE];

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_password(&test, "wonderland"));
    strcpy(id, test.status.system_key);
    assert_true(force(&test));
    sx_test_key_saved(&test, "no space left");
    assert_true(sx_test_logged(&test, "no space left"));
    assert_string_equal(test.status.system_key, id);
    assert_false(test.status.key_update);
    sx_test_engine_restart(&test);
    assert_string_equal(sx_test_value(&test, SX_TEST_PASSWORD), "wonderland");
    assert_true(force(&test));
    sx_test_key_update(&test);
    assert_string_not_equal(test.status.system_key, id);
    sx_test_engine_close(&test);
}

/* A peer whose disk is full would ask and be given the key without end. */
static void a_peer_that_cannot_store_the_key_gets_it_later(void **state)
{
    struct sx_test_engine a, b;

    open_strangers(&a, &b, *state);
    sx_test_link_up(&a, SX_TEST_B);
    sx_test_link_up(&b, SX_TEST_A);
    sx_test_message(&a, SX_TEST_B, sx_test_take(&b, SX_MESSAGE_HELLO));
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_SYSTEM_KEY), 1);
    assert_in_range(a.update.deadline_ms, a.now, a.now + SX_KEY_OFFER_RETRY_MS);
    assert_string_not_equal(b.status.system_key, a.status.system_key);
    sx_test_tick(&a, SX_KEY_OFFER_RETRY_MS / 2);
    sx_test_link_up(&b, SX_TEST_A);
    sx_test_message(&a, SX_TEST_B, sx_test_take(&b, SX_MESSAGE_HELLO));
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_SYSTEM_KEY), 0);
    sx_test_tick(&a, SX_KEY_OFFER_RETRY_MS / 2);
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_SYSTEM_KEY), 1);
    close_both(&a, &b);
}

/* The file is lost, and the agent made a new key: the primary gives the cluster's. */
static void a_subordinate_that_lost_its_key_gets_it_back(void **state)
{
    struct sx_test_engine a, b;

    open_cluster(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    memset(b.system_key, 0x77, sizeof b.system_key);
    sx_test_engine_restart(&b);
    assert_int_equal(b.status.unreadable_secrets, 2);
    assert_true(sx_test_alarm(&b, 40055));
    sx_test_connect(&a, &b);
    assert_string_equal(b.status.system_key, a.status.system_key);
    assert_int_equal(b.status.unreadable_secrets, 0);
    assert_false(sx_test_alarm(&b, 40055) || sx_test_alarm(&a, 40055));
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "wonderland");
    assert_string_equal(sx_test_value(&b, SX_TEST_COMMUNITY), "rabbit-hole");
    assert_true(level(&a, &b));
    sx_test_engine_restart(&b);
    assert_int_equal(b.status.unreadable_secrets, 0);
    assert_true(level(&a, &b));
    close_both(&a, &b);
}

/* Its new key would take the place of the one that it lacks, on all peers. */
static void a_primary_that_lost_its_key_does_not_spread_another(void **state)
{
    struct sx_test_engine a, b;
    char id[SX_KEY_ID_SIZE];

    open_cluster(&a, &b, *state);
    strcpy(id, b.status.system_key);
    sx_test_disconnect(&a, &b);
    memset(a.system_key, 0x77, sizeof a.system_key);
    sx_test_engine_restart(&a);
    sx_test_connect(&a, &b);
    assert_true(sx_test_alarm(&a, 40055));
    assert_false(force(&a));
    assert_non_null(strstr(a.update.error.message, SX_TEST_B));
    assert_string_equal(b.status.system_key, id);
    assert_true(sx_test_set_primary(&b, 2));
    assert_true(sx_test_set_primary(&a, 2));
    sx_test_exchange(&a, &b);
    assert_string_equal(a.status.system_key, id);
    assert_int_equal(a.status.unreadable_secrets, 0);
    assert_true(level(&a, &b));
    assert_false(sx_test_alarm(&a, 40055) || sx_test_alarm(&b, 40055));
    assert_true(force(&b));
    close_both(&a, &b);
}

/* Nobody has the key: the secrets are set anew first. */
static void a_primary_without_unreadable_secrets_may_change_the_key(void **state)
{
    struct sx_test_engine a, b;

    open_cluster(&a, &b, *state);
    sx_test_disconnect(&a, &b);
    memset(a.system_key, 0x77, sizeof a.system_key);
    sx_test_engine_restart(&a);
    assert_true(sx_test_password(&a, "looking-glass"));
    sx_test_connect(&a, &b);
    assert_true(force(&a));
    sx_test_key_saved(&a, NULL);
    sx_test_exchange(&a, &b);
    sx_test_key_update(&a);
    sx_test_exchange(&a, &b);
    assert_string_equal(a.status.system_key, b.status.system_key);
    assert_string_equal(sx_test_value(&b, SX_TEST_PASSWORD), "looking-glass");
    close_both(&a, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_joins_takes_the_primarys_key),
        cmocka_unit_test(a_message_says_nothing_in_clear),
        cmocka_unit_test(another_clusters_key_is_not_replaced_by_itself),
        cmocka_unit_test(another_clusters_key_is_replaced_by_an_update),
        cmocka_unit_test(a_key_is_taken_from_the_primary_alone),
        cmocka_unit_test(an_update_reaches_linked_peers_at_once),
        cmocka_unit_test(a_peer_that_was_away_gets_the_new_key),
        cmocka_unit_test(who_becomes_primary_later_gives_its_key),
        cmocka_unit_test(a_subordinate_refuses_an_update),
        cmocka_unit_test(a_key_that_cannot_be_written_changes_nothing),
        cmocka_unit_test(a_peer_that_cannot_store_the_key_gets_it_later),
        cmocka_unit_test(a_subordinate_that_lost_its_key_gets_it_back),
        cmocka_unit_test(a_primary_that_lost_its_key_does_not_spread_another),
        cmocka_unit_test(a_primary_without_unreadable_secrets_may_change_the_key),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void set(struct sx_test_store *test, const struct sx_history *history)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_set_history(test->store, history, &err), 0);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

static void assert_stored(struct sx_test_store *test, const struct sx_history *expected)
{
    struct sx_history history;
    struct sx_error err = {0};

    memset(&history, 0xff, sizeof history);
    assert_int_equal(sx_store_get_history(test->store, &history, &err), 0);
    assert_int_equal(history.count, expected->count);
    for (size_t i = 0; i < history.count; i++) {
        assert_string_equal(history.chain[i].id, expected->chain[i].id);
        assert_int_equal(history.chain[i].last_revision, expected->chain[i].last_revision);
    }
    assert_memory_equal(history.digest, expected->digest, SX_DIGEST_SIZE);
}

static void commit_one(struct sx_history *history)
{
    uint8_t digest[SX_DIGEST_SIZE];

    memset(digest, (int)sx_history_revision(history) + 1, sizeof digest);
    sx_history_advance(history, digest);
}

static void test_empty(void **state)
{
    const struct sx_history none = {0};

    assert_stored(*state, &none);
    set(*state, &none);
    assert_stored(*state, &none);
}

static void test_grows_and_shifts(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_history history = {0};
    char id[SX_UUID_SIZE];

    for (int i = 0; i < SX_LINEAGE_MAX + 3; i++) {
        snprintf(id, sizeof id, "lineage-%d", i);
        sx_history_start(&history, id);
        commit_one(&history);
        set(test, &history);
        commit_one(&history);
        set(test, &history);
        assert_stored(test, &history);
    }
    sx_test_store_reopen(test);
    assert_stored(test, &history);
    commit_one(&history);
    set(test, &history);
    assert_stored(test, &history);
}

static void test_another_chain_takes_its_place(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_history history = {0};
    struct sx_history other = {0};

    for (int i = 0; i < 5; i++) {
        sx_history_start(&history, i % 2 ? "odd" : "even");
        commit_one(&history);
    }
    set(test, &history);
    sx_history_start(&other, "other");
    commit_one(&other);
    set(test, &other);
    assert_stored(test, &other);
    set(test, &history);
    assert_stored(test, &history);
}

static void test_rollback(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_history history = {0};
    struct sx_history later;
    struct sx_error err = {0};

    sx_history_start(&history, "a");
    commit_one(&history);
    set(test, &history);
    later = history;
    sx_history_start(&later, "b");
    commit_one(&later);
    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_set_history(test->store, &later, &err), 0);
    sx_store_rollback(test->store);
    assert_stored(test, &history);
    /* What was rolled back is not taken for stored. */
    set(test, &later);
    assert_stored(test, &later);
}

static void test_damage_is_told(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_history history = {0};
    struct sx_error err = {0};

    sx_history_start(&history, "a");
    commit_one(&history);
    sx_history_start(&history, "b");
    commit_one(&history);
    set(test, &history);
    sx_test_sql(test->folder, "UPDATE lineage SET digest = NULL WHERE position = 0");
    assert_stored(test, &history);
    sx_test_sql(test->folder, "UPDATE lineage SET digest = upper(hex(zeroblob(32))) || 'g'");
    assert_int_equal(sx_store_get_history(test->store, &history, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "no valid digest"));
    sx_test_sql(test->folder,
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 70) "
        "INSERT INTO lineage SELECT i, 'x', i, NULL FROM n");
    assert_int_equal(sx_store_get_history(test->store, &history, &err), -1);
    assert_non_null(strstr(err.message, "more than 64"));
}

static void test_hex(void **state)
{
    uint8_t bytes[3];
    char text[7];

    (void)state;
    assert_int_equal(sx_hex_decode("00ffa1", bytes, 3), 0);
    sx_hex_encode(bytes, 3, text);
    assert_string_equal(text, "00ffa1");
    assert_int_equal(sx_hex_decode("00ffa", bytes, 3), -1);
    assert_int_equal(sx_hex_decode("00ffa12", bytes, 3), -1);
    assert_int_equal(sx_hex_decode("00fFa1", bytes, 3), -1);
    assert_int_equal(sx_hex_decode("00f:a1", bytes, 3), -1);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_empty),
        TEST(test_grows_and_shifts),
        TEST(test_another_chain_takes_its_place),
        TEST(test_rollback),
        TEST(test_damage_is_told),
        cmocka_unit_test(test_hex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/history.h"
#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t digest[SX_DIGEST_SIZE] = {1, 2, 3};

static void test_empty(void **state)
{
    struct sx_history history = {0};

    (void)state;
    assert_int_equal(sx_history_revision(&history), 0);
    assert_string_equal(sx_history_lineage(&history), "");
    assert_true(sx_history_holds(&history, "", 0));
    assert_false(sx_history_holds(&history, "a", 0));
}

static void test_revisions_rise_across_lineages(void **state)
{
    struct sx_history history = {0};

    (void)state;
    sx_history_start(&history, "a");
    sx_history_advance(&history, digest);
    sx_history_advance(&history, digest);
    assert_int_equal(sx_history_revision(&history), 2);
    sx_history_start(&history, "b");
    assert_string_equal(sx_history_lineage(&history), "b");
    sx_history_advance(&history, digest);
    assert_int_equal(sx_history_revision(&history), 3);
    assert_int_equal(history.chain[0].last_revision, 2);
    assert_memory_equal(history.digest, digest, sizeof digest);
}

static void test_holds(void **state)
{
    struct sx_history history = {0};

    (void)state;
    sx_history_start(&history, "a");
    for (int i = 0; i < 5; i++)
        sx_history_advance(&history, digest);
    sx_history_start(&history, "b");
    sx_history_advance(&history, digest);
    assert_true(sx_history_holds(&history, "", 0));
    assert_true(sx_history_holds(&history, "a", 5));
    assert_false(sx_history_holds(&history, "a", 6));
    assert_true(sx_history_holds(&history, "b", 6));
    assert_false(sx_history_holds(&history, "b", 7));
    assert_false(sx_history_holds(&history, "c", 1));
}

static void test_full_chain_drops_the_oldest(void **state)
{
    struct sx_history history = {0};
    char id[SX_UUID_SIZE];

    (void)state;
    for (int i = 0; i < SX_LINEAGE_MAX + 2; i++) {
        snprintf(id, sizeof id, "lineage-%d", i);
        sx_history_start(&history, id);
        sx_history_advance(&history, digest);
    }
    assert_int_equal(history.count, SX_LINEAGE_MAX);
    assert_string_equal(history.chain[0].id, "lineage-2");
    assert_int_equal(history.chain[0].last_revision, 3);
    assert_int_equal(sx_history_revision(&history), SX_LINEAGE_MAX + 2);
    assert_false(sx_history_holds(&history, "lineage-1", 1));
}

static void test_long_id_is_cut(void **state)
{
    struct sx_history history = {0};

    (void)state;
    sx_history_start(&history, "0123456789012345678901234567890123456789");
    assert_int_equal(strlen(sx_history_lineage(&history)), SX_UUID_SIZE - 1);
}

static void test_revision_clear(void **state)
{
    struct sx_revision revision = {.number = 4};

    (void)state;
    sx_change_list_add(&revision.changes,
        (struct sx_change){.operation = SX_OPERATION_DELETE, .path = sx_strdup("/a:b")});
    sx_revision_clear(&revision);
    assert_int_equal(revision.number, 0);
    assert_int_equal(revision.changes.count, 0);
    sx_revision_clear(&revision);
}

static void test_reaches(void **state)
{
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(sx_history_reaches(3, 9, 9, &err), 0);
    assert_int_equal(sx_history_reaches(3, 9, 3, &err), 0);
    assert_int_equal(sx_history_reaches(0, 0, 0, &err), 0);
    assert_int_equal(err.code, SX_OK);
    assert_int_equal(sx_history_reaches(3, 9, 2, &err), -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    assert_string_equal(err.app_tag, "revision-too-old");
    assert_non_null(strstr(err.message, "the oldest that it reaches is 3"));
    assert_int_equal(sx_history_reaches(3, 9, 10, &err), -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    assert_non_null(strstr(err.message, "the newest is 9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_revisions_rise_across_lineages),
        cmocka_unit_test(test_holds),
        cmocka_unit_test(test_full_chain_drops_the_oldest),
        cmocka_unit_test(test_long_id_is_cut),
        cmocka_unit_test(test_revision_clear),
        cmocka_unit_test(test_reaches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

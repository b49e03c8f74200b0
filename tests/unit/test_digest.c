// SPDX-License-Identifier: Apache-2.0
#include "digest.h"
#include "test_schema.h"
#include "test_tree.h"
#include <openssl/sha.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"

static const uint8_t zero[SX_DIGEST_SIZE];

static void test_sum_carries(void **state)
{
    uint8_t digest[SX_DIGEST_SIZE], one[SX_DIGEST_SIZE] = {1};

    (void)state;
    memset(digest, 0xFF, sizeof digest);
    sx_digest_sum(digest, one);
    assert_memory_equal(digest, zero, sizeof digest);
    digest[0] = 0xFF;
    sx_digest_sum(digest, one);
    assert_int_equal(digest[0], 0);
    assert_int_equal(digest[1], 1);
}

static void test_one_leaf(void **state)
{
    static const char item[] = T "/plain\0x";
    struct sx_tree *tree = *state;
    uint8_t expected[SX_DIGEST_SIZE];

    assert_memory_equal(tree->digest, zero, SX_DIGEST_SIZE);
    sx_test_set(tree, SX_TEST_TOP("<plain>x</plain>"));
    SHA256((const unsigned char *)item, sizeof item - 1, expected);
    assert_memory_equal(tree->digest, expected, SX_DIGEST_SIZE);
    sx_test_set(tree, SX_TEST_TOP("<plain nc:operation='delete'/>"));
    assert_memory_equal(tree->digest, zero, SX_DIGEST_SIZE);
}

static void test_entries_and_presence(void **state)
{
    static const char flag[] = T "/flag\0", entry[] = T "/flag/inside[k='1']\0",
                      key[] = T "/flag/inside[k='1']/k\0"
                                "1";
    struct sx_tree *tree = *state;
    uint8_t expected[SX_DIGEST_SIZE] = {0}, item[SX_DIGEST_SIZE];

    sx_test_set(tree, SX_TEST_TOP("<flag><inside><k>1</k></inside></flag>"));
    SHA256((const unsigned char *)flag, sizeof flag - 1, item);
    sx_digest_sum(expected, item);
    SHA256((const unsigned char *)entry, sizeof entry - 1, item);
    sx_digest_sum(expected, item);
    SHA256((const unsigned char *)key, sizeof key - 1, item);
    sx_digest_sum(expected, item);
    assert_memory_equal(tree->digest, expected, SX_DIGEST_SIZE);
}

static void test_other_scopes_and_defaults_do_not_count(void **state)
{
    struct sx_tree *tree = *state;

    sx_test_set(tree, SX_TEST_TOP("<own>o</own><agreed><name>n</name></agreed>"));
    sx_test_set(tree, SX_TEST_LISTS("<local><k>1</k></local>"
                                    "<local-ordered><k>1</k></local-ordered>"
                                    "<local-ordered><k>2</k></local-ordered>"));
    assert_memory_equal(tree->digest, zero, SX_DIGEST_SIZE);
    /* A default that is set explicitly does. */
    sx_test_set(tree, SX_TEST_TOP("<number>5</number>"));
    assert_memory_not_equal(tree->digest, zero, SX_DIGEST_SIZE);
}

static void test_order_counts_where_the_user_gives_it(void **state)
{
    struct sx_tree *tree = *state;
    uint8_t before[SX_DIGEST_SIZE], fresh[SX_DIGEST_SIZE];

    sx_test_set(tree, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"
                                    "<ordered><id>c</id></ordered>"));
    memcpy(before, tree->digest, sizeof before);
    sx_test_set(tree, SX_TEST_LISTS("<ordered yang:insert='first'><id>b</id></ordered>"));
    assert_memory_not_equal(tree->digest, before, SX_DIGEST_SIZE);
    sx_test_digest(tree, fresh);
    assert_memory_equal(tree->digest, fresh, SX_DIGEST_SIZE);
    sx_test_set(tree, SX_TEST_LISTS("<ordered yang:insert='first'><id>a</id></ordered>"));
    assert_memory_equal(tree->digest, before, SX_DIGEST_SIZE);
}

static void test_subtract(void **state)
{
    struct sx_tree *tree = *state;
    uint8_t digest[SX_DIGEST_SIZE];

    sx_test_set(tree, SX_TEST_TOP("<plain>x</plain><colour>a</colour><blob><x>1</x></blob>"));
    sx_test_digest(tree, digest);
    assert_memory_equal(digest, tree->digest, SX_DIGEST_SIZE);
    for (const struct lyd_node *node = tree->root; node; node = node->next)
        sx_digest_subtract(digest, tree->digest_key, node);
    assert_memory_equal(digest, zero, SX_DIGEST_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_sum_carries),
        SX_TEST_ON_TREE(test_one_leaf),
        SX_TEST_ON_TREE(test_entries_and_presence),
        SX_TEST_ON_TREE(test_other_scopes_and_defaults_do_not_count),
        SX_TEST_ON_TREE(test_order_counts_where_the_user_gives_it),
        SX_TEST_ON_TREE(test_subtract),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

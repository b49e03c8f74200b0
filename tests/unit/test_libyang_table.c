// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "test_random_edit.h"
#include "test_schema.h"
#include "test_tree.h"
#include "undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define L "/sextant-test:lists"

/** Entries that are there at once at most, in three lists; and how often one comes or goes. */
#define ENTRIES 5
#define ROUNDS 100000
/** With this seed, libyang 2.1.30 crashes when there is no guard. */
#define SEED 103

/* An entry of the list, alone. */
static struct lyd_node *make_entry(const struct lyd_node *parent, uint32_t number)
{
    struct lyd_node *scratch = NULL, *entry = NULL;
    static const char *const lists[] = {"local", "entry", "ordered"};
    static const char *const keys[] = {"k", "name", "id"};
    char *key = sx_format("[%s='%u']", keys[number % 3], number);

    assert_int_equal(lyd_dup_single(parent, NULL, 0, &scratch), LY_SUCCESS);
    assert_int_equal(lyd_new_list2(scratch, NULL, lists[number % 3], key, 0, &entry), LY_SUCCESS);
    lyd_unlink_tree(entry);
    lyd_free_tree(scratch);
    free(key);
    return entry;
}

/* Entries come and go, with ever new keys. Every entry must be found all the time. */
static void test_come_and_go(void **state)
{
    const char *given = getenv("SX_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : SEED;
    struct sx_tree *tree = *state;
    struct sx_undo undo = {.root = &tree->root};
    struct lyd_node *parent = NULL, *there[ENTRIES] = {0};

    print_message("seed %llu\n", (unsigned long long)seed);
    parent = sx_test_find(tree, L);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t i = sx_test_random(&seed, ENTRIES);

        if (there[i]) {
            struct lyd_node *found = NULL;

            assert_int_equal(
                lyd_find_sibling_first(lyd_child(parent), there[i], &found), LY_SUCCESS);
            assert_ptr_equal(found, there[i]);
            sx_undo_remove(&undo, there[i]);
            there[i] = NULL;
        } else {
            there[i] = make_entry(parent, i + ENTRIES * sx_test_random(&seed, 1000));
            sx_undo_insert(&undo, parent, there[i]);
        }
        if (sx_test_random(&seed, 50) == 0)
            sx_undo_keep(&undo);
    }
    sx_undo_keep(&undo);
    sx_test_check_links(tree->root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_come_and_go),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}

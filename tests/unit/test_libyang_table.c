// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "test_random_edit.h"
#include "test_schema.h"
#include "test_tree.h"
#include "undo.h"
#include <stdio.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define L "/sextant-test:lists"

static struct sx_schema *schema;

static int load_schema(void **state)
{
    (void)state;
    schema = sx_test_schema("sextant-test", "ietf-netconf", NULL);
    return 0;
}

static int free_schema(void **state)
{
    (void)state;
    sx_schema_free(schema);
    return 0;
}

static int open_tree(void **state)
{
    struct sx_tree *tree = malloc(sizeof *tree);

    assert_non_null(tree);
    *tree = sx_test_tree(schema);
    *state = tree;
    return 0;
}

static int close_tree(void **state)
{
    sx_tree_clear(*state);
    free(*state);
    return 0;
}

/** Entries that are there at once, in three lists; and how often some of them are exchanged. */
#define ENTRIES 5
#define ROUNDS 150000

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

/* Some entries go, others with new keys come in their place. Without the guard, libyang 2.1.30
 * crashes on most seeds. Every entry must be found all the time. */
static void test_exchange(void **state)
{
    const char *given = getenv("SX_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) | 1;
    struct sx_tree *tree = *state;
    struct sx_undo undo = {.root = &tree->root};
    struct lyd_node *parent = NULL, *there[ENTRIES] = {0};

    print_message("seed %llu\n", (unsigned long long)seed);
    assert_int_equal(lyd_find_path(tree->root, L, 0, &parent), LY_SUCCESS);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < ENTRIES; i++) {
            struct lyd_node *found = NULL;

            if (!there[i] || sx_test_random(&seed, 2) == 0)
                continue;
            assert_int_equal(
                lyd_find_sibling_first(lyd_child(parent), there[i], &found), LY_SUCCESS);
            assert_ptr_equal(found, there[i]);
            sx_undo_remove(&undo, there[i]);
            there[i] = NULL;
        }
        for (uint32_t i = 0; i < ENTRIES; i++) {
            if (there[i] || sx_test_random(&seed, 4) == 0)
                continue;
            there[i] = make_entry(parent, i + ENTRIES * sx_test_random(&seed, 1000));
            sx_undo_insert(&undo, parent, there[i]);
        }
        sx_undo_keep(&undo);
    }
    sx_test_check_links(tree->root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_exchange, open_tree, close_tree),
    };

    return cmocka_run_group_tests(tests, load_schema, free_schema);
}

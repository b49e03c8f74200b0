// SPDX-License-Identifier: Apache-2.0

/* Random edits on a module with every difficult construct. What must hold after each of them: undo
 * restores the tree to the byte; replay of the changes, and the rows, give the same content; the
 * digest that is carried along is the digest from scratch. */

#include "load.h"
#include "sextant/memory.h"
#include "test_random_edit.h"
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/** Transactions of one run. */
#define ROUNDS 1500

static const uint8_t salt[16] = {7};

struct world {
    struct sx_schema *schema;
    struct sx_test_generator *generator;
    struct sx_tree tree;
    struct sx_fragment_list rows; /* as the store's table would be; user-ordered lists in order */
    char *before; /* the tree before this round */
    char *script; /* the edits of this round */
    uint64_t seed;
    unsigned kept, failed;
};

static size_t find_row(const struct sx_fragment_list *rows, const struct sx_fragment *like)
{
    size_t i = 0;

    while (i < rows->count &&
           (strcmp(rows->items[i].list, like->list) != 0 ||
               strcmp(rows->items[i].key, like->key) != 0 || rows->items[i].scope != like->scope))
        i++;
    return i;
}

static struct sx_fragment take_row(struct sx_fragment_list *rows, size_t at)
{
    struct sx_fragment row = rows->items[at];

    memmove(rows->items + at, rows->items + at + 1, (rows->count - at - 1) * sizeof *rows->items);
    rows->count--;
    return row;
}

static void free_row(struct sx_fragment row)
{
    free(row.list);
    free(row.key);
    free(row.body);
    free(row.after);
}

static void put_row(struct sx_fragment_list *rows, const struct sx_fragment *row)
{
    size_t at = find_row(rows, row), to;

    if (at < rows->count)
        free_row(take_row(rows, at));
    else
        at = rows->count;
    if (!row->body)
        return;
    if (row->after) {
        struct sx_fragment before = {.list = row->list, .key = row->after, .scope = row->scope};

        /* First of all stands before the first of its list. */
        at = 0;
        if (row->after[0]) {
            at = find_row(rows, &before);
            assert_true(at < rows->count);
            at++;
        }
    }
    sx_fragment_list_copy(rows, row);
    to = rows->count - 1;
    for (struct sx_fragment last = rows->items[to]; to > at; to--) {
        rows->items[to] = rows->items[to - 1];
        rows->items[to - 1] = last;
    }
}

static void trouble(const struct world *world, const char *what, const char *why)
{
    fprintf(stderr, "--- tree before:\n%s--- edits:\n%s\n", world->before, world->script);
    fail_msg("%s: %s", what, why);
}

static void assert_text(
    const struct world *world, const char *is, const char *should, const char *what)
{
    if (strcmp(is, should) == 0)
        return;
    fprintf(stderr, "--- is:\n%s--- should be:\n%s", is, should);
    trouble(world, what, "the texts differ");
}

static void assert_digest(const struct world *world, const uint8_t *is, const char *what)
{
    uint8_t should[SX_DIGEST_SIZE];

    sx_test_digest(&world->tree, should);
    if (memcmp(is, should, SX_DIGEST_SIZE) != 0)
        trouble(world, what, "it is not the digest from scratch");
}

static void check_replay(struct world *world, const struct sx_change_list *changes,
    struct lyd_node *copy, const uint8_t *former_digest)
{
    struct sx_tree other = {.schema = world->schema, .root = copy};
    struct sx_transaction *transaction;
    char *is, *should;
    struct sx_error err;

    memcpy(other.digest, former_digest, SX_DIGEST_SIZE);
    transaction = sx_transaction_begin(&other, salt);
    if (sx_transaction_apply(transaction, changes, &err) < 0 ||
        sx_transaction_validate(transaction, &err) < 0)
        trouble(world, "replay", err.message);
    sx_transaction_keep(transaction);
    is = sx_test_content(other.root, true);
    should = sx_test_content(world->tree.root, true);
    assert_text(world, is, should, "replay gives another content");
    assert_digest(world, other.digest, "digest of the replay");
    sx_test_check_links(other.root);
    sx_tree_clear(&other);
    free(is);
    free(should);
}

static void check_rows(struct world *world)
{
    struct sx_tree other = {.schema = world->schema};
    struct sx_loader loader;
    char *is, *should;
    struct sx_error err;

    sx_loader_begin(&loader, &other, NULL, NULL, NULL);
    for (int rest = 1; rest >= 0; rest--)
        for (size_t i = 0; i < world->rows.count; i++)
            if ((world->rows.items[i].key[0] == '\0') == rest &&
                sx_load_row(&loader, &world->rows.items[i], &err) < 0)
                trouble(world, "load", err.message);
    sx_loader_end(&loader);
    if (sx_load_finish(&other, &err) < 0)
        trouble(world, "load", err.message);
    is = sx_test_content(other.root, true);
    should = sx_test_content(world->tree.root, true);
    assert_text(world, is, should, "the rows give another content");
    assert_digest(world, other.digest, "digest of the rows");
    sx_tree_clear(&other);
    free(is);
    free(should);
}

static int edit(struct world *world, struct sx_transaction *transaction, struct sx_error *err)
{
    static const enum sx_default_operation operations[] = {SX_DEFAULT_MERGE, SX_DEFAULT_MERGE,
        SX_DEFAULT_MERGE, SX_DEFAULT_MERGE, SX_DEFAULT_MERGE, SX_DEFAULT_MERGE, SX_DEFAULT_MERGE,
        SX_DEFAULT_NONE, SX_DEFAULT_REPLACE};

    for (uint32_t edits = sx_test_random(&world->seed, 3) + 1; edits > 0; edits--) {
        char *xml = sx_test_random_edit(world->generator, world->tree.root, &world->seed);
        char *script;
        struct lyd_node *config = sx_test_parse_edit(world->schema, xml);
        enum sx_default_operation operation =
            operations[sx_test_random(&world->seed, sizeof operations / sizeof *operations)];
        int result = sx_transaction_edit(transaction, config, operation, err);

        script = sx_format("%s%d: %s\n", world->script, operation, xml);
        free(world->script);
        world->script = script;
        lyd_free_siblings(config);
        free(xml);
        if (result < 0)
            return -1;
    }
    return sx_transaction_validate(transaction, err);
}

static void keep(struct world *world, struct sx_transaction *transaction, struct lyd_node *copy,
    const uint8_t *former_digest)
{
    const struct sx_fragment_list *rows = sx_transaction_fragments(transaction);
    const struct sx_change_list *changes = sx_transaction_changes(transaction);
    struct sx_change_list kept = {0};

    for (size_t i = 0; i < rows->count; i++)
        put_row(&world->rows, &rows->items[i]);
    for (size_t i = 0; i < changes->count; i++)
        sx_change_list_copy(&kept, &changes->items[i]);
    sx_transaction_keep(transaction);
    sx_test_check_links(world->tree.root);
    assert_digest(world, world->tree.digest, "digest of the tree");
    check_replay(world, &kept, copy, former_digest);
    check_rows(world);
    sx_change_list_clear(&kept);
}

static void one_round(struct world *world)
{
    char *after;
    uint8_t former_digest[SX_DIGEST_SIZE];
    struct lyd_node *copy = NULL;
    struct sx_transaction *transaction = sx_transaction_begin(&world->tree, salt);
    struct sx_error err = {0};
    int result;

    world->before = sx_test_dump(world->tree.root);
    world->script = sx_strdup("");
    memcpy(former_digest, world->tree.digest, SX_DIGEST_SIZE);
    assert_int_equal(
        lyd_dup_siblings(world->tree.root, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy),
        LY_SUCCESS);
    result = edit(world, transaction, &err);
    if (result < 0 || sx_test_random(&world->seed, 4) == 0) {
        if (result == 0)
            sx_transaction_changes(transaction);
        else
            assert_true(err.code != SX_OK && err.message[0]);
        sx_transaction_undo(transaction);
        after = sx_test_dump(world->tree.root);
        assert_text(world, after, world->before, "undo gives another tree");
        assert_memory_equal(world->tree.digest, former_digest, SX_DIGEST_SIZE);
        sx_test_check_links(world->tree.root);
        lyd_free_siblings(copy);
        free(after);
        world->failed += result < 0;
    } else {
        keep(world, transaction, copy, former_digest);
        world->kept++;
    }
    free(world->before);
    free(world->script);
}

static void test_random_edits(void **state)
{
    static const char *const modules[] = {"sextant-test", NULL};
    const char *given = getenv("SX_TEST_SEED");
    struct world world = {.schema = sx_test_schema("sextant-test", "ietf-netconf", NULL)};

    (void)state;
    world.seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) | 1;
    print_message("seed %llu\n", (unsigned long long)world.seed);
    world.generator = sx_test_generator(world.schema, modules);
    world.tree = sx_test_tree(world.schema);
    for (int i = 0; i < ROUNDS; i++)
        one_round(&world);
    print_message("%u kept, %u refused, of %d\n", world.kept, world.failed, ROUNDS);
    assert_true(world.kept > ROUNDS / 20);
    sx_tree_clear(&world.tree);
    sx_fragment_list_clear(&world.rows);
    sx_test_generator_free(world.generator);
    sx_schema_free(world.schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_edits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

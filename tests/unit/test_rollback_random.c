// SPDX-License-Identifier: Apache-2.0

/* Random edits and rollbacks on a module with every difficult construct. A rollback to any revision
 * gives exactly the replicated content that was there, explicit nodes alone, and its digest. What
 * the comparison of two revisions tells leads from one to the other. */

#include "sextant/journal.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_engine.h"
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

/** Steps of one run, and revisions that it can make. */
#define ROUNDS 300
#define REVISIONS_MAX (ROUNDS + 1)

/** What a revision left. */
struct state {
    char *content;
    uint8_t digest[SX_DIGEST_SIZE];
};

struct world {
    struct sx_test_engine test;
    struct sx_test_generator *generator;
    struct sx_reader *reader;
    struct state states[REVISIONS_MAX];
    uint64_t newest;
    uint64_t seed;
    unsigned rollbacks, comparisons;
};

/* Takes out what is not replicated. */
static void strip(struct lyd_node **first)
{
    struct lyd_node *next;

    for (struct lyd_node *node = *first; node; node = next) {
        const struct sx_node_class *class = sx_schema_class(node->schema);
        struct lyd_node *child = lyd_child_no_keys(node);

        next = node->next;
        if (class->scope != SX_SCOPE_REPLICATED && !lysc_is_np_cont(node->schema)) {
            if (*first == node)
                *first = next;
            lyd_free_tree(node);
        } else {
            strip(&child);
        }
    }
}

static char *replicated(const struct world *world)
{
    struct lyd_node *copy = NULL;
    char *text;

    assert_int_equal(lyd_dup_siblings(world->test.engine->tree.root, NULL,
                         LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy),
        LY_SUCCESS);
    strip(&copy);
    text = sx_test_content(copy, false);
    lyd_free_siblings(copy);
    return text;
}

static void assert_state(const struct world *world, uint64_t revision, const char *what)
{
    char *is = replicated(world);

    if (strcmp(is, world->states[revision].content) != 0)
        fail_msg("seed %llu: %s: content of revision %llu\n--- is:\n%s--- should be:\n%s",
            (unsigned long long)world->seed, what, (unsigned long long)revision, is,
            world->states[revision].content);
    free(is);
}

/* Notes the state of a new revision. */
static void note(struct world *world)
{
    const struct sx_engine *engine = world->test.engine;
    uint64_t revision = sx_history_revision(&engine->history);

    if (revision == world->newest)
        return;
    assert_int_equal(revision, world->newest + 1);
    world->newest = revision;
    world->states[revision].content = replicated(world);
    memcpy(world->states[revision].digest, engine->tree.digest, SX_DIGEST_SIZE);
}

static void edit(struct world *world)
{
    char *xml = sx_test_random_edit(world->generator, world->test.engine->tree.root, &world->seed);

    sx_test_edit(&world->test, xml);
    note(world);
    free(xml);
}

/* The content at `to` must come of what the comparison says, laid over the present one. */
static void compare(struct world *world, uint64_t to)
{
    struct sx_engine *engine = world->test.engine;
    struct sx_change_list changes = {0};
    struct sx_transaction *transaction;
    static const uint8_t salt[16];
    struct sx_error err = {0};

    assert_int_equal(sx_reader_begin(world->reader, NULL, &err), 0);
    if (sx_reader_compare(world->reader, engine->schema, &engine->secrets.keys, world->newest, to,
            &changes, &err) < 0)
        fail_msg("compare: %s", err.message);
    transaction = sx_transaction_begin(&engine->tree, salt);
    if (sx_transaction_apply(transaction, &changes, &err) < 0)
        fail_msg("the difference cannot be replayed: %s", err.message);
    assert_state(world, to, "comparison");
    sx_change_list_clear(&changes);
    sx_transaction_undo(transaction);

    /* The other way, from the older one to the present. */
    if (sx_reader_compare(world->reader, engine->schema, &engine->secrets.keys, to, world->newest,
            &changes, &err) < 0)
        fail_msg("compare: %s", err.message);
    sx_reader_end(world->reader);
    assert_true(sx_test_step(
        &world->test, &(struct sx_event){.type = SX_EVENT_ROLLBACK, .rollback = {.revision = to}}));
    transaction = sx_transaction_begin(&engine->tree, salt);
    if (sx_transaction_apply(transaction, &changes, &err) < 0)
        fail_msg("the difference cannot be replayed: %s", err.message);
    assert_state(world, world->newest, "comparison the other way");
    sx_transaction_undo(transaction);
    sx_change_list_clear(&changes);
    note(world);
    world->comparisons++;
}

static void roll_back(struct world *world, uint64_t to)
{
    struct sx_event event = {.type = SX_EVENT_ROLLBACK, .rollback = {.revision = to}};

    if (!sx_test_step(&world->test, &event))
        fail_msg("seed %llu: rollback to %llu: %s at %s", (unsigned long long)world->seed,
            (unsigned long long)to, world->test.update.error.message,
            world->test.update.error.path);
    assert_state(world, to, "rollback");
    assert_memory_equal(world->test.engine->tree.digest, world->states[to].digest, SX_DIGEST_SIZE);
    sx_test_check_links(world->test.engine->tree.root);
    note(world);
    world->rollbacks++;
}

static void one_round(struct world *world)
{
    switch (sx_test_random(&world->seed, 8)) {
    case 0:
        roll_back(world, sx_test_random(&world->seed, (uint32_t)world->newest + 1));
        break;
    case 1:
        compare(world, sx_test_random(&world->seed, (uint32_t)world->newest + 1));
        break;
    default:
        edit(world);
        break;
    }
}

static void any_revision_can_be_had_again(void **state)
{
    static const char *const modules[] = {"sextant-test", NULL};
    const char *given = getenv("SX_TEST_SEED");
    struct sx_schema *schema =
        sx_test_schema("sextant-test", "sextant-cluster", "ietf-netconf", NULL);
    struct world *world = sx_alloc(sizeof *world);
    struct sx_error err = {0};

    (void)state;
    world->seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) | 1;
    print_message("seed %llu\n", (unsigned long long)world->seed);
    world->generator = sx_test_generator(schema, modules);
    sx_test_engine_open(&world->test, schema, "192.0.2.1");
    assert_int_equal(sx_reader_open(world->test.folder, NULL, &world->reader, &err), 0);
    world->states[0].content = replicated(world);
    for (int i = 0; i < ROUNDS; i++)
        one_round(world);
    sx_test_engine_restart(&world->test);
    assert_state(world, world->newest, "restart");
    print_message("%llu revisions, %u rollbacks, %u comparisons\n",
        (unsigned long long)world->newest, world->rollbacks, world->comparisons);
    assert_true(world->newest > ROUNDS / 20 && world->rollbacks > 0 && world->comparisons > 0);
    for (uint64_t i = 0; i <= world->newest; i++)
        free(world->states[i].content);
    sx_reader_close(world->reader);
    sx_test_engine_close(&world->test);
    sx_test_generator_free(world->generator);
    sx_schema_free(schema);
    free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_revision_can_be_had_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

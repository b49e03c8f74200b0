// SPDX-License-Identifier: Apache-2.0
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* The order of user-ordered lists. */

static void put(struct sx_test_store *test)
{
    sx_test_store_put(test->store, &test->rows);
}

static void assert_put_fails(struct sx_test_store *test, const char *part)
{
    struct sx_error err = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    assert_int_equal(sx_store_put(test->store, &test->rows, &err), -1);
    assert_non_null(strstr(err.message, part));
    assert_int_equal(sx_store_set(test->store, "a", "1", &err), -1);
    assert_int_equal(sx_store_commit(test->store, &err), -1);
    sx_fragment_list_clear(&test->rows);
    sx_test_store_expect(test, "");
}

static void test_impossible_places(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/m:a/l", "1", "{}", "2");
    assert_put_fails(test, "behind 2, which is not there");
    sx_test_store_row(test, "/m:a/l", "1", "{}", "2");
    sx_test_store_row(test, "/m:a/l", "2", "{}", "3");
    sx_test_store_row(test, "/m:a/l", "3", "{}", "1");
    assert_put_fails(test, "each is to stand behind another");
    sx_test_store_row(test, "/m:a/l", "1", "{}", "1");
    assert_put_fails(test, "each is to stand behind another");
}

/* A new schema may change who orders a list. */
static void test_list_changes_its_kind(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/m:a/l", "b", "{}", NULL);
    sx_test_store_row(test, "/m:a/l", "c", "{}", NULL);
    sx_test_store_row(test, "/m:a/l", "d", "{}", NULL);
    put(test);
    sx_test_store_row(test, "/m:a/l", "a", "{}", "c");
    put(test);
    sx_test_store_expect(test, "/m:a/l b replicated {} <\n/m:a/l c replicated {} <b\n"
                               "/m:a/l a replicated {} <c\n/m:a/l d replicated {} <a\n");
    sx_test_store_row(test, "/m:a/l", "e", "{}", NULL);
    put(test);
    sx_test_store_expect(test, "/m:a/l a replicated {}\n/m:a/l b replicated {}\n"
                               "/m:a/l c replicated {}\n/m:a/l d replicated {}\n"
                               "/m:a/l e replicated {}\n");
}

/* Numbers at the ends of their range: the list is numbered anew. */
static void test_numbers_run_out(void **state)
{
    struct sx_test_store *test = *state;

    sx_test_store_row(test, "/m:a/l", "b", "{}", "");
    sx_test_store_row(test, "/m:a/l", "c", "{}", "b");
    put(test);
    sx_test_sql(test->folder, "UPDATE fragment SET ord = (1 << 62) - 1 WHERE key = 'c'");
    sx_test_sql(test->folder, "UPDATE fragment SET ord = -(1 << 62) + 1 WHERE key = 'b'");
    sx_test_store_row(test, "/m:a/l", "d", "{}", "c");
    sx_test_store_row(test, "/m:a/l", "a", "{}", "");
    put(test);
    sx_test_store_expect(test, "/m:a/l a replicated {} <\n/m:a/l b replicated {} <a\n"
                               "/m:a/l c replicated {} <b\n/m:a/l d replicated {} <c\n");
    sx_test_sql(test->folder, "UPDATE fragment SET ord = (1 << 62) - 1 WHERE key = 'd'");
    sx_test_sql(test->folder, "UPDATE fragment SET ord = (1 << 62) - 2 WHERE key = 'c'");
    sx_test_store_row(test, "/m:a/l", "cc", "{}", "c");
    put(test);
    sx_test_store_expect(test, "/m:a/l a replicated {} <\n/m:a/l b replicated {} <a\n"
                               "/m:a/l c replicated {} <b\n/m:a/l cc replicated {} <c\n"
                               "/m:a/l d replicated {} <cc\n");
}

/** Entries of the model list in the random test, at most. */
#define MODEL_MAX 400

/* A list as it should be: keys in order. */
struct model {
    unsigned keys[MODEL_MAX];
    size_t count;
    unsigned next_key;
};

static void model_insert(struct model *model, size_t at, unsigned key)
{
    memmove(model->keys + at + 1, model->keys + at, (model->count - at) * sizeof *model->keys);
    model->keys[at] = key;
    model->count++;
}

static unsigned model_remove(struct model *model, size_t at)
{
    unsigned key = model->keys[at];

    model->count--;
    memmove(model->keys + at, model->keys + at + 1, (model->count - at) * sizeof *model->keys);
    return key;
}

/* Adds the row of the entry at a position, as the model has it now. */
static void add_at(struct sx_test_store *test, const struct model *model, size_t at)
{
    char key[16], before[16] = "";

    snprintf(key, sizeof key, "%u", model->keys[at]);
    if (at > 0)
        snprintf(before, sizeof before, "%u", model->keys[at - 1]);
    sx_test_store_row(test, "/m:a/l", key, "{}", before);
}

/* Inserts, moves or removes at random, a third of the time around one place, which uses gaps up. */
static void random_edit(struct sx_test_store *test, struct model *model)
{
    size_t at = (size_t)rand() % (model->count + 1);
    int what = rand() % 10;
    char key[16];

    if (rand() % 3 == 0)
        at = model->count / 2;
    if (what < 5 && model->count < MODEL_MAX) {
        model_insert(model, at, model->next_key++);
        add_at(test, model, at);
    } else if (what < 8 && model->count > 0) {
        unsigned moved = model_remove(model, (size_t)rand() % model->count);

        at = at > model->count ? model->count : at;
        model_insert(model, at, moved);
        add_at(test, model, at);
    } else if (model->count > 0) {
        snprintf(key, sizeof key, "%u", model_remove(model, (size_t)rand() % model->count));
        sx_test_store_row(test, "/m:a/l", key, NULL, NULL);
    }
}

static int check_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct model *model = context;
    size_t at = model->count++;
    char key[16], before[16] = "";

    snprintf(key, sizeof key, "%u", model->keys[at]);
    if (at > 0)
        snprintf(before, sizeof before, "%u", model->keys[at - 1]);
    if (strcmp(fragment->key, key) != 0 || !fragment->after || strcmp(fragment->after, before) != 0)
        return sx_error_set(err, SX_E_INTERNAL, "at %zu: %s after %s, expected %s after %s", at,
            fragment->key, fragment->after, key, before);
    return 0;
}

static void test_random_edits_against_an_array(void **state)
{
    struct sx_test_store *test = *state;
    unsigned seed = (unsigned)time(NULL);
    struct sx_error err = {0};
    struct model model = {0};

    print_message("seed %u\n", seed);
    srand(seed);
    assert_int_equal(sx_store_begin(test->store, &err), 0);
    for (int i = 0; i < 6000; i++) {
        struct model check;

        random_edit(test, &model);
        if (sx_store_put(test->store, &test->rows, &err) < 0)
            fail_msg("seed %u, edit %d: %s", seed, i, err.message);
        sx_fragment_list_clear(&test->rows);
        if (i % 10)
            continue;
        check = model;
        check.count = 0;
        if (sx_store_load(test->store, check_row, &check, &err) < 0)
            fail_msg("seed %u, edit %d: %s", seed, i, err.message);
        assert_int_equal(check.count, model.count);
    }
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

/* Hundreds of entries behind the same one, each before the last: no gap lasts for that. */
static void test_same_place_again_and_again(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_error err = {0};
    struct model model = {0};

    assert_int_equal(sx_store_begin(test->store, &err), 0);
    model_insert(&model, 0, model.next_key++);
    model_insert(&model, 1, model.next_key++);
    add_at(test, &model, 0);
    add_at(test, &model, 1);
    while (model.count < MODEL_MAX) {
        assert_int_equal(sx_store_put(test->store, &test->rows, &err), 0);
        sx_fragment_list_clear(&test->rows);
        model_insert(&model, 1, model.next_key++);
        add_at(test, &model, 1);
    }
    assert_int_equal(sx_store_put(test->store, &test->rows, &err), 0);
    model.count = 0;
    if (sx_store_load(test->store, check_row, &model, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(model.count, MODEL_MAX);
    assert_int_equal(sx_store_commit(test->store, &err), 0);
}

/* Steps of SQLite's machine that the statements of a table took since they were asked last. */
static int count_steps(struct sx_fragment_table *table)
{
    int steps = 0;

    for (int i = 0; i < SX_TABLE_READS; i++)
        steps += sqlite3_stmt_status(table->read.reads[i], SQLITE_STMTSTATUS_VM_STEP, 1);
    for (int i = 0; i < SX_TABLE_WRITES; i++)
        steps += sqlite3_stmt_status(table->writes[i], SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
}

/* Placing, moving and changing an entry costs the same in a list of any length. */
static void test_cost_does_not_follow_the_list(void **state)
{
    struct sx_test_store *test = *state;
    char key[16], before[16] = "";
    int steps[2];

    for (int i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "%d", i);
        sx_test_store_row(test, "/m:a/l", key, "{}", before);
        strcpy(before, key);
    }
    put(test);
    sx_test_store_row(test, "/m:b/l", "1", "{}", "");
    sx_test_store_row(test, "/m:b/l", "2", "{}", "1");
    sx_test_store_row(test, "/m:b/l", "3", "{}", "2");
    put(test);
    for (int i = 0; i < 2; i++) {
        const char *list = i ? "/m:a/l" : "/m:b/l";

        count_steps(&test->store->fragments);
        sx_test_store_row(test, list, "new", "{}", i ? "1500" : "1");
        put(test);
        sx_test_store_row(test, list, "new", "{}", i ? "2000" : "2");
        put(test);
        sx_test_store_row(test, list, "new", "{changed}", NULL);
        put(test);
        steps[i] = count_steps(&test->store->fragments);
    }
    assert_in_range(steps[1], 1, steps[0] + 20);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_impossible_places),
        TEST(test_list_changes_its_kind),
        TEST(test_numbers_run_out),
        TEST(test_random_edits_against_an_array),
        TEST(test_same_place_again_and_again),
        TEST(test_cost_does_not_follow_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

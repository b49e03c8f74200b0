// SPDX-License-Identifier: Apache-2.0
#include "reader_overlay.h"

#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct sx_reader *begin(struct sx_test_store *test, const struct sx_fragment_list *overlay)
{
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};

    if (sx_reader_open(test->folder, NULL, &reader, &err) < 0 ||
        sx_reader_begin(reader, overlay, &err) < 0)
        fail_msg("%s", err.message);
    return reader;
}

static char *read_list(struct sx_reader *reader, const char *list, const char *key)
{
    struct sx_error err = {0};
    char *text = NULL;

    if (sx_reader_find(reader, list, key, sx_test_row_text, &text, &err) < 0)
        fail_msg("%s", err.message);
    return text ? text : sx_strdup("");
}

static void expect(
    struct sx_reader *reader, const char *list, const char *key, const char *expected)
{
    char *text = read_list(reader, list, key);

    assert_string_equal(text, expected);
    free(text);
}

static void replicated(struct sx_fragment_list *list, const char *path, const char *key,
    const char *body, const char *after)
{
    sx_test_row(list, SX_SCOPE_REPLICATED, path, key, body, after);
}

static void test_plain_rows(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_fragment_list overlay = {0};
    struct sx_reader *reader;

    for (int i = 0; i < 3; i++) {
        char key[2] = {(char)('b' + 2 * i), '\0'};

        sx_test_store_row(test, "/m:l", key, "{stored}", NULL);
    }
    sx_test_store_row(test, "/m:c", "", "{stored}", NULL);
    sx_test_store_put(test->store, &test->rows);
    replicated(&overlay, "/m:l", "a", "{new}", NULL);
    replicated(&overlay, "/m:l", "b", "{first}", NULL);
    replicated(&overlay, "/m:l", "b", "{changed}", NULL);
    replicated(&overlay, "/m:l", "d", NULL, NULL);
    replicated(&overlay, "/m:l", "g", "{new}", NULL);
    replicated(&overlay, "/m:l", "h", NULL, NULL);
    sx_test_row(&overlay, SX_SCOPE_AGREED, "/m:c", "", "{new}", NULL);
    replicated(&overlay, "/m:n", "", "{new}", NULL);
    reader = begin(test, &overlay);
    expect(reader, "/m:l", NULL,
        "/m:l a replicated {new}\n/m:l b replicated {changed}\n/m:l f replicated {stored}\n"
        "/m:l g replicated {new}\n");
    expect(reader, "/m:l", "a", "/m:l a replicated {new}\n");
    expect(reader, "/m:l", "b", "/m:l b replicated {changed}\n");
    expect(reader, "/m:l", "d", "");
    expect(reader, "/m:l", "f", "/m:l f replicated {stored}\n");
    expect(reader, "/m:c", NULL, "/m:c  agreed {new}\n/m:c  replicated {stored}\n");
    expect(reader, "/m:c", "", "/m:c  agreed {new}\n/m:c  replicated {stored}\n");
    expect(reader, "/m:n", NULL, "/m:n  replicated {new}\n");
    /* The overlay ends with the snapshot. */
    sx_reader_end(reader);
    sx_reader_close(reader);
    sx_fragment_list_clear(&overlay);
    reader = begin(test, NULL);
    expect(reader, "/m:l", "a", "");
    sx_reader_close(reader);
}

static void test_impossible_places(void **state)
{
    struct sx_test_store *test = *state;
    struct sx_fragment_list overlay = {0};
    struct sx_error err = {0};
    struct sx_reader *reader;
    char *text = NULL;

    sx_test_store_row(test, "/m:o", "a", "{}", "");
    sx_test_store_put(test->store, &test->rows);
    for (int i = 0; i < 3; i++) {
        replicated(&overlay, "/m:o", "b", "{}", i == 0 ? "nowhere" : i == 1 ? "b" : "c");
        if (i == 2)
            replicated(&overlay, "/m:o", "c", "{}", "b");
        reader = begin(test, &overlay);
        assert_int_equal(sx_reader_find(reader, "/m:o", NULL, sx_test_row_text, &text, &err), -1);
        assert_int_equal(err.code, SX_E_INTERNAL);
        sx_reader_close(reader);
        sx_fragment_list_clear(&overlay);
    }
    free(text);
}

/** Entries that the random test picks from. */
#define KEYS 24

/* A user-ordered list and a plain one as they should be. */
struct model {
    unsigned keys[KEYS];
    size_t count;
    unsigned versions[KEYS]; /* 0: not there */
};

static size_t find(const struct model *model, unsigned key)
{
    size_t at = 0;

    while (at < model->count && model->keys[at] != key)
        at++;
    return at;
}

static void take_out(struct model *model, unsigned key)
{
    size_t at = find(model, key);

    if (at == model->count)
        return;
    model->count--;
    memmove(model->keys + at, model->keys + at + 1, (model->count - at) * sizeof *model->keys);
}

/* Changes some entries at random. */
static void change(struct model *model, int edits)
{
    for (int i = 0; i < edits; i++) {
        unsigned key = (unsigned)rand() % KEYS;
        size_t at;

        if (rand() % 4 == 0) {
            take_out(model, key);
            model->versions[key] = 0;
            continue;
        }
        model->versions[key]++;
        if (find(model, key) < model->count && rand() % 2)
            continue;
        take_out(model, key);
        at = (size_t)rand() % (model->count + 1);
        memmove(model->keys + at + 1, model->keys + at, (model->count - at) * sizeof *model->keys);
        model->keys[at] = key;
        model->count++;
    }
}

static unsigned before(const struct model *model, unsigned key)
{
    size_t at = find(model, key);

    return at == 0 || at == model->count ? KEYS : model->keys[at - 1];
}

static void add_row(struct sx_fragment_list *rows, const struct model *model, unsigned key)
{
    char text[16], body[32], after[16] = "";
    bool there = model->versions[key] > 0;

    snprintf(text, sizeof text, "%u", key);
    snprintf(body, sizeof body, "{%u}", model->versions[key]);
    if (before(model, key) < KEYS)
        snprintf(after, sizeof after, "%u", before(model, key));
    replicated(rows, "/m:plain", text, there ? body : NULL, NULL);
    replicated(rows, "/m:ordered", text, there ? body : NULL, there ? after : NULL);
}

/* The rows that differ between two states; of the others some, since a batch may hold those too. */
static void add_difference(
    struct sx_fragment_list *rows, const struct model *from, const struct model *to)
{
    for (unsigned i = 0; i < KEYS; i++) {
        unsigned key = (i * 7 + 3) % KEYS;

        if (from->versions[key] != to->versions[key] || before(from, key) != before(to, key) ||
            rand() % 8 == 0)
            add_row(rows, to, key);
    }
}

/* Each list and each entry reads the same with the rows laid over as with the rows stored. */
static void compare_lists(struct sx_reader *over, struct sx_reader *stored, unsigned seed)
{
    static const char *const lists[] = {"/m:plain", "/m:ordered"};

    for (unsigned i = 0; i <= 2 * KEYS + 1; i++) {
        const char *list = lists[i % 2];
        char key[16];
        char *a, *b;

        snprintf(key, sizeof key, "%u", i / 2);
        a = read_list(over, list, i / 2 == KEYS ? NULL : key);
        b = read_list(stored, list, i / 2 == KEYS ? NULL : key);
        if (strcmp(a, b) != 0)
            fail_msg("seed %u, %s %s:\n%s\nis not\n%s", seed, list, key, a, b);
        free(a);
        free(b);
    }
}

static void test_like_storing_it(void **state)
{
    struct sx_test_store *test = *state;
    unsigned seed = (unsigned)time(NULL);
    struct model model = {0};

    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 300; round++) {
        struct sx_fragment_list overlay = {0};
        struct sx_reader *over, *stored;
        struct model next = model;

        change(&next, rand() % 12);
        add_difference(&overlay, &model, &next);
        over = begin(test, &overlay);
        for (size_t i = 0; i < overlay.count; i++)
            sx_fragment_list_copy(&test->rows, &overlay.items[i]);
        sx_test_store_put(test->store, &test->rows);
        stored = begin(test, NULL);
        compare_lists(over, stored, seed);
        sx_reader_close(over);
        sx_reader_close(stored);
        sx_fragment_list_clear(&overlay);
        model = next;
    }
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, sx_test_store_setup, sx_test_store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_plain_rows),
        TEST(test_impossible_places),
        TEST(test_like_storing_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * Writing rows of configuration. A batch says how its rows stand afterwards, in any order; so rows
 * that go are deleted first, and an entry of a user-ordered list waits until the entry before it,
 * if that is in the batch too, has its place.
 */

/** The entries of user-ordered lists in a batch. */
struct placing {
    const struct sx_fragment **items; /**< ordered by list and key */
    bool *placed;
    size_t count;
};

static int compare_place(const char *list, const char *key, const struct sx_fragment *fragment)
{
    int rc = strcmp(list, fragment->list);

    return rc ? rc : strcmp(key, fragment->key);
}

static int compare(const void *left, const void *right)
{
    const struct sx_fragment *fragment = *(const struct sx_fragment *const *)left;

    return compare_place(fragment->list, fragment->key, *(const struct sx_fragment *const *)right);
}

/* Position of the entry before `fragment`, if it is in the batch and not placed yet; else count. */
static size_t find_before(const struct placing *placing, const struct sx_fragment *fragment)
{
    size_t low = 0;
    size_t high = placing->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int rc = compare_place(fragment->list, fragment->after, placing->items[middle]);

        if (rc == 0)
            return placing->placed[middle] ? placing->count : middle;
        if (rc < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return placing->count;
}

/* Places the entry `first` and, before it, those that it waits for. */
static int place_chain(struct sx_fragment_table *table, struct placing *placing, size_t first,
    size_t *chain, struct sx_error *err)
{
    size_t length = 0;

    for (size_t i = first; i < placing->count; i = find_before(placing, placing->items[i])) {
        if (length == placing->count)
            return sx_error_set(err, SX_E_INTERNAL,
                "entries of %s cannot be stored, as each is to stand behind another of them",
                placing->items[first]->list);
        chain[length++] = i;
    }
    while (length > 0) {
        size_t i = chain[--length];

        if (sx_table_place(table, placing->items[i], err) < 0)
            return -1;
        placing->placed[i] = true;
    }
    return 0;
}

static int place_all(struct sx_fragment_table *table, struct placing *placing, struct sx_error *err)
{
    size_t *chain = sx_calloc(placing->count, sizeof *chain);
    int rc = 0;

    placing->placed = sx_calloc(placing->count, sizeof *placing->placed);
    qsort(placing->items, placing->count, sizeof(const struct sx_fragment *), compare);
    for (size_t i = 0; i < placing->count && rc == 0; i++)
        if (!placing->placed[i])
            rc = place_chain(table, placing, i, chain, err);
    free(placing->placed);
    free(chain);
    return rc;
}

/* A new row without a place, in a list that has numbered rows: it is not user-ordered any more. */
static int take_numbers_back(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err)
{
    int64_t ord = 0;
    int rc = sx_table_ord(&table->read, fragment->list, fragment->key, &ord, err);

    if (rc != 0)
        return rc < 0 ? -1 : 0;
    return sx_sql_run(table->writes[SX_TABLE_UNNUMBER], err, "t", fragment->list);
}

/* Writes a row without a place. */
static int put_plain(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err)
{
    int rc = 0;

    if (*fragment->key)
        rc = sx_table_after(&table->read, fragment->list, INT64_MIN, NULL, err);
    if (rc < 0 || (rc > 0 && take_numbers_back(table, fragment, err) < 0))
        return -1;
    return sx_sql_run(table->writes[SX_TABLE_PUT], err, "tttt", fragment->list, fragment->key,
        sx_scope_name(fragment->scope), fragment->body);
}

static int remove_row(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err)
{
    return sx_sql_run(table->writes[SX_TABLE_REMOVE], err, "ttt", fragment->list, fragment->key,
        sx_scope_name(fragment->scope));
}

int sx_table_put(
    struct sx_fragment_table *table, const struct sx_fragment_list *fragments, struct sx_error *err)
{
    struct placing placing = {0};
    int rc = 0;

    placing.items = sx_calloc(fragments->count, sizeof(const struct sx_fragment *));
    for (size_t i = 0; i < fragments->count && rc == 0; i++)
        if (!fragments->items[i].body)
            rc = remove_row(table, &fragments->items[i], err);
    for (size_t i = 0; i < fragments->count && rc == 0; i++) {
        const struct sx_fragment *fragment = &fragments->items[i];

        if (!fragment->body)
            continue;
        if (fragment->after && *fragment->key)
            placing.items[placing.count++] = fragment;
        else
            rc = put_plain(table, fragment, err);
    }
    if (rc == 0)
        rc = place_all(table, &placing, err);
    free(placing.items);
    return rc;
}

int sx_store_put(
    struct sx_store *store, const struct sx_fragment_list *fragments, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    if (fragments->count == 0)
        return 0;
    if (sx_table_put(&store->fragments, fragments, err) < 0)
        return sx_store_written(store, -1);
    return sx_store_note_content(store, err);
}

int sx_store_load(struct sx_store *store,
    int (*row)(void *context, const struct sx_fragment *fragment, struct sx_error *err),
    void *context, struct sx_error *err)
{
    return sx_table_load(&store->fragments.read, row, context, err);
}

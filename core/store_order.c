// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * Places in user-ordered lists. A row that comes between two others takes the number in the middle.
 * When there is none left, the rows behind it are spread out, as few as give enough room, so the
 * cost does not follow the size of the list.
 */

/** Distance of new numbers at either end of a list. */
#define STEP ((int64_t)1 << 40)
/** Numbers stay between this and its negative; past it the whole list is numbered anew. */
#define ORD_MAX ((int64_t)1 << 62)
/** Rows that are spread out at first; twice as many each time that this does not give room. */
#define SPREAD_ROWS 32
/** Least distance that spreading must give. */
#define SPREAD_GAP ((int64_t)1 << 10)

struct row {
    char *key;
    char *scope;
    int64_t ord;
};

struct rows {
    struct row *items;
    size_t count;
    size_t capacity;
};

static void clear(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->items[i].key);
        free(rows->items[i].scope);
    }
    free(rows->items);
    *rows = (struct rows){0};
}

/* Adds up to `limit` rows of one of the statements that read rows, whose parameters are bound. */
static int collect(sqlite3_stmt *statement, size_t limit, struct rows *rows, struct sx_error *err)
{
    int rc = 1;

    while (rows->count < limit && (rc = sx_sql_step(statement, err)) > 0) {
        struct row row = {0};

        if (sx_sql_copy(statement, 0, &row.key, err) < 0 ||
            sx_sql_copy(statement, 1, &row.scope, err) < 0) {
            free(row.key);
            rc = -1;
            break;
        }
        row.ord = sqlite3_column_int64(statement, 3);
        rows->items = sx_grow(rows->items, rows->count, &rows->capacity, sizeof *rows->items);
        rows->items[rows->count++] = row;
    }
    sx_sql_reset(statement);
    return rc < 0 ? -1 : 0;
}

/* Gives the rows the numbers first, first + step, … */
static int number(struct sx_fragment_table *table, const char *list, const struct rows *rows,
    int64_t first, int64_t step, struct sx_error *err)
{
    for (size_t i = 0; i < rows->count; i++)
        if (sx_sql_run(table->writes[SX_TABLE_SET_ORD], err, "ttti", list, rows->items[i].key,
                rows->items[i].scope, first + (int64_t)i * step) < 0)
            return -1;
    return 0;
}

/* Numbers a whole list anew, in the order of `statement`, around zero. */
static int number_all(struct sx_fragment_table *table, const char *list, sqlite3_stmt *statement,
    struct sx_error *err)
{
    struct rows rows = {0};
    int64_t step = STEP;
    int rc = -1;

    if (collect(statement, SIZE_MAX, &rows, err) < 0)
        goto out;
    while (step > 2 && step > ORD_MAX / ((int64_t)rows.count + 1))
        step /= 2;
    rc = number(table, list, &rows, -((int64_t)rows.count / 2) * step, step, err);
out:
    clear(&rows);
    return rc;
}

static int number_by_ord(struct sx_fragment_table *table, const char *list, struct sx_error *err)
{
    sqlite3_stmt *statement = table->read.reads[SX_TABLE_BY_ORD];

    if (sx_sql_bind(statement, err, "ti", list, INT64_MIN) < 0)
        return -1;
    return number_all(table, list, statement, err);
}

/* A list whose rows have no numbers yet, since it was not user-ordered before: they get them in the
 * order of their keys. */
static int number_by_key(struct sx_fragment_table *table, const char *list, struct sx_error *err)
{
    sqlite3_stmt *statement = table->read.reads[SX_TABLE_BY_KEY];

    if (sx_sql_bind(statement, err, "tt", list, "") < 0)
        return -1;
    return number_all(table, list, statement, err);
}

/* Makes room behind the number `before`. */
static int spread(
    struct sx_fragment_table *table, const char *list, int64_t before, struct sx_error *err)
{
    sqlite3_stmt *statement = table->read.reads[SX_TABLE_BY_ORD];
    struct rows rows = {0};
    size_t wanted = SPREAD_ROWS;
    int64_t gap = 0;
    int rc = -1;

    for (;; wanted *= 2) {
        clear(&rows);
        if (sx_sql_bind(statement, err, "ti", list, before) < 0 ||
            collect(statement, wanted, &rows, err) < 0)
            goto out;
        if (rows.count < wanted)
            break;
        gap = (rows.items[wanted - 1].ord - before) / (int64_t)wanted;
        if (gap >= SPREAD_GAP)
            break;
    }
    if (rows.count < wanted) {
        gap = STEP;
        if (before > ORD_MAX - (int64_t)(rows.count + 1) * STEP) {
            rc = number_by_ord(table, list, err);
            goto out;
        }
    }
    rc = number(table, list, &rows, before + gap, gap, err);
out:
    clear(&rows);
    return rc;
}

/* The number for a row directly behind `after`: 1 with *ret_ord, or 0 when there was no room, which
 * there is now. */
static int choose(struct sx_fragment_table *table, const struct sx_fragment *fragment,
    int64_t *ret_ord, struct sx_error *err)
{
    const char *list = fragment->list;
    int64_t before = INT64_MIN;
    int64_t next = 0;
    int has_before = 0;
    int has_next;

    if (*fragment->after) {
        has_before = sx_table_ord(&table->read, list, fragment->after, &before, err);
        if (has_before == 0)
            return sx_error_set(err, SX_E_INTERNAL,
                "%s%s cannot be stored behind %s, which is not there", list, fragment->key,
                fragment->after);
        if (has_before < 0)
            return -1;
    }
    has_next = sx_table_after(&table->read, list, before, &next, err);
    if (has_next < 0)
        return -1;
    if ((has_before && !has_next && before > ORD_MAX - STEP) ||
        (!has_before && has_next && next < STEP - ORD_MAX))
        return number_by_ord(table, list, err);
    if (has_before && has_next && next - before < 2)
        return spread(table, list, before, err);
    if (has_before)
        *ret_ord = has_next ? before + (next - before) / 2 : before + STEP;
    else
        *ret_ord = has_next ? next - STEP : 0;
    return 1;
}

/* Whether the row stands directly behind `after` already: 1 or 0. */
static int stands(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err)
{
    char *key = NULL;
    int64_t ord = 0;
    int rc = sx_table_ord(&table->read, fragment->list, fragment->key, &ord, err);

    if (rc <= 0)
        return rc;
    rc = sx_table_before(&table->read, fragment->list, ord, &key, NULL, err);
    if (rc >= 0)
        rc = strcmp(key ? key : "", fragment->after) == 0;
    free(key);
    return rc;
}

static int put(struct sx_fragment_table *table, const struct sx_fragment *fragment,
    const int64_t *ord, struct sx_error *err)
{
    sqlite3_stmt *statement = table->writes[SX_TABLE_PUT];

    if (ord)
        return sx_sql_run(statement, err, "tttti", fragment->list, fragment->key,
            sx_scope_name(fragment->scope), fragment->body, *ord);
    return sx_sql_run(statement, err, "tttt", fragment->list, fragment->key,
        sx_scope_name(fragment->scope), fragment->body);
}

int sx_table_place(
    struct sx_fragment_table *table, const struct sx_fragment *fragment, struct sx_error *err)
{
    int64_t ord = 0;
    int rc = stands(table, fragment, err);

    if (rc < 0)
        return -1;
    if (rc > 0)
        return put(table, fragment, NULL, err);
    rc = sx_table_after(&table->read, fragment->list, INT64_MIN, NULL, err);
    if (rc < 0 || (rc == 0 && number_by_key(table, fragment->list, err) < 0))
        return -1;
    do {
        rc = choose(table, fragment, &ord, err);
    } while (rc == 0);
    return rc < 0 ? -1 : put(table, fragment, &ord, err);
}

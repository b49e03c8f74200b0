// SPDX-License-Identifier: Apache-2.0
/* Reading a table of fragments: look-ups, cursors and walks. */
#include "sextant/memory.h"
#include "store_impl.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** A table with rows of each kind, in a database in memory. */
struct fixture {
    sqlite3 *db;
    struct sx_table table;
};

static int setup(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);
    struct sx_error err = {0};

    *state = fixture;
    if (sx_sql_open(":memory:", NULL, SQLITE_OPEN_READWRITE, &fixture->db, NULL, &err) < 0 ||
        sx_sql_exec(fixture->db, sx_store_schema.create, &err) < 0)
        return -1;
    if (sx_sql_exec(fixture->db,
            "INSERT INTO fragment(list, key, scope, ord, body) VALUES"
            "('/a:top', '', 'replicated', NULL, '1'), ('/a:top', '', 'agreed', NULL, '2'),"
            "('/b:top', '', 'replicated', NULL, '3'),"
            "('/a:top/l', '[k=2]', 'replicated', NULL, '4'),"
            "('/a:top/l', '[k=1]', 'replicated', NULL, '5'),"
            "('/a:top/l', '[k=1]', 'peer-specific', NULL, '6'),"
            "('/a:top/u', '[k=1]', 'replicated', 30, '7'),"
            "('/a:top/u', '[k=2]', 'replicated', -10, '8'),"
            "('/a:top/u', '[k=3]', 'replicated', 20, '9')",
            &err) < 0)
        return -1;
    return sx_table_open(&fixture->table, fixture->db, "fragment", &err);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    int rc;

    sx_table_close(&fixture->table);
    rc = sqlite3_close(fixture->db) == SQLITE_OK ? 0 : -1;
    free(fixture);
    return rc;
}

static void test_open_fails(void **state)
{
    struct fixture *fixture = *state;
    struct sx_table table = {0};
    struct sx_error err = {0};

    assert_int_equal(sx_table_open(&table, fixture->db, "nothing", &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "nothing"));
    sx_table_close(&table);
    table = (struct sx_table){0};
    sx_table_close(&table);
}

static void test_next_list(void **state)
{
    struct fixture *fixture = *state;
    static const char *const lists[] = {"/a:top", "/a:top/l", "/a:top/u", "/b:top"};
    struct sx_error err = {0};
    char *at = sx_strdup(""), *next = NULL;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        assert_int_equal(sx_table_next_list(&fixture->table, at, &next, &err), 1);
        assert_string_equal(next, lists[i]);
        free(at);
        at = next;
    }
    next = NULL;
    assert_int_equal(sx_table_next_list(&fixture->table, at, &next, &err), 0);
    assert_null(next);
    free(at);
}

static void test_numbers(void **state)
{
    struct sx_table *table = &((struct fixture *)*state)->table;
    struct sx_error err = {0};
    int64_t ord = 0;
    char *key = NULL;

    assert_int_equal(sx_table_ord(table, "/a:top/u", "[k=3]", &ord, &err), 1);
    assert_int_equal(ord, 20);
    assert_int_equal(sx_table_ord(table, "/a:top/u", "[k=9]", &ord, &err), 0);
    assert_int_equal(sx_table_ord(table, "/a:top/l", "[k=1]", &ord, &err), 0);
    assert_int_equal(ord, 20);
    assert_int_equal(sx_table_before(table, "/a:top/u", 20, &key, &ord, &err), 1);
    assert_string_equal(key, "[k=2]");
    assert_int_equal(ord, -10);
    free(key);
    key = NULL;
    assert_int_equal(sx_table_before(table, "/a:top/u", INT64_MAX, NULL, &ord, &err), 1);
    assert_int_equal(ord, 30);
    assert_int_equal(sx_table_before(table, "/a:top/u", -10, &key, NULL, &err), 0);
    assert_null(key);
    assert_int_equal(sx_table_after(table, "/a:top/u", 20, &ord, &err), 1);
    assert_int_equal(ord, 30);
    assert_int_equal(sx_table_after(table, "/a:top/u", 30, &ord, &err), 0);
    /* Whether a list is user-ordered. */
    assert_int_equal(sx_table_after(table, "/a:top/u", INT64_MIN, NULL, &err), 1);
    assert_int_equal(sx_table_after(table, "/a:top/l", INT64_MIN, NULL, &err), 0);
}

/* The rows of a cursor as a text; NULL with *err when it fails. */
static char *cursor_text(struct fixture *fixture, enum sx_cursor_kind kind, const char *list,
    const char *key, struct sx_error *err)
{
    struct sx_fragment row;
    struct sx_cursor cursor;
    char *text = sx_strdup("");
    int rc = sx_cursor_open(&cursor, &fixture->table, kind, list, key, err);

    while (rc >= 0 && (rc = sx_cursor_next(&cursor, &row, err)) > 0)
        sx_test_row_text(&text, &row, err);
    if (rc == 0) /* the end stays the end */
        assert_int_equal(sx_cursor_next(&cursor, &row, err), 0);
    sx_cursor_close(&cursor);
    if (rc < 0) {
        free(text);
        text = NULL;
    }
    return text;
}

static void expect_cursor(struct fixture *fixture, enum sx_cursor_kind kind, const char *list,
    const char *key, const char *expected)
{
    struct sx_error err = {0};
    char *text = cursor_text(fixture, kind, list, key, &err);

    if (!text)
        fail_msg("%s", err.message);
    assert_string_equal(text, expected);
    free(text);
}

static void test_cursors(void **state)
{
    expect_cursor(*state, SX_CURSOR_TOP, "/a:top", "", "/a:top  agreed 2\n/a:top  replicated 1\n");
    expect_cursor(*state, SX_CURSOR_TOP, "/a:top/l", "", "");
    /* By key, then scope. */
    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/l", "",
        "/a:top/l [k=1] peer-specific 6\n/a:top/l [k=1] replicated 5\n"
        "/a:top/l [k=2] replicated 4\n");
    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/l", "[k=1]", "/a:top/l [k=2] replicated 4\n");
    /* The key to go on after need not be there any more. */
    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/l", "[k=1]a", "/a:top/l [k=2] replicated 4\n");
    expect_cursor(*state, SX_CURSOR_ENTRY, "/a:top/l", "[k=1]",
        "/a:top/l [k=1] peer-specific 6\n/a:top/l [k=1] replicated 5\n");
    expect_cursor(*state, SX_CURSOR_ENTRY, "/a:top/l", "[k=7]", "");
    expect_cursor(*state, SX_CURSOR_KEYED, "/nothing:here", "", "");
}

/* By number, each with the entry before it; the first of a cursor that goes on has one, too. */
static void test_ordered_cursors(void **state)
{
    struct sx_error err = {0};

    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/u", "",
        "/a:top/u [k=2] replicated 8 <\n/a:top/u [k=3] replicated 9 <[k=2]\n"
        "/a:top/u [k=1] replicated 7 <[k=3]\n");
    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/u", "[k=2]",
        "/a:top/u [k=3] replicated 9 <[k=2]\n/a:top/u [k=1] replicated 7 <[k=3]\n");
    expect_cursor(*state, SX_CURSOR_KEYED, "/a:top/u", "[k=1]", "");
    expect_cursor(*state, SX_CURSOR_ENTRY, "/a:top/u", "[k=3]", "/a:top/u [k=3] replicated 9\n");
    /* Here the key must be there, as only it tells the place. */
    assert_null(cursor_text(*state, SX_CURSOR_KEYED, "/a:top/u", "[k=9]", &err));
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    assert_non_null(strstr(err.message, "[k=9]"));
}

/* A walk that starts anew after each row gives the same rows as one that does not stop. */
static void test_walk(void **state)
{
    struct sx_table *table = &((struct fixture *)*state)->table;
    struct sx_fragment row;
    struct sx_walk walk;
    struct sx_error err = {0};
    char *all = NULL, *tail = NULL;

    assert_int_equal(sx_table_load(table, sx_test_row_text, &all, &err), 0);
    assert_string_equal(all,
        "/a:top  agreed 2\n/a:top  replicated 1\n/b:top  replicated 3\n"
        "/a:top/l [k=1] peer-specific 6\n/a:top/l [k=1] replicated 5\n"
        "/a:top/l [k=2] replicated 4\n/a:top/u [k=2] replicated 8 <\n"
        "/a:top/u [k=3] replicated 9 <[k=2]\n/a:top/u [k=1] replicated 7 <[k=3]\n");
    assert_int_equal(sx_walk_open(&walk, table, "/a:top/u", "[k=3]", &err), 0);
    while (sx_walk_next(&walk, &row, &err) > 0)
        sx_test_row_text(&tail, &row, &err);
    sx_walk_close(&walk);
    assert_string_equal(tail, "/a:top/u [k=1] replicated 7 <[k=3]\n");
    free(tail);
    tail = NULL;
    assert_int_equal(sx_walk_open(&walk, table, "/a:top", "", &err), 0);
    assert_int_equal(sx_walk_next(&walk, &row, &err), 1);
    assert_string_equal(row.list, "/b:top");
    sx_walk_close(&walk);
    sx_walk_close(&walk);
    assert_int_equal(sx_walk_open(&walk, table, "/a:top/u", "[k=9]", &err), -1);
    sx_walk_close(&walk);
    free(all);
}

static int stop_at_once(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    ++*(size_t *)context;
    return sx_error_set(err, SX_E_INTERNAL, "%s is enough", row->list);
}

static void test_load_stops(void **state)
{
    struct sx_error err = {0};
    size_t count = 0;

    assert_int_equal(
        sx_table_load(&((struct fixture *)*state)->table, stop_at_once, &count, &err), -1);
    assert_int_equal(count, 1);
    assert_string_equal(err.message, "/a:top is enough");
}

static void test_foreign_scope(void **state)
{
    struct fixture *fixture = *state;
    struct sx_error err = {0};
    enum sx_scope scope = SX_SCOPE_AGREED;

    assert_int_equal(sx_scope_of("peer-specific", &scope, &err), 0);
    assert_int_equal(scope, SX_SCOPE_PEER_SPECIFIC);
    assert_int_equal(sx_scope_of("Agreed", &scope, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_int_equal(scope, SX_SCOPE_PEER_SPECIFIC);
    assert_int_equal(sx_sql_exec(fixture->db,
                         "UPDATE fragment SET scope = 'mine' "
                         "WHERE key = '[k=2]' AND ord IS NULL",
                         &err),
        0);
    err = (struct sx_error){0};
    assert_null(cursor_text(fixture, SX_CURSOR_KEYED, "/a:top/l", "", &err));
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "\"mine\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_open_fails),
        TEST(test_next_list),
        TEST(test_numbers),
        TEST(test_cursors),
        TEST(test_ordered_cursors),
        TEST(test_walk),
        TEST(test_load_stops),
        TEST(test_foreign_scope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

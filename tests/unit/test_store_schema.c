// SPDX-License-Identifier: Apache-2.0
/* The tables, and the statements on them. */
#include "sextant/memory.h"
#include "store_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct sx_error err = {0};
    sqlite3 *db = NULL;

    if (sx_sql_open(":memory:", NULL, SQLITE_OPEN_READWRITE, &db, NULL, &err) < 0)
        return -1;
    *state = db;
    return sx_sql_exec(db, sx_store_schema.create, &err);
}

static int teardown(void **state)
{
    /* Fails when a statement was left open. */
    return sqlite3_close(*state) == SQLITE_OK ? 0 : -1;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    struct sx_error err = {0};
    int64_t number = -1;

    if (sx_sql_number(db, sql, &number, &err) < 0)
        fail_msg("%s: %s", sql, err.message);
    return number;
}

static void test_all_is_prepared(void **state)
{
    struct sx_store store = {.db = *state};
    struct sx_error err = {0};

    assert_int_equal(sx_store_prepare(&store, &err), 0);
    for (size_t i = 0; i < SX_STORE_STATEMENTS; i++)
        assert_non_null(store.statements[i]);
    for (size_t i = 0; i < SX_TABLE_WRITES; i++) {
        assert_non_null(store.fragments.writes[i]);
        assert_non_null(store.stage.writes[i]);
        assert_string_not_equal(
            sqlite3_sql(store.fragments.writes[i]), sqlite3_sql(store.stage.writes[i]));
    }
    for (size_t i = 0; i < SX_TABLE_READS; i++)
        assert_non_null(store.stage.read.reads[i]);
    sx_store_finalize(&store);
    /* Twice is once, and nothing is fine, too. */
    sx_store_finalize(&store);
    store = (struct sx_store){.db = *state};
    sx_store_finalize(&store);
}

/* What is prepared tells whether the tables are those of this release. */
static void test_what_is_missing_is_told(void **state)
{
    static const struct {
        const char *sql, *says;
    } table[] = {
        {"ALTER TABLE change RENAME TO gone", "no such table"},
        {"ALTER TABLE gone RENAME TO change; ALTER TABLE stage RENAME TO gone", "stage"},
        {"ALTER TABLE gone RENAME TO stage; ALTER TABLE revision RENAME COLUMN digest TO gone",
            "digest"},
        {"ALTER TABLE revision RENAME COLUMN gone TO digest;"
         "ALTER TABLE fragment RENAME COLUMN ord TO gone",
            "ord"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct sx_store store = {.db = *state};
        struct sx_error err = {0};

        assert_int_equal(sx_sql_exec(*state, table[i].sql, &err), 0);
        assert_int_equal(sx_store_prepare(&store, &err), -1);
        assert_int_equal(err.code, SX_E_STORE);
        if (!strstr(err.message, table[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.message, table[i].says);
        sx_store_finalize(&store);
    }
}

static void test_an_empty_database(void **state)
{
    struct sx_store store = {0};
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(
        sx_sql_open(":memory:", NULL, SQLITE_OPEN_READWRITE, &store.db, NULL, &err), 0);
    assert_int_equal(sx_store_prepare(&store, &err), -1);
    assert_non_null(strstr(err.message, "no such table"));
    sx_store_finalize(&store);
    assert_int_equal(sqlite3_close(store.db), SQLITE_OK);
}

/* One row of a list, key and scope; and nothing but texts and numbers where they belong. */
static void test_keys_and_types(void **state)
{
    static const char *const refused[] = {
        "INSERT INTO fragment(list, key, scope, body) VALUES('/a:l', '[k=1]', 'agreed', 'x')",
        "INSERT INTO fragment(list, key, scope, body) VALUES('/a:l', '[k=2]', 'agreed', NULL)",
        "INSERT INTO fragment(list, key, scope, body, ord) VALUES('/a:l', '3', 'agreed', '', 'x')",
        "INSERT INTO revision(number) VALUES(1)",
        "INSERT INTO value(name, value) VALUES(NULL, 'x')",
        "INSERT INTO lineage(position, id, last_revision) VALUES(1, 'a', 'many')",
    };
    struct sx_error err = {0};

    assert_int_equal(
        sx_sql_exec(*state,
            "INSERT INTO fragment(list, key, scope, body) VALUES('/a:l', '[k=1]', 'agreed', '{}');"
            "INSERT INTO fragment(list, key, scope, body) VALUES('/a:l', '[k=1]', 'replicated', "
            "'{}');"
            "INSERT INTO stage SELECT * FROM fragment",
            &err),
        0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (sx_sql_exec(*state, refused[i], &err) == 0)
            fail_msg("%s", refused[i]);
    assert_int_equal(number(*state, "SELECT count(*) FROM fragment"), 2);
}

/* The two tables of fragments look the same, as they change names with each other. */
static void test_stage_looks_like_fragment(void **state)
{
    assert_int_equal(
        number(*state,
            "SELECT count(*) FROM pragma_table_info('fragment') f JOIN pragma_table_info('stage') s"
            " USING(cid, name, type, \"notnull\", pk)"),
        number(*state, "SELECT count(*) FROM pragma_table_info('fragment')"));
    assert_int_equal(number(*state, "SELECT count(*) FROM pragma_index_list('fragment')"),
        number(*state, "SELECT count(*) FROM pragma_index_list('stage')"));
    /* No index has a table's name in its own. */
    assert_int_equal(number(*state, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' "
                                    "AND name NOT LIKE 'sqlite%' "
                                    "AND (name LIKE '%fragment%' OR name LIKE '%stage%')"),
        0);
}

static void assert_indexed(sqlite3 *db, sqlite3_stmt *statement)
{
    char *sql = sx_format("EXPLAIN QUERY PLAN %s", sqlite3_sql(statement));
    sqlite3_stmt *plan = NULL;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW)
        if (strstr((const char *)sqlite3_column_text(plan, 3), "SCAN"))
            fail_msg("%s: %s", sql, sqlite3_column_text(plan, 3));
    sqlite3_finalize(plan);
    free(sql);
}

/* No statement of the way of an edit, and none on the journal, reads through a whole table. */
static void test_statements_use_indexes(void **state)
{
    static const enum sx_store_statement single[] = {
        SX_STORE_VALUE, SX_STORE_VALUE_REMOVE, SX_STORE_REVISIONS_DROP, SX_STORE_ALARMS_TRIM};
    struct sx_store store = {.db = *state};
    struct sx_error err = {0};

    assert_int_equal(sx_store_prepare(&store, &err), 0);
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        assert_indexed(*state, store.statements[single[i]]);
    for (size_t i = 0; i < SX_JOURNAL_READS; i++)
        assert_indexed(*state, store.journal_reads.reads[i]);
    sx_store_finalize(&store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_all_is_prepared),
        TEST(test_what_is_missing_is_told),
        TEST(test_an_empty_database),
        TEST(test_keys_and_types),
        TEST(test_stage_looks_like_fragment),
        TEST(test_statements_use_indexes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "sql.h"

#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
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
    return sx_sql_exec(db, "CREATE TABLE a(t TEXT, i INTEGER UNIQUE)", &err);
}

static int teardown(void **state)
{
    /* Fails when a statement was left open. */
    return sqlite3_close(*state) == SQLITE_OK ? 0 : -1;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    struct sx_error err = {0};

    if (sx_sql_prepare(db, &sql, 1, "a", &statement, &err) < 0)
        fail_msg("%s", err.message);
    return statement;
}

static void test_missing_file(void **state)
{
    struct sx_error err = {0};
    sqlite3 *db = NULL;
    int missing = 0;

    (void)state;
    assert_int_equal(
        sx_sql_open("/nonexistent/x", NULL, SQLITE_OPEN_READWRITE, &db, &missing, &err), -1);
    assert_int_equal(missing, 1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "/nonexistent/x"));
    assert_int_equal(sx_sql_open("/", NULL, SQLITE_OPEN_READWRITE, &db, &missing, &err), -1);
    assert_int_equal(missing, 0);
    assert_null(db);
}

static void test_prepare_fails_whole(void **state)
{
    const char *const sql[] = {"SELECT t FROM %s", "SELECT gone FROM %s", "SELECT i FROM %s"};
    sqlite3_stmt *statements[3];
    struct sx_error err = {0};

    assert_int_equal(sx_sql_prepare(*state, sql, 3, "a", statements, &err), -1);
    assert_non_null(strstr(err.message, "no such column: gone"));
    assert_non_null(statements[0]);
    assert_null(statements[1]);
    assert_null(statements[2]);
    sx_sql_finalize(statements, 3);
    assert_null(statements[0]);
}

static void test_rows(void **state)
{
    sqlite3_stmt *insert = prepare(*state, "INSERT INTO %s VALUES(?1, ?2)");
    sqlite3_stmt *select = prepare(*state, "SELECT t, i FROM %s WHERE i >= ?1 ORDER BY i");
    struct sx_error err = {0};
    char small[4];
    char *text = NULL;

    assert_int_equal(sx_sql_run(insert, &err, "ti", "abc", (int64_t)1), 0);
    assert_int_equal(sx_sql_run(insert, &err, "ti", NULL, INT64_MAX), 0);
    assert_int_equal(sx_sql_bind(select, &err, "i", (int64_t)1), 0);
    assert_int_equal(sx_sql_step(select, &err), 1);
    assert_int_equal(sx_sql_copy(select, 0, &text, &err), 0);
    assert_string_equal(text, "abc");
    free(text);
    assert_int_equal(sx_sql_fixed(select, 0, small, sizeof small, &err), 0);
    assert_string_equal(small, "abc");
    assert_int_equal(sx_sql_fixed(select, 0, small, sizeof small - 1, &err), -1);
    assert_non_null(strstr(err.message, "a row's t is longer than 2 bytes"));
    assert_int_equal(sx_sql_step(select, &err), 1);
    assert_int_equal(sqlite3_column_int64(select, 1), INT64_MAX);
    assert_null(sx_sql_copy_or_null(select, 0));
    assert_int_equal(sx_sql_text(select, 0, &text, &err), -1);
    assert_non_null(strstr(err.message, "a row has no t"));
    assert_int_equal(sx_sql_step(select, &err), 0);
    /* It is reset, and nothing is bound. */
    assert_int_equal(sx_sql_step(select, &err), 0);
    sx_sql_finalize(&insert, 1);
    sx_sql_finalize(&select, 1);
}

static void test_failures_leave_statements_usable(void **state)
{
    sqlite3_stmt *insert = prepare(*state, "INSERT INTO %s VALUES(?1, ?2)");
    char *text = sx_alloc(SX_SQL_TEXT_MAX + 2);
    struct sx_error err = {0};
    int64_t number = 0;

    memset(text, 'x', SX_SQL_TEXT_MAX + 1);
    assert_int_equal(sx_sql_run(insert, &err, "it", (int64_t)1, text), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    assert_int_equal(sx_sql_run(insert, &err, "ti", "a", (int64_t)1), 0);
    assert_int_equal(sx_sql_run(insert, &err, "ti", "b", (int64_t)1), -1);
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "UNIQUE"));
    /* Parameters that are not given are NULL, not those of the time before. */
    assert_int_equal(sx_sql_run(insert, &err, "t", "c"), 0);
    assert_int_equal(
        sx_sql_number(*state, "SELECT count(*) FROM a WHERE i IS NULL", &number, &err), 0);
    assert_int_equal(number, 1);
    sx_sql_finalize(&insert, 1);
    free(text);
}

static void test_full(void **state)
{
    sqlite3_stmt *insert = prepare(*state, "INSERT INTO %s VALUES(?1, ?2)");
    char *text = sx_alloc(100001);
    struct sx_error err = {0};

    memset(text, 'x', 100000);
    assert_int_equal(sx_sql_exec(*state, "PRAGMA max_page_count=5", &err), 0);
    assert_int_equal(sx_sql_run(insert, &err, "t", text), -1);
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    assert_non_null(strstr(err.message, "free some space"));
    sx_sql_finalize(&insert, 1);
    free(text);
}

static void test_numbers(void **state)
{
    struct sx_error err = {0};
    int64_t number = 7;

    assert_int_equal(sx_sql_number(*state, "SELECT 5", &number, &err), 0);
    assert_int_equal(number, 5);
    assert_int_equal(sx_sql_number(*state, "SELECT i FROM a", &number, &err), 0);
    assert_int_equal(number, 0);
    assert_int_equal(sx_sql_number(*state, "SELECT nothing", &number, &err), -1);
    assert_int_equal(sx_sql_exec(*state, "nonsense", &err), -1);
    assert_non_null(strstr(err.message, "syntax error"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_missing_file),
        TEST(test_prepare_fails_whole),
        TEST(test_rows),
        TEST(test_failures_leave_statements_usable),
        TEST(test_full),
        TEST(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

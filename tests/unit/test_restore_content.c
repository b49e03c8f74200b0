// SPDX-License-Identifier: Apache-2.0
/* Rows of a backup become content: what fits, what does not, and what is left out. */
#include "restore_impl.h"
#include "sextant/memory.h"
#include "test_archive.h"
#include "test_edit.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK "/sextant-call-control:call-control/phone-book/entry"
#define PEERS "/sextant-cluster:cluster/peers/peer"

/** A backup with one entry, and content for it. */
struct fixture {
    struct sx_test_engine engine;
    struct sx_test_archive file;
    struct sx_archive *archive;
    struct sx_restore *content;
    struct sx_fragment_list rows;
};

static void open_fixture(struct fixture *fixture, const struct sx_schema *schema)
{
    memset(fixture, 0, sizeof *fixture);
    sx_test_engine_open(&fixture->engine, schema, SX_TEST_A);
    assert_true(sx_test_entry(&fixture->engine, "ann", 100));
    sx_test_archive_make(&fixture->engine, &fixture->file);
    fixture->archive = sx_test_archive_open(&fixture->file);
    fixture->content = sx_restore_new(schema, fixture->archive);
}

static void close_fixture(struct fixture *fixture)
{
    sx_restore_free(fixture->content);
    sx_archive_close(fixture->archive);
    sx_fragment_list_clear(&fixture->rows);
    sx_test_archive_clear(&fixture->file);
    sx_test_engine_close(&fixture->engine);
}

static int add(struct fixture *fixture, const char *list, const char *key, const char *body,
    enum sx_scope scope, struct sx_error *err)
{
    const struct sx_fragment row = {
        .scope = scope, .list = (char *)list, .key = (char *)key, .body = (char *)body};

    return sx_restore_add(fixture->content, &row, &fixture->rows, err);
}

static void add_all(struct fixture *fixture)
{
    struct sx_fragment row;
    struct sx_error err = {0};
    int rc;

    while ((rc = sx_archive_next(fixture->archive, &row, &err)) > 0)
        assert_int_equal(sx_restore_add(fixture->content, &row, &fixture->rows, &err), 0);
    assert_int_equal(rc, 0);
}

static void the_rows_of_a_backup_have_its_digest(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};

    open_fixture(&fixture, *state);
    add_all(&fixture);
    assert_int_equal(fixture.rows.count, 1);
    assert_int_equal(sx_restore_validate(fixture.content, &err), 0);
    assert_true(fixture.content->valid);
    assert_null(sx_restore_left_out(fixture.content, 0));
    close_fixture(&fixture);
}

static void another_row_gives_another_digest(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};

    open_fixture(&fixture, *state);
    add_all(&fixture);
    assert_int_equal(add(&fixture, BOOK, "[name='ben']",
                         "{\"sextant-call-control:entry\":[{\"name\":\"ben\",\"number\":\"1\"}]}",
                         SX_SCOPE_REPLICATED, &err),
        0);
    assert_int_equal(sx_restore_validate(fixture.content, &err), -1);
    assert_non_null(strstr(err.message, "does not have the digest"));
    assert_false(fixture.content->valid);
    close_fixture(&fixture);
}

static void rows_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *list, *key, *body;
        enum sx_scope scope;
    } rows[] = {
        {BOOK, "[name='x']", "{\"sextant-call-control:entry\":[{\"name\":\"x\",\"colour\":\"1\"}]}",
            SX_SCOPE_REPLICATED},
        {BOOK, "[name='x']", "{}", SX_SCOPE_REPLICATED},
        {BOOK, "[name='x']", "nothing", SX_SCOPE_REPLICATED},
        {BOOK, "[name='x']", "{\"sextant-call-control:entry\":[{\"name\":\"x\",\"number\":\"1\"}]}",
            SX_SCOPE_AGREED},
        {"/acme:acme", "", "{}", SX_SCOPE_REPLICATED},
    };
    struct fixture fixture;
    struct sx_error err;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_fixture(&fixture, *state);
        if (add(&fixture, rows[i].list, rows[i].key, rows[i].body, rows[i].scope, &err) == 0)
            fail_msg("row %zu is taken", i);
        assert_int_equal(fixture.rows.count, 0);
        close_fixture(&fixture);
    }
}

static void a_row_has_a_bound(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};
    char *body = sx_alloc(SX_FRAGMENT_BYTES_MAX + 2);

    memset(body, ' ', SX_FRAGMENT_BYTES_MAX + 1);
    open_fixture(&fixture, *state);
    assert_int_equal(add(&fixture, BOOK, "[name='x']", body, SX_SCOPE_REPLICATED, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    close_fixture(&fixture);
    free(body);
}

static void peers_are_left_out(void **state)
{
    struct fixture fixture;
    struct sx_error err = {0};

    open_fixture(&fixture, *state);
    add_all(&fixture);
    assert_int_equal(add(&fixture, PEERS, "[index='1']",
                         "{\"sextant-cluster:peer\":[{\"index\":1,\"address\":\"10.1.1.1\"}]}",
                         SX_SCOPE_AGREED, &err),
        0);
    assert_int_equal(fixture.rows.count, 1);
    assert_int_equal(sx_restore_validate(fixture.content, &err), 0);
    assert_string_equal(sx_restore_left_out(fixture.content, 0), "10.1.1.1");
    assert_null(sx_restore_left_out(fixture.content, 1));
    close_fixture(&fixture);
    sx_restore_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_of_a_backup_have_its_digest),
        cmocka_unit_test(another_row_gives_another_digest),
        cmocka_unit_test(rows_that_do_not_fit_are_refused),
        cmocka_unit_test(a_row_has_a_bound),
        cmocka_unit_test(peers_are_left_out),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}

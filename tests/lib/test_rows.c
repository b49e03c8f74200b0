// SPDX-License-Identifier: Apache-2.0
#include "test_rows.h"

#include "sextant/memory.h"
#include "test_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int sx_test_store_setup(void **state)
{
    struct sx_test_store *test = sx_alloc(sizeof *test);

    test->folder = sx_test_temporary_folder();
    test->store = sx_test_store_open(test->folder, NULL);
    *state = test;
    return 0;
}

int sx_test_store_teardown(void **state)
{
    struct sx_test_store *test = *state;
    int rc;

    sx_store_close(test->store);
    rc = sx_test_remove_folder(test->folder);
    sx_fragment_list_clear(&test->rows);
    free(test->folder);
    free(test);
    return rc;
}

void sx_test_store_reopen(struct sx_test_store *test)
{
    sx_store_close(test->store);
    test->store = sx_test_store_open(test->folder, NULL);
}

void sx_test_store_row(struct sx_test_store *test, const char *list, const char *key,
    const char *body, const char *after)
{
    sx_test_row(&test->rows, SX_SCOPE_REPLICATED, list, key, body, after);
}

void sx_test_store_expect(struct sx_test_store *test, const char *expected)
{
    char *text = sx_test_rows(test->store);

    assert_string_equal(text, expected);
    free(text);
}

void sx_test_row(struct sx_fragment_list *list, enum sx_scope scope, const char *path,
    const char *key, const char *body, const char *after)
{
    sx_fragment_list_add(list, (struct sx_fragment){.scope = scope,
                                   .list = sx_strdup(path),
                                   .key = sx_strdup(key),
                                   .body = sx_strdup(body),
                                   .after = sx_strdup(after)});
}

int sx_test_row_text(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    char **text = context;
    char *longer = sx_format("%s%s %s %s %s%s%s\n", *text ? *text : "", fragment->list,
        fragment->key, sx_scope_name(fragment->scope), fragment->body, fragment->after ? " <" : "",
        fragment->after ? fragment->after : "");

    (void)err;
    free(*text);
    *text = longer;
    return 0;
}

char *sx_test_rows(struct sx_store *store)
{
    struct sx_error err = {0};
    char *text = NULL;

    if (sx_store_load(store, sx_test_row_text, &text, &err) < 0)
        fail_msg("%s", err.message);
    return text ? text : sx_strdup("");
}

struct sx_store *sx_test_store_open(const char *folder, const char *vfs)
{
    struct sx_store *store = NULL;
    struct sx_error err = {0};

    if (sx_store_open(folder, vfs, &store, &err) < 0)
        fail_msg("%s", err.message);
    return store;
}

int sx_test_store_commit(struct sx_store *store, const struct sx_fragment_list *rows,
    uint64_t number, struct sx_error *err)
{
    struct sx_revision revision = {.number = number,
        .lineage = "0b33b4f4-a1a4-4b2c-bb2f-a5b1d0b9a001",
        .time_ms = 1700000000000,
        .origin = {.user = "test", .source = "127.0.0.1", .session = 7}};
    struct sx_history history = {.count = 1, .chain = {{.last_revision = number}}};
    int rc = -1;

    revision.digest[0] = history.digest[0] = (uint8_t)number;
    strcpy(history.chain[0].id, revision.lineage);
    sx_change_list_add(&revision.changes,
        (struct sx_change){.operation = SX_OPERATION_REPLACE,
            .path = sx_strdup("/test:number"),
            .value = sx_format("{\"test:number\":%u}", (unsigned)number),
            .old_value = sx_format("{\"test:number\":%u}", (unsigned)number - 1)});
    if (sx_store_begin(store, err) < 0)
        goto out;
    if (sx_store_put(store, rows, err) < 0 || sx_store_append(store, &revision, err) < 0 ||
        sx_store_set_history(store, &history, err) < 0) {
        sx_store_rollback(store);
        goto out;
    }
    rc = sx_store_commit(store, err);
out:
    sx_revision_clear(&revision);
    return rc;
}

void sx_test_store_put(struct sx_store *store, struct sx_fragment_list *rows)
{
    struct sx_error err = {0};

    if (sx_store_begin(store, &err) < 0 || sx_store_put(store, rows, &err) < 0 ||
        sx_store_commit(store, &err) < 0)
        fail_msg("%s", err.message);
    sx_fragment_list_clear(rows);
}

void sx_test_store_set(struct sx_store *store, const char *name, const char *value)
{
    struct sx_error err = {0};

    if (sx_store_begin(store, &err) < 0 || sx_store_set(store, name, value, &err) < 0 ||
        sx_store_commit(store, &err) < 0)
        fail_msg("%s", err.message);
}

void sx_test_store_value(struct sx_store *store, const char *name, const char *expected)
{
    struct sx_error err = {0};
    char *value = sx_store_get(store, name, &err);

    assert_int_equal(err.code, SX_OK);
    if (expected)
        assert_string_equal(value, expected);
    else
        assert_null(value);
    free(value);
}

static int open_in(const char *folder, const char *name, int flags)
{
    char *path = sx_format("%s/%s", folder, name);
    int fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd < 0 && !(flags & O_PATH))
        fail_msg("cannot open %s", path);
    free(path);
    return fd;
}

char *sx_test_file(const char *folder, const char *name, size_t *ret_size)
{
    int fd = open_in(folder, name, O_RDONLY);
    struct stat status;
    char *data;

    assert_return_code(fstat(fd, &status), 0);
    *ret_size = (size_t)status.st_size;
    data = sx_alloc(*ret_size + 1);
    assert_int_equal(read(fd, data, *ret_size), status.st_size);
    close(fd);
    return data;
}

void sx_test_write_file(const char *folder, const char *name, const void *data, size_t size)
{
    int fd = open_in(folder, name, O_WRONLY | O_CREAT | O_TRUNC);

    assert_int_equal(write(fd, data, size), size);
    close(fd);
}

bool sx_test_file_exists(const char *folder, const char *name)
{
    int fd = open_in(folder, name, O_PATH);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void sx_test_sql(const char *folder, const char *sql)
{
    char *path = sx_format("%s/%s", folder, SX_STORE_FILE);
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    free(path);
}

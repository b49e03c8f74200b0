// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "store.h"

/* Rows of the store for tests, and rows as a text that can be compared. */

/** A store in a folder of its own: the state of a test. */
struct sx_test_store {
    char *folder;
    struct sx_store *store;
    struct sx_fragment_list rows; /**< to be put next */
};

/** Setup and teardown of such a test, for cmocka. */
int sx_test_store_setup(void **state);
int sx_test_store_teardown(void **state);

/** Closes the store and opens it again. */
void sx_test_store_reopen(struct sx_test_store *test);

/** Adds a replicated row to those to be put; `body` and `after` may be NULL. */
void sx_test_store_row(struct sx_test_store *test, const char *list, const char *key,
    const char *body, const char *after);

/** Compares all rows of the store with a text of sx_test_rows(). */
void sx_test_store_expect(struct sx_test_store *test, const char *expected);

/** Adds a row; `body` and `after` may be NULL. All is copied. */
void sx_test_row(struct sx_fragment_list *list, enum sx_scope scope, const char *path,
    const char *key, const char *body, const char *after);

/** A function for sx_store_load() and readers: adds a line "path key scope body" and, in a
 * user-ordered list, " <after" to the text *context, a char * that starts as NULL. */
int sx_test_row_text(void *context, const struct sx_fragment *fragment, struct sx_error *err);

/** All rows of the store as such a text, for free(). */
char *sx_test_rows(struct sx_store *store);

/** Opens the store in `folder`. Ends the test when it cannot. */
struct sx_store *sx_test_store_open(const char *folder, const char *vfs);

/** One commit: rows, and a revision `number` whose only change says so, with its history. 0 or -1.
 */
int sx_test_store_commit(struct sx_store *store, const struct sx_fragment_list *rows,
    uint64_t number, struct sx_error *err);

/** Puts rows in a transaction of their own and clears the list. Ends the test when it fails. */
void sx_test_store_put(struct sx_store *store, struct sx_fragment_list *rows);

/** Sets a named value in a transaction of its own. Ends the test when it fails. */
void sx_test_store_set(struct sx_store *store, const char *name, const char *value);

/** Compares a named value; `expected` NULL: there is none. */
void sx_test_store_value(struct sx_store *store, const char *name, const char *expected);

/** Reads a whole file: *ret_size bytes for free(). Ends the test when it cannot. */
char *sx_test_file(const char *folder, const char *name, size_t *ret_size);

/** Writes a whole file. Ends the test when it cannot. */
void sx_test_write_file(const char *folder, const char *name, const void *data, size_t size);

/** Whether folder/name is there, even if empty. */
bool sx_test_file_exists(const char *folder, const char *name);

/** Runs SQL on the database of `folder` from outside. Ends the test when it fails. */
void sx_test_sql(const char *folder, const char *sql);

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"

/** Folders of YANG modules that tests search, ours first; ends with NULL. The one place that knows
 * where Debian keeps the standard modules. */
extern const char *const sx_test_search_path[];

/** Loads a schema of the named modules (the last argument is NULL) and silences libyang's own
 * output. A failure fails the test. The caller frees the schema. */
struct sx_schema *sx_test_schema(const char *module, ...) __attribute__((sentinel));

/** Tries to load one module; returns what sx_schema_load() does. */
int sx_test_schema_try(const char *module, struct sx_schema **ret_schema, struct sx_error *err);

/**
 * Tries to load a module "made-up" (prefix m) whose body is `body`, and ietf-netconf, so that edits
 * have operations. It imports sextant-extensions as sx and sextant-test as t; further imports come
 * first in the body. Returns what sx_schema_load() does.
 */
int sx_test_schema_made(const char *body, struct sx_schema **ret_schema, struct sx_error *err);

/** The same with success; a failure fails the test. The caller frees the schema. */
struct sx_schema *sx_test_schema_of(const char *body);

/** The same, which must fail as an invalid value with `path` and with `says` and `says_too` in its
 * message. */
void sx_test_schema_refused(
    const char *body, const char *path, const char *says, const char *says_too);

/** Loads what a daemon with our modules offers. A failure fails the test. The caller frees it. */
struct sx_schema *sx_test_schema_ours(void);

/** The same of a later release, which has one module more. The caller frees it. */
struct sx_schema *sx_test_schema_next(void);

/** Group setup for cmocka: *state becomes the schema of sx_test_schema_ours(). */
int sx_test_group_setup(void **state);
/** Group teardown where *state is a schema: frees it. */
int sx_test_group_teardown(void **state);

/** The schema node at a path such as "/module:top/list". Fails the test when there is none. */
const struct lysc_node *sx_test_schema_node(const struct sx_schema *schema, const char *path);

/** Fails the test unless the node at a path is of this class. */
void sx_test_schema_expect(
    const struct sx_schema *schema, const char *path, enum sx_scope scope, uint32_t flags);

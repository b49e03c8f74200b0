// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

#include <libyang/libyang.h>
#include <stdbool.h>

/** The tree as text, one line a node in the order of the tree, with default flags. For free(). */
char *sx_test_dump(const struct lyd_node *root);

/** The content as text, sorted: equal texts mean equal content, where the order of entries counts
 * in user-ordered lists alone. With `defaults`, default nodes count too. For free(). */
char *sx_test_content(const struct lyd_node *root, bool defaults);

/** True when every node is linked and found as libyang expects. */
bool sx_test_links_hold(const struct lyd_node *root);

/** Fails the test unless that is so. */
void sx_test_check_links(const struct lyd_node *root);

/** Parses the children of a <config> element as a NETCONF request does. The caller frees. */
struct lyd_node *sx_test_parse_edit(const struct sx_schema *schema, const char *xml);

/** An empty tree with its defaults, validated. */
struct sx_tree sx_test_tree(const struct sx_schema *schema);

/** Group setup for cmocka: *state becomes the schema of sextant-test. sx_test_group_teardown()
 * frees it. */
int sx_test_tree_group_setup(void **state);

/** Setup and teardown of one test of such a group: *state becomes a struct sx_tree * of
 * sx_test_tree(). */
int sx_test_tree_setup(void **state);
int sx_test_tree_teardown(void **state);

/** A test of such a group that has a tree of its own. */
#define SX_TEST_ON_TREE(test) \
    cmocka_unit_test_setup_teardown(test, sx_test_tree_setup, sx_test_tree_teardown)

/** The node at a data path. Fails the test when there is none. */
struct lyd_node *sx_test_find(const struct sx_tree *tree, const char *path);

/** True when there is a node at a data path. */
bool sx_test_has(const struct sx_tree *tree, const char *path);

/** Value of the leaf at a data path, "" when there is none (`root` may be NULL). Borrowed. */
const char *sx_test_leaf(const struct lyd_node *root, const char *path);

/** Edits a tree (merge), validates and keeps; a failure fails the test. */
void sx_test_set(struct sx_tree *tree, const char *xml);

/** Attributes for an element of sextant-test that holds operations and places. */
#define SX_TEST_NAMESPACES \
    "xmlns='urn:sextant:test' xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0' " \
    "xmlns:yang='urn:ietf:params:xml:ns:yang:1'"
/** The containers of sextant-test with some content. */
#define SX_TEST_TOP(content) "<top " SX_TEST_NAMESPACES ">" content "</top>"
#define SX_TEST_LISTS(content) "<lists " SX_TEST_NAMESPACES ">" content "</lists>"

/**
 * Edits and validates; keeps the result, or undoes it when that fails, and then checks that nothing
 * was changed. Returns what the first failing call does. ret_changes (NULL: not wanted) becomes the
 * changes as text, a line each: `create PATH VALUE`, `replace PATH VALUE was OLD`, `delete PATH`,
 * `move PATH`, with ` after PATH` in user-ordered lists; for free().
 */
int sx_test_tree_edit(struct sx_tree *tree, const char *xml,
    enum sx_default_operation default_operation, char **ret_changes, struct sx_error *err);

/** Begins a transaction, edits (merge) and validates, with success. The caller keeps or undoes. */
struct sx_transaction *sx_test_begin(struct sx_tree *tree, const char *xml);

/** Begins such a transaction and undoes it, and checks that nothing was changed. */
void sx_test_undone(struct sx_tree *tree, const char *xml);

/** Edits (merge) with success and compares the changes with a text as above. */
void sx_test_expect(struct sx_tree *tree, const char *xml, const char *changes);

/** Edits (merge), which must fail with this code at this path. The caller looks at the rest. */
struct sx_error sx_test_refused(
    struct sx_tree *tree, const char *xml, enum sx_error_code code, const char *path);

/** Digest of the whole tree from scratch, into ret_digest. */
void sx_test_digest(const struct sx_tree *tree, uint8_t ret_digest[SX_DIGEST_SIZE]);

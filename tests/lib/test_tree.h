// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

#include <libyang/libyang.h>

/** The tree as text, one line a node in the order of the tree, with default flags. For free(). */
char *sx_test_dump(const struct lyd_node *root);

/** The content as text, sorted: equal texts mean equal content, where the order of entries counts
 * in user-ordered lists alone. With `defaults`, default nodes count too. For free(). */
char *sx_test_content(const struct lyd_node *root, bool defaults);

/** Fails the test unless every node is linked and found as libyang expects. */
void sx_test_check_links(const struct lyd_node *root);

/** Parses the children of a <config> element as a NETCONF request does. The caller frees. */
struct lyd_node *sx_test_parse_edit(const struct sx_schema *schema, const char *xml);

/** An empty tree with its defaults, validated. */
struct sx_tree sx_test_tree(const struct sx_schema *schema);

/** Edits a tree (merge), validates and keeps; a failure fails the test. */
void sx_test_set(struct sx_tree *tree, const char *xml);

/** Digest of the whole tree from scratch, into ret_digest. */
void sx_test_digest(const struct sx_tree *tree, uint8_t ret_digest[SX_DIGEST_SIZE]);

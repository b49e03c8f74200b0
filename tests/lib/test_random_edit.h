// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

struct lyd_node;
struct sx_schema;

/** A number below `limit` from a seed that is never 0 and moves on. */
uint32_t sx_test_random(uint64_t *seed, uint32_t limit);

/** What makes random edits of some modules: their configuration nodes and a few values for each. */
struct sx_test_generator;

/** A generator for the named modules (the last is NULL), or with NULL for all modules that hold
 * configuration. `schema` is borrowed. The caller frees it with sx_test_generator_free(). */
struct sx_test_generator *sx_test_generator(
    const struct sx_schema *schema, const char *const *modules);

/** Releases a generator. */
void sx_test_generator_free(struct sx_test_generator *generator);

/**
 * A random <config> content, with random operations, as XML for free(). It follows the schema and
 * what is in `tree` (first of the top-level siblings, or NULL), which is only looked at: most edits
 * change, delete or move what is there or put something beside it. Values come from small pools, so
 * they meet often. Many such edits are not valid.
 */
char *sx_test_random_edit(
    struct sx_test_generator *generator, const struct lyd_node *tree, uint64_t *seed);

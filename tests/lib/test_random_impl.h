// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"
#include "test_random_edit.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>

/* The inside of the generator of random edits. */

/** Keys of one list at the most. */
#define SX_TEST_KEYS_MAX 8

/** Values that one leaf can take at the most. */
#define SX_TEST_VALUES_MAX 10

/** What a leaf or leaf-list may be set to. */
struct sx_test_values {
    const struct lysc_node *schema;
    char *items[SX_TEST_VALUES_MAX]; /**< canonical or not, prefixes are module names; owned */
    unsigned count;
};

/** Configuration nodes of a module, keys left out. */
struct sx_test_module {
    const struct lysc_node **nodes;
    size_t count, capacity;
};

struct sx_test_generator {
    const struct ly_ctx *context;
    struct sx_test_module *modules;
    size_t module_count, module_capacity;
    struct sx_test_values *values;
    size_t value_count, value_capacity;
};

/** One element of an edit that is being made. */
struct sx_test_element {
    const struct lysc_node *schema; /**< NULL for the root, which is <config> */
    char *value; /**< of a leaf or leaf-list entry, or the XML inside of an anydata; owned */
    const char *operation, *insert; /**< or NULL */
    char *anchor; /**< the attribute key or value that goes with insert, or NULL; owned */
    struct sx_test_element *parent, *child, *next;
};

/** An edit that is being made. */
struct sx_test_making {
    struct sx_test_generator *generator;
    const struct lyd_node *tree;
    uint64_t *seed;
    struct sx_test_element root;
};

/** True in so many of a hundred cases. */
static inline bool sx_test_chance(const struct sx_test_making *making, uint32_t percent)
{
    return sx_test_random(making->seed, 100) < percent;
}

/** True when a node with a condition shall be edited, of which `data` is an instance that is there
 * (or NULL): where there is none, its condition is often false. */
static inline bool sx_test_random_wants_condition(
    const struct sx_test_making *making, const struct lyd_node *data)
{
    return sx_test_chance(making, data ? 90 : 20);
}

/** test_random_value.c: a value for a leaf or leaf-list, for free(). */
char *sx_test_random_value(struct sx_test_making *making, const struct lysc_node *schema);

/** test_random_value.c: true when there is a value for a leaf or leaf-list, and for each key and
 * mandatory leaf of a list; true for other nodes. */
bool sx_test_random_can_make(struct sx_test_generator *generator, const struct lysc_node *schema);

/** test_random_value.c: frees the pools of values. */
void sx_test_random_values_free(struct sx_test_generator *generator);

/** test_random_value.c: a random node of the schema node in the tree, or NULL. */
const struct lyd_node *sx_test_random_instance(
    struct sx_test_making *making, const struct lysc_node *schema);

/** test_random_element.c: the child of that schema node, and for a leaf-list of that value; made if
 * it is not there. `value` is copied. Not for lists. */
struct sx_test_element *sx_test_element(
    struct sx_test_element *parent, const struct lysc_node *schema, const char *value);

/** test_random_element.c: the list entry with those keys, made if it is not there. `keys` holds a
 * value for each key; copied. */
struct sx_test_element *sx_test_element_entry(
    struct sx_test_element *parent, const struct lysc_node *list, char *const *keys);

/** test_random_element.c: frees what is below an element. */
void sx_test_element_clear(struct sx_test_element *element);

/** test_random_element.c: the children of the root as XML, for free(). */
char *sx_test_element_xml(const struct ly_ctx *context, const struct sx_test_element *root);

/** test_random_fill.c: puts random content below an element that stands for `schema`, which is
 * there as `data` or NULL; `percent` of the optional nodes come. */
void sx_test_random_fill(struct sx_test_making *making, struct sx_test_element *element,
    const struct lysc_node *schema, const struct lyd_node *data, uint32_t percent);

/** test_random_fill.c: an entry of the list with random keys, without content. */
struct sx_test_element *sx_test_random_entry(
    struct sx_test_making *making, struct sx_test_element *parent, const struct lysc_node *list);

/** test_random_fill.c: gives an entry of a user-ordered list a random place beside `data`, an entry
 * of it that is there, or NULL. */
void sx_test_random_place(
    struct sx_test_making *making, struct sx_test_element *element, const struct lyd_node *data);

// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/** Places of the table at first; a power of two. */
#define PLACES_FIRST 64

/* What a key is about. */
enum role {
    ROLE_TARGET = 1,
    ROLE_READER,
    ROLE_ENTRIES,
    ROLE_TUPLE,
};

struct place {
    uint64_t high;
    uint32_t low;
    uint32_t count; /* 0: free */
};

struct sx_index {
    const struct sx_schema *schema;
    struct place *places;
    size_t size, used;
};

static void mix(struct sx_key *key, uint64_t word)
{
    uint64_t low = (key->low ^ word) * 0x9e3779b97f4a7c15u;

    key->high = (key->high ^ word) * 0xff51afd7ed558ccdu;
    key->high ^= key->high >> 32;
    key->low = (uint32_t)(low >> 32) ^ (uint32_t)low;
}

static void mix_text(struct sx_key *key, const char *text)
{
    size_t length = strlen(text), at = 0;

    for (; at < length; at += sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, text + at, length - at < sizeof word ? length - at : sizeof word);
        mix(key, word);
    }
    mix(key, length);
}

static struct sx_key start(enum role role, const void *what, const struct lyd_node *where)
{
    struct sx_key key = {.high = role, .low = (uint32_t)role};

    mix(&key, (uint64_t)(uintptr_t)what);
    mix(&key, (uint64_t)(uintptr_t)where);
    return key;
}

static size_t find(const struct sx_index *index, struct sx_key key)
{
    size_t at = (size_t)key.high & (index->size - 1);

    while (index->places[at].count > 0 &&
           (index->places[at].high != key.high || index->places[at].low != key.low))
        at = (at + 1) & (index->size - 1);
    return at;
}

uint32_t sx_index_count(const struct sx_index *index, struct sx_key key)
{
    return index->places[find(index, key)].count;
}

static void resize(struct sx_index *index, size_t size)
{
    struct place *former = index->places;
    size_t former_size = index->size;

    index->places = sx_calloc(size, sizeof *index->places);
    index->size = size;
    for (size_t i = 0; i < former_size; i++)
        if (former[i].count > 0)
            index->places[find(
                index, (struct sx_key){.high = former[i].high, .low = former[i].low})] = former[i];
    free(former);
}

static void count_up(struct sx_index *index, struct sx_key key)
{
    struct place *place;

    if ((index->used + 1) * 4 > index->size * 3)
        resize(index, index->size * 2);
    place = &index->places[find(index, key)];
    if (place->count == 0) {
        place->high = key.high;
        place->low = key.low;
        index->used++;
    }
    place->count++;
}

/* Closes the gap at `hole`: what stands behind it only because its own place was taken moves up. */
static void close_gap(struct sx_index *index, size_t hole)
{
    size_t mask = index->size - 1;

    for (size_t at = (hole + 1) & mask; index->places[at].count > 0; at = (at + 1) & mask) {
        size_t wanted = (size_t)index->places[at].high & mask;

        if (((at - wanted) & mask) < ((at - hole) & mask))
            continue;
        index->places[hole] = index->places[at];
        hole = at;
    }
    index->places[hole].count = 0;
}

static void count_down(struct sx_index *index, struct sx_key key)
{
    size_t at = find(index, key);

    if (index->places[at].count == 0 || --index->places[at].count > 0)
        return;
    close_gap(index, at);
    index->used--;
}

static void change(struct sx_index *index, struct sx_key key, bool add)
{
    if (add)
        count_up(index, key);
    else
        count_down(index, key);
}

const struct lyd_node *sx_index_apex(const struct lysc_node *apex, const struct lyd_node *node)
{
    if (!apex)
        return NULL;
    while (node && node->schema != apex)
        node = lyd_parent(node);
    return node;
}

struct sx_key sx_index_target(const struct sx_schema *schema,
    const struct sx_constraint *constraint, const struct lyd_node *apex, const char *value)
{
    struct sx_key key = start(ROLE_TARGET, &schema->constraints[constraint->same_target], apex);

    mix_text(&key, value);
    return key;
}

struct sx_key sx_index_reader(
    const struct sx_constraint *constraint, const struct lyd_node *apex, const char *value)
{
    struct sx_key key = start(ROLE_READER, constraint, apex);

    if (value)
        mix_text(&key, value);
    return key;
}

struct sx_key sx_index_entries(const struct lysc_node *list, const struct lyd_node *parent)
{
    return start(ROLE_ENTRIES, list, parent);
}

const struct lyd_node *sx_index_leaf(
    const struct lyd_node *entry, const struct lysc_node *leaf, const struct lyd_node *without)
{
    const struct lyd_node *above = entry;
    struct lyd_node *node = NULL;

    if (lysc_data_parent(leaf) != entry->schema)
        above = sx_index_leaf(entry, lysc_data_parent(leaf), without);
    if (!above || lyd_find_sibling_val(lyd_child(above), leaf, NULL, 0, &node) != LY_SUCCESS ||
        node == without)
        return NULL;
    return node;
}

bool sx_index_tuple(const struct sx_constraint *constraint, const struct lyd_node *entry,
    const struct lyd_node *without, struct sx_key *ret_key)
{
    struct sx_key key = start(ROLE_TUPLE, constraint, lyd_parent(entry));
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(constraint->leafs, i)
    {
        const struct lysc_node_leaf *leaf = constraint->leafs[i];
        const struct lyd_node *node = sx_index_leaf(entry, &leaf->node, without);

        if (node)
            mix_text(&key, lyd_get_value(node));
        else if (leaf->dflt)
            mix_text(&key, lyd_value_get_canonical(leaf->module->ctx, leaf->dflt));
        else
            return false;
    }
    *ret_key = key;
    return true;
}

/* The entries above a node whose tuples it is part of. */
static void change_tuples_above(struct sx_index *index, const struct lyd_node *node, bool add)
{
    struct sx_key key;

    for (const struct lyd_node *entry = lyd_parent(node); entry; entry = lyd_parent(entry)) {
        const struct sx_constraint_list *own =
            &sx_schema_effects(index->schema, entry->schema)->own;

        for (size_t i = 0; i < own->count; i++) {
            const struct sx_constraint *constraint = &index->schema->constraints[own->items[i]];
            bool concerned = false;
            LY_ARRAY_COUNT_TYPE j;

            if (constraint->kind != SX_CONSTRAINT_UNIQUE)
                continue;
            LY_ARRAY_FOR(constraint->leafs, j)
            for (const struct lysc_node *at = &constraint->leafs[j]->node; at != entry->schema;
                 at = lysc_data_parent(at))
                concerned |= at == node->schema;
            if (concerned && sx_index_tuple(constraint, entry, node, &key))
                change(index, key, !add);
            if (concerned && sx_index_tuple(constraint, entry, NULL, &key))
                change(index, key, add);
        }
        if (entry->schema->nodetype == LYS_LIST)
            return; /* a unique statement reaches no further than the next list */
    }
}

static void change_own(struct sx_index *index, const struct lyd_node *node, bool add)
{
    const struct sx_effects *effects = sx_schema_effects(index->schema, node->schema);
    struct sx_key key;

    for (size_t i = 0; i < effects->own.count; i++) {
        const struct sx_constraint *constraint = &index->schema->constraints[effects->own.items[i]];

        if (constraint->kind == SX_CONSTRAINT_LEAFREF || constraint->by_value)
            change(index,
                sx_index_reader(
                    constraint, sx_index_apex(constraint->apex, node), lyd_get_value(node)),
                add);
        else if (constraint->kind == SX_CONSTRAINT_ANYWHERE)
            change(index, sx_index_reader(constraint, NULL, NULL), add);
        else if (constraint->kind == SX_CONSTRAINT_UNIQUE &&
                 sx_index_tuple(constraint, node, NULL, &key))
            change(index, key, add);
    }
    for (size_t i = 0; i < effects->on.count; i++) {
        size_t number = effects->on.items[i];
        const struct sx_constraint *constraint = &index->schema->constraints[number];

        if (constraint->kind == SX_CONSTRAINT_LEAFREF && constraint->same_target == number)
            change(index,
                sx_index_target(index->schema, constraint, sx_index_apex(constraint->apex, node),
                    lyd_get_value(node)),
                add);
    }
    if (sx_schema_is_limited(node->schema))
        change(index, sx_index_entries(node->schema, lyd_parent(node)), add);
}

static void change_subtree(struct sx_index *index, const struct lyd_node *node, bool add)
{
    if (!sx_schema_effects(index->schema, node->schema)->counted)
        return;
    change_own(index, node, add);
    for (const struct lyd_node *child = lyd_child(node); child; child = child->next)
        change_subtree(index, child, add);
}

void sx_index_add(struct sx_index *index, const struct lyd_node *node)
{
    if (!index)
        return;
    change_subtree(index, node, true);
    change_tuples_above(index, node, true);
}

void sx_index_remove(struct sx_index *index, const struct lyd_node *node)
{
    if (!index)
        return;
    change_subtree(index, node, false);
    change_tuples_above(index, node, false);
}

struct sx_index *sx_index_build(const struct sx_schema *schema, const struct lyd_node *root)
{
    struct sx_index *index = sx_alloc(sizeof *index);

    index->schema = schema;
    resize(index, PLACES_FIRST);
    for (const struct lyd_node *node = root; node; node = node->next)
        change_subtree(index, node, true);
    return index;
}

void sx_index_free(struct sx_index *index)
{
    if (!index)
        return;
    free(index->places);
    free(index);
}

size_t sx_index_size(const struct sx_index *index)
{
    return sizeof *index + index->size * sizeof *index->places;
}

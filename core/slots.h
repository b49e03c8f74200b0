// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** No item. */
#define SX_SLOTS_NONE SIZE_MAX

/** A hash table over an array that is the caller's: it holds positions. Start it zeroed. */
struct sx_slots {
    size_t *places; /**< positions plus one; 0 is free */
    size_t size; /**< power of two, or 0 */
    size_t count;
};

/** Whether the item at position `at` of the array `items` has this key. */
typedef bool sx_slots_same(const void *items, size_t at, const void *key);

/** The hash of the item at a position. */
typedef uint64_t sx_slots_hash(const void *items, size_t at);

/** The position of the item that has the key, whose hash is given; SX_SLOTS_NONE for none. */
size_t sx_slots_find(const struct sx_slots *slots, const void *items, uint64_t hash,
    const void *key, sx_slots_same *same);

/** Puts in the item at position `count` of the array, which must not be in yet. */
void sx_slots_add(struct sx_slots *slots, const void *items, sx_slots_hash *hash_of);

/** Releases what it holds; it is empty and usable afterwards. */
void sx_slots_clear(struct sx_slots *slots);

// SPDX-License-Identifier: Apache-2.0
#include "slots.h"

#include "sextant/memory.h"

#include <stdlib.h>

/** Slots at first. */
#define SLOTS_FIRST 64

size_t sx_slots_find(const struct sx_slots *slots, const void *items, uint64_t hash,
    const void *key, sx_slots_same *same)
{
    if (slots->size == 0)
        return SX_SLOTS_NONE;
    for (uint64_t at = hash;; at++) {
        size_t slot = slots->places[at & (slots->size - 1)];

        if (slot == 0)
            return SX_SLOTS_NONE;
        if (same(items, slot - 1, key))
            return slot - 1;
    }
}

static void put(struct sx_slots *slots, uint64_t hash, size_t position)
{
    uint64_t at = hash;

    while (slots->places[at & (slots->size - 1)])
        at++;
    slots->places[at & (slots->size - 1)] = position + 1;
}

void sx_slots_add(struct sx_slots *slots, const void *items, sx_slots_hash *hash_of)
{
    if ((slots->count + 1) * 2 > slots->size) {
        free(slots->places);
        slots->size = slots->size > 0 ? slots->size * 2 : SLOTS_FIRST;
        slots->places = sx_calloc(slots->size, sizeof *slots->places);
        for (size_t i = 0; i < slots->count; i++)
            put(slots, hash_of(items, i), i);
    }
    put(slots, hash_of(items, slots->count), slots->count);
    slots->count++;
}

void sx_slots_clear(struct sx_slots *slots)
{
    free(slots->places);
    *slots = (struct sx_slots){0};
}

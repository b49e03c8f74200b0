// SPDX-License-Identifier: Apache-2.0
#include "agenda.h"

#include "sextant/memory.h"

#include <stdlib.h>

/** Places of the hash table at first; a power of two. */
#define PLACES_FIRST 64

static size_t hash(const struct sx_task *task)
{
    uint64_t hash = (uint64_t)(uintptr_t)task->constraint * 0x9e3779b97f4a7c15u;

    hash = (hash ^ (hash >> 29) ^ (uint64_t)(uintptr_t)task->where) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 32) ^ task->value.high) * 0xc4ceb9fe1a85ec53u;
    return (size_t)(hash ^ (hash >> 32));
}

static bool is_same(const struct sx_task *a, const struct sx_task *b)
{
    return a->constraint == b->constraint && a->where == b->where &&
           a->value.high == b->value.high && a->value.low == b->value.low;
}

/* The place of a task in the table: that of its like, or a free one. */
static size_t *place_of(const struct sx_agenda *agenda, const struct sx_task *task)
{
    size_t at = hash(task);

    for (;; at++) {
        size_t *place = &agenda->places[at & (agenda->size - 1)];

        if (*place == 0 || is_same(&agenda->items[*place - 1], task))
            return place;
    }
}

bool sx_agenda_add(struct sx_agenda *agenda, struct sx_task task)
{
    size_t *place;

    if (agenda->count * 2 >= agenda->size) {
        free(agenda->places);
        agenda->size = agenda->size > 0 ? agenda->size * 2 : PLACES_FIRST;
        agenda->places = sx_calloc(agenda->size, sizeof *agenda->places);
        for (size_t i = 0; i < agenda->count; i++)
            *place_of(agenda, &agenda->items[i]) = i + 1;
    }
    place = place_of(agenda, &task);
    if (*place > 0)
        return false;
    agenda->items = sx_grow(agenda->items, agenda->count, &agenda->capacity, sizeof *agenda->items);
    agenda->items[agenda->count++] = task;
    *place = agenda->count;
    return true;
}

void sx_agenda_clear(struct sx_agenda *agenda)
{
    free(agenda->items);
    free(agenda->places);
    *agenda = (struct sx_agenda){0};
}

// SPDX-License-Identifier: Apache-2.0
#include "agenda.h"

#include "sextant/memory.h"

#include <stdlib.h>

static uint64_t hash(const struct sx_task *task)
{
    uint64_t hash = (uint64_t)(uintptr_t)task->constraint * 0x9e3779b97f4a7c15u;

    hash = (hash ^ (hash >> 29) ^ (uint64_t)(uintptr_t)task->where) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 32) ^ task->value.high) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 32);
}

static uint64_t hash_of(const void *items, size_t at)
{
    return hash(&((const struct sx_task *)items)[at]);
}

static bool is_same(const void *items, size_t at, const void *key)
{
    const struct sx_task *a = &((const struct sx_task *)items)[at], *b = key;

    return a->constraint == b->constraint && a->where == b->where &&
           a->value.high == b->value.high && a->value.low == b->value.low;
}

bool sx_agenda_add(struct sx_agenda *agenda, struct sx_task task)
{
    if (sx_slots_find(&agenda->slots, agenda->items, hash(&task), &task, is_same) != SX_SLOTS_NONE)
        return false;
    agenda->items = sx_grow(agenda->items, agenda->count, &agenda->capacity, sizeof *agenda->items);
    agenda->items[agenda->count++] = task;
    sx_slots_add(&agenda->slots, agenda->items, hash_of);
    return true;
}

void sx_agenda_clear(struct sx_agenda *agenda)
{
    free(agenda->items);
    sx_slots_clear(&agenda->slots);
    *agenda = (struct sx_agenda){0};
}

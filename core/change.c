// SPDX-License-Identifier: Apache-2.0
#include "sextant/change.h"

#include "sextant/memory.h"

#include <stdlib.h>

void sx_change_list_add(struct sx_change_list *list, struct sx_change change)
{
    list->items = sx_grow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = change;
}

void sx_change_list_copy(struct sx_change_list *list, const struct sx_change *change)
{
    struct sx_change copy = *change;

    copy.path = sx_strdup(change->path);
    copy.value = sx_strdup(change->value);
    copy.old_value = sx_strdup(change->old_value);
    copy.after = sx_strdup(change->after);
    copy.old_after = sx_strdup(change->old_after);
    sx_change_list_add(list, copy);
}

void sx_change_list_clear(struct sx_change_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].value);
        free(list->items[i].old_value);
        free(list->items[i].after);
        free(list->items[i].old_after);
    }
    free(list->items);
    *list = (struct sx_change_list){0};
}

void sx_fragment_list_add(struct sx_fragment_list *list, struct sx_fragment fragment)
{
    list->items = sx_grow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = fragment;
}

void sx_fragment_list_copy(struct sx_fragment_list *list, const struct sx_fragment *fragment)
{
    struct sx_fragment copy = *fragment;

    copy.list = sx_strdup(fragment->list);
    copy.key = sx_strdup(fragment->key);
    copy.body = sx_strdup(fragment->body);
    copy.after = sx_strdup(fragment->after);
    sx_fragment_list_add(list, copy);
}

void sx_fragment_list_clear(struct sx_fragment_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].list);
        free(list->items[i].key);
        free(list->items[i].body);
        free(list->items[i].after);
    }
    free(list->items);
    *list = (struct sx_fragment_list){0};
}

char *sx_fragment_path(const struct sx_fragment *fragment)
{
    return sx_format("%s%s", fragment->list, fragment->key);
}

// SPDX-License-Identifier: Apache-2.0
#include "netconf/event.h"

#include "sextant/memory.h"

#include <stdlib.h>

struct ag_event *ag_event_new(enum ag_event_type type, int64_t time_ms)
{
    struct ag_event *event = sx_alloc(sizeof *event);

    atomic_init(&event->references, 1);
    event->type = type;
    event->time_ms = time_ms;
    return event;
}

struct ag_event *ag_event_ref(struct ag_event *event)
{
    atomic_fetch_add(&event->references, 1);
    return event;
}

void ag_event_unref(struct ag_event *event)
{
    if (event && atomic_fetch_sub(&event->references, 1) == 1)
        free(event);
}

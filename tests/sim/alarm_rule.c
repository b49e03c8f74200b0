// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "sextant/engine.h"
#include "sim.h"

#include <stdio.h>
#include <string.h>

/* Rule 8: each raise and clear once, in order, told at least once; and the alarms that are up are
 * what was told. */

static struct sim_told *find_active(struct sim_promise *promise, const struct sx_alarm_event *event)
{
    for (size_t i = 0; i < promise->active_count; i++)
        if (promise->active[i].id == event->id &&
            strcmp(promise->active[i].resource, event->resource) == 0)
            return &promise->active[i];
    return NULL;
}

static void take_new(struct sim *sim, struct sim_node *node, const struct sx_alarm_event *event)
{
    struct sim_promise *promise = &node->promise;
    struct sim_told *active = find_active(promise, event);
    struct sim_told *told = &promise->told[event->sequence % SIM_TOLD_MAX];

    if (event->raised == (active != NULL))
        sim_fail(sim, "node %u: alarm %u of \"%s\" is %s and was so before", node->number,
            event->id, event->resource, event->raised ? "raised" : "cleared");
    told->sequence = event->sequence;
    told->id = event->id;
    told->raised = event->raised;
    snprintf(told->resource, sizeof told->resource, "%s", event->resource);
    promise->sequence = event->sequence;
    if (active)
        *active = promise->active[--promise->active_count];
    else if (promise->active_count == SIM_ACTIVE_MAX)
        sim_fail(sim, "node %u: more than %d alarms", node->number, SIM_ACTIVE_MAX);
    else
        promise->active[promise->active_count++] = *told;
}

static void check_repeat(
    struct sim *sim, const struct sim_node *node, const struct sx_alarm_event *event)
{
    const struct sim_told *told = &node->promise.told[event->sequence % SIM_TOLD_MAX];

    if (told->sequence == event->sequence &&
        (told->id != event->id || told->raised != event->raised ||
            strcmp(told->resource, event->resource) != 0))
        sim_fail(sim, "node %u: alarm event %llu is another one than was told", node->number,
            (unsigned long long)event->sequence);
}

static void check_active(struct sim *sim, struct sim_node *node)
{
    const struct sx_status *status = &node->status;

    if (status->alarm_count != node->promise.active_count)
        sim_fail(sim, "node %u: %zu alarms are up, %zu were told", node->number,
            status->alarm_count, node->promise.active_count);
    for (size_t i = 0; i < status->alarm_count; i++)
        if (!find_active(&node->promise, &status->alarms[i]))
            sim_fail(sim, "node %u: alarm %u of \"%s\" is up and nobody was told", node->number,
                status->alarms[i].id, status->alarms[i].resource);
}

void sim_check_alarms(
    struct sim *sim, struct sim_node *node, const struct sx_update *update, bool booted)
{
    for (size_t i = 0; i < update->count; i++) {
        const struct sx_alarm_event *event = &update->actions[i].alarm.event;

        if (update->actions[i].type != SX_ACTION_ALARM)
            continue;
        if (booted && event->sequence <= node->promise.sequence)
            check_repeat(sim, node, event);
        else if (event->sequence == node->promise.sequence + 1)
            take_new(sim, node, event);
        else
            sim_fail(sim, "node %u: alarm event %llu follows %llu", node->number,
                (unsigned long long)event->sequence, (unsigned long long)node->promise.sequence);
    }
    check_active(sim, node);
}

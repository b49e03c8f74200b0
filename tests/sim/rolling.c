// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "operator.h"
#include "sim.h"

#include <string.h>

/* Restarts in sequence. Each has one system after the other restart, none of them twice and no two
 * at once, and goes on, stops or ends in a time that is known before. */

/** How long each system may take to be back, and what there is to spare. */
#define LIMIT_MS 10000
#define SPARE_MS 1000

bool sim_ask_rolling(struct sim *sim, unsigned number, enum sx_rolling_action action)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_event event = {.type = SX_EVENT_ROLLING_RESTART,
        .origin = {.user = "operator", .source = "sim", .session = 1}};
    struct sim_rolling before = node->rolling;
    bool succeeded;

    if (!node->engine)
        return false;
    event.rolling.action = action;
    event.rolling.limit_ms = LIMIT_MS;
    /* Who was asked for an earlier one restarts all the same. */
    node->rolling.asked = -1;
    if (action == SX_ROLLING_START)
        memset(node->rolling.restarted, 0, sizeof node->rolling.restarted);
    node->rolling.begins = action == SX_ROLLING_START;
    succeeded = sim_step(sim, number, &event, NULL);
    sim->counts.rollings += succeeded && action == SX_ROLLING_START;
    if (node->engine && !succeeded)
        node->rolling = before;
    return succeeded;
}

static bool lists(const struct sim_node *runner, const struct sim_node *node)
{
    for (size_t i = 0; i < runner->status.peer_count; i++)
        if (strcmp(runner->status.peers[i].address, node->address) == 0)
            return true;
    return false;
}

static void ask(struct sim *sim, struct sim_node *runner, const struct sim_node *node)
{
    struct sim_rolling *rolling = &runner->rolling;

    /* Who was asked and has yet to go down may be asked again over a new link. */
    if ((rolling->begins && node != runner) || node->restarting)
        return;
    /* Who was taken out of the list is not waited for. */
    if (rolling->asked >= 0 && rolling->asked != (int)node->number &&
        lists(runner, &sim->nodes[rolling->asked]))
        sim_fail(sim, "node %u has node %u restart, and node %d is not back", runner->number,
            node->number, rolling->asked);
    if (rolling->restarted[node->number])
        sim_fail(sim, "node %u has node %u restart a second time", runner->number, node->number);
    rolling->asked = (int)node->number;
    rolling->restarted[node->number] = true;
}

static bool restarts(const struct sx_update *update)
{
    for (size_t i = 0; i < update->count; i++)
        if (update->actions[i].type == SX_ACTION_RESTART)
            return true;
    return false;
}

static void check_restart(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event)
{
    if (event->type == SX_EVENT_ROLLING_RESTART) {
        ask(sim, node, node);
        return;
    }
    for (unsigned i = 0; before->message == SX_MESSAGE_RESTART && i < sim->count; i++)
        if (strcmp(sim->nodes[i].address, event->message.peer) == 0)
            ask(sim, &sim->nodes[i], node);
    if (event->type != SX_EVENT_RESTART && before->message != SX_MESSAGE_RESTART &&
        !node->promise.resetting)
        sim_fail(sim, "node %u restarts, and nobody asked for that", node->number);
}

static void check_progress(struct sim *sim, struct sim_node *node)
{
    const struct sx_rolling_status *status = &node->status.rolling;
    struct sim_rolling *rolling = &node->rolling;

    if (status->state == SX_ROLLING_STOPPED && !*status->reason)
        sim_fail(sim, "node %u stopped a rolling restart without a reason", node->number);
    /* What cannot be stored is not done. */
    if (status->state != rolling->state || status->done != rolling->done || node->full ||
        node->failing)
        rolling->since = sim->now;
    rolling->state = status->state;
    rolling->done = status->done;
    if (rolling->state == SX_ROLLING_RUNNING && sim->now - rolling->since > LIMIT_MS + SPARE_MS)
        sim_fail(
            sim, "node %u runs a rolling restart that neither goes on nor stops", node->number);
}

void sim_check_rolling(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event, const struct sx_update *update)
{
    if (restarts(update))
        check_restart(sim, node, before, event);
    check_progress(sim, node);
}

void sim_check_rolling_booted(struct sim *sim, struct sim_node *node)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (sim->nodes[i].rolling.asked == (int)node->number)
            sim->nodes[i].rolling.asked = -1;
    node->rolling.begins = false;
    node->rolling.since = sim->now;
    check_progress(sim, node);
}

void sim_end_rolling(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++) {
        const struct sim_node *node = &sim->nodes[i];

        while (node->engine && node->status.rolling.state == SX_ROLLING_RUNNING)
            sim_run(sim, SPARE_MS);
        if (node->status.rolling.state == SX_ROLLING_STOPPED &&
            !sim_ask_rolling(sim, i, SX_ROLLING_ABANDON))
            sim_fail(sim, "node %u does not forget its rolling restart", i);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include "peer/envelope.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Links as TCP gives them: in order while they stand; what is on the way when one breaks is lost,
 * and each side learns of it in its own time. Messages go through the real codec. */

void sim_queue(struct sim *sim, struct sim_delivery delivery)
{
    if (sim->queued == SIM_QUEUE_MAX)
        sim_fail(sim, "more than %d deliveries are on the way", SIM_QUEUE_MAX);
    delivery.order = sim->order++;
    sim->queue[sim->queued++] = delivery;
}

static int find(const struct sim *sim, const char *address)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (strcmp(sim->nodes[i].address, address) == 0)
            return (int)i;
    return -1;
}

static bool can_link(const struct sim *sim, unsigned a, unsigned b)
{
    return sim->nodes[a].engine && sim->nodes[b].engine && !sim->cut[a][b] &&
           sim->nodes[a].wants[b] && sim->nodes[b].wants[a];
}

static void break_link(struct sim *sim, unsigned a, unsigned b)
{
    if (!sim->linked[a][b])
        return;
    sim->linked[a][b] = sim->linked[b][a] = false;
    sim->incarnation[a][b] = ++sim->incarnation[b][a];
    for (unsigned side = 0; side < 2; side++)
        sim_queue(sim, (struct sim_delivery){.at = sim->now + 1 + (int64_t)sim_random(sim, 800),
                           .what = SIM_LINK_DOWN,
                           .from = side ? a : b,
                           .to = side ? b : a,
                           .incarnation = sim->incarnation[a][b]});
}

void sim_network_settle(struct sim *sim)
{
    for (unsigned a = 0; a < sim->count; a++)
        for (unsigned b = a + 1; b < sim->count; b++) {
            if (sim->linked[a][b] && !can_link(sim, a, b))
                break_link(sim, a, b);
        }
}

static void try_link(struct sim *sim, unsigned from, unsigned to, int64_t after)
{
    sim_queue(sim,
        (struct sim_delivery){.at = sim->now + after, .what = SIM_CONNECT, .from = from, .to = to});
}

void sim_network_down(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];

    memset(node->wants, 0, sizeof node->wants);
    memset(node->sees, 0, sizeof node->sees);
    memset(node->tried, 0, sizeof node->tried);
    sim_network_settle(sim);
}

void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut)
{
    sim->cut[a][b] = sim->cut[b][a] = cut;
    sim_network_settle(sim);
}

static void send(struct sim *sim, unsigned from, unsigned to, struct sx_message *message)
{
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct sim_delivery delivery = {
        .what = SIM_MESSAGE, .from = from, .to = to, .incarnation = sim->incarnation[from][to]};
    struct sx_error err = {0};

    if (!sim->linked[from][to] || !sim->nodes[from].sees[to])
        return;
    if (ag_envelope_encode(&envelope, &delivery.bytes, &delivery.length, &err) < 0)
        sim_fail(sim, "node %u sends what cannot be encoded: %s", from, err.message);
    /* In order: nothing overtakes what was sent before over the same link. */
    delivery.at = sim->now + 1 + (int64_t)sim_random(sim, 5);
    for (size_t i = 0; i < sim->queued; i++)
        if (sim->queue[i].what == SIM_MESSAGE && sim->queue[i].from == from &&
            sim->queue[i].to == to && sim->queue[i].at > delivery.at)
            delivery.at = sim->queue[i].at;
    sim_queue(sim, delivery);
}

void sim_network_action(struct sim *sim, unsigned from, struct sx_action *action)
{
    struct sim_node *node = &sim->nodes[from];
    int to = action->peer ? find(sim, action->peer) : -1;

    if (to < 0)
        return;
    switch (action->type) {
    case SX_ACTION_SEND:
        send(sim, from, (unsigned)to, action->message);
        break;
    case SX_ACTION_LINK_OPEN:
        if (!node->wants[to])
            try_link(sim, from, (unsigned)to, 1 + (int64_t)sim_random(sim, 20));
        node->wants[to] = true;
        break;
    case SX_ACTION_LINK_CLOSE:
        node->wants[to] = node->sees[to] = node->tried[to] = false;
        sim_network_settle(sim);
        break;
    case SX_ACTION_LINK_RESET:
        break_link(sim, from, (unsigned)to);
        break;
    default:
        break;
    }
}

static void tell_link(struct sim *sim, unsigned node, unsigned peer, bool up, const char *reason)
{
    struct sx_event event = {.type = up ? SX_EVENT_LINK_UP : SX_EVENT_LINK_DOWN};

    if (!sim->nodes[node].engine)
        return;
    event.link.peer = sim->nodes[peer].address;
    event.link.certificate = SX_CERTIFICATE_VALID;
    snprintf(event.link.reason, sizeof event.link.reason, "%s", reason);
    sim->nodes[node].sees[peer] = up;
    sim->nodes[node].tried[peer] = !up;
    sim_step(sim, node, &event, NULL);
}

static void connect(struct sim *sim, unsigned from, unsigned to)
{
    struct sim_node *node = &sim->nodes[from];

    if (!node->engine || !node->wants[to] || sim->linked[from][to])
        return;
    if (!can_link(sim, from, to)) {
        if (!node->tried[to] && !node->sees[to])
            tell_link(sim, from, to, false, "connection refused");
        if (node->engine && node->wants[to])
            try_link(sim, from, to, 100 + (int64_t)sim_random(sim, 900));
        return;
    }
    sim->linked[from][to] = sim->linked[to][from] = true;
    sim->incarnation[from][to] = ++sim->incarnation[to][from];
    for (unsigned side = 0; side < 2; side++) {
        unsigned here = side ? to : from, there = side ? from : to;

        /* A new link replaces one that this side still believes in. */
        if (sim->nodes[here].sees[there])
            tell_link(sim, here, there, false, "the peer came back");
        if (sim->linked[here][there])
            tell_link(sim, here, there, true, "");
    }
}

static void receive(struct sim *sim, struct sim_delivery *delivery)
{
    struct sx_event event = {.type = SX_EVENT_MESSAGE};
    struct ag_envelope envelope;
    struct sx_error err = {0};

    if (delivery->incarnation != sim->incarnation[delivery->from][delivery->to] ||
        !sim->linked[delivery->from][delivery->to] || !sim->nodes[delivery->to].engine)
        return;
    if (ag_envelope_decode(delivery->bytes, delivery->length, &envelope, &err) < 0)
        sim_fail(sim, "node %u sent what cannot be decoded: %s", delivery->from, err.message);
    event.message.peer = sim->nodes[delivery->from].address;
    event.message.message = envelope.message;
    sim_step(sim, delivery->to, &event, NULL);
}

void sim_network_deliver(struct sim *sim, struct sim_delivery *delivery)
{
    struct sim_node *node = &sim->nodes[delivery->to];

    switch (delivery->what) {
    case SIM_MESSAGE:
        receive(sim, delivery);
        break;
    case SIM_LINK_DOWN:
        if (node->sees[delivery->from] &&
            delivery->incarnation == sim->incarnation[delivery->from][delivery->to])
            tell_link(sim, delivery->to, delivery->from, false, "no answer for 700 ms");
        if (node->engine && node->wants[delivery->from])
            try_link(sim, delivery->to, delivery->from, 50 + (int64_t)sim_random(sim, 500));
        break;
    case SIM_CONNECT:
        connect(sim, delivery->from, delivery->to);
        break;
    case SIM_LINK_UP:
    case SIM_TICK:
        break;
    }
    free(delivery->bytes);
}

// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include "peer/envelope.h"
#include "peer/frame.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* Links as TCP gives them: bytes in order while they stand; what is on the way when one breaks is
 * lost, in the middle of a message too, and each side learns of it in its own time. Messages go
 * through the agent's framing and codec. */

void sim_network_open(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++)
        for (unsigned j = 0; j < sim->count; j++) {
            sim->network.ways[i][j] = sx_alloc(sizeof *sim->network.ways[i][j]);
            sim->network.ways[i][j]->random = sim->seed * 1000 + i * SIM_NODES_MAX + j;
        }
}

static void clear_way(struct sim_way *way)
{
    for (; way->count > 0; way->count--) {
        free(way->chunks[way->first].bytes);
        way->first = (way->first + 1) % SIM_CHUNKS_MAX;
    }
    free(way->input);
    way->input = NULL;
    way->input_length = 0;
}

void sim_network_close(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++)
        for (unsigned j = 0; j < sim->count; j++) {
            struct sim_way *way = sim->network.ways[i][j];

            clear_way(way);
            for (unsigned k = 0; k < SIM_RECENT_MAX; k++)
                free(way->recent[k].bytes);
            free(way);
        }
}

void sim_network_plan(struct sim *sim, struct sim_delivery delivery, int64_t after)
{
    struct sim_network *network = &sim->network;

    if (network->queued == SIM_QUEUE_MAX)
        sim_fail(sim, "more than %d things are to happen", SIM_QUEUE_MAX);
    delivery.at = sim->now + after;
    delivery.order = network->order++;
    network->queue[network->queued++] = delivery;
}

bool sim_network_next(struct sim *sim, int64_t until, struct sim_delivery *ret_delivery)
{
    struct sim_network *network = &sim->network;
    struct sim_delivery *first = NULL;

    for (size_t i = 0; i < network->queued; i++) {
        struct sim_delivery *other = &network->queue[i];

        if (!first || other->at < first->at ||
            (other->at == first->at && other->order < first->order))
            first = other;
    }
    if (!first || first->at > until)
        return false;
    *ret_delivery = *first;
    *first = network->queue[--network->queued];
    return true;
}

static int find(const struct sim *sim, const char *address)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (strcmp(sim->nodes[i].address, address) == 0)
            return (int)i;
    return -1;
}

static bool can_stand(const struct sim *sim, unsigned a, unsigned b)
{
    return sim->nodes[a].engine && sim->nodes[b].engine && sim->nodes[a].wants[b] &&
           sim->nodes[b].wants[a];
}

static void plan_down(struct sim *sim, unsigned from, unsigned to, int64_t after)
{
    sim_network_plan(sim,
        (struct sim_delivery){.what = SIM_LINK_DOWN,
            .from = from,
            .to = to,
            .incarnation = sim->network.incarnation[from][to]},
        after);
}

void sim_break(struct sim *sim, unsigned a, unsigned b)
{
    struct sim_network *network = &sim->network;

    if (!network->linked[a][b])
        return;
    sim_trace(sim, "%lld link %u-%u breaks", (long long)sim->now, a, b);
    sim->counts.breaks++;
    network->linked[a][b] = network->linked[b][a] = false;
    network->incarnation[a][b] = ++network->incarnation[b][a];
    for (unsigned side = 0; side < 2; side++) {
        unsigned from = side ? a : b, to = side ? b : a;
        struct sim_way *way = network->ways[from][to];

        clear_way(way);
        plan_down(sim, from, to,
            1 + (int64_t)sim_random(&way->random, way->blocked ? SIM_SILENCE_MS : 50));
    }
}

void sim_network_settle(struct sim *sim)
{
    for (unsigned a = 0; a < sim->count; a++)
        for (unsigned b = a + 1; b < sim->count; b++)
            if (sim->network.linked[a][b] && !can_stand(sim, a, b))
                sim_break(sim, a, b);
}

static void dial(struct sim *sim, unsigned from, unsigned to, int64_t after)
{
    if (sim->nodes[from].dialling[to])
        return;
    sim->nodes[from].dialling[to] = true;
    sim_network_plan(
        sim, (struct sim_delivery){.what = SIM_CONNECT, .from = from, .to = to}, after);
}

void sim_network_down(struct sim *sim, struct sim_node *node)
{
    memset(node->wants, 0, sizeof node->wants);
    memset(node->sees, 0, sizeof node->sees);
    memset(node->tried, 0, sizeof node->tried);
    sim_network_settle(sim);
}

void sim_block(struct sim *sim, unsigned from, unsigned to, bool blocked)
{
    struct sim_way *way = sim->network.ways[from][to];

    if (way->blocked == blocked)
        return;
    way->blocked = blocked;
    way->blocked_at = sim->now;
    sim->counts.partitions += blocked;
    /* Heartbeats stop with everything else; what was held back goes on. */
    if (blocked)
        sim_network_plan(sim, (struct sim_delivery){.what = SIM_SILENCE, .from = from, .to = to},
            SIM_SILENCE_MS + (int64_t)sim_random(&way->random, 150));
    else
        sim_network_plan(
            sim, (struct sim_delivery){.what = SIM_ARRIVAL, .from = from, .to = to}, 1);
}

void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut)
{
    sim_block(sim, a, b, cut);
    sim_block(sim, b, a, cut);
}

void sim_delay(struct sim *sim, unsigned from, unsigned to, int64_t delay_ms)
{
    sim->network.ways[from][to]->delay_ms = delay_ms;
}

void sim_repeat(struct sim *sim, unsigned from, unsigned to, unsigned count)
{
    sim->network.ways[from][to]->repeat = count < SIM_RECENT_MAX ? count : SIM_RECENT_MAX;
}

/* Part of a message, behind all that was sent before. */
static void put_chunk(
    struct sim *sim, unsigned from, unsigned to, const uint8_t *bytes, size_t length)
{
    struct sim_way *way = sim->network.ways[from][to];
    struct sim_chunk *chunk = &way->chunks[(way->first + way->count) % SIM_CHUNKS_MAX];
    int64_t at = sim->now + 1 + way->delay_ms + (int64_t)sim_random(&way->random, 5);

    if (way->count++ == SIM_CHUNKS_MAX)
        sim_fail(sim, "more than %d parts of messages are on the way from node %u to node %u",
            SIM_CHUNKS_MAX, from, to);
    if (at < way->last_at)
        at = way->last_at;
    way->last_at = at;
    chunk->at = at;
    chunk->length = length;
    chunk->bytes = sx_alloc(length);
    memcpy(chunk->bytes, bytes, length);
    sim_network_plan(
        sim, (struct sim_delivery){.what = SIM_ARRIVAL, .from = from, .to = to}, at - sim->now);
}

static void put_frame(
    struct sim *sim, unsigned from, unsigned to, const uint8_t *bytes, size_t length)
{
    uint64_t *random = &sim->network.ways[from][to]->random;
    size_t cut = sim_random(random, 4) == 0 ? 1 + sim_random(random, length - 1) : length;

    put_chunk(sim, from, to, bytes, cut);
    if (cut < length)
        put_chunk(sim, from, to, bytes + cut, length - cut);
}

/* After a reconnect the newest messages of before come once more, behind the hello. */
static void repeat(struct sim *sim, unsigned from, unsigned to)
{
    struct sim_way *way = sim->network.ways[from][to];
    uint64_t count = way->repeat < way->sent ? way->repeat : way->sent;

    way->repeat = 0;
    if (count > 0)
        way->repeated_at = sim->now;
    for (uint64_t i = way->sent - count; i < way->sent; i++) {
        const struct sim_frame *frame = &way->recent[i % SIM_RECENT_MAX];

        put_frame(sim, from, to, frame->bytes, frame->length);
    }
}

static bool is_of_configuration(enum sx_message_type type)
{
    return type == SX_MESSAGE_REVISION || type == SX_MESSAGE_POSITION ||
           type == SX_MESSAGE_SNAPSHOT_BEGIN || type == SX_MESSAGE_SNAPSHOT_PIECE ||
           type == SX_MESSAGE_SNAPSHOT_END || type == SX_MESSAGE_SNAPSHOT_NEXT ||
           type == SX_MESSAGE_SYNC;
}

static void send(struct sim *sim, unsigned from, unsigned to, struct sx_message *message)
{
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct sim_way *way = sim->network.ways[from][to];
    uint8_t *bytes = NULL, *frame;
    size_t length = 0;
    struct sx_error err = {0};

    if (!sim->network.linked[from][to] || !sim->nodes[from].sees[to])
        return;
    /* Rule 7. */
    if (sim->nodes[from].enforces[to] && sim->nodes[to].certificate_invalid)
        sim_fail(
            sim, "node %u enforces and talks to node %u, whose certificate is not valid", from, to);
    sim_check_sent(sim, from, to, message);
    if (ag_envelope_encode(&envelope, &bytes, &length, &err) < 0)
        sim_fail(sim, "node %u sends what cannot be encoded: %s", from, err.message);
    frame = sx_alloc(AG_FRAME_PREFIX + length);
    ag_frame_begin(frame, length);
    memcpy(frame + AG_FRAME_PREFIX, bytes, length);
    free(bytes);
    length += AG_FRAME_PREFIX;
    put_frame(sim, from, to, frame, length);
    if (message->type == SX_MESSAGE_HELLO)
        repeat(sim, from, to);
    if (!is_of_configuration(message->type)) {
        free(frame);
        return;
    }
    free(way->recent[way->sent % SIM_RECENT_MAX].bytes);
    way->recent[way->sent++ % SIM_RECENT_MAX] = (struct sim_frame){frame, length};
}

void sim_network_action(struct sim *sim, struct sim_node *node, struct sx_action *action)
{
    unsigned from = node->number;
    const char *name = action->type == SX_ACTION_RESOLVE ? action->resolve.name : action->peer;
    int found = name ? find(sim, name) : -1;
    unsigned to = (unsigned)found;

    if (found < 0)
        return;
    switch (action->type) {
    case SX_ACTION_SEND:
        send(sim, from, to, action->message);
        break;
    case SX_ACTION_LINK_OPEN:
        if (sim->network.linked[from][to] && node->enforces[to] != action->link.enforce)
            sim_break(sim, from, to);
        node->enforces[to] = action->link.enforce;
        if (!node->wants[to])
            dial(sim, from, to, 1);
        node->wants[to] = true;
        break;
    case SX_ACTION_LINK_CLOSE:
        node->wants[to] = node->sees[to] = node->tried[to] = false;
        break;
    case SX_ACTION_LINK_RESET:
        sim_break(sim, from, to);
        break;
    case SX_ACTION_RESOLVE:
        sim_network_plan(sim, (struct sim_delivery){.what = SIM_ANSWER, .from = to, .to = from},
            1 + (int64_t)sim_random(&node->random, 30));
        break;
    default:
        break;
    }
}

static void tell_link(
    struct sim *sim, unsigned number, unsigned peer, bool up, const char *reason, bool certificate)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_event event = {.type = up ? SX_EVENT_LINK_UP : SX_EVENT_LINK_DOWN};

    if (!node->engine || !node->wants[peer])
        return;
    event.link.peer = sim->nodes[peer].address;
    event.link.certificate =
        sim->nodes[peer].certificate_invalid ? SX_CERTIFICATE_INVALID : SX_CERTIFICATE_VALID;
    event.link.certificate_reason = certificate;
    snprintf(event.link.reason, sizeof event.link.reason, "%s", reason);
    node->sees[peer] = up;
    node->tried[peer] = !up;
    sim_step(sim, number, &event, NULL);
}

/* Why there is no link now, from the side of `from`; NULL when there can be one. */
static const char *refusal(const struct sim *sim, unsigned from, unsigned to, bool *ret_certificate)
{
    const struct sim_node *here = &sim->nodes[from], *there = &sim->nodes[to];

    *ret_certificate = false;
    if (!there->engine || sim->network.ways[from][to]->blocked ||
        sim->network.ways[to][from]->blocked)
        return "no answer for 3000 ms";
    if (!there->wants[from])
        return "connection refused";
    *ret_certificate = here->enforces[to] && there->certificate_invalid;
    if (*ret_certificate)
        return "the certificate has expired";
    if (there->enforces[from] && here->certificate_invalid)
        return "it ended the connection: the certificate has expired";
    return NULL;
}

static void connect(struct sim *sim, unsigned from, unsigned to)
{
    struct sim_network *network = &sim->network;
    struct sim_node *node = &sim->nodes[from];
    const char *reason;
    bool certificate;

    node->dialling[to] = false;
    if (!node->engine || !node->wants[to] || network->linked[from][to])
        return;
    reason = refusal(sim, from, to, &certificate);
    if (reason) {
        if (!node->tried[to] && !node->sees[to])
            tell_link(sim, from, to, false, reason, certificate);
        if (node->engine && node->wants[to])
            dial(sim, from, to, 100 + (int64_t)sim_random(&network->ways[from][to]->random, 900));
        return;
    }
    sim_trace(sim, "%lld link %u-%u stands", (long long)sim->now, from, to);
    network->linked[from][to] = network->linked[to][from] = true;
    network->incarnation[from][to] = ++network->incarnation[to][from];
    for (unsigned side = 0; side < 2; side++) {
        unsigned here = side ? to : from, there = side ? from : to;

        /* A new link replaces one that this side still believes in. */
        if (sim->nodes[here].sees[there])
            tell_link(sim, here, there, false, "the peer was started anew", false);
        if (network->linked[here][there])
            tell_link(sim, here, there, true, "", false);
    }
}

static void receive(
    struct sim *sim, unsigned from, unsigned to, const uint8_t *bytes, size_t length)
{
    struct sx_event event = {.type = SX_EVENT_MESSAGE};
    struct ag_envelope envelope;
    struct sx_error err = {0};

    if (ag_envelope_decode(bytes, length, &envelope, &err) < 0)
        sim_fail(sim, "node %u sent what cannot be decoded: %s", from, err.message);
    event.message.peer = sim->nodes[from].address;
    event.message.message = envelope.message;
    sim_trace(sim, "  message %d from %u", (int)envelope.message->type, from);
    sim_step(sim, to, &event, NULL);
}

/* Takes whole messages out of what has come in, as long as the link stands. */
static void take_frames(struct sim *sim, unsigned from, unsigned to)
{
    struct sim_way *way = sim->network.ways[from][to];
    unsigned incarnation = sim->network.incarnation[from][to];

    while (
        sim->network.incarnation[from][to] == incarnation && way->input_length >= AG_FRAME_PREFIX) {
        size_t length = ag_frame_length(way->input);
        uint8_t *bytes;

        if (way->input_length < AG_FRAME_PREFIX + length)
            return;
        bytes = sx_alloc(length + 1);
        memcpy(bytes, way->input + AG_FRAME_PREFIX, length);
        way->input_length -= AG_FRAME_PREFIX + length;
        memmove(way->input, way->input + AG_FRAME_PREFIX + length, way->input_length);
        receive(sim, from, to, bytes, length);
        free(bytes);
    }
}

static void arrive(struct sim *sim, unsigned from, unsigned to)
{
    struct sim_way *way = sim->network.ways[from][to];

    while (way->count > 0 && !way->blocked && way->chunks[way->first].at <= sim->now) {
        struct sim_chunk chunk = way->chunks[way->first];

        way->first = (way->first + 1) % SIM_CHUNKS_MAX;
        way->count--;
        way->input = sx_realloc(way->input, way->input_length + chunk.length);
        memcpy(way->input + way->input_length, chunk.bytes, chunk.length);
        way->input_length += chunk.length;
        free(chunk.bytes);
        take_frames(sim, from, to);
    }
}

static void answer(struct sim *sim, unsigned about, struct sim_node *node)
{
    struct sx_event event = {.type = SX_EVENT_RESOLVED};

    event.resolved.name = sim->nodes[about].address;
    snprintf(event.resolved.address, sizeof event.resolved.address, "%s",
        node->names_fail ? "" : sim->nodes[about].ip);
    sim_step(sim, node->number, &event, NULL);
}

static void notified(struct sim *sim, struct sim_node *node)
{
    struct sx_event event = {.type = SX_EVENT_NOTIFIED, .notified = node->promise.sequence};

    node->notifying = false;
    sim_step(sim, node->number, &event, NULL);
}

static void down(struct sim *sim, const struct sim_delivery *delivery)
{
    struct sim_node *node = &sim->nodes[delivery->to];

    if (node->sees[delivery->from] &&
        delivery->incarnation == sim->network.incarnation[delivery->from][delivery->to])
        tell_link(sim, delivery->to, delivery->from, false, "no answer for 700 ms", false);
    if (node->engine && node->wants[delivery->from])
        dial(sim, delivery->to, delivery->from, 50 + (int64_t)sim_random(&node->random, 500));
}

void sim_network_deliver(struct sim *sim, const struct sim_delivery *delivery)
{
    struct sim_node *node = &sim->nodes[delivery->to];
    const struct sim_way *way = sim->network.ways[delivery->from][delivery->to];

    switch (delivery->what) {
    case SIM_ARRIVAL:
        arrive(sim, delivery->from, delivery->to);
        break;
    case SIM_SILENCE:
        if (way->blocked && sim->now - way->blocked_at >= SIM_SILENCE_MS)
            sim_break(sim, delivery->from, delivery->to);
        break;
    case SIM_LINK_DOWN:
        down(sim, delivery);
        break;
    case SIM_CONNECT:
        connect(sim, delivery->from, delivery->to);
        break;
    case SIM_ANSWER:
        if (node->engine)
            answer(sim, delivery->from, node);
        break;
    case SIM_NOTIFIED:
        if (node->engine && node->notifying)
            notified(sim, node);
        break;
    case SIM_RESTART:
        if (node->engine && node->restarting)
            sim_restart(sim, delivery->to);
        break;
    }
}

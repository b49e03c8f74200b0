// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "operator.h"
#include "sim.h"

/* Releases of the software, which differ in their schemas. Nothing is replicated between two of
 * them, and what came from one is not built upon by another before it was taken whole. */

void sim_upgrade(struct sim *sim, unsigned number, unsigned release)
{
    struct sim_node *node = &sim->nodes[number];

    if (node->release == release)
        return;
    sim->counts.upgrades++;
    node->release = release;
    if (node->engine)
        sim_restart(sim, number);
}

void sim_check_sent(
    const struct sim *sim, unsigned from, unsigned to, const struct sx_message *message)
{
    bool content =
        message->type == SX_MESSAGE_REVISION || message->type == SX_MESSAGE_SNAPSHOT_BEGIN ||
        message->type == SX_MESSAGE_SNAPSHOT_PIECE || message->type == SX_MESSAGE_SNAPSHOT_END;

    if (content && sim->nodes[from].release != sim->nodes[to].release)
        sim_fail(sim, "node %u, of release %u, sends message %d to node %u, of release %u", from,
            sim->nodes[from].release, (int)message->type, to, sim->nodes[to].release);
}

/* Who has no primary begins anew with what it holds. While its disk fails it may not have noted
 * that, and then has stored nothing of its own either. */
static void begin_anew(struct sim_node *node)
{
    bool may_fail = node->full || node->failing;

    if (node->promise.release != node->release &&
        (node->status.role == SX_ROLE_PRIMARY || node->status.role == SX_ROLE_STAND_ALONE))
        node->promise.release = may_fail ? SIM_RELEASES : node->release;
}

/* What was taken whole may be the same revision as before. */
static bool took_all(const struct sim_before *before, const struct sx_update *update)
{
    for (size_t i = 0; before->message == SX_MESSAGE_SNAPSHOT_END && i < update->count; i++)
        if (update->actions[i].type == SX_ACTION_RECONFIGURE)
            return true;
    return false;
}

void sim_check_release(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_update *update, bool moved)
{
    struct sim_promise *promise = &node->promise;

    if (moved && before->message == SX_MESSAGE_REVISION && promise->release != node->release &&
        promise->release != SIM_RELEASES)
        sim_fail(sim, "node %u, of release %u, builds a revision on what release %u left",
            node->number, node->release, promise->release);
    if (moved || took_all(before, update))
        promise->release = node->release;
    begin_anew(node);
}

void sim_check_release_booted(struct sim_node *node, bool moved)
{
    struct sim_promise *promise = &node->promise;

    if (moved)
        promise->release = promise->ran;
    else if (promise->in_flight && promise->whole && promise->release != promise->ran)
        promise->release = SIM_RELEASES;
    begin_anew(node);
}

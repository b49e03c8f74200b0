// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "sim.h"

#include <string.h>

/* What a system says that its peers hold is what commits wait for. Whoever is said to hold a
 * revision holds it on its disk, whatever happens to it next; unless it gave its history up since,
 * because it joined or was forced, restored or reset. */

static bool holds_or_held(const struct sim *sim, const struct sim_node *node, size_t commit)
{
    const struct sim_promise *promise = &node->promise;
    size_t count = promise->left_count < SIM_LEFT_MAX ? promise->left_count : SIM_LEFT_MAX;

    if (sim_is_past(&sim->model, commit, promise->at))
        return true;
    for (size_t i = 0; i < count; i++)
        if (sim_is_past(&sim->model, commit, promise->left[i]))
            return true;
    return false;
}

static const struct sim_node *find(const struct sim *sim, const char *address)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (strcmp(sim->nodes[i].address, address) == 0)
            return &sim->nodes[i];
    return NULL;
}

static void check(struct sim *sim, const struct sim_node *node, const struct sim_node *peer,
    const struct sim_claim *claim)
{
    size_t commit = sim_find_commit(&sim->model, claim->lineage, claim->revision);

    if (commit == SIM_NOTHING)
        sim_fail(sim, "node %u says that node %u holds revision %llu, which nobody committed",
            node->number, peer->number, (unsigned long long)claim->revision);
    if (!holds_or_held(sim, peer, commit))
        sim_fail(sim, "node %u says that node %u holds revision %llu, and it holds %llu",
            node->number, peer->number, (unsigned long long)claim->revision,
            sim_revision_of(&sim->model, peer->promise.at));
}

void sim_check_claims(struct sim *sim, struct sim_node *node)
{
    for (size_t i = 0; i < node->status.peer_count; i++) {
        const struct sx_peer_status *status = &node->status.peers[i];
        const struct sim_node *peer = find(sim, status->address);
        struct sim_claim claim = {0};

        if (!peer || peer == node)
            continue;
        if (status->heard) {
            strcpy(claim.lineage, status->lineage);
            claim.revision = status->revision;
        }
        if (claim.revision > 0 && memcmp(&claim, &node->claims[peer->number], sizeof claim) != 0)
            check(sim, node, peer, &claim);
        node->claims[peer->number] = claim;
    }
}

bool sim_says_held(const struct sim *sim, const struct sim_node *node, const struct sim_node *peer,
    size_t revision)
{
    const struct sim_claim *claim = &node->claims[peer->number];

    return sim_is_past(
        &sim->model, revision, sim_find_commit(&sim->model, claim->lineage, claim->revision));
}

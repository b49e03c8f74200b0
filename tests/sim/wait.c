// SPDX-License-Identifier: Apache-2.0
#include "operator.h"

/* A commit that waits for peers, and the power cut right after its answer. */

/** How long the operator waits, and how often is looked. */
#define WAIT_MS 1000
#define LOOK_MS 10

/* The nodes of which this one says that they hold a revision, itself among them, a bit each. */
static unsigned holders(const struct sim *sim, const struct sim_node *node, size_t revision)
{
    unsigned set = 1u << node->number;

    for (unsigned i = 0; i < sim->count; i++)
        if (sim_says_held(sim, node, &sim->nodes[i], revision))
            set |= 1u << i;
    return set;
}

static bool is_majority(const struct sim_node *node, unsigned set)
{
    return 2 * (size_t)__builtin_popcount(set) > node->status.peer_count;
}

/* All at once lose what is not on their disks. Who gave its history up since it was said to hold
 * the revision is not meant. */
static void cut_power(struct sim *sim, unsigned set, size_t revision)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (!sim_is_past(&sim->model, revision, sim->nodes[i].promise.at))
            set &= ~(1u << i);
        else if (set >> i & 1 && sim->nodes[i].engine)
            sim_crash(sim, i);
    for (unsigned i = 0; i < sim->count; i++) {
        if (!(set >> i & 1) || sim->nodes[i].engine || !sim_boot(sim, i, 0))
            continue;
        if (!sim_is_past(&sim->model, revision, sim->nodes[i].promise.at))
            sim_fail(sim, "node %u was said to hold revision %llu and does not after a power cut",
                i, sim_revision_of(&sim->model, revision));
    }
}

void sim_edit_and_wait(struct sim *sim, unsigned number, unsigned entry, unsigned value)
{
    struct sim_node *node = &sim->nodes[number];
    size_t before = node->promise.at, revision;
    unsigned set = 0;

    if (!sim_phone_book(sim, number, entry, value) || node->promise.at == before)
        return;
    revision = node->promise.at;
    for (int64_t end = sim->now + WAIT_MS; node->engine && sim->now < end; sim_run(sim, LOOK_MS)) {
        set = holders(sim, node, revision);
        if (is_majority(node, set) || node->status.role != SX_ROLE_PRIMARY)
            break;
    }
    if (!node->engine || node->status.role != SX_ROLE_PRIMARY || !is_majority(node, set))
        return;
    sim->counts.waits++;
    cut_power(sim, set, revision);
}

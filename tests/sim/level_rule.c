// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "sim.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

/* Rule 4 while faults go on: what the primary holds at some time, a subordinate to which nothing
 * stands in the way holds a little later, edits or not. */

/** What a subordinate has to get level, without the delay of its link. */
#define LEVEL_MS 2000
/** Round trips that it may take: some windows of revisions, or a snapshot. */
#define ROUND_TRIPS 20
/** A position that was repeated is believed until the next synchronisation. */
#define REPEATED_MS 62000
/** A snapshot that a disk refused is tried again after this at the latest. */
#define DISK_MS 13000

static bool is_quiet(const struct sim *sim, unsigned from, unsigned to)
{
    const struct sim_way *way = sim->network.ways[from][to];

    if (way->repeated_at > 0 && sim->now - way->repeated_at < REPEATED_MS)
        return false;
    /* What was sent under a longer delay holds up what follows. */
    return sim->network.linked[from][to] && sim->nodes[from].sees[to] && !way->blocked &&
           way->last_at <= sim->now + way->delay_ms + 5;
}

static bool is_well(const struct sim *sim, const struct sim_node *node)
{
    return node->engine && !node->restarting && sim->now - node->ill_at >= DISK_MS;
}

static bool lists(const struct sim_node *node, const struct sim_node *other)
{
    for (size_t i = 0; i < node->status.peer_count; i++)
        if (strcmp(node->status.peers[i].address, other->address) == 0)
            return true;
    return false;
}

/* The node that this one follows, when nothing stands in the way (design, when A replicates to B);
 * else NULL. */
static const struct sim_node *followed(const struct sim *sim, const struct sim_node *node)
{
    const struct sx_status *status = &node->status;

    if (!is_well(sim, node) || status->role != SX_ROLE_SUBORDINATE)
        return NULL;
    for (unsigned i = 0; i < sim->count; i++) {
        const struct sim_node *primary = &sim->nodes[i];

        if (strcmp(primary->address, status->primary_address) != 0)
            continue;
        return is_well(sim, primary) && primary->status.role == SX_ROLE_PRIMARY &&
                       is_quiet(sim, i, node->number) && is_quiet(sim, node->number, i) &&
                       lists(node, primary) && lists(primary, node) && lists(node, node) &&
                       strcmp(status->cluster_name, primary->status.cluster_name) == 0 &&
                       strcmp(status->system_key, primary->status.system_key) == 0 &&
                       !status->key_update && !primary->status.key_update
                   ? primary
                   : NULL;
    }
    return NULL;
}

static void begin(const struct sim *sim, struct sim_node *node, const struct sim_node *primary)
{
    struct sim_level *level = &node->level;

    level->primary = primary;
    level->since = sim->now;
    level->target = primary ? primary->promise.at : SIM_NOTHING;
    level->held = node->promise.at;
}

static int64_t time_allowed(
    const struct sim *sim, const struct sim_node *node, const struct sim_node *primary)
{
    return LEVEL_MS + ROUND_TRIPS * (sim->network.ways[node->number][primary->number]->delay_ms +
                                        sim->network.ways[primary->number][node->number]->delay_ms);
}

static bool has_alarm(const struct sim_node *node, const struct sim_node *about, uint32_t id)
{
    const struct sx_status *status = &node->status;
    char end[16] = "";

    for (size_t i = 0; i < status->peer_count; i++)
        if (strcmp(status->peers[i].address, about->address) == 0)
            snprintf(end, sizeof end, "'%u']", status->peers[i].index);
    for (size_t i = 0; i < status->alarm_count; i++)
        if (status->alarms[i].id == id && strstr(status->alarms[i].resource, end))
            return true;
    return false;
}

/* While releases differ both say so, and nobody after that. */
static void judge_release(
    struct sim *sim, const struct sim_node *node, const struct sim_node *primary)
{
    bool differ = node->release != primary->release;

    if (has_alarm(node, primary, 20008) != differ || has_alarm(primary, node, 20008) != differ)
        sim_fail(sim, "nodes %u and %u run %s, and alarm 20008 is %s on one of them", node->number,
            primary->number, differ ? "two releases" : "one release", differ ? "not up" : "up");
}

/* Who is out of service is known to be. */
static void judge_maintenance(
    struct sim *sim, const struct sim_node *node, const struct sim_node *about)
{
    bool out =
        strcmp(sx_config_leaf(&about->engine->tree, "/sextant-system:system/maintenance-mode"),
            "true") == 0;

    if (sim->now - about->maintenance_at >= time_allowed(sim, node, about) &&
        has_alarm(node, about, 15015) != out)
        sim_fail(sim, "node %u is %s of service, and alarm 15015 of node %u is %s", about->number,
            out ? "out" : "not out", node->number, out ? "not up" : "up");
}

/* The other half of it: the primary knows, and answers commits that wait for that. */
static void judge_knowledge(
    struct sim *sim, const struct sim_node *node, const struct sim_level *level)
{
    if (sim_is_past(&sim->model, level->held, node->promise.at) &&
        !sim_says_held(sim, level->primary, node, level->held))
        sim_fail(sim, "node %u holds revision %llu, and node %u, its primary, does not know",
            node->number, sim_revision_of(&sim->model, level->held), level->primary->number);
}

static void judge(struct sim *sim, const struct sim_node *node, const struct sim_level *level)
{
    size_t held = node->promise.at, wanted = level->target;

    sim->counts.levels++;
    if (sim_is_past(&sim->model, wanted, held))
        return;
    /* Rule 5: who went another way is level when an operator says so. */
    if (!node->promise.joins && !sim_is_past(&sim->model, held, wanted))
        return;
    sim_fail(sim,
        "node %u holds revision %llu and nothing keeps it from %llu of node %u since %lld ms",
        node->number, sim_revision_of(&sim->model, held), sim_revision_of(&sim->model, wanted),
        level->primary->number, (long long)level->since);
}

void sim_check_following(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++) {
        struct sim_node *node = &sim->nodes[i];

        if (node->full || (node->failing && fault_vfs_failures(node->disk) == 0))
            node->ill_at = sim->now;
    }
    for (unsigned i = 0; i < sim->count; i++) {
        struct sim_node *node = &sim->nodes[i];
        const struct sim_node *primary = followed(sim, node);

        if (primary && primary == node->level.primary) {
            if (sim->now - node->level.since < time_allowed(sim, node, primary))
                continue;
            judge_release(sim, node, primary);
            judge_maintenance(sim, node, primary);
            judge_maintenance(sim, primary, node);
            if (node->release == primary->release)
                judge(sim, node, &node->level);
            if (node->release == primary->release)
                judge_knowledge(sim, node, &node->level);
        }
        begin(sim, node, primary);
    }
}

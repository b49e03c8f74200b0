// SPDX-License-Identifier: Apache-2.0
#include "operator.h"
#include "script.h"

#include <stdio.h>

/* A script from its cluster's forming to the end of all faults, and what must hold then. */

/** Rounds in which operators put right what is left, and what a peer has to get level. */
#define ROUNDS 8
#define ROUND_MS 8000
#define LEVEL_MS 60000
/** An edit that meets no fault is everywhere after so long. */
#define CALM_MS 2000

static void end_faults(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++) {
        struct sim_node *node = &sim->nodes[i];

        fault_vfs_crash_at(node->disk, SIM_POINTS, 0);
        fault_vfs_fail(node->disk, FAULT_ALL, 0, 0, 0);
        fault_vfs_room(node->disk, FAULT_ROOM_ENDLESS);
        node->full = node->failing = node->dies = node->certificate_invalid = false;
        node->names_fail = false;
        for (unsigned j = 0; j < sim->count; j++) {
            if (i == j)
                continue;
            sim_block(sim, i, j, false);
            sim_delay(sim, i, j, 0);
            sim_repeat(sim, i, j, 0);
        }
        sim_upgrade(sim, i, sim->nodes[sim->intention.primary].release);
        if (!node->engine)
            sim_boot(sim, i, 0);
    }
}

static bool needs_restart(const struct sim_node *node)
{
    return node->status.restart_required || node->status.factory_reset_armed;
}

static bool is_settled(const struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (needs_restart(&sim->nodes[i]) ||
            (sim->nodes[i].status.role == SX_ROLE_STAND_ALONE) != (sim_index(sim, i) == 0))
            return false;
    return true;
}

/* Operators enter what is meant everywhere and restart who asks for it. */
static void tidy(struct sim *sim)
{
    bool agreed = false;

    for (int round = 0; round < ROUNDS && !(agreed && is_settled(sim)); round++) {
        agreed = true;
        for (unsigned i = 0; i < sim->count; i++)
            agreed = sim_agree(sim, i) && agreed;
        for (unsigned i = 0; i < sim->count; i++)
            if (needs_restart(&sim->nodes[i]))
                sim_ask_restart(sim, i);
        sim_run(sim, ROUND_MS);
    }
    if (!agreed || !is_settled(sim))
        sim_fail(sim, "the systems do not take the list of peers that is entered");
}

static void wait_level(struct sim *sim)
{
    for (int64_t end = sim->now + LEVEL_MS; sim->now < end && !sim_is_level(sim);)
        sim_run(sim, 100);
}

/* An alarm of the cluster that a node has, or NULL. */
static const struct sx_alarm_event *trouble(const struct sim *sim, unsigned node)
{
    const struct sx_status *status = &sim->nodes[node].status;

    for (size_t i = 0; i < status->alarm_count; i++)
        /* Two that were restored from one backup have one name until someone renames one. */
        if (status->alarms[i].id != 20032 &&
            (status->alarms[i].id / 1000 == 20 || status->alarms[i].id == 40055))
            return &status->alarms[i];
    return NULL;
}

static void wait_calm(struct sim *sim)
{
    int64_t end = sim->now + LEVEL_MS;

    for (unsigned i = 0; i < sim->count;)
        if (trouble(sim, i) && sim->now < end)
            sim_run(sim, 100);
        else
            i++;
    for (unsigned i = 0; i < sim->count; i++)
        if (trouble(sim, i))
            sim_fail(
                sim, "node %u: alarm %u stays: %s", i, trouble(sim, i)->id, trouble(sim, i)->text);
}

/* Rule 4. */
static void converge(struct sim *sim)
{
    unsigned primary = sim->intention.primary;

    end_faults(sim);
    sim_end_rolling(sim);
    tidy(sim);
    wait_level(sim);
    sim_check_level_or_conflict(sim);
    /* That system keys differ is told once there was time to hand one out. */
    sim_run(sim, ROUND_MS);
    for (unsigned i = 0; i < sim->intention.count; i++)
        if (sim_has_alarm(sim, sim->intention.members[i], 20011) ||
            sim_has_alarm(sim, sim->intention.members[i], 40055))
            sim_force(sim, sim->intention.members[i]);
    wait_level(sim);
    sim_check_level(sim);
    wait_calm(sim);
    if (!sim_phone_book(sim, primary, 0, 77) && !sim_phone_book(sim, primary, 0, 78))
        sim_fail(sim, "node %u is primary and takes no edit", primary);
    sim_run(sim, CALM_MS);
    sim_check_level(sim);
    /* What everyone holds now is on its disk. */
    for (unsigned i = 0; i < sim->count; i++) {
        sim_crash(sim, i);
        sim_boot(sim, i, 0);
    }
}

static void form(struct sim *sim, const struct sim_script *script)
{
    struct sim_intention *intention = &sim->intention;

    intention->count = script->members;
    for (unsigned i = 0; i < script->members; i++)
        intention->members[i] = i;
    /* Some have a configuration of their own, which is replaced when they join. */
    for (unsigned i = 0; i < sim->count; i += 2) {
        sim_phone_book(sim, i, i, 1 + i);
        sim_set_own(sim, i, i);
    }
    sim_form(sim);
}

void sim_play(struct sim *sim, const struct sx_schema *const *schemas,
    const struct sim_script *script, const char *folder, FILE *trace_to)
{
    struct sim_options options = {.schemas = schemas,
        .count = script->nodes,
        .seed = script->seed,
        .folder = folder,
        .names = true,
        .trace_to = trace_to};

    sim_open(sim, &options);
    form(sim, script);
    for (size_t i = 0; i < script->count; i++) {
        const struct sim_act *act = &script->acts[i];
        const unsigned *given = act->arguments;

        sim_run(sim, act->wait_ms);
        sim_trace(sim, "%lld act %zu %s %u %u %u", (long long)sim->now, i,
            sim_kinds[act->kind].name, given[0], given[1], given[2]);
        if (sim->verbose)
            fprintf(stderr, "%8lld act %zu %s %u %u %u\n", (long long)sim->now, i,
                sim_kinds[act->kind].name, given[0], given[1], given[2]);
        sim_kinds[act->kind].act(sim, given);
        sim_check_following(sim);
    }
    converge(sim);
}

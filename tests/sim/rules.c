// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include <string.h>

/* The rules of the design's section 5 against a model: which revisions were ever committed, and
 * what each node promised. */

bool sim_has_alarm(const struct sim *sim, unsigned node, uint32_t id)
{
    const struct sx_status *status = &sim->nodes[node].status;

    for (size_t i = 0; i < status->alarm_count; i++)
        if (status->alarms[i].id == id)
            return true;
    return false;
}

static struct sim_commit *find(struct sim *sim, const char *lineage, uint64_t revision)
{
    for (size_t i = sim->committed; i > 0; i--) {
        struct sim_commit *commit = &sim->commits[i - 1];

        if (commit->revision == revision && strcmp(commit->lineage, lineage) == 0)
            return commit;
    }
    return NULL;
}

/* A node committed on its own: the revision must be a new one. */
void sim_note_commit(struct sim *sim, struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;
    uint64_t revision = sx_history_revision(history);
    struct sim_commit *commit;

    if (revision == 0 || revision == node->acknowledged)
        return;
    commit = find(sim, sx_history_lineage(history), revision);
    if (commit) {
        if (memcmp(commit->digest, history->digest, SX_DIGEST_SIZE) != 0)
            sim_fail(sim, "node %u committed revision %llu of %s a second time", node->number,
                (unsigned long long)revision, sx_history_lineage(history));
        return;
    }
    if (sim->committed == SIM_COMMITS_MAX)
        sim_fail(sim, "more than %d commits", SIM_COMMITS_MAX);
    commit = &sim->commits[sim->committed++];
    strcpy(commit->lineage, sx_history_lineage(history));
    commit->revision = revision;
    memcpy(commit->digest, history->digest, SX_DIGEST_SIZE);
    node->acknowledged = revision;
}

/* Rule 2: what a node holds was committed, whole, by a primary. */
static void check_content(struct sim *sim, const struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;
    const struct sim_commit *commit;

    if (history->count == 0)
        return;
    commit = find(sim, sx_history_lineage(history), sx_history_revision(history));
    if (!commit)
        sim_fail(sim, "node %u holds revision %llu of %s, which nobody committed", node->number,
            (unsigned long long)sx_history_revision(history), sx_history_lineage(history));
    if (memcmp(commit->digest, history->digest, SX_DIGEST_SIZE) != 0)
        sim_fail(sim, "node %u holds other content than revision %llu had", node->number,
            (unsigned long long)sx_history_revision(history));
}

void sim_check_rolled_back(struct sim *sim, const struct sim_node *node, uint64_t revision)
{
    const struct sim_commit *commit = NULL;

    for (size_t i = 0; i < sim->committed; i++)
        if (sim->commits[i].revision == revision)
            commit = &sim->commits[i];
    if (commit && memcmp(commit->digest, node->status.history.digest, SX_DIGEST_SIZE) != 0)
        sim_fail(sim, "node %u rolled back to revision %llu and has other content", node->number,
            (unsigned long long)revision);
}

/* Rule 8: each raise and clear once, in order. */
static void check_alarms(struct sim *sim, struct sim_node *node, const struct sx_update *update)
{
    for (size_t i = 0; i < update->count; i++) {
        const struct sx_alarm_event *event = &update->actions[i].alarm.event;

        if (update->actions[i].type != SX_ACTION_ALARM)
            continue;
        if (event->sequence != node->alarm_sequence + 1)
            sim_fail(sim, "node %u: alarm event %llu follows %llu", node->number,
                (unsigned long long)event->sequence, (unsigned long long)node->alarm_sequence);
        node->alarm_sequence = event->sequence;
    }
}

void sim_check_step(struct sim *sim, struct sim_node *node, const struct sx_update *update)
{
    uint64_t revision = sx_history_revision(&node->status.history);

    check_content(sim, node);
    check_alarms(sim, node, update);
    /* Rules 1 and 5: no step goes back unless the operator said so. */
    if (revision < node->acknowledged && !node->forced)
        sim_fail(sim, "node %u went back from revision %llu to %llu", node->number,
            (unsigned long long)node->acknowledged, (unsigned long long)revision);
    node->acknowledged = revision;
    /* Rule 3. */
    if (strcmp(node->status.system_name, node->peer_specific) != 0)
        sim_fail(sim, "node %u: its own item is %s and should be %s", node->number,
            node->status.system_name, node->peer_specific);
}

void sim_check_boot(struct sim *sim, struct sim_node *node)
{
    uint64_t revision = sx_history_revision(&node->status.history);

    /* An edit that power cut off may be there or not; either way it was never answered. */
    if (node->edit_in_flight && revision == node->acknowledged + 1)
        sim_note_commit(sim, node);
    if (node->edit_in_flight)
        memcpy(node->peer_specific, node->status.system_name, sizeof node->peer_specific);
    node->edit_in_flight = false;
    if (revision < node->acknowledged && !node->forced)
        sim_fail(sim, "node %u lost revision %llu: it boots with %llu", node->number,
            (unsigned long long)node->acknowledged, (unsigned long long)revision);
    check_content(sim, node);
    node->acknowledged = revision;
    /* Events that were stored and may not have been told are told again. */
    node->alarm_sequence = node->status.alarm_sequence;
    if (strcmp(node->status.system_name, node->peer_specific) != 0)
        sim_fail(sim, "node %u boots with %s as its own item and should have %s", node->number,
            node->status.system_name, node->peer_specific);
}

void sim_check_converged(struct sim *sim, unsigned primary)
{
    const struct sx_history *wanted = &sim->nodes[primary].status.history;

    for (unsigned i = 0; i < sim->count; i++) {
        const struct sx_history *history = &sim->nodes[i].status.history;

        if (!sim->nodes[i].engine ||
            strcmp(sx_history_lineage(history), sx_history_lineage(wanted)) != 0 ||
            sx_history_revision(history) != sx_history_revision(wanted) ||
            memcmp(history->digest, wanted->digest, SX_DIGEST_SIZE) != 0)
            sim_fail(sim, "node %u holds revision %llu, the primary, node %u, %llu", i,
                (unsigned long long)sx_history_revision(history), primary,
                (unsigned long long)sx_history_revision(wanted));
    }
}

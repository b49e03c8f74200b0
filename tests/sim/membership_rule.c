// SPDX-License-Identifier: Apache-2.0
#include "model.h"
#include "sim.h"
#include "state.h"

#include <string.h>

/* What is configured of a cluster and applies on restart is in force from a boot on, or at once
 * where the operator wants that; and so is the cluster that a system enters. */

static bool applies_at_once(const struct sim_node *node)
{
    return strcmp(sx_config_leaf(&node->engine->tree, "/sextant-cluster:cluster/apply"),
               "immediately") == 0;
}

/* Who enters its first cluster may get another history; who takes part in none is free. */
static void enter(struct sim_node *node, bool member)
{
    struct sim_promise *promise = &node->promise;

    promise->joins |=
        member && !promise->member && strcmp(node->status.primary_address, node->address) != 0;
    promise->replaceable |= member && !promise->member;
    promise->member = member;
}

void sim_check_membership(struct sim *sim, struct sim_node *node, bool booted)
{
    bool member = node->status.peer_count > 0, at_once = applies_at_once(node);

    /* An alarm that cannot be stored as cleared is up until it can. */
    if (at_once && !node->full && !node->failing &&
        (sim_has_alarm(sim, node->number, 20007) || sim_has_alarm(sim, node->number, 20020)))
        sim_fail(sim, "node %u applies at once and waits for a restart", node->number);
    if (booted || at_once)
        enter(node, member);
    else if (member && !node->promise.member)
        sim_fail(sim, "node %u applies on restart and is in a cluster without one", node->number);
}

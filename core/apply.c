// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <string.h>

/* Configuration of the cluster that applies on restart: what waits for one, and the mode in which
 * nothing does. */

bool sx_apply_is_due(const struct sx_engine *engine)
{
    const struct sx_cluster_config *applied = &engine->applied;
    const struct sx_cluster_config *configured = &engine->configured;

    if (sx_config_differs(engine))
        return true;
    /* Who enters its first cluster, or changes its own address, does so at the next restart. */
    if (applied->peer_count == 0 || configured->peer_count == 0)
        return applied->peer_count != configured->peer_count;
    if (engine->local_index == 0)
        return false;
    for (size_t i = 0; i < applied->peer_count; i++)
        if (strcasecmp(applied->peers[i], engine->peers[engine->local_index - 1].address) == 0)
            return false;
    return true;
}

void sx_apply_now(struct sx_engine *engine)
{
    engine->applied = engine->configured;
    sx_config_note_applied(engine);
    engine->cluster_changed = engine->requirements_changed = true;
}

void sx_apply_settle(struct sx_engine *engine)
{
    if (!engine->configured.apply_immediately || !sx_apply_is_due(engine))
        return;
    sx_update_log(engine->update, SX_LOG_INFO,
        "cluster: its configuration is applied without a restart of this system");
    sx_cluster_close_links(engine, "the cluster's configuration is applied");
    sx_apply_now(engine);
    sx_cluster_settle(engine);
}

// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <string.h>

/*
 * How far a restart in sequence is, for those who watch it on any system of the cluster. The system
 * that runs it tells each step to the peers that are linked, and who links while it is under way
 * hears the present one. Nobody acknowledges, and nothing depends on it.
 */

void sx_rolling_fill(const struct sx_rolling *rolling, struct sx_rolling_status *ret_status)
{
    ret_status->state = rolling->state;
    ret_status->done = rolling->at;
    ret_status->total = rolling->count;
    ret_status->time_ms = rolling->time_ms;
    if (rolling->at < rolling->count)
        strcpy(ret_status->address, rolling->order[rolling->at]);
    strcpy(ret_status->reason, rolling->reason);
}

bool sx_rolling_is_open(const struct sx_engine *engine)
{
    return engine->rolling.state == SX_ROLLING_RUNNING ||
           engine->rolling.state == SX_ROLLING_STOPPED;
}

void sx_rolling_stepped(struct sx_engine *engine)
{
    struct sx_action *action = sx_update_add(engine->update, SX_ACTION_ROLLING, NULL);

    sx_rolling_fill(&engine->rolling, &action->rolling);
    for (size_t i = 0; i < engine->peer_count; i++)
        engine->peers[i].rolling_due = true;
}

void sx_rolling_tell(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->peer_count; i++) {
        struct sx_peer *peer = &engine->peers[i];
        struct sx_message *message;

        if (!peer->rolling_due || !peer->up || !peer->heard)
            continue;
        message = sx_message_new(SX_MESSAGE_ROLLING);
        sx_rolling_fill(&engine->rolling, message->rolling);
        sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
        peer->rolling_due = false;
    }
}

static bool same(const struct sx_rolling_status *a, const struct sx_rolling_status *b)
{
    return a->state == b->state && a->done == b->done && a->total == b->total &&
           a->time_ms == b->time_ms && strcmp(a->address, b->address) == 0 &&
           strcmp(a->reason, b->reason) == 0;
}

void sx_rolling_hear(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_rolling_status *status)
{
    if (same(&peer->rolling, status))
        return;
    peer->rolling = *status;
    sx_update_add(engine->update, SX_ACTION_ROLLING, peer->address)->rolling = *status;
}

// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Revisions that the primary sends in a row are validated and stored together: who was away for a
 * thousand of them is back after some dozen transactions. */

void sx_revision_forget(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->pending_count; i++) {
        sx_revision_clear(engine->pending[i]);
        free(engine->pending[i]);
    }
    engine->pending_count = 0;
}

/* The primary's history as told by its hello moves on with each revision that it sends. */
static void follow(struct sx_history *history, const struct sx_revision *revision)
{
    if (revision->number <= sx_history_revision(history))
        return;
    if (strcmp(sx_history_lineage(history), revision->lineage) != 0)
        sx_history_start(history, revision->lineage);
    sx_history_advance(history, revision->digest);
    history->chain[history->count - 1].last_revision = revision->number;
}

/* All at once; when that cannot be, one by one up to the one that is to blame. */
static void commit_pending(struct sx_engine *engine, struct sx_peer *peer)
{
    const struct sx_revision *const *pending = (const struct sx_revision *const *)engine->pending;
    size_t count = engine->pending_count;
    struct sx_error err = {0};

    if (sx_commit_revisions(engine, pending, count, &err) < 0) {
        for (size_t i = 0; i < count; i++)
            if (sx_commit_revisions(engine, &pending[i], 1, &err) < 0) {
                if (i > 0) /* it goes on from there, and counts anew */
                    sx_replicate_position(engine, peer);
                sx_replicate_refuse(engine, peer, pending[i]->number, err.message);
                sx_revision_forget(engine);
                return;
            }
    }
    sx_revision_forget(engine);
    sx_replicate_accepted(peer);
    engine->last_sync_ms = engine->now_ms;
    sx_replicate_position(engine, peer);
}

/* False when it is not the one that comes next; the peer was told what is to be told. */
static bool is_next(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_revision *revision)
{
    uint64_t present = sx_history_revision(&engine->history);
    uint64_t next = present + engine->pending_count + 1;
    char reason[SX_REASON_MAX];

    if (revision->number == next) {
        peer->skipping = false;
        return true;
    }
    if (revision->number <= present) {
        sx_replicate_position(engine, peer);
    } else if (!peer->skipping) { /* else it was on its way behind a refused one */
        snprintf(reason, sizeof reason, "it sent revision %llu where %llu is the next",
            (unsigned long long)revision->number, (unsigned long long)next);
        sx_replicate_reject(engine, peer, revision->number, reason);
    }
    return false;
}

void sx_revision_take(struct sx_engine *engine, struct sx_peer *peer, struct sx_message *message)
{
    struct sx_revision *revision = message->revision;
    const char *obstacle = sx_replicate_not_from(engine, peer);

    if (obstacle) {
        sx_replicate_refuse(engine, peer, revision->number, obstacle);
        return;
    }
    if (engine->take_snapshot || engine->new_schema)
        return;
    /* Who sends revisions has given its snapshot up. */
    if (engine->in.active)
        sx_snapshot_forget(engine);
    if (strcasecmp(engine->pending_from, peer->address) != 0)
        sx_revision_forget(engine);
    snprintf(engine->pending_from, sizeof engine->pending_from, "%s", peer->address);
    follow(&peer->hello.history, revision);
    if (sx_replicate_diverged(&peer->hello.history, &engine->history)) {
        sx_replicate_refuse(engine, peer, revision->number, "the configurations have diverged");
        return;
    }
    if (!is_next(engine, peer, revision))
        return;
    engine->pending[engine->pending_count++] = revision;
    message->revision = NULL;
    if (!message->more || engine->pending_count == SX_WINDOW_REVISIONS)
        commit_pending(engine, peer);
}

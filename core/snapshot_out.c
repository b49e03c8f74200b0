// SPDX-License-Identifier: Apache-2.0
#include "replicate_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* A snapshot leaves in pieces, read from the store in one consistent revision while edits go on.
 * A few pieces are on the way at once; each that was stored over there brings the next one. */

void sx_snapshot_drop(struct sx_snapshot_out *out)
{
    sx_reader_close(out->reader);
    free(out->list);
    free(out->key);
    memset(out, 0, sizeof *out);
}

struct piece {
    struct sx_engine *engine;
    struct sx_fragment_list *fragments;
};

/* The peer has the present key alone; a row may still be under the former one. */
static int add_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    const struct piece *piece = context;
    struct sx_engine *engine = piece->engine;
    struct sx_fragment row = *fragment;
    char *body = NULL;

    if (sx_secrets_reseal(
            &engine->secrets, engine->random, fragment->list, fragment->body, &body, err) < 0)
        return -1;
    if (body)
        row.body = body;
    sx_fragment_list_copy(piece->fragments, &row);
    free(body);
    return 0;
}

static int send_piece(struct sx_engine *engine, struct sx_peer *peer, struct sx_error *err)
{
    struct sx_snapshot_out *out = &peer->out;
    struct sx_message *message = sx_message_new(SX_MESSAGE_SNAPSHOT_PIECE);
    struct piece piece = {.engine = engine, .fragments = &message->fragments};
    bool done = false;

    if (sx_reader_piece(out->reader, SX_SCOPE_REPLICATED, &out->list, &out->key, SX_PIECE_BYTES,
            add_row, &piece, &done, err) < 0) {
        sx_message_free(message);
        return -1;
    }
    if (message->fragments.count > 0) {
        for (size_t i = 0; i < message->fragments.count; i++)
            out->bytes += strlen(message->fragments.items[i].body);
        message->total = out->bytes;
        sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
        out->ahead++;
    } else {
        sx_message_free(message);
    }
    if (!done)
        return 0;
    out->all_sent = true;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message =
        sx_message_new(SX_MESSAGE_SNAPSHOT_END);
    return 0;
}

static void go_on(struct sx_engine *engine, struct sx_peer *peer)
{
    struct sx_error err = {0};

    while (!peer->out.all_sent && peer->out.ahead < SX_PIECES_AHEAD)
        if (send_piece(engine, peer, &err) < 0) {
            sx_update_log(engine->update, SX_LOG_ERROR,
                "cluster: the snapshot to peer %u (%s) cannot be read: %s", peer->index,
                peer->address, err.message);
            sx_snapshot_drop(&peer->out);
            sx_replicate_refused(engine, peer, 0, err.message);
            return;
        }
    /* Nobody says how the comparison ended. */
    if (peer->out.compare && peer->out.all_sent)
        sx_snapshot_drop(&peer->out);
}

static void start(struct sx_engine *engine, struct sx_peer *peer, bool compare)
{
    struct sx_message *message;
    struct sx_error err = {0};
    uint64_t total = 0;

    sx_snapshot_drop(&peer->out);
    if (sx_reader_open(engine->directory, engine->vfs, &peer->out.reader, &err) < 0 ||
        sx_reader_begin(peer->out.reader, NULL, &err) < 0 ||
        sx_reader_bytes(peer->out.reader, SX_SCOPE_REPLICATED, &total, &err) < 0) {
        sx_update_log(engine->update, SX_LOG_ERROR, "cluster: no snapshot for peer %u (%s): %s",
            peer->index, peer->address, err.message);
        sx_snapshot_drop(&peer->out);
        sx_replicate_refused(engine, peer, 0, err.message);
        return;
    }
    peer->out.moved_ms = engine->monotonic_ms;
    peer->out.compare = compare;
    sx_update_log(engine->update, SX_LOG_INFO,
        "cluster: peer %u (%s) gets a snapshot of revision %llu%s", peer->index, peer->address,
        (unsigned long long)sx_history_revision(&engine->history),
        compare ? ", which it compares and does not take" : "");
    message = sx_message_new(SX_MESSAGE_SNAPSHOT_BEGIN);
    message->compare = compare;
    *message->history = engine->history;
    message->total = total;
    sx_system_key_seal_digest(engine, message->digest_key);
    peer->out.history = engine->history;
    sx_update_add(engine->update, SX_ACTION_SEND, peer->address)->message = message;
    go_on(engine, peer);
}

void sx_snapshot_send(struct sx_engine *engine, struct sx_peer *peer)
{
    start(engine, peer, false);
}

void sx_snapshot_show(struct sx_engine *engine, struct sx_peer *peer)
{
    start(engine, peer, true);
}

void sx_snapshot_continue(struct sx_engine *engine, struct sx_peer *peer)
{
    if (!peer->out.reader || peer->out.ahead == 0)
        return;
    peer->out.ahead--;
    peer->out.moved_ms = engine->monotonic_ms;
    go_on(engine, peer);
}

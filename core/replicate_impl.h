// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

/* What the two sides of replication share: replicate.c and snapshot_out.c send, revision_in.c and
 * snapshot_in.c take, refusal.c has what is not taken. */

/** Bytes of a snapshot's piece, and pieces on the way at once. */
#define SX_PIECE_BYTES (256u << 10)
#define SX_PIECES_AHEAD 4
/** A snapshot with more bytes than this is refused. */
#define SX_SNAPSHOT_BYTES_MAX (1ull << 30)

/** True when the holder of `other` is no longer on the way of `history`. */
bool sx_replicate_diverged(const struct sx_history *history, const struct sx_history *other);

/** Why configuration from this peer is not taken, or NULL. Static storage, or the peer's. */
const char *sx_replicate_not_from(struct sx_engine *engine, const struct sx_peer *peer);

/** refusal.c: tells the peer, and notes, that its revision `number` (0: its snapshot) is not taken.
 */
void sx_replicate_refuse(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason);

/** refusal.c: the same, and ends the link: it is wrong, however often it comes. */
void sx_replicate_reject(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason);

/** refusal.c: a SX_MESSAGE_REFUSAL from a peer. */
void sx_replicate_take_refusal(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message);

/** refusal.c: what was refused of the peer, or what it refused, is taken or not needed any more. */
void sx_replicate_accepted(struct sx_peer *peer);

/** A SX_MESSAGE_REVISION from a peer; its revision may pass on. */
void sx_revision_take(struct sx_engine *engine, struct sx_peer *peer, struct sx_message *message);

/** Forgets revisions that wait for those that follow them. */
void sx_revision_forget(struct sx_engine *engine);

/** snapshot_out.c: starts, continues and drops a snapshot to a peer. */
void sx_snapshot_send(struct sx_engine *engine, struct sx_peer *peer);
/** snapshot_out.c: starts one that the peer only compares. */
void sx_snapshot_show(struct sx_engine *engine, struct sx_peer *peer);
void sx_snapshot_continue(struct sx_engine *engine, struct sx_peer *peer);
void sx_snapshot_drop(struct sx_snapshot_out *out);

/** snapshot_in.c: the three messages of a snapshot; -1 with the reason when it cannot be taken. */
int sx_snapshot_begin(struct sx_engine *engine, struct sx_peer *peer,
    const struct sx_message *message, struct sx_error *err);
int sx_snapshot_piece(struct sx_engine *engine, struct sx_peer *peer,
    const struct sx_message *message, struct sx_error *err);
int sx_snapshot_end(struct sx_engine *engine, struct sx_peer *peer, struct sx_error *err);
/** snapshot_in.c: forgets a snapshot that was coming in. */
void sx_snapshot_forget(struct sx_engine *engine);

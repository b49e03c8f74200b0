// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "sextant/edit.h"
#include "sextant/error.h"

/** A UUID as text, with NUL. */
#define SX_UUID_SIZE 37
/** Depth of the chain of lineages that an engine keeps. */
#define SX_LINEAGE_MAX 64

/** One history of the replicated content, and its last revision known here. */
struct sx_lineage {
    char id[SX_UUID_SIZE];
    uint64_t last_revision;
};

/** Where the replicated content stands. By value. */
struct sx_history {
    struct sx_lineage chain[SX_LINEAGE_MAX]; /**< oldest first; the last is the present one */
    size_t count; /**< 0: nothing was ever committed */
    uint8_t digest[SX_DIGEST_SIZE]; /**< of the content at the last revision */
};

/** Present revision, 0 for an empty history. */
uint64_t sx_history_revision(const struct sx_history *history);

/** Present lineage, "" for an empty history. */
const char *sx_history_lineage(const struct sx_history *history);

/** Starts a lineage: its first revision is one above the last; the oldest link is dropped when the
 * chain is full. `id` is copied. */
void sx_history_start(struct sx_history *history, const char *id);

/** Counts one more revision of the present lineage, which then has `digest`. */
void sx_history_advance(struct sx_history *history, const uint8_t digest[SX_DIGEST_SIZE]);

/** True when (lineage, revision) is part of the history: the holder of it is behind or level, else
 * it has diverged (design section 1). An empty lineage is part of every history. */
bool sx_history_holds(const struct sx_history *history, const char *lineage, uint64_t revision);

/**
 * Tells whether the content at revision `target` can be told, when a journal leads back from
 * `newest`, the present one, to `oldest`. Returns 0, or -1 with *err: SX_E_INVALID_VALUE for one
 * that is not there yet, or SX_E_DATA_MISSING with the error-app-tag "revision-too-old" and a
 * message that names the oldest.
 */
int sx_history_reaches(uint64_t oldest, uint64_t newest, uint64_t target, struct sx_error *err);

/** One revision of the journal: what a commit of replicated content changed. Owns its changes. */
struct sx_revision {
    uint64_t number;
    char lineage[SX_UUID_SIZE];
    int64_t time_ms; /**< UTC, milliseconds since 1970, on the peer that committed */
    struct sx_origin origin;
    uint8_t digest[SX_DIGEST_SIZE]; /**< of the content after it */
    struct sx_change_list changes;
};

/** Releases what the revision owns. */
void sx_revision_clear(struct sx_revision *revision);

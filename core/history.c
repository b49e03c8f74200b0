// SPDX-License-Identifier: Apache-2.0
#include "sextant/history.h"

#include <assert.h>
#include <string.h>

static const struct sx_lineage *present(const struct sx_history *history)
{
    return history->count ? &history->chain[history->count - 1] : NULL;
}

uint64_t sx_history_revision(const struct sx_history *history)
{
    return history->count ? present(history)->last_revision : 0;
}

const char *sx_history_lineage(const struct sx_history *history)
{
    return history->count ? present(history)->id : "";
}

void sx_history_start(struct sx_history *history, const char *id)
{
    struct sx_lineage next = {.last_revision = sx_history_revision(history)};

    strncpy(next.id, id, sizeof next.id - 1);
    if (history->count == SX_LINEAGE_MAX) {
        memmove(history->chain, history->chain + 1, (SX_LINEAGE_MAX - 1) * sizeof *history->chain);
        history->count--;
    }
    history->chain[history->count++] = next;
}

void sx_history_advance(struct sx_history *history, const uint8_t digest[SX_DIGEST_SIZE])
{
    assert(history->count > 0);
    history->chain[history->count - 1].last_revision++;
    memcpy(history->digest, digest, SX_DIGEST_SIZE);
}

bool sx_history_holds(const struct sx_history *history, const char *lineage, uint64_t revision)
{
    if (!*lineage)
        return true;
    for (size_t i = history->count; i > 0; i--)
        if (strcmp(history->chain[i - 1].id, lineage) == 0)
            return revision <= history->chain[i - 1].last_revision;
    return false;
}

int sx_history_reaches(uint64_t oldest, uint64_t newest, uint64_t target, struct sx_error *err)
{
    if (target > newest)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "there is no revision %llu yet; the newest is %llu", (unsigned long long)target,
            (unsigned long long)newest);
    if (target >= oldest)
        return 0;
    sx_error_set(err, SX_E_DATA_MISSING,
        "the journal does not reach back to revision %llu; the oldest that it reaches is %llu",
        (unsigned long long)target, (unsigned long long)oldest);
    return sx_error_tag(err, "revision-too-old");
}

void sx_revision_clear(struct sx_revision *revision)
{
    sx_change_list_clear(&revision->changes);
    memset(revision, 0, sizeof *revision);
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/history.h"
#include "sextant/reader.h"
#include "sextant/secret.h"

#include <stddef.h>

struct lyd_node;

/*
 * The journal as readers see it: what each of the last revisions of the replicated configuration
 * changed. All functions need a snapshot (sx_reader_begin()), whose overlay is not looked at.
 */

/** Called for a revision, whose changes are left out and counted. Return 0 to go on, -1 with *err
 * filled to fail. */
typedef int sx_journal_row(
    void *context, const struct sx_revision *revision, size_t changes, struct sx_error *err);

/** Calls `row` for at most `count` revisions up to number `newest`, newest first. */
int sx_reader_revisions(struct sx_reader *reader, uint64_t newest, size_t count,
    sx_journal_row *row, void *context, struct sx_error *err);

/** The oldest revision whose content the journal leads back to: the present one when it is empty.
 */
int sx_reader_oldest(struct sx_reader *reader, uint64_t *ret_revision, struct sx_error *err);

/**
 * Reads revision `number` with its changes into *ret_revision, for sx_revision_clear(). Returns 0,
 * or -1; err->code is SX_E_DATA_MISSING when the journal does not hold it.
 */
int sx_reader_journal(struct sx_reader *reader, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err);

/** Changes of the journal that are taken back at once, to compare two revisions or to roll back. */
#define SX_JOURNAL_STEPS_MAX 100000

/**
 * The effective difference that leads from the content at revision `from` to that at `to`, either
 * of which may be the older one: added to *ret_changes, which is the caller's. Found on a small
 * tree of its own: the rows that the journal speaks of, taken back. Secrets are opened with `keys`
 * (see sx_engine_keys()) and stand in the changes in clear. Fails with SX_E_INVALID_VALUE
 * for a revision that is not there yet, with SX_E_DATA_MISSING for one that the journal does not
 * reach, with SX_E_TOO_BIG past SX_JOURNAL_STEPS_MAX.
 */
int sx_reader_compare(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, uint64_t from, uint64_t to,
    struct sx_change_list *ret_changes, struct sx_error *err);

/**
 * Parses the `value` or `old_value` (in `json`) of a change: *ret_node is the target with all below
 * it, standing alone, for lyd_free_tree(). Fails when the schema does not take it (any more).
 */
int sx_change_node(const struct sx_schema *schema, const struct sx_change *change, const char *json,
    struct lyd_node **ret_node, struct sx_error *err);

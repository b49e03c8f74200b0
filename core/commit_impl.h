// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

/* What the files of the commit share: commit.c for own edits, commit_taken.c for what peers send.
 */

/** What a commit is about to store. */
struct sx_commit {
    struct sx_engine *engine;
    struct sx_transaction *transaction;
    const struct sx_change_list *changes;
    struct sx_history history; /**< after it */
    bool lineage_is_ours;
    bool ends_wait; /**< a commit of our own: no other configuration is waited for any more */
    const char *reset_list; /**< own commits: peers of a factory reset that is armed, "" for none,
                                 see reset.c; else NULL */
    const struct sx_revision *const *revisions; /**< for the journal; borrowed */
    size_t revision_count; /**< 0: no replicated content changes */
};

/** Edits a datastore by all of `config`, or not at all. */
typedef int sx_commit_editor(struct sx_engine *engine, const struct sx_event *event,
    const struct lyd_node *config, struct sx_error *err);

/** An edit that continues on errors: what fails is passed over, the rest is one edit. Each error is
 * in the update; with one it returns -1, whatever became of the rest. `transaction` is a fresh one
 * on what is to be edited; it is undone. */
int sx_commit_continue(struct sx_engine *engine, const struct sx_event *event,
    struct sx_transaction *transaction, sx_commit_editor *editor, struct sx_error *err);

/** Stores what the commit holds, and only then makes it the present. Frees the transaction; after a
 * failure nothing has changed. */
int sx_commit_finish(
    struct sx_commit *commit, const struct sx_origin *origin, struct sx_error *err);

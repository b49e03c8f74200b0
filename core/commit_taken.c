// SPDX-License-Identifier: Apache-2.0
#include "commit_impl.h"

#include <libyang/libyang.h>
#include <string.h>

/* Commits of what peers send: revisions of the primary, and items that are agreed and copied. They
 * are held to this system's own classes: a peer never changes what is not its to change. */

static int check_scopes(
    const struct sx_revision *revision, const struct sx_change_list *changes, struct sx_error *err)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->items[i].scope != SX_SCOPE_REPLICATED)
            return sx_error_set(err, SX_E_ACCESS_DENIED,
                "revision %llu would change %s, which is %s on this system",
                (unsigned long long)revision->number, changes->items[i].path,
                sx_scope_name(changes->items[i].scope));
    return 0;
}

/* The peer says of each change itself that it is of a replicated item. */
static int check_stated(const struct sx_revision *revision, struct sx_error *err)
{
    for (size_t i = 0; i < revision->changes.count; i++)
        if (revision->changes.items[i].scope != SX_SCOPE_REPLICATED)
            return sx_error_set(err, SX_E_ACCESS_DENIED,
                "revision %llu changes %s, which is not a replicated item here",
                (unsigned long long)revision->number, revision->changes.items[i].path);
    return 0;
}

/* Replays changes whose secrets are sealed. */
static int apply_sealed(
    struct sx_commit *commit, const struct sx_change_list *changes, struct sx_error *err)
{
    struct sx_change_list opened = {0};
    const struct sx_change_list *clear =
        sx_secrets_open_changes(&commit->engine->secrets, changes, NULL, &opened, err);
    int result = clear ? sx_transaction_apply(commit->transaction, clear, err) : -1;

    sx_change_list_clear(&opened);
    return result;
}

static int apply_all(struct sx_commit *commit, struct sx_error *err)
{
    for (size_t i = 0; i < commit->revision_count; i++) {
        const struct sx_revision *revision = commit->revisions[i];

        if (check_stated(revision, err) < 0 || apply_sealed(commit, &revision->changes, err) < 0)
            return -1;
        if (strcmp(sx_history_lineage(&commit->history), revision->lineage) != 0)
            sx_history_start(&commit->history, revision->lineage);
        sx_history_advance(&commit->history, revision->digest);
    }
    return 0;
}

int sx_commit_revisions(struct sx_engine *engine, const struct sx_revision *const *revisions,
    size_t count, struct sx_error *err)
{
    struct sx_commit commit = {.engine = engine,
        .history = engine->history,
        .revisions = revisions,
        .revision_count = count};
    const struct sx_revision *last = revisions[count - 1];

    commit.transaction = sx_transaction_begin(&engine->tree, engine->random);
    if (apply_all(&commit, err) < 0 || sx_transaction_validate(commit.transaction, err) < 0)
        goto undo;
    commit.changes = sx_transaction_changes(commit.transaction);
    if (check_scopes(last, commit.changes, err) < 0)
        goto undo;
    if (memcmp(sx_transaction_digest(commit.transaction), last->digest, SX_DIGEST_SIZE) != 0) {
        sx_error_set(err, SX_E_OPERATION_FAILED,
            "revision %llu gives another digest here than on the primary",
            (unsigned long long)last->number);
        goto undo;
    }
    if (sx_commit_finish(&commit, &last->origin, err) < 0)
        return -1;
    /* It may have the number of what comes, of another lineage. */
    sx_revision_clear(&engine->latest);
    return 0;
undo:
    sx_transaction_undo(commit.transaction);
    return -1;
}

/* What is copied may be here already, as one or the other: create and replace stand for "set". */
static void adapt_copied(
    struct sx_engine *engine, const struct sx_change *from, struct sx_change_list *ret_list)
{
    struct lyd_node *node = NULL;
    struct sx_change change = *from;
    bool here = engine->tree.root &&
                lyd_find_path(engine->tree.root, from->path, 0, &node) == LY_SUCCESS && node &&
                !(node->flags & LYD_DEFAULT);

    if (change.operation == SX_OPERATION_DELETE && !here)
        return;
    if (change.operation == SX_OPERATION_CREATE && here)
        change.operation = SX_OPERATION_REPLACE;
    else if (change.operation == SX_OPERATION_REPLACE && !here)
        change.operation = SX_OPERATION_CREATE;
    sx_change_list_copy(ret_list, &change);
}

int sx_commit_copied(struct sx_engine *engine, const struct sx_change_list *changes,
    const char *source, struct sx_error *err)
{
    struct sx_origin origin = {.user = "cluster"};
    struct sx_change_list adapted = {0};
    struct sx_commit commit = {
        .engine = engine, .history = engine->history, .lineage_is_ours = engine->lineage_is_ours};
    int result = -1;

    strncpy(origin.source, source, sizeof origin.source - 1);
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->items[i].scope != SX_SCOPE_AGREED_COPIED) {
            sx_error_set(err, SX_E_ACCESS_DENIED, "%s is not an item that is agreed and copied",
                changes->items[i].path);
            goto out;
        }
        adapt_copied(engine, &changes->items[i], &adapted);
    }
    commit.transaction = sx_transaction_begin(&engine->tree, engine->random);
    if (apply_sealed(&commit, &adapted, err) < 0 ||
        sx_transaction_validate(commit.transaction, err) < 0) {
        sx_transaction_undo(commit.transaction);
        goto out;
    }
    commit.changes = sx_transaction_changes(commit.transaction);
    for (size_t i = 0; i < commit.changes->count; i++)
        if (commit.changes->items[i].scope != SX_SCOPE_AGREED_COPIED) {
            sx_error_set(err, SX_E_ACCESS_DENIED, "%s would change with it, which is %s",
                commit.changes->items[i].path, sx_scope_name(commit.changes->items[i].scope));
            sx_transaction_undo(commit.transaction);
            goto out;
        }
    result = sx_commit_finish(&commit, &origin, err);
out:
    sx_change_list_clear(&adapted);
    return result;
}

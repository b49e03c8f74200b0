// SPDX-License-Identifier: Apache-2.0
#include "commit_impl.h"

#include <libyang/libyang.h>
#include <string.h>

/** Bytes that a node of an edit takes beside its value, about. */
#define NODE_BYTES 160

/* What was right when it was made does not fit any more: somebody else changed running. */
static int conflict(size_t index, struct sx_error *err)
{
    struct sx_error cause = *err;

    sx_error_set(err, cause.code,
        "edit %zu of the candidate conflicts with running, which changed since: %s; "
        "<discard-changes/> forgets the candidate's edits",
        index + 1, cause.message);
    sx_error_at(err, cause.path);
    sx_error_element(err, cause.element, cause.detail);
    return sx_error_tag(err, "candidate-conflict");
}

/* The candidate is what its edits make of running: they are laid over it, looked at and taken off
 * again. So it costs what its edits cost, follows running by itself, and no copy is kept. */
static int lay(struct sx_engine *engine, struct sx_transaction *transaction, struct sx_error *err)
{
    for (size_t i = 0; i < engine->candidate.count; i++)
        if (sx_transaction_edit(transaction, engine->candidate.edits[i].config,
                engine->candidate.edits[i].default_operation, err) < 0)
            return conflict(i, err);
    return 0;
}

/* Starts a transaction with the candidate as the edit finds it. */
static int begin(struct sx_engine *engine, const struct sx_event *event,
    struct sx_transaction **ret_transaction, struct sx_error *err)
{
    struct sx_transaction *transaction = sx_transaction_begin(&engine->tree, engine->random);

    if (event->edit.anew || lay(engine, transaction, err) == 0) {
        *ret_transaction = transaction;
        return 0;
    }
    sx_transaction_undo(transaction);
    return -1;
}

/* True when the edit may be kept: it applies and, where that is asked for, is valid. */
static int look(struct sx_engine *engine, const struct sx_event *event,
    const struct lyd_node *config, struct sx_error *err)
{
    struct sx_transaction *transaction;
    int result;

    if (begin(engine, event, &transaction, err) < 0)
        return -1;
    result = sx_transaction_edit(transaction, config, event->edit.default_operation, err);
    if (result == 0 && (event->edit.test_only || event->edit.test_first))
        result = sx_transaction_validate(transaction, err);
    sx_transaction_undo(transaction);
    return result;
}

static size_t size_of(const struct lyd_node *first)
{
    const struct lyd_node *top, *node;
    size_t bytes = 0;

    LY_LIST_FOR(first, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            bytes += NODE_BYTES;
            if (!node->schema || node->schema->nodetype & LYD_NODE_TERM)
                bytes += strlen(lyd_get_value(node));
            LYD_TREE_DFS_END(top, node);
        }
    }
    return bytes;
}

/* Keeps an edit, which passes to the candidate, or frees it. */
static int keep(struct sx_engine *engine, const struct sx_event *event, struct lyd_node *config,
    struct sx_error *err)
{
    struct sx_candidate *candidate = &engine->candidate;
    size_t bytes = size_of(config);

    if (bytes > SX_CANDIDATE_BYTES_MAX - (event->edit.anew ? 0 : candidate->bytes)) {
        lyd_free_all(config);
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the edits of the candidate would take more than %u bytes of memory: commit or "
            "discard them",
            SX_CANDIDATE_BYTES_MAX);
    }
    if (event->edit.anew)
        sx_candidate_discard(engine);
    candidate->edits[candidate->count].config = config;
    candidate->edits[candidate->count].default_operation = event->edit.default_operation;
    candidate->bytes += bytes;
    candidate->count++;
    return 0;
}

static int edit(struct sx_engine *engine, const struct sx_event *event,
    const struct lyd_node *config, struct sx_error *err)
{
    struct lyd_node *copy = NULL;

    if (look(engine, event, config, err) < 0)
        return -1;
    if (event->edit.test_only || (!config && event->edit.default_operation != SX_DEFAULT_REPLACE))
        return 0;
    if (config &&
        lyd_dup_siblings(config, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "the edit could not be copied");
    return keep(engine, event, copy, err);
}

int sx_candidate_edit(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_transaction *transaction;

    if (sx_lock_allows(engine, SX_DATASTORE_CANDIDATE, event->origin.session, err) < 0)
        return -1;
    if (engine->candidate.count == SX_CANDIDATE_EDITS_MAX && !event->edit.anew)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the candidate holds %d edits, which is the most: commit or discard them",
            SX_CANDIDATE_EDITS_MAX);
    if (!event->edit.continue_on_error)
        return edit(engine, event, event->edit.config, err);
    if (begin(engine, event, &transaction, err) < 0)
        return -1;
    return sx_commit_continue(engine, event, transaction, edit, err);
}

int sx_candidate_commit(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_transaction *transaction;

    if (sx_lock_allows(engine, SX_DATASTORE_RUNNING, event->origin.session, err) < 0 ||
        sx_lock_allows(engine, SX_DATASTORE_CANDIDATE, event->origin.session, err) < 0)
        return -1;
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    if (lay(engine, transaction, err) < 0) {
        sx_transaction_undo(transaction);
        return -1;
    }
    if (sx_commit(engine, transaction, &event->origin, err) < 0)
        return -1;
    sx_candidate_discard(engine);
    return 0;
}

int sx_candidate_validate(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_transaction *transaction = sx_transaction_begin(&engine->tree, engine->random);
    int result = lay(engine, transaction, err);

    if (result == 0)
        result = sx_transaction_validate(transaction, err);
    sx_transaction_undo(transaction);
    return result;
}

void sx_candidate_discard(struct sx_engine *engine)
{
    for (size_t i = 0; i < engine->candidate.count; i++)
        lyd_free_all(engine->candidate.edits[i].config);
    memset(&engine->candidate, 0, sizeof engine->candidate);
}

int sx_engine_candidate(
    struct sx_engine *engine, struct sx_fragment_list *ret_overlay, struct sx_error *err)
{
    struct sx_transaction *transaction;
    const struct sx_fragment_list *fragments;
    int result;

    if (engine->candidate.count == 0)
        return 0;
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    result = lay(engine, transaction, err);
    if (result == 0) {
        fragments = sx_transaction_fragments(transaction);
        for (size_t i = 0; i < fragments->count; i++)
            sx_fragment_list_copy(ret_overlay, &fragments->items[i]);
    }
    sx_transaction_undo(transaction);
    return result;
}

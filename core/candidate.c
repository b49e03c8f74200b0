// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <libyang/libyang.h>
#include <string.h>

/* The candidate is what its edits make of running: they are laid over it, looked at and taken off
 * again. So it costs what its edits cost, follows running by itself, and no copy is kept. */
static int lay(struct sx_engine *engine, struct sx_transaction *transaction, struct sx_error *err)
{
    for (size_t i = 0; i < engine->candidate.count; i++)
        if (sx_transaction_edit(transaction, engine->candidate.edits[i].config,
                engine->candidate.edits[i].default_operation, err) < 0)
            return -1;
    return 0;
}

int sx_candidate_edit(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    struct sx_candidate *candidate = &engine->candidate;
    struct sx_transaction *transaction;
    struct lyd_node *copy = NULL;
    int result;

    if (sx_lock_allows(engine, SX_DATASTORE_CANDIDATE, event->origin.session, err) < 0)
        return -1;
    if (candidate->count == SX_CANDIDATE_EDITS_MAX)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "the candidate holds %d edits, which is the most: commit or discard them",
            SX_CANDIDATE_EDITS_MAX);
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    result = lay(engine, transaction, err);
    if (result == 0)
        result = sx_transaction_edit(
            transaction, event->edit.config, event->edit.default_operation, err);
    if (result == 0 && event->edit.test_only)
        result = sx_transaction_validate(transaction, err);
    sx_transaction_undo(transaction);
    if (result < 0 || event->edit.test_only || !event->edit.config)
        return result;
    if (lyd_dup_siblings(event->edit.config, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) !=
        LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "the edit could not be copied");
    candidate->edits[candidate->count].config = copy;
    candidate->edits[candidate->count].default_operation = event->edit.default_operation;
    candidate->count++;
    return 0;
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

// SPDX-License-Identifier: Apache-2.0
#include "invert.h"
#include "sextant/journal.h"
#include "state.h"

#include <string.h>

/* SX_EVENT_ROLLBACK: the journal is taken back, revision by revision, in one transaction, and what
 * comes of it is committed as any other edit. */

static int check_target(const struct sx_engine *engine, const struct sx_event *event,
    uint64_t newest, struct sx_error *err)
{
    uint64_t target = event->rollback.revision, oldest = 0;

    if (event->rollback.present && event->rollback.present != newest)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the newest revision is %llu by now, not %llu; look at the difference again",
            (unsigned long long)newest, (unsigned long long)event->rollback.present);
    if (sx_store_journal_oldest(engine->store, &oldest, err) < 0)
        return -1;
    return sx_history_reaches(oldest > 0 ? oldest - 1 : newest, newest, target, err);
}

/* What the content at `target` must have as its digest, if the journal tells. */
static int check_digest(const struct sx_engine *engine, struct sx_transaction *transaction,
    uint64_t target, struct sx_error *err)
{
    struct sx_revision revision = {0};
    struct sx_error missing = {0};
    int result = 0;

    if (sx_store_journal(engine->store, target, &revision, &missing) < 0) {
        if (missing.code == SX_E_DATA_MISSING)
            return 0;
        *err = missing;
        return -1;
    }
    if (memcmp(revision.digest, sx_transaction_digest(transaction), SX_DIGEST_SIZE) != 0)
        result = sx_error_set(err, SX_E_OPERATION_FAILED,
            "what the journal leads back to does not have the digest of revision %llu; nothing was "
            "changed",
            (unsigned long long)target);
    sx_revision_clear(&revision);
    return result;
}

/* Takes one revision back. */
static int take_back(const struct sx_engine *engine, struct sx_transaction *transaction,
    uint64_t number, size_t *steps, struct sx_error *err)
{
    struct sx_change_list inverse = {0}, opened = {0};
    const struct sx_change_list *clear;
    struct sx_revision revision = {0};
    struct sx_error cause = {0};
    int result;

    if (sx_store_journal(engine->store, number, &revision, err) < 0)
        return -1;
    *steps += revision.changes.count;
    if (*steps > SX_JOURNAL_STEPS_MAX) {
        result = sx_error_set(err, SX_E_TOO_BIG,
            "more than %d changes would be taken back; roll back to a later revision first",
            SX_JOURNAL_STEPS_MAX);
    } else {
        sx_change_list_invert(&revision.changes, &inverse);
        clear = sx_secrets_open_changes(&engine->secrets, &inverse, NULL, &opened, &cause);
        result = clear ? sx_transaction_apply(transaction, clear, &cause) : -1;
        if (result < 0) {
            sx_error_set(err, cause.code, "revision %llu cannot be taken back: %s",
                (unsigned long long)number, cause.message);
            sx_error_at(err, cause.path);
        }
    }
    sx_change_list_clear(&inverse);
    sx_change_list_clear(&opened);
    sx_revision_clear(&revision);
    return result;
}

int sx_rollback(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    uint64_t newest = sx_history_revision(&engine->history), target = event->rollback.revision;
    struct sx_transaction *transaction;
    size_t steps = 0;

    if (sx_lock_allows(engine, SX_DATASTORE_RUNNING, event->origin.session, err) < 0 ||
        check_target(engine, event, newest, err) < 0)
        return -1;
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    for (uint64_t number = newest; number > target; number--)
        if (take_back(engine, transaction, number, &steps, err) < 0)
            goto undo;
    if (target < newest && check_digest(engine, transaction, target, err) < 0)
        goto undo;
    if (sx_commit(engine, transaction, &event->origin, err) < 0)
        return -1;
    if (sx_history_revision(&engine->history) == newest)
        return 0;
    sx_update_log(engine->update, SX_LOG_INFO,
        "configuration: rolled back to revision %llu by %s@%s session %u",
        (unsigned long long)target, event->origin.user, event->origin.source,
        event->origin.session);
    return 0;
undo:
    sx_transaction_undo(transaction);
    return -1;
}

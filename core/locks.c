// SPDX-License-Identifier: Apache-2.0
#include "state.h"

static const char *const names[] = {"running", "candidate"};

int sx_lock_allows(const struct sx_engine *engine, enum sx_datastore datastore, uint32_t session,
    struct sx_error *err)
{
    uint32_t holder = engine->locks[datastore];

    if (*engine->database_failure)
        return sx_error_set(err, SX_E_STORE,
            "the database cannot be used and no configuration is taken (alarm 15005): %.300s",
            engine->database_failure);
    if (sx_reset_check(engine, err) < 0)
        return -1;
    if (holder == 0 || holder == session)
        return 0;
    return sx_error_set(err, SX_E_IN_USE,
        "the %s datastore is locked by session %u: wait until it is unlocked", names[datastore],
        holder);
}

int sx_lock(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    uint32_t *holder = &engine->locks[event->datastore];

    if (*holder != 0) {
        engine->update->lock_holder = *holder;
        return sx_error_set(err, SX_E_LOCK_DENIED, "the %s datastore is locked by session %u",
            names[event->datastore], *holder);
    }
    /* RFC 6241 section 7.5: a changed candidate must be committed or discarded first. */
    if (event->datastore == SX_DATASTORE_CANDIDATE && engine->candidate.count > 0)
        return sx_error_set(err, SX_E_LOCK_DENIED,
            "the candidate datastore has uncommitted changes: commit or discard them first");
    *holder = event->origin.session;
    return 0;
}

int sx_unlock(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    uint32_t *holder = &engine->locks[event->datastore];

    if (*holder != event->origin.session || *holder == 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the %s datastore is not locked by this session", names[event->datastore]);
    *holder = 0;
    /* RFC 6241 section 8.3.5.2: changes that were not committed go with the lock. */
    if (event->datastore == SX_DATASTORE_CANDIDATE)
        sx_candidate_discard(engine);
    return 0;
}

void sx_lock_session_end(struct sx_engine *engine, uint32_t session)
{
    if (session == 0)
        return;
    if (engine->locks[SX_DATASTORE_CANDIDATE] == session)
        sx_candidate_discard(engine);
    for (size_t i = 0; i < sizeof engine->locks / sizeof engine->locks[0]; i++)
        if (engine->locks[i] == session)
            engine->locks[i] = 0;
}
